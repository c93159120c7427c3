/** A page that says one thing. */
import { paths } from '../paths.ts'
import { html } from './html.ts'
import { page } from './layout.ts'

const titles: Readonly<Record<number, string>> = {
  400: 'This request cannot be read',
  403: 'This is not allowed',
  404: 'There is nothing here',
  410: 'This link does not work any more',
  413: 'That is too much',
  503: 'The hub cannot answer right now',
}

export function messagePage(status: number, message: string): string {
  return page(
    titles[status] ?? (status < 500 ? 'That did not work' : 'Something went wrong'),
    html`<p>${message}</p><p><a href="${paths.panel}">Go to the panel</a></p>`,
  )
}
