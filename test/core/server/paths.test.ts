import t from 'tap'
import { localPath } from '../../../core/access/paths.ts'

t.test('local paths stay', async (t) => {
  for (const path of ['/admin', '/admin/resources/companies?page=2', '/', '/a//b', '/admin?next=https://x.test'])
    t.equal(localPath(path), path)
  t.equal(localPath('/admin/../admin/x'), '/admin/x')
})

t.test('everything else becomes the panel', async (t) => {
  for (const wish of [
    undefined,
    '',
    'admin',
    'https://evil.test/',
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '/\t/evil.test',
    '/\n//evil.test',
    ' //evil.test',
    '/.//evil.test',
    '/..//evil.test',
    '/%2e//evil.test',
    'javascript:alert(1)',
    'data:text/html,x',
    '/login',
    '/login?return=/login',
    '/logout',
  ])
    t.equal(localPath(wish), '/admin', JSON.stringify(wish))
})
