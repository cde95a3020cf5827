-- The audit log: one row an event, each bound to the one before it by its hash, in one order over all servers.
--
-- Rows are added and never changed. Triggers refuse UPDATE and DELETE; their text is not portable and is beside
-- the code that runs migrations (api/src/store/migrate/). What a row's hash covers is in docs/audit.md.

CREATE TABLE audit_entries (
    seq         BIGINT PRIMARY KEY,         -- from 1, without gaps: the place in the chain
    id          TEXT NOT NULL UNIQUE,
    at          BIGINT NOT NULL,            -- by the clock of the server that wrote it
    actor       TEXT,                       -- account id, 'system', or 'os:NAME' for a command; NULL: not signed in
    role        TEXT,
    address     TEXT,                       -- of the client. Personal: shown to audit administrators only
    device      TEXT,
    request_id  TEXT,
    action      TEXT NOT NULL,              -- a word of audit::Action
    object_kind TEXT,
    object_id   TEXT,
    division    TEXT,
    result      TEXT NOT NULL CHECK (result IN ('success','refused','failed')),
    reason      TEXT,                       -- a stable code
    details     TEXT NOT NULL,              -- JSON, small, nothing personal
    prev_hash   BYTEA NOT NULL,             -- hash of the row before, zeros for the first
    hash        BYTEA NOT NULL,             -- SM3 over the row
    mac         BYTEA NOT NULL              -- HMAC-SM3 over the row, under the secret `audit` of the keystore
);
CREATE INDEX audit_entries_by_time ON audit_entries (at);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor, seq);
CREATE INDEX audit_entries_by_object ON audit_entries (object_kind, object_id, seq);
CREATE INDEX audit_entries_by_action ON audit_entries (action, seq);

-- Where the chain ends. Whoever adds a row holds this one until the end of the transaction.
CREATE TABLE audit_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

-- Where the chain stood, signed, to be kept elsewhere too. With `archived`: the rows up to here were taken out, and
-- the chain goes on from here.
CREATE TABLE audit_checkpoints (
    seq      BIGINT NOT NULL,
    archived BOOLEAN NOT NULL,
    at       BIGINT NOT NULL,
    signed   BYTEA NOT NULL,                -- COSE_Sign1 by a key of use `audit`
    mac      BYTEA NOT NULL,                -- HMAC-SM3 over `signed`, under the secret `audit`
    PRIMARY KEY (seq, archived)
);
