-- The tables in which the stages meet. Portable types only: text, bigint, double, boolean, timestamp, json.
-- One statement per table, `create table if not exists`; times are UTC.

-- Collect ------------------------------------------------------------------------------------------------------
-- Every accepted event, once. Written by the loader together with its position.
-- No primary key: an index over random hashes makes loading 2 to 7 times slower, the more the bigger the
-- table (bench/warehouse_bench.cpp). Once is the loader's promise: the position moves in the transaction
-- of the rows, and a batch goes in through `where not exists (… event_id = …)`, 100k of 1M in 0.05 s.
create table if not exists raw.events (
  event_id         text not null,      -- 32 hex digits: content hash of source and message_id
  source           text not null,
  message_id       text not null,
  type             text not null,      -- track identify page screen group alias
  name             text,               -- of a track, page or screen call
  user_id          text,
  anonymous_id     text,
  group_id         text,
  previous_id      text,
  identifier_type  text,               -- the strongest identifier the event carries, normalised …
  identifier_value text,               -- … by which it finds its profile
  occurred_at      timestamp not null,
  received_at      timestamp not null,
  properties       json,
  traits           json,
  context          json,
  log_offset       bigint not null     -- position in the log, for replay and proof
);
-- File sources land in raw.<source>_<stream>: the file's own columns, plus _row_key text (unique), _row_hash text,
-- _file text, _row bigint, _loaded_at timestamp, _updated_at timestamp.

create table if not exists rondo.load_positions (
  stream     text primary key,
  position   bigint not null,
  updated_at timestamp not null
);

create table if not exists rondo.quarantine (
  quarantine_id text primary key,      -- content hash: the same bad record is held once
  source        text not null,
  stream        text not null,         -- event name, or stream of a file source
  contract      text,
  reason_code   text not null,
  reason        text not null,         -- every violation, for a person
  payload       json not null,         -- the record as it came; enough to release it
  received_at   timestamp not null,
  state         text not null,         -- held released
  released_at   timestamp
);

-- Consolidate --------------------------------------------------------------------------------------------------
-- Why two identifiers belong together: every co-occurrence that was seen, once per (pair, source, rule).
create table if not exists rondo.evidence (
  evidence_id  text primary key,
  left_type    text not null,
  left_value   text not null,
  right_type   text not null,
  right_value  text not null,
  source       text not null,
  rule         text not null,          -- same_event, same_row, alias
  record_id    text not null,          -- event id, or stream and row key: the first that showed it
  first_seen   timestamp not null,
  last_seen    timestamp not null,
  refused      text                    -- null: joins; otherwise limit:KIND, blocked:KIND or undeclared:KIND
);
create table if not exists rondo.identifiers (
  type        text not null,
  value       text not null,
  profile_id  text not null,
  first_seen  timestamp not null,
  primary key (type, value)
);
-- Every id ever given; a merged one points to the one that lives on.
create table if not exists rondo.profile_index (
  profile_id  text primary key,
  created_at  timestamp not null,
  merged_into text,
  merged_at   timestamp
);
-- The golden record, one row per field, with where it came from.
create table if not exists rondo.profile_values (
  profile_id  text not null,
  field       text not null,
  value       text not null,
  source      text not null,           -- "crm.contacts.email", or "enrichment.work_email/prospeo"
  record_id   text not null,
  occurred_at timestamp not null,
  verified    boolean not null,
  stale       boolean not null,        -- feedback said it is no longer true
  primary key (profile_id, field)
);
-- Values that feedback called untrue (an address that bounced). By value: it stays untrue for whoever holds it.
create table if not exists rondo.stale_values (
  field       text not null,           -- profile field
  value       text not null,           -- as the field holds it
  outcome_id  text not null,           -- what told us
  since       timestamp not null,      -- verified after this, the value is good again
  primary key (field, value)
);
-- rondo.profiles is a table made by identity: profile_id, created_at, then one text column per declared field.
-- rondo.profile_events is a view made by identity: raw.events with the profile_id of today, without those that
-- belong to nobody.

-- Consent ------------------------------------------------------------------------------------------------------
create table if not exists rondo.consent_ledger (
  identifier_type  text not null,
  identifier_value text not null,
  purpose          text not null,
  allowed          boolean not null,
  occurred_at      timestamp not null,
  source           text not null,
  evidence         text not null,      -- event id, or stream and row
  recorded_at      timestamp not null,
  primary key (identifier_type, identifier_value, purpose, evidence)
);
create table if not exists rondo.suppressions (
  identifier_type  text not null,
  identifier_value text not null,
  purpose          text not null,      -- '*' for all
  reason           text not null,
  outcome_id       text not null,
  since            timestamp not null,
  primary key (identifier_type, identifier_value, purpose)
);

-- Enrich -------------------------------------------------------------------------------------------------------
create table if not exists rondo.enrichments (
  receipt_id  bigint primary key,      -- sequence of the spend journal
  enrichment  text not null,
  run_id      text not null,
  profile_id  text not null,
  provider    text not null,
  field       text not null,
  value       text,                    -- null: a miss
  verdict     text not null,           -- verified unverified miss unknown error
  cost_micros bigint not null,
  currency    text not null,
  asked_at    timestamp not null,
  expires_at  timestamp not null
);
create table if not exists rondo.verifications (
  address    text primary key,         -- normalised
  verdict    text not null,            -- deliverable undeliverable risky unknown
  reasons    json not null,
  evidence   json not null,
  checked_at timestamp not null,
  expires_at timestamp not null
);

-- Activate -----------------------------------------------------------------------------------------------------
-- Receipts: what became of each change. Published from the outbox with its position.
create table if not exists rondo.deliveries (
  receipt_id   bigint primary key,     -- sequence of the outbox
  sync         text not null,
  run_id       text not null,
  destination  text not null,
  object       text not null,
  key          text not null,          -- value of the match field as the destination stores it
  profile_id   text,
  action       text not null,          -- add update remove
  state        text not null,          -- ok rejected unknown
  reason_code  text,
  reason       text,
  fingerprint  text not null,
  remote_id    text,
  fields       json,
  request_id   text,
  delivered_at timestamp not null
);
-- What each destination holds because of us: the other half of the diff.
create table if not exists rondo.delivered (
  sync         text not null,
  key          text not null,
  profile_id   text,
  fingerprint  text not null,
  remote_id    text,
  fields       json,
  receipt_id   bigint not null,
  primary key (sync, key)
);
-- Who of an audience was not sent, and why; replaced by each run of the sync.
create table if not exists rondo.blocked (
  sync        text not null,
  run_id      text not null,
  profile_id  text not null,
  key         text,
  reason_code text not null,           -- consent_missing consent_withdrawn suppressed undeliverable holdout no_key duplicate_key
  reason      text not null,
  blocked_at  timestamp not null,
  primary key (sync, profile_id)
);

-- Measure ------------------------------------------------------------------------------------------------------
create table if not exists rondo.outcomes (
  outcome_id  text primary key,        -- content hash of rule and record
  outcome     text not null,           -- the rule's name
  profile_id  text,
  record_id   text not null,
  occurred_at timestamp not null,
  amount      double,
  currency    text,
  identifier_type  text,               -- by which the profile was looked for, normalised; feedback …
  identifier_value text                -- … suppresses this very value
);
create table if not exists rondo.credits (
  outcome_id  text not null,
  receipt_id  bigint not null,
  sync        text not null,
  profile_id  text not null,
  model       text not null,
  share       double not null,         -- shares of one outcome and model add up to 1
  primary key (outcome_id, receipt_id, model)
);

-- Control ------------------------------------------------------------------------------------------------------
create table if not exists rondo.runs (
  run_id     text primary key,
  trigger    text not null,
  selection  text not null,
  started_at timestamp not null,
  ended_at   timestamp,
  state      text not null             -- running succeeded failed
);
create table if not exists rondo.steps (
  run_id     text not null,
  asset      text not null,
  attempt    bigint not null,
  started_at timestamp not null,
  ended_at   timestamp,
  state      text not null,            -- running succeeded failed skipped
  rows       bigint,
  summary    json,
  error_code text,
  error      text,
  primary key (run_id, asset, attempt)
);
