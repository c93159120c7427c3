/** What the world's machines are and what people write about them. */
import type { WorldCustomField } from '../../connector/simulator.ts'
import type { Choices } from './dice.ts'

export const manufacturers: Choices<string> = [
  'Dell',
  'HP',
  'Lenovo',
  'Apple',
  'Acer',
  'ASUS',
  'HPE',
  'Microsoft',
  'Ubiquiti',
  'Fortinet',
  'APC',
  // The same makers as an RMM tool wrote them: nobody tidies this list.
  'Dell Inc.',
  'Hewlett-Packard',
  'LENOVO',
  'Unknown / Other',
]

export const appleId = 4

export interface Product {
  readonly manufacturerId: number
  readonly models: Choices<readonly [model: string, productNumber: string | null]>
  /** Fixed start of the serial number and how many random characters follow. */
  readonly serial: readonly [start: string, length: number]
}

const computers: Choices<Product> = [
  {
    manufacturerId: 1,
    serial: ['', 7],
    models: [
      ['Latitude 5440', null],
      ['OptiPlex 7010', '0XG7V'],
    ],
  },
  { manufacturerId: 1, serial: ['', 7], models: [['Precision 3660', null]] },
  {
    manufacturerId: 2,
    serial: ['5CG', 7],
    models: [
      ['EliteBook 840 G8', '336H5UA#ABA'],
      ['ZBook Firefly', '6B8A4EA#ABD'],
    ],
  },
  { manufacturerId: 2, serial: ['MXL', 7], models: [['ProDesk 600 G6', '1D2Q8UT#ABA']] },
  {
    manufacturerId: 3,
    serial: ['PF', 6],
    models: [
      ['ThinkPad T14 Gen 3', '21AHCTO1WW'],
      ['ThinkCentre M70q', '11T3'],
    ],
  },
  {
    manufacturerId: 4,
    serial: ['C0', 10],
    models: [
      ['MacBook Pro (14-inch, 2023)', 'MPHE3LL/A'],
      ['iMac', null],
    ],
  },
  { manufacturerId: 5, serial: ['NXVVSAA', 15], models: [['TravelMate P2', 'NX.VVSAA.001']] },
  { manufacturerId: 6, serial: ['N0CV', 11], models: [['ExpertBook B1', '90NX05U1']] },
  { manufacturerId: 8, serial: ['0', 11], models: [['Surface Pro 9', 'QIL-00001']] },
  { manufacturerId: 12, serial: ['', 7], models: [['Latitude 7420', null]] },
  { manufacturerId: 13, serial: ['CZC', 7], models: [['HP EliteDesk 800', 'L4L09UT']] },
  { manufacturerId: 14, serial: ['MJ', 6], models: [['20XW', '20XW004QUS']] },
]

const servers: Choices<Product> = [
  {
    manufacturerId: 1,
    serial: ['', 7],
    models: [
      ['PowerEdge R650', null],
      ['PowerEdge T340', null],
    ],
  },
  { manufacturerId: 7, serial: ['CZ2', 7], models: [['ProLiant DL380 Gen10', '868703-B21']] },
]

const appliances: Choices<Product> = [
  {
    manufacturerId: 9,
    serial: ['', 12],
    models: [
      ['USW-24-PoE', 'USW-24-POE-US'],
      ['U6-Pro', null],
    ],
  },
  { manufacturerId: 10, serial: ['FGT60FTK', 8], models: [['FortiGate 60F', 'FG-60F']] },
  { manufacturerId: 11, serial: ['AS', 10], models: [['Smart-UPS 1500', 'SMT1500C']] },
]

export interface Kind {
  readonly name: string
  readonly active: boolean
  /** How machine names of this kind begin. */
  readonly code: string
  /** Out of a hundred machines. */
  readonly share: number
  readonly products: Choices<Product> | null
}

/** The configuration types. The last ones are nothing one can hold in hands. */
export const kinds: Choices<Kind> = [
  { name: 'Managed Workstation', active: true, code: 'WS', share: 38, products: computers },
  { name: 'Managed Laptop', active: true, code: 'LT', share: 30, products: computers },
  { name: 'Managed Server', active: true, code: 'SRV', share: 6, products: servers },
  { name: 'Network Device', active: true, code: 'NET', share: 9, products: appliances },
  { name: 'Printer & Scanner', active: true, code: 'PRN', share: 7, products: null },
  { name: 'UPS', active: true, code: 'UPS', share: 2, products: appliances },
  { name: 'Virtual Machine', active: true, code: 'VM', share: 4, products: null },
  { name: 'Domain / SSL "Renewals"', active: true, code: 'DOM', share: 3, products: null },
  { name: 'Pager (retired type)', active: false, code: 'PAG', share: 1, products: null },
]

/** Name, default, closed. */
export const configurationStatuses: readonly (readonly [name: string, isDefault: boolean, closed: boolean])[] = [
  ['Active', true, false],
  ['Spare / In stock', false, false],
  ['In Repair', false, false],
  ['Inactive', false, true],
  ['Retired & Wiped', false, true],
]

/** What stands where a serial number should, and one that stands on many machines. */
export const junkSerials: Choices<string> = [
  'To Be Filled By O.E.M.',
  'System Serial Number',
  'Default string',
  'N/A',
  'None',
  '0',
  '123456789',
  'Not Specified',
  '',
  '   ',
  'XXXXXXX',
  'VMware-56 4d 0c 11 8e 00 00 00-00 00 00 00 00 00 00 01',
  'DUPL1C8',
]

export type System = readonly [type: string | null, version: string | null]

export const clientSystems: Choices<System> = [
  ['Windows 11 Pro', '10.0.22631'],
  ['Windows 11 Pro', '10.0.26100'],
  ['Windows 10 Enterprise LTSC', '10.0.19044'],
  ['Microsoft® Windows® 11 Pro N for Workstations', '23H2'],
  ['Ubuntu 24.04 LTS', '6.8.0-41'],
  [null, null],
  ['', ''],
]

export const serverSystems: Choices<System> = [
  ['Windows Server 2022 Standard', '10.0.20348'],
  ['Windows Server 2012 R2', '6.3.9600'],
  ['VMware ESXi', '8.0.2'],
  [null, null],
]

export const configurationNotes: Choices<string> = [
  'docking station at desk',
  'Spare; see shelf "B"',
  'Line one\nLine two\r\nLine three\ttab',
  '<script>alert("note")</script>',
  'Übergabe an Zoë ✔',
  'loud fan. '.repeat(300),
]

/** Names people give to machines. */
export const oddConfigurationNames: Choices<string> = [
  '🖨️ Front desk',
  'Bürodrucker №2',
  "O'Malley's laptop",
  'the "big" one',
  'C:\\temp\\new',
  '=HYPERLINK("http://sheet.example")',
  '<i>Lobby</i> kiosk',
  'null',
  '0',
  'DESKTOP-ABC1234',
  'desktop-abc1234',
  'Reception & Waiting',
  'e\u0301toile',
  '100%_sure',
]

export const configurationFields: readonly WorldCustomField[] = [
  { id: 'asset-owner', title: 'Asset owner', type: 'text' },
  { id: 'rack-units', title: 'Rack units', type: 'number' },
  { id: 'backed-up', title: 'Backed up?', type: 'boolean' },
  { id: 'battery-date', title: 'Battery "best before"', type: 'date' },
  {
    id: 'lifecycle',
    title: 'Lifecycle & Größe',
    type: 'list',
    options: ['New', 'In use', 'Due for "refresh"', 'Außer Betrieb'],
  },
]

export const contactFields: readonly WorldCustomField[] = [
  { id: 'newsletter', title: 'Newsletter opt-in', type: 'boolean' },
  { id: 'department', title: 'Department', type: 'list', options: ['Front desk', 'Accounts', 'R&D', 'Küche'] },
  { id: 'cake-day', title: "Baker's date", type: 'date' },
]
