-- The first schema. Synced tables carry no foreign keys: their rows are written in bulk, connections and
-- companies are never deleted, and a check per row would cost as much as the insert itself.

create extension if not exists pg_trgm;

create function touch_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;

-- ── Connections ────────────────────────────────────────────────────────────────────────────────

create table connections (
  id bigint generated always as identity primary key,
  connector text not null,
  kind text not null check (kind in ('psa', 'documentation', 'identity', 'warranty')),
  name text not null,
  state text not null default 'active' check (state in ('active', 'paused', 'needs-sign-in', 'disconnected')),
  -- Without the secrets; those are in connection_secrets.
  settings jsonb not null,
  filter jsonb not null default '{}',
  custom_fields jsonb not null default '{}',
  disabled_streams text[] not null default '{}',
  -- How many of a stream's rows one pass may create or remove before the rest is withheld.
  breaker jsonb not null default '{"share": 0.25, "count": 50}',
  -- Fields that may be pushed to the source, by stream.
  write_back jsonb not null default '{}',
  -- A connection that belongs to one company (a Microsoft 365 tenant).
  company_id bigint,
  -- The PSA this one took over from.
  predecessor_id bigint references connections,
  -- Companies are imported by hand or all that pass the filter.
  import_companies text not null default 'selected' check (import_companies in ('selected', 'all')),
  schedule text,
  time_zone text,
  account text,
  account_name text,
  checked_at timestamptz,
  check_result jsonb,
  webhook_ids text[] not null default '{}',
  -- The hub's public URL the registrations point to; it may have changed since.
  webhook_url text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create trigger connections_touch before update on connections for each row execute function touch_updated_at();
create unique index connections_one_psa on connections ((true)) where kind = 'psa' and state <> 'disconnected';
create unique index connections_account on connections (connector, account) where state <> 'disconnected' and account is not null;
create unique index connections_name on connections (lower(name)) where state <> 'disconnected';

create table connection_secrets (
  connection_id bigint not null references connections on delete cascade,
  field text not null,
  key_id text not null,
  nonce bytea not null,
  ciphertext bytea not null,
  updated_at timestamptz not null default now(),
  primary key (connection_id, field)
);

-- ── Sync runs ──────────────────────────────────────────────────────────────────────────────────

create table sync_runs (
  id bigint generated always as identity primary key,
  connection_id bigint not null references connections,
  mode text not null check (mode in ('apply', 'plan')),
  pass text not null check (pass in ('full', 'incremental')),
  trigger text not null check (trigger in ('schedule', 'force', 'webhook', 'cli', 'demo')),
  -- The admin said the source is really empty (or really that full): passes every guard.
  confirmed boolean not null default false,
  requested_by text,
  state text not null default 'running'
    check (state in ('running', 'waiting', 'succeeded', 'warning', 'failed', 'cancelled')),
  cancel_requested boolean not null default false,
  -- Who may write for this run; a worker that lost it is refused.
  lease uuid not null,
  -- Set while the vendor makes the run wait (a rate limit, a long Retry-After).
  waiting_until timestamptz,
  heartbeat_at timestamptz not null default now(),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  error_kind text,
  error_admin text,
  error_log text
);
create unique index sync_runs_one_active on sync_runs (connection_id) where state in ('running', 'waiting');
create index sync_runs_connection on sync_runs (connection_id, id desc);

create table sync_run_streams (
  run_id bigint not null references sync_runs on delete cascade,
  stream text not null,
  pass text not null check (pass in ('full', 'incremental')),
  state text not null default 'pending'
    check (state in ('pending', 'running', 'succeeded', 'warning', 'failed', 'skipped', 'cancelled')),
  pages bigint not null default 0,
  received bigint not null default 0,
  created bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  restored bigint not null default 0,
  removed bigint not null default 0,
  withheld bigint not null default 0,
  rejected bigint not null default 0,
  skipped bigint not null default 0,
  total bigint,
  error_kind text,
  error_admin text,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (run_id, stream)
);

-- One line per company and stream: "why is nothing of this client here?"
create table sync_run_companies (
  run_id bigint not null references sync_runs on delete cascade,
  stream text not null,
  company_source_id text not null,
  received bigint not null default 0,
  created bigint not null default 0,
  updated bigint not null default 0,
  restored bigint not null default 0,
  rejected bigint not null default 0,
  skipped bigint not null default 0,
  primary key (run_id, stream, company_source_id)
);

create table sync_log (
  id bigint generated always as identity primary key,
  run_id bigint not null references sync_runs on delete cascade,
  stream text,
  level text not null check (level in ('info', 'warning', 'error')),
  code text not null,
  message text not null,
  source_id text,
  at timestamptz not null default now()
);
create index sync_log_run on sync_log (run_id, id);

create sequence sync_passes;

-- A pass may span several runs: a run that fails half-way leaves its checkpoint here for the next one.
create table stream_states (
  connection_id bigint not null references connections on delete cascade,
  stream text not null,
  -- Everything the source changed before this moment is known.
  watermark timestamptz,
  last_full_at timestamptz,
  -- What the last complete pass left for the next one.
  state jsonb,
  -- Something (a mapping, a filter, a custom field) changed so that an incremental pass would miss records.
  full_required boolean not null default true,
  pass_id bigint,
  pass text check (pass in ('full', 'incremental')),
  pass_started_at timestamptz,
  pass_since timestamptz,
  pass_pages bigint not null default 0,
  -- Rows that were there when the pass began: what the breaker measures against.
  pass_baseline bigint not null default 0,
  pass_received bigint not null default 0,
  -- Records without a usable id: what they stand for is unknown, so nothing may be removed by absence.
  pass_unidentified bigint not null default 0,
  pass_filter text,
  checkpoint jsonb,
  primary key (connection_id, stream)
);

-- What a pass has seen, a page at a time, and the page's tally per company; gone when the pass ends.
create table sync_pages (
  pass_id bigint not null,
  page bigint not null,
  run_id bigint not null,
  -- Ids of the rows the page spoke of.
  seen bigint[] not null,
  -- Source ids the vendor reported as deleted.
  removals text[] not null,
  -- company source id → [received, created, updated, restored, rejected, skipped]
  companies jsonb not null,
  primary key (pass_id, page)
);

create table record_changes (
  id bigint generated always as identity primary key,
  run_id bigint,
  stream text not null,
  record_id bigint not null,
  field text not null,
  before jsonb,
  after jsonb,
  at timestamptz not null default now()
);
create index record_changes_record on record_changes (stream, record_id, id desc);
create index record_changes_run on record_changes (run_id, id);

-- Changes that were not applied: staged during a pass, waiting for a person, or a dry run's plan.
create table withheld_changes (
  id bigint generated always as identity primary key,
  run_id bigint not null,
  connection_id bigint not null references connections,
  stream text not null,
  source_id text not null,
  record_id bigint,
  action text not null check (action in ('create', 'update', 'restore', 'remove')),
  -- The row as it would be written (columns of the stream's table).
  record jsonb,
  content_hash uuid,
  -- field → [before, after]
  changes jsonb,
  label text,
  reason text not null check (reason in ('breaker', 'source-empty', 'unidentified', 'plan')),
  state text not null check (state in ('staged', 'waiting', 'applied', 'rejected', 'superseded')),
  decided_by text,
  decided_at timestamptz,
  created_at timestamptz not null default now()
);
create unique index withheld_changes_open on withheld_changes (connection_id, stream, source_id, (reason = 'plan'))
  where state in ('staged', 'waiting');
create index withheld_changes_rejected on withheld_changes (connection_id, stream, source_id) where state = 'rejected';
create index withheld_changes_run on withheld_changes (run_id, id);
create index withheld_changes_waiting on withheld_changes (connection_id, stream, id) where state = 'waiting';

-- ── The hub's own: companies and what they are mapped to ─────────────────────────────────────────

create table groups (
  id bigint generated always as identity primary key,
  name text not null,
  is_integration_group boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index groups_name on groups (lower(name));
create unique index groups_integration on groups ((true)) where is_integration_group;
insert into groups (name, is_integration_group) values ('Imported companies', true);

create table company_types (
  id bigint generated always as identity primary key,
  name text not null,
  prospect boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index company_types_name on company_types (lower(name));

create table company_statuses (
  id bigint generated always as identity primary key,
  name text not null,
  is_default boolean not null default false,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index company_statuses_name on company_statuses (lower(name));

create table markets (
  id bigint generated always as identity primary key,
  name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index markets_name on markets (lower(name));

create table companies (
  id bigint generated always as identity primary key,
  name text not null,
  -- The company's id in a PSA the admin typed or imported from a spreadsheet; the first key of matching.
  external_id text,
  website text,
  phone text,
  address_line1 text,
  address_line2 text,
  city text,
  state text,
  postal_code text,
  country text,
  description text,
  starts_on date,
  ends_on date,
  status_id bigint references company_statuses on delete set null,
  primary_market_id bigint references markets on delete set null,
  group_id bigint references groups on delete set null,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index companies_name on companies (lower(name));
-- As source companies are matched by name: case and spaces do not count.
create index companies_plain_name on companies (lower(btrim(regexp_replace(name, '\s+', ' ', 'g'))));
create index companies_search on companies using gin (name gin_trgm_ops);
create index companies_external on companies (external_id) where external_id is not null;

create table companies_company_types (
  company_id bigint not null references companies on delete cascade,
  company_type_id bigint not null references company_types on delete cascade,
  primary key (company_id, company_type_id)
);

create table companies_markets (
  company_id bigint not null references companies on delete cascade,
  market_id bigint not null references markets on delete cascade,
  primary key (company_id, market_id)
);

-- ── Synced records, one table per stream; columns follow core/connector/records.ts ───────────────

-- No further index may begin with connection_id: on a table that has just been filled the planner takes it
-- instead of the unique one, and looks up each of a page's records among all rows of the connection.

create table company_type_mappings (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  active boolean,
  is_default boolean,
  target_id bigint references company_types on delete set null,
  ignored boolean not null default false,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table company_status_mappings (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  active boolean,
  is_default boolean,
  target_id bigint references company_statuses on delete set null,
  ignored boolean not null default false,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table market_mappings (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  target_id bigint references markets on delete set null,
  ignored boolean not null default false,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table company_links (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  identifier text,
  website text,
  phone text,
  status_source_id text,
  status text,
  type_source_ids text[],
  types text[],
  market_source_ids text[],
  markets text[],
  active boolean,
  address_line1 text,
  address_line2 text,
  city text,
  state text,
  postal_code text,
  country text,
  custom_fields jsonb,
  link_state text not null default 'unmapped' check (link_state in ('unmapped', 'linked', 'ignored', 'ambiguous')),
  matched_by text,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);
create index company_links_name on company_links (lower(name));
create index company_links_company on company_links (company_id);

create table sites (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  company_source_id text not null,
  name text not null,
  active boolean,
  is_primary boolean,
  phone text,
  address_line1 text,
  address_line2 text,
  city text,
  state text,
  postal_code text,
  country text,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);
create index sites_company_source on sites (company_source_id, connection_id);
create index sites_company on sites (company_id);

create table configuration_types (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  active boolean,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table configuration_statuses (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  active boolean,
  is_default boolean,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table contacts (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  company_source_id text,
  site_source_id text,
  name text not null,
  first_name text,
  last_name text,
  types text[],
  title text,
  email text,
  phone text,
  mobile text,
  is_primary boolean,
  active boolean,
  address_line1 text,
  address_line2 text,
  city text,
  state text,
  postal_code text,
  country text,
  custom_fields jsonb,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);
create index contacts_company_source on contacts (company_source_id, connection_id);
create index contacts_company on contacts (company_id);

create table configurations (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  company_source_id text,
  site_source_id text,
  contact_source_id text,
  name text not null,
  type_source_id text,
  type text,
  status_source_id text,
  status text,
  active boolean,
  serial_number text,
  asset_tag text,
  manufacturer text,
  model text,
  product_number text,
  os_type text,
  os_version text,
  mac_address text,
  ip_address text,
  purchase_date date,
  installation_date date,
  warranty_expiration date,
  notes text,
  custom_fields jsonb,
  company_id bigint,
  -- The serial as makers compare it: upper case, letters and digits only.
  serial_normalized text generated always as (nullif(upper(regexp_replace(serial_number, '[^A-Za-z0-9]', '', 'g')), '')) stored,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);
-- No trigram index on names: it made every insert three times as expensive (measured), and a search without
-- one reads 20,000 rows in 30 ms.
create index configurations_serial on configurations (serial_normalized, company_id) where serial_normalized is not null;
create index configurations_company_source on configurations (company_source_id, connection_id);
create index configurations_company on configurations (company_id);

create table ticket_boards (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  active boolean,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table ticket_priorities (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  sort_order bigint,
  is_default boolean,
  color text,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table ticket_statuses (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  board_source_id text,
  name text not null,
  closed boolean,
  sort_order bigint,
  is_default boolean,
  active boolean,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table flexible_asset_types (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  description text,
  active boolean,
  field_definitions jsonb,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table flexible_assets (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  company_source_id text,
  type_source_id text,
  type text,
  name text not null,
  active boolean,
  traits jsonb,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);
create index flexible_assets_company_source on flexible_assets (company_source_id, connection_id);
create index flexible_assets_company on flexible_assets (company_id);

create table domains (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  company_source_id text,
  name text not null,
  registrar text,
  expires_on date,
  notes text,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);
create index domains_company_source on domains (company_source_id, connection_id);
create index domains_company on domains (company_id);

create table ssl_certificates (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  company_source_id text,
  name text not null,
  issuer text,
  serial_number text,
  fingerprint text,
  valid_from date,
  expires_on date,
  active boolean,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);
create index ssl_certificates_company_source on ssl_certificates (company_source_id, connection_id);
create index ssl_certificates_company on ssl_certificates (company_id);

create table m365_users (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  user_principal_name text,
  email text,
  title text,
  department text,
  user_type text,
  enabled boolean,
  mfa_registered boolean,
  mfa_reason text,
  last_sign_in_at timestamptz,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table m365_licenses (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  name text not null,
  sku_part_number text,
  total bigint,
  assigned bigint,
  status text,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create table m365_user_licenses (
  id bigint generated always as identity primary key,
  connection_id bigint not null,
  source_id text not null,
  source_url text,
  source_updated_at timestamptz,
  user_source_id text not null,
  license_source_id text not null,
  company_id bigint,
  content_hash uuid not null,
  created_run_id bigint,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (connection_id, source_id)
);

create view mappings as
  select 'companyTypes' as kind, id, connection_id, source_id, name, target_id, ignored, removed_at from company_type_mappings
  union all
  select 'companyStatuses', id, connection_id, source_id, name, target_id, ignored, removed_at from company_status_mappings
  union all
  select 'markets', id, connection_id, source_id, name, target_id, ignored, removed_at from market_mappings;

-- ── Warranty and write-back ────────────────────────────────────────────────────────────────────

create table warranties (
  id bigint generated always as identity primary key,
  maker text not null,
  serial_number text not null,
  product_number text not null default '',
  purchase_date date,
  expires_on date,
  grade text check (grade in ('official', 'public', 'estimated')),
  outcome text,
  message text,
  answered_at timestamptz,
  next_lookup_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (maker, serial_number, product_number)
);

create table warranty_entitlements (
  id bigint generated always as identity primary key,
  warranty_id bigint not null references warranties on delete cascade,
  name text not null,
  kind text not null,
  starts_on date,
  ends_on date
);
create index warranty_entitlements_warranty on warranty_entitlements (warranty_id);

-- The outbox: every change the hub sends to a source is a row first.
create table writebacks (
  id bigint generated always as identity primary key,
  connection_id bigint not null references connections,
  stream text not null,
  source_id text not null,
  record_id bigint not null,
  change jsonb not null,
  expected jsonb not null,
  state text not null default 'proposed'
    check (state in ('proposed', 'approved', 'sending', 'written', 'unchanged', 'conflict', 'failed', 'rejected')),
  message text,
  current jsonb,
  proposed_by text not null,
  decided_by text,
  created_at timestamptz not null default now(),
  sent_at timestamptz
);
create unique index writebacks_open on writebacks (connection_id, stream, source_id) where state in ('proposed', 'approved', 'sending');
create index writebacks_state on writebacks (state, id desc);

-- ── Access ─────────────────────────────────────────────────────────────────────────────────────

create table users (
  id bigint generated always as identity primary key,
  email text not null,
  name text not null,
  role text not null check (role in ('admin', 'manager', 'editor', 'reader')),
  password_hash text,
  oidc_issuer text,
  oidc_subject text,
  disabled_at timestamptz,
  last_login_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index users_email on users (lower(email));
create unique index users_oidc on users (oidc_issuer, oidc_subject) where oidc_subject is not null;

-- Sessions and one-time links are found by the hash of what the browser holds.
create table sessions (
  token_hash text primary key,
  user_id bigint references users on delete cascade,
  data jsonb not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table one_time_links (
  token_hash text primary key,
  user_id bigint references users on delete cascade,
  purpose text not null check (purpose in ('first-admin', 'set-password')),
  expires_at timestamptz not null,
  used_at timestamptz
);

create table api_tokens (
  id bigint generated always as identity primary key,
  user_id bigint not null references users on delete cascade,
  name text not null,
  token_hash text not null unique,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  user_id bigint,
  actor text not null,
  action text not null,
  target text,
  detail jsonb,
  address text
);
create index audit_log_at on audit_log (at desc);

create table settings (
  name text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

create table webhook_deliveries (
  connection_id bigint not null references connections on delete cascade,
  delivery_id text not null,
  received_at timestamptz not null default now(),
  primary key (connection_id, delivery_id)
);
