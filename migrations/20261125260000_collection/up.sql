-- Collection (归集): what a province has still to tell the ministry, how far it is, and what the ministry keeps of it.

-- How far the other side knows the feed of events. One row.
CREATE TABLE collection_outbox (
    name          TEXT PRIMARY KEY,
    seq           BIGINT NOT NULL,          -- the other side has every event up to here, but for collection_exceptions
    paused_at     BIGINT,                   -- NULL: it goes on
    failures      BIGINT NOT NULL,          -- tries in a row that failed
    failing_since BIGINT,
    retry_at      BIGINT NOT NULL,
    last_error    TEXT,                     -- a word, never what was sent
    succeeded_at  BIGINT
);

-- Certificates whose events do not go with the others.
CREATE TABLE collection_exceptions (
    certificate_id TEXT PRIMARY KEY REFERENCES certificates (id),
    seq            BIGINT NOT NULL,         -- its events after this one, up to the mark, are still to be sent
    state          TEXT NOT NULL CHECK (state IN ('set_aside','requeued')),
    mending        BOOLEAN NOT NULL,        -- the other side is to overwrite what it has
    reason         TEXT NOT NULL,           -- a word
    since          BIGINT NOT NULL
);

-- Times in which certificates could not be pushed (不可抗力等), and the two working days after them.
CREATE TABLE collection_incidents (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('ministry_unreachable','source_outage')),
    begun_at     BIGINT NOT NULL,
    begun_by     TEXT NOT NULL,             -- account, or system
    note         TEXT NOT NULL,
    first_seq    BIGINT NOT NULL,           -- the mark when it began
    cleared_at   BIGINT,
    cleared_by   TEXT,
    last_seq     BIGINT,                    -- the newest event when it was cleared
    due_at       BIGINT,                    -- the first instant that is too late
    overdue      BIGINT NOT NULL,           -- certificates' events not pushed when it fell due
    made_good_at BIGINT
);
CREATE UNIQUE INDEX collection_incidents_open ON collection_incidents (kind) WHERE cleared_at IS NULL;

-- Comparisons with the other side's list.
CREATE TABLE reconciliations (
    id          TEXT PRIMARY KEY,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT,                     -- NULL: broken off
    here        BIGINT NOT NULL,            -- certificates
    there       BIGINT NOT NULL,
    waiting     BIGINT NOT NULL,            -- differ because something is still to be sent
    differences BIGINT NOT NULL
);
CREATE TABLE collection_differences (
    reconciliation_id TEXT NOT NULL REFERENCES reconciliations (id),
    certificate_id    TEXT NOT NULL,        -- ours, or one that only the other side has
    kind              TEXT NOT NULL CHECK (kind IN ('missing_there','missing_here','other_version','other_status','other_content')),
    here              TEXT,
    there             TEXT,
    mended_at         BIGINT,               -- when it was queued again
    PRIMARY KEY (reconciliation_id, certificate_id)
);

-- At the ministry: the provinces whose keys stand in the national trust list.
CREATE TABLE provinces (
    iss           TEXT PRIMARY KEY,         -- prefix of its division codes
    name          TEXT NOT NULL,
    url           TEXT NOT NULL,
    roots         TEXT NOT NULL,            -- pinned public keys, hexadecimal, separated by blanks
    registered_at BIGINT NOT NULL,
    trust_list    BYTEA,                    -- the newest that was accepted
    trust_at      BIGINT,                   -- when it was fetched
    status_list   BYTEA,
    status_at     BIGINT,                   -- when it was made
    status_end    BIGINT,                   -- when it ends
    heard_at      BIGINT                    -- when a collection of it last came in
);

-- At the ministry: certificates as provinces collect them.
CREATE TABLE collected_certificates (
    certificate_id TEXT PRIMARY KEY,
    iss            TEXT NOT NULL,
    seq            BIGINT NOT NULL,         -- the newest event that is applied
    version        INTEGER NOT NULL,
    status         TEXT NOT NULL,
    review_overdue BOOLEAN NOT NULL,
    identifier     TEXT NOT NULL,
    recorded_at    BIGINT NOT NULL,         -- of that event, by the province's clock
    received_at    BIGINT NOT NULL
);
CREATE INDEX collected_certificates_by_iss ON collected_certificates (iss, certificate_id);
CREATE TABLE collected_versions (
    certificate_id   TEXT NOT NULL REFERENCES collected_certificates (certificate_id),
    version          INTEGER NOT NULL,
    iss              TEXT NOT NULL,
    status_index     BIGINT NOT NULL,
    replaced_as      TEXT,
    credential       BYTEA NOT NULL,
    items_ciphertext BYTEA NOT NULL,
    PRIMARY KEY (certificate_id, version)
);
CREATE UNIQUE INDEX collected_versions_by_index ON collected_versions (iss, status_index);

-- At the ministry: every event it was told of, the first time. Never updated.
CREATE TABLE collected_events (
    iss            TEXT NOT NULL,
    event_id       TEXT NOT NULL,
    arrival        BIGINT NOT NULL,         -- 1, 2, 3 …: the order they came in, for each province
    seq            BIGINT NOT NULL,
    certificate_id TEXT NOT NULL,
    event          TEXT NOT NULL,
    version        INTEGER NOT NULL,
    status         TEXT NOT NULL,
    received_at    BIGINT NOT NULL,
    PRIMARY KEY (iss, event_id)
);
CREATE UNIQUE INDEX collected_events_by_arrival ON collected_events (iss, arrival);
