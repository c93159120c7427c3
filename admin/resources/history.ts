/** What happened and who did it: runs, changes, the log, what was sent back, the people and their deeds. */
import { streamNames, streams } from '../../core/connector/index.ts'
import type { Models } from '../../core/store/models/index.ts'
import type { FieldSpec, ResourceSpec } from './spec.ts'

const streamChoices = Object.fromEntries(streamNames.map((stream) => [stream, streams[stream].title]))

const name: FieldSpec = { name: 'name', label: 'Name', kind: 'text', group: 'main' }
const connection: FieldSpec = {
  name: 'connectionId',
  label: 'Connection',
  kind: 'reference',
  reference: 'connections',
  group: 'main',
}
const run: FieldSpec = { name: 'runId', label: 'Run', kind: 'reference', reference: 'runs', group: 'main' }
const stream: FieldSpec = { name: 'stream', label: 'Records', kind: 'choice', choices: streamChoices, group: 'main' }

function history(models: Models): readonly ResourceSpec[] {
  return [
    {
      id: 'runs',
      title: 'Sync runs',
      one: 'run',
      section: 'History',
      icon: 'Activity',
      model: models.hub.sync_runs,
      capability: 'look',
      titleField: 'id',
      fields: [
        { name: 'id', label: 'Run', kind: 'code', group: 'main' },
        connection,
        {
          name: 'state',
          label: 'State',
          kind: 'choice',
          group: 'main',
          choices: {
            running: 'Running',
            waiting: 'Waiting',
            succeeded: 'Succeeded',
            warning: 'With warnings',
            failed: 'Failed',
            cancelled: 'Cancelled',
          },
        },
        { name: 'mode', label: 'Mode', kind: 'choice', group: 'main', choices: { apply: 'Sync', plan: 'Dry run' } },
        {
          name: 'pass',
          label: 'Reads',
          kind: 'choice',
          group: 'main',
          choices: { full: 'Everything', incremental: 'Changes' },
        },
        {
          name: 'trigger',
          label: 'Started by',
          kind: 'choice',
          group: 'main',
          choices: { schedule: 'Schedule', force: 'Force sync', webhook: 'Webhook', cli: 'Command line', demo: 'Demo' },
        },
        { name: 'requestedBy', label: 'Asked for by', kind: 'text', group: 'main' },
        { name: 'startedAt', label: 'Started', kind: 'instant', group: 'main' },
        { name: 'finishedAt', label: 'Finished', kind: 'instant', group: 'main' },
        { name: 'errorAdmin', label: 'What went wrong', kind: 'text', group: 'main' },
      ],
      list: ['id', 'connectionId', 'state', 'mode', 'trigger', 'startedAt', 'finishedAt', 'errorAdmin'],
      filters: ['connectionId', 'state', 'mode', 'pass', 'trigger', 'startedAt'],
      search: ['errorAdmin', 'requestedBy'],
      sort: { by: 'id', direction: 'desc' },
      page: 'run',
    },
    {
      id: 'changes',
      title: 'Changes',
      one: 'change',
      section: 'History',
      icon: 'GitCommit',
      model: models.hub.record_changes,
      capability: 'look',
      titleField: 'field',
      fields: [
        { name: 'at', label: 'When', kind: 'instant', group: 'main' },
        stream,
        { name: 'recordId', label: 'Record', kind: 'code', group: 'main' },
        { name: 'field', label: 'Field', kind: 'code', group: 'main' },
        { name: 'before', label: 'Before', kind: 'json', group: 'main' },
        { name: 'after', label: 'After', kind: 'json', group: 'main' },
        run,
      ],
      list: ['at', 'stream', 'recordId', 'field', 'before', 'after', 'runId'],
      filters: ['stream', 'field', 'runId', 'recordId', 'at'],
      search: ['field'],
      sort: { by: 'id', direction: 'desc' },
    },
    {
      id: 'log',
      title: 'Run log',
      one: 'line',
      section: 'History',
      icon: 'List',
      model: models.hub.sync_log,
      capability: 'look',
      titleField: 'message',
      fields: [
        { name: 'at', label: 'When', kind: 'instant', group: 'main' },
        {
          name: 'level',
          label: 'Level',
          kind: 'choice',
          choices: { info: 'Note', warning: 'Warning', error: 'Error' },
          group: 'main',
        },
        run,
        stream,
        { name: 'code', label: 'Code', kind: 'code', group: 'main' },
        { name: 'message', label: 'Message', kind: 'text', group: 'main' },
        { name: 'sourceId', label: 'Id at the source', kind: 'code', group: 'main' },
      ],
      list: ['at', 'level', 'runId', 'stream', 'message', 'code'],
      filters: ['level', 'runId', 'stream', 'code', 'sourceId', 'at'],
      search: ['message', 'code'],
      sort: { by: 'id', direction: 'desc' },
    },
    {
      id: 'write-backs',
      title: 'Write-backs',
      one: 'write-back',
      section: 'History',
      icon: 'UploadCloud',
      model: models.hub.writebacks,
      capability: 'look',
      titleField: 'id',
      fields: [
        { name: 'id', label: 'Write-back', kind: 'code', group: 'main' },
        connection,
        {
          name: 'state',
          label: 'State',
          kind: 'choice',
          group: 'main',
          choices: {
            proposed: 'Proposed',
            approved: 'Approved',
            sending: 'Being sent',
            written: 'Written',
            unchanged: 'Was there already',
            conflict: 'Conflict',
            failed: 'Failed',
            rejected: 'Rejected',
          },
        },
        stream,
        { name: 'recordId', label: 'Record', kind: 'code', group: 'main' },
        { name: 'change', label: 'Change', kind: 'json', group: 'main' },
        { name: 'expected', label: 'Expected at the source', kind: 'json', group: 'main' },
        { name: 'current', label: 'At the source afterwards', kind: 'json', group: 'main' },
        { name: 'message', label: 'What the source said', kind: 'text', group: 'main' },
        { name: 'proposedBy', label: 'Proposed by', kind: 'text', group: 'main' },
        { name: 'decidedBy', label: 'Decided by', kind: 'text', group: 'main' },
        { name: 'createdAt', label: 'Proposed', kind: 'instant', group: 'main' },
        { name: 'sentAt', label: 'Sent', kind: 'instant', group: 'main' },
      ],
      list: ['id', 'connectionId', 'state', 'recordId', 'change', 'proposedBy', 'createdAt', 'message'],
      filters: ['connectionId', 'state', 'stream', 'recordId', 'createdAt'],
      search: ['message', 'proposedBy', 'decidedBy'],
      sort: { by: 'id', direction: 'desc' },
    },
  ]
}

function people(models: Models): readonly ResourceSpec[] {
  return [
    {
      id: 'users',
      title: 'Users',
      one: 'user',
      section: 'Administration',
      icon: 'Users',
      model: models.hub.users,
      capability: 'users',
      titleField: 'name',
      fields: [
        name,
        { name: 'email', label: 'E-mail', kind: 'text', group: 'main' },
        {
          name: 'role',
          label: 'Role',
          kind: 'choice',
          choices: { reader: 'Reader', editor: 'Editor', manager: 'Manager', admin: 'Admin' },
          group: 'main',
        },
        { name: 'lastLoginAt', label: 'Last log-in', kind: 'instant', group: 'main' },
        { name: 'disabledAt', label: 'Disabled since', kind: 'instant', group: 'main' },
        { name: 'createdAt', label: 'Here since', kind: 'instant', group: 'record' },
        { name: 'updatedAt', label: 'Last change', kind: 'instant', group: 'record' },
      ],
      list: ['name', 'email', 'role', 'lastLoginAt', 'disabledAt'],
      filters: ['role', 'lastLoginAt'],
      search: ['name', 'email'],
      sort: { by: 'name', direction: 'asc' },
    },
    {
      id: 'audit-log',
      title: 'Audit log',
      one: 'entry',
      section: 'Administration',
      icon: 'Shield',
      model: models.hub.audit_log,
      capability: 'users',
      titleField: 'action',
      fields: [
        { name: 'at', label: 'When', kind: 'instant', group: 'main' },
        { name: 'actor', label: 'Who', kind: 'text', group: 'main' },
        { name: 'action', label: 'Did', kind: 'code', group: 'main' },
        { name: 'target', label: 'To', kind: 'text', group: 'main' },
        { name: 'address', label: 'From address', kind: 'code', group: 'main' },
        { name: 'detail', label: 'Detail', kind: 'json', group: 'main' },
      ],
      list: ['at', 'actor', 'action', 'target', 'address'],
      filters: ['actor', 'action', 'target', 'at'],
      search: ['actor', 'action', 'target'],
      sort: { by: 'id', direction: 'desc' },
    },
  ]
}

export function historySpecs(models: Models): readonly ResourceSpec[] {
  return [...history(models), ...people(models)]
}
