/**
 * The words the world is made of: every company, person and place is invented, domains end in
 * `.example`, telephone numbers are 555 numbers. Makers and models are real, serial numbers are not.
 */
import type { Choices } from './dice.ts'

function words(text: string): Choices<string> {
  const [first = '', ...rest] = text.trim().split(/\s*\|\s*/)
  return [first, ...rest]
}

export const companyFirstWords = words(`
  Bramblewick | Thistledown | Quillfeather | Lanternfish | Copperkettle | Snowglobe | Marmaladia | Pebblebrook |
  Foxglovia | Tumbleweir | Nimbusford | Dandelyon | Hazelmoot | Wobbleton | Gingersnapp | Moonpuddle | Otterhollow |
  Ploverdale | Rumblebee | Saltwhistle | Teacuppia | Umbrellford | Velvetoak | Willowisp | Yonderhay | Zigzag Hill |
  Applemuffin | Buttonquail | Cloudberry Nook | Drizzlecombe | Elderflow | Ferncastle | Goosestep Lane | Hopscotchley |
  Inkwellian | Jellybrook | Kitefield | Lilypadua | Mothlight | Nutmegshire | Owlbarrow | Puddlemere | Quiltshire |
  Raindropolis | Sprocketby | Tinderwick | Upsidownia | Vinegarden
`)

export const trades = words(`
  Dental | Freight | Bakery | Legal | Accounting | Veterinary Clinic | Brewery | Museum | Credit Union | Architects |
  Orthopedics | Printing | Plumbing | Realty | Insurance | Robotics | Charter School | Landscaping | Fisheries |
  Opticians | Machine Works | Title & Escrow | Pediatrics | Logistics | Theatre | Aviation | Ceramics | Wineries |
  Surveyors | Pharmacy | Hospitality | Foundry
`)

export const legalForms: Choices<string> = [
  '',
  '',
  '',
  '',
  ' LLC',
  ' Inc.',
  ', P.C.',
  ' & Sons',
  ' GmbH & Co. KG',
  ' S.A.',
]

/** What people type into a company's name field; the first companies carry these names. */
export const oddCompanyNames: readonly string[] = [
  'Paper Lantern IT (our own company)',
  'Megalomart Puddleworks Holding',
  "O'Malley-Quirk & Daughters",
  'The "Tinkerers" Guild',
  'Copperpot Bakery',
  'copperpot bakery',
  'Copperpot  Bakery ',
  'Żółta Łódź Spółka z o.o.',
  'Käsekönig Süd GmbH & Co. KG',
  '月見うどん株式会社',
  'مطبعة القمر الأزرق',
  '🦊 Foxglove Toys 🧸',
  'Café Nimbus'.normalize('NFC'),
  'Café Nimbus'.normalize('NFD'),
  '=SUM(Puddles) Bookkeeping',
  '<b>Bold</b> Moves Removals',
  "Bobby's Tables'); -- Furniture",
  '100% Wool_Works \\ Knitwear',
  'Null Island Charters',
  'The Extraordinarily Long-Named Weather Vane Museum',
  'Smith\u200bfield Zero-Width Media',
]

export const companyTypes = words('Client | Prospect | Vendor | Partner | Former Client | Owner | "Lead" & Suspect')

export const companyStatuses = words('Active | Not Approved | Credit Hold | Inactive')

export const markets = words(`
  Healthcare | Legal | Food & Drink | Manufacturing | Education | Non-profit | Finance | Hospitality | Public "Sector"
`)

export const cities: Choices<readonly [city: string, state: string | null, postalCode: string, country: string]> = [
  ['Lower Puddleton', 'WA', '98001', 'United States'],
  ['Nimbus Falls', 'OR', '97002', 'United States'],
  ['Teacup Springs', 'TX', '75003', 'United States'],
  ['Port Marmalade', 'FL', '33004', 'United States'],
  ['New Wobbleton', 'NY', '10005-0042', 'United States'],
  ["Coeur d'Otter", 'ID', '83006', 'United States'],
  ['Plumpdale', 'OH', '43007', 'United States'],
  ['Mapleloon', 'ON', 'K0K 0K0', 'Canada'],
  ['Bad Regenschirm', null, '01234', 'Germany'],
  ['Mała Chmura', null, '00-999', 'Poland'],
  ['São Guarda-Chuva', null, '01000-999', 'Brazil'],
]

export const streets = words(`
  Thimble Street | Umbrella Avenue | Gosling Way | Marmalade Row | Old Kettle Road | Quill & Ink Lane |
  Straße der Regenschirme | Cat's Cradle Close
`)

export const siteNames = words(`
  Main | Main Office | Warehouse | Annex | Clinic North | Clinic South | Shop Floor | Data Room | Remote Workers |
  Harbor & Docks | Büro 2. Stock
`)

export const firstNames = words(`
  Ada | Barnaby | Clementine | Dorian | Esmé | Fitz | Gwendolyn | Horatio | Ingrid | Jasper | Klára | Lazlo | Mireille |
  Ned | Ottoline | Percival | Quincy | Rosalind | Søren | Tabitha | Ulysses | Violetta | Winifred | Xanthe | Yusuf | Zoë |
  Nguyệt | Łucja | 晴子 | D'Arcy | Anne-Marie
`)

export const lastNames = words(`
  Bumblebrook | Cobblestitch | Dwindleton | Eggplantsen | Fiddlewood | Gumdropoulos | O'Nettle | van der Puddle |
  Inkblotova | Jellicoe-Marsh | Kettlewright | Lollygagger | Muffinsky | Noodleman | Oatmealson | Picklesworth |
  Quackenby | Rumpelstone | Snickersnee | Tumbledown | Underfoot | Vinaigrette | Wigglesworth | Yodelhofer | Zuckerwatte |
  Ångström-Fjord | Żabka | Müßiggang | 月野
`)

export const jobTitles = words(`
  Office Manager | Owner | CFO | Receptionist | IT Coordinator | Head of R&D | Nurse | Partner | Shift Lead |
  Director, "Special" Projects | Geschäftsführer
`)

export const contactTypes = words('Decision Maker | Approver | End User | Billing | Site Contact | VIP & Friends')

export const ticketSummaries = words(`
  Printer offline | Cannot open "Invoices & Receipts" | New starter: Zoë Żabka | User's mouse is possessed |
  Server room smells of toast | VPN drops at 17:00 | ⚠️ Backup failed 3× | Please add <guest> Wi-Fi |
  Passwort zurücksetzen | Monitor is upside down
`)

export const technicians = words("Ann Nox | Piet O'Byte | Ülkü Kabel | Lanternbot (automatic)")

export const priorities = words('Priority 1 - Critical | Priority 2 - High | Priority 3 - Normal | Priority 4 - Low')

export const boards = words('Help Desk | Alerts & Monitoring | Onboarding | Old board (do not use)')

/** Board, name, closed: every board has its own statuses, some of the same name. */
export const ticketStatuses: readonly (readonly [boardId: number, name: string, closed: boolean])[] = [
  [1, 'New', false],
  [1, 'In Progress', false],
  [1, 'Waiting on "Client"', false],
  [1, 'Resolved', true],
  [1, 'Closed', true],
  [2, 'New', false],
  [2, 'Acknowledged', false],
  [2, 'Closed', true],
  [3, 'Requested', false],
  [3, 'Scheduled & Confirmed', false],
  [3, 'Done', true],
  [4, 'New', false],
  [4, 'Closed', true],
]
