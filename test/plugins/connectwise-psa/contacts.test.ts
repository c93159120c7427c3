import t from 'tap'
import { contacts } from '../../../plugins/connectwise-psa/streams/contacts.ts'
import { collect, lists, screen, vendor } from './vendor.ts'

const read = async (row: object) => {
  const { ctx } = vendor(lists({ 'company/contacts': [{ id: 1, firstName: 'Jo', ...row }] }))
  const [record] = (await collect(contacts.read(ctx))).flatMap((page) => page.records)
  return record
}
const item = (communicationType: string, value: string, more: object = {}) => ({
  id: 1,
  type: { id: 1, name: 'Direct' },
  value,
  defaultFlag: false,
  communicationType,
  ...more,
})

t.test('a contact, field by field', async (t) => {
  t.strictSame(
    await read({
      lastName: 'Smith',
      company: { id: 250, name: 'Beacon' },
      site: { id: 1000, name: 'Main' },
      title: 'Office Manager',
      addressLine1: '1 High St',
      addressLine2: 'Suite 4',
      city: 'Tampa',
      state: 'FL',
      zip: '33602',
      country: { id: 1, name: 'United States' },
      inactiveFlag: false,
      defaultFlag: true,
      types: [
        { id: 3, name: 'Decision Maker' },
        { id: 4, name: 'Billing' },
      ],
      communicationItems: [
        item('Email', 'jo@beacon.example', { defaultFlag: true }),
        item('Phone', '8135550101', { defaultFlag: true, extension: '12' }),
        item('Phone', '8135550102', { type: { id: 4, name: 'Cell Phone' } }),
      ],
      _info: { lastUpdated: '2026-06-04T17:14:20Z' },
    }),
    {
      sourceId: '1',
      url: screen('ContactFV', 1),
      updatedAt: '2026-06-04T17:14:20Z',
      companyId: '250',
      siteId: '1000',
      name: 'Jo Smith',
      firstName: 'Jo',
      lastName: 'Smith',
      types: ['Decision Maker', 'Billing'],
      title: 'Office Manager',
      email: 'jo@beacon.example',
      phone: '8135550101 x12',
      mobile: '8135550102',
      primary: true,
      active: true,
      addressLine1: '1 High St',
      addressLine2: 'Suite 4',
      city: 'Tampa',
      state: 'FL',
      postalCode: '33602',
      country: 'United States',
      customFields: undefined,
    },
  )
})

t.test('the default of each kind wins, else the first', async (t) => {
  const record = await read({
    communicationItems: [
      item('Fax', '999', { defaultFlag: true }),
      item('Email', 'first@x.example'),
      item('Email', 'default@x.example', { defaultFlag: true }),
      item('Phone', '1'),
      item('Phone', '2'),
    ],
  })
  t.match(record, { email: 'default@x.example', phone: '1', mobile: null })
  const items = [item('Phone', '1'), item('Phone', '2', { defaultFlag: true })]
  t.match(await read({ communicationItems: items }), { phone: '2' })
})

t.test('no communication items means none: the vendor leaves the list out then', async (t) => {
  t.match(await read({}), { email: null, phone: null, mobile: null })
  t.match(await read({ communicationItems: null }), { email: null, phone: null, mobile: null })
  t.match(await read({ communicationItems: [] }), { email: null, phone: null, mobile: null })
})

t.test('the default number in the contact itself is not lost', async (t) => {
  t.match(await read({ defaultPhoneType: 'Site', defaultPhoneNbr: '4842618200' }), {
    phone: '4842618200',
    mobile: null,
  })
  t.match(await read({ defaultPhoneType: 'Mobile', defaultPhoneNbr: '5558675309', defaultPhoneExtension: '3' }), {
    phone: '5558675309 x3',
    mobile: '5558675309 x3',
  })
})

t.test('names and flags', async (t) => {
  t.match(await read({}), { name: 'Jo', firstName: 'Jo', lastName: undefined, active: undefined, primary: undefined })
  t.match(await read({ firstName: null, lastName: 'Smith' }), { name: 'Smith', firstName: null })
  t.equal((await read({ firstName: '', lastName: '' }))?.name, '', 'left for the validator')
  t.match(await read({ inactiveFlag: true, site: {}, company: {} }), { active: false, siteId: null, companyId: null })
  t.match(await read({}), { siteId: undefined, companyId: undefined, types: undefined })
})
