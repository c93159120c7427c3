/** The forms outside the panel: log in, log out, become the first admin, set a password. */
import { paths } from '../paths.ts'
import { type Html, html } from './html.ts'
import { page } from './layout.ts'

interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'email' | 'password' | 'text'
  /** What a password manager fills in (WHATWG HTML, "Autofill"). */
  readonly autocomplete: string
  readonly value?: string
  readonly hint?: string
  readonly focus?: boolean
}

function field({ name, label, type, autocomplete, value, hint, focus }: Field): Html {
  const described = hint === undefined ? undefined : html` aria-describedby="${name}-hint"`
  return html`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" value="${value}" required${focus ? html` autofocus` : undefined}${described}>
${hint === undefined ? undefined : html`<p class="hint" id="${name}-hint">${hint}</p>`}
</div>`
}

function alarm(message: string | undefined): Html | undefined {
  return message === undefined ? undefined : html`<p class="alarm" role="alert">${message}</p>`
}

const newPassword = [
  field({
    name: 'password',
    label: 'Password',
    type: 'password',
    autocomplete: 'new-password',
    hint: 'At least 12 characters; a few words are easier to remember than signs.',
  }),
  field({ name: 'repeated', label: 'The same password again', type: 'password', autocomplete: 'new-password' }),
]

export interface LoginForm {
  readonly returnTo: string
  readonly email?: string
  readonly error?: string
  readonly notice?: string
}

export function loginPage({ returnTo, email, error, notice }: LoginForm): string {
  const emailField = { name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username' } as const
  const passwordField = {
    name: 'password',
    label: 'Password',
    type: 'password',
    autocomplete: 'current-password',
  } as const
  // After a refusal the address stays and the cursor waits in the password.
  const again = email !== undefined && email !== ''
  return page(
    'Log in',
    html`${alarm(error)}${notice === undefined ? undefined : html`<p class="note">${notice}</p>`}
<form method="post" action="${paths.login}">
<input type="hidden" name="return" value="${returnTo}">
${field({ ...emailField, value: email ?? '', focus: !again })}
${field({ ...passwordField, focus: again })}
<button>Log in</button>
</form>`,
  )
}

export function logoutPage(email: string): string {
  return page(
    'Log out',
    html`<p>You are logged in as ${email}.</p>
<form method="post" action="${paths.logout}"><button autofocus>Log out</button></form>
<p class="hint"><a href="${paths.panel}">Back to the panel</a></p>`,
  )
}

export interface FirstAdminForm {
  readonly token: string
  readonly email?: string
  readonly name?: string
  readonly error?: string
}

export function firstAdminPage({ token, email, name, error }: FirstAdminForm): string {
  return page(
    'Welcome to your hub',
    html`<p class="quiet">Make the first admin. They can add everybody else.</p>
${alarm(error)}
<form method="post" action="${paths.firstAdmin(token)}">
${field({ name: 'name', label: 'Your name', type: 'text', autocomplete: 'name', value: name ?? '', focus: true })}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', value: email ?? '' })}
${newPassword}
<button>Make the admin</button>
</form>`,
  )
}

export function setPasswordPage(form: { token: string; email: string; error?: string }): string {
  return page(
    'Set your password',
    html`<p class="quiet">For ${form.email}. You are logged out everywhere else.</p>
${alarm(form.error)}
<form method="post" action="${paths.setPassword(form.token)}">
<input type="hidden" name="email" autocomplete="username" value="${form.email}">
${newPassword}
<button>Set the password</button>
</form>`,
  )
}
