-- 数据合规: what does not fit in certificates that were admitted, until it is corrected (docs/conformity.md).
-- No personal value stands in any of these tables: a finding names items and a rule.

-- 不规范数据: one row each time a rule is found broken, open until a check no longer finds it.
CREATE TABLE nonconformities (
    id             TEXT PRIMARY KEY,        -- UUIDv7
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    rule           TEXT NOT NULL,           -- its id in api/data/conformity/rules.csv
    severity       TEXT NOT NULL CHECK (severity IN ('error','warning')),
    items          TEXT NOT NULL,           -- names of the items concerned, with spaces between
    kind           TEXT NOT NULL,
    division       TEXT NOT NULL,           -- the certificate's, when it was checked last
    state          TEXT NOT NULL CHECK (state IN ('open','correction_requested','excepted','closed')),
    first_version  INTEGER NOT NULL,        -- the version in force when it was found
    first_seen     BIGINT NOT NULL,
    last_seen      BIGINT NOT NULL,         -- to the day: not written at every check
    closed_at      BIGINT,
    closed_as      TEXT CHECK (closed_as IN ('corrected','resolved','not_in_force','rule_off')),
    closed_version INTEGER,                 -- the version in force that no longer has it
    closed_seq     BIGINT,                  -- the newest event that the check which closed it knew
    assigned_account  TEXT REFERENCES accounts (id),
    assigned_division TEXT NOT NULL,        -- a prefix of GB/T 2260 codes: the certificate's own unless assigned
    exception_approval TEXT,                -- 确认为例外: the approval
    excepted_version   INTEGER,             -- the version it is an exception for; the next is judged anew
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_as IS NOT NULL)),
    CHECK (state <> 'excepted' OR (exception_approval IS NOT NULL AND excepted_version IS NOT NULL))
);
CREATE UNIQUE INDEX nonconformities_open ON nonconformities (certificate_id, rule) WHERE state <> 'closed';
CREATE INDEX nonconformities_by_division ON nonconformities (division, id);
CREATE INDEX nonconformities_by_certificate ON nonconformities (certificate_id);

-- 补正: an issuing authority is asked to send a certificate again.
CREATE TABLE correction_requests (
    id               TEXT PRIMARY KEY,      -- UUIDv7
    nonconformity_id TEXT NOT NULL REFERENCES nonconformities (id),
    certificate_id   TEXT NOT NULL REFERENCES certificates (id),
    division         TEXT NOT NULL,
    message          TEXT NOT NULL,
    requested_by     TEXT NOT NULL,
    requested_at     BIGINT NOT NULL,
    answered_at      BIGINT                 -- when the nonconformity closed; NULL: it is waited for
);
CREATE INDEX correction_requests_by_division ON correction_requests (division, id);
CREATE INDEX correction_requests_waiting ON correction_requests (nonconformity_id) WHERE answered_at IS NULL;

-- The newest check of each certificate, and what it counted the certificate as.
CREATE TABLE conformity_checks (
    certificate_id TEXT PRIMARY KEY REFERENCES certificates (id),
    seq            BIGINT NOT NULL,         -- the newest event it knew: a check that knew less is not kept
    rules          TEXT NOT NULL,           -- version of the rules
    checked_at     BIGINT NOT NULL,
    kind           TEXT NOT NULL,
    division       TEXT NOT NULL,
    in_force       BOOLEAN NOT NULL,        -- counted
    conforming     BOOLEAN NOT NULL,        -- in force, and without an open error
    holder_id      TEXT NOT NULL,           -- so that those it stood beside before are found when it moves
    plate          TEXT,
    plate_colour   INTEGER
);

-- 数据合规率: by how many the two numbers changed on a day (UTC+8). Their sum up to a day is how it stood then.
CREATE TABLE conformity_tallies (
    day        INTEGER NOT NULL,
    division   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    in_force   BIGINT NOT NULL,
    conforming BIGINT NOT NULL,
    PRIMARY KEY (day, division, kind)
);

-- How far events have been followed.
CREATE TABLE conformity_marks (
    name TEXT PRIMARY KEY,
    seq  BIGINT NOT NULL
);

-- A check of many certificates, in the order of their ids.
CREATE TABLE conformity_runs (
    id           TEXT PRIMARY KEY,          -- UUIDv7
    occasion     TEXT NOT NULL CHECK (occasion IN ('nightly','demand','rules')),
    division     TEXT NOT NULL,             -- a prefix of GB/T 2260 codes; empty: all
    kind         TEXT,
    requested_by TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    after_id     TEXT NOT NULL,             -- the last certificate that is done; empty: none
    checked      BIGINT NOT NULL,
    finished_at  BIGINT
);
CREATE INDEX conformity_runs_waiting ON conformity_runs (id) WHERE finished_at IS NULL;

-- Every set of rules this site had, by itself or through its settings.
CREATE TABLE conformity_rule_sets (
    id       TEXT PRIMARY KEY,              -- UUIDv7
    version  TEXT NOT NULL,                 -- of the content
    since    BIGINT NOT NULL,
    content  TEXT NOT NULL                  -- a line a rule: id and severity, or off
);
