import { paths } from '../access/paths.ts'
import { Refusal } from '../access/refusal.ts'
import type { Role } from '../access/roles.ts'
import type { Hub } from '../hub.ts'
import { say } from './output.ts'
import { done, type Session, withHub } from './session.ts'

/** `tributary user add`: they set their password themselves, so that nobody else ever knows it. */
export async function add(
  session: Session,
  email: string,
  { role, name }: { readonly role: Role; readonly name?: string },
): Promise<number> {
  return withHub(session, async (hub) => {
    const user = await hub.users.add({ email, role, name: name ?? email.split('@')[0] ?? email })
    await hub.audit.record({ actor: 'cli', action: 'user.add', target: `user ${user.id}`, detail: { email, role } })
    say(`${user.email} was added, as ${role}.`)
    say(await linkFor(hub, session, user.id))
    return done
  })
}

/** `tributary user reset` */
export async function reset(session: Session, email: string): Promise<number> {
  return withHub(session, async (hub) => {
    const user = await hub.users.find(email)
    if (user === undefined) throw new Refusal(`There is no user ${email}.`)
    await hub.audit.record({ actor: 'cli', action: 'user.reset', target: `user ${user.id}` })
    say(await linkFor(hub, session, user.id))
    return done
  })
}

async function linkFor(hub: Hub, { settings }: Session, userId: number): Promise<string> {
  const path = paths.setPassword(await hub.links.setPassword(userId))
  const base = settings.publicUrl ?? `http://${settings.host}:${settings.port}`
  return `The password is set here (works once, within three days): ${new URL(path, base).href}`
}
