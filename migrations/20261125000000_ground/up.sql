-- The ground: holders, certificates with their versions and history, keys and what they publish, accounts,
-- devices, presentations, receipts, activations.
--
-- One text for SQLite and PostgreSQL: ids are UUIDv7 as TEXT, instants BIGINT unix milliseconds, calendar days
-- INTEGER days since 1970-01-01 (UTC+8), enums TEXT with CHECK, bytes BYTEA (which SQLite stores as they are).
-- *_ciphertext is SM4-GCM bound to its row, *_index and *_mac are HMAC-SM3 of the plain value (docs/personal-data.md).

-- 持证主体: a person or an organisation, known by its code (GB/T 36903 持证主体代码).
CREATE TABLE holders (
    id          TEXT PRIMARY KEY,
    code_type   TEXT NOT NULL,              -- 111 公民身份号码, 001 统一社会信用代码, … (GB/T 36903)
    code_ciphertext BYTEA NOT NULL,
    code_index  TEXT NOT NULL,
    name        TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    UNIQUE (code_index, code_type)          -- many are looked up by their indices alone
);

-- One row a licence. Its data items live in certificate_versions, one row for each time they changed.
CREATE TABLE certificates (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('008','016','074','079','013','073','071','075','072')),
    number_ciphertext BYTEA NOT NULL,       -- 证号, which may be a citizen id
    number_index  TEXT NOT NULL,
    issuer_code   TEXT NOT NULL,            -- 统一社会信用代码 of the issuing authority
    division      TEXT NOT NULL,            -- GB/T 2260, six digits
    identifier    TEXT NOT NULL UNIQUE,     -- GB/T 36904 identifier of the current version
    serial        TEXT NOT NULL,            -- 流水号 part of the identifier, the same in all versions
    holder_id     TEXT NOT NULL REFERENCES holders (id),
    plate         TEXT,
    plate_colour  INTEGER,
    version       INTEGER NOT NULL CHECK (version >= 1),
    status        TEXT NOT NULL CHECK (status IN ('valid','cancelled','suspended','revoked','reported_lost','expired_not_renewed')),
    review_overdue BOOLEAN NOT NULL,
    specimen      BOOLEAN NOT NULL,         -- 样证: shown grey, never counted
    status_index  BIGINT NOT NULL UNIQUE,   -- this version's place in the status list
    issued_on     INTEGER NOT NULL,
    valid_from    INTEGER NOT NULL,
    valid_to      INTEGER,                  -- last valid day; NULL: no end
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    UNIQUE (number_index, issuer_code, kind) -- as with holders
);
CREATE INDEX certificates_by_holder ON certificates (holder_id);
CREATE INDEX certificates_by_plate ON certificates (plate, plate_colour) WHERE plate IS NOT NULL;
CREATE INDEX certificates_by_issue ON certificates (issued_on, division, kind, specimen);

-- What the status list is made from must be found without a scan of millions in force.
CREATE INDEX certificates_out_of_force ON certificates (status) WHERE status <> 'valid';
CREATE INDEX certificates_review_overdue ON certificates (status_index) WHERE review_overdue;

-- Every version ever sealed. The newest is the one presented; older ones answer "superseded".
CREATE TABLE certificate_versions (
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    version        INTEGER NOT NULL,
    items_ciphertext BYTEA NOT NULL,        -- of canonical JSON, the data items as received and normalised
    items_mac      BYTEA NOT NULL,          -- over the canonical items: the same MAC, the same content
    status_index   BIGINT NOT NULL UNIQUE,
    made_by        TEXT NOT NULL CHECK (made_by IN ('issued','changed','renewed','reissued')),
    replaced_as    TEXT CHECK (replaced_as IN ('superseded','reported_lost')), -- NULL: the version in force
    credential     BYTEA NOT NULL,          -- tagged-off COSE_Sign1 by the seal key
    seal_key       TEXT NOT NULL,           -- kid, hex
    sealed_at      BIGINT NOT NULL,
    credential_exp BIGINT NOT NULL,
    PRIMARY KEY (certificate_id, version)
);

CREATE INDEX certificate_versions_replaced ON certificate_versions (replaced_as) WHERE replaced_as IS NOT NULL;

-- The history: what happened to a certificate, in the order it was recorded. Never updated, never deleted.
CREATE TABLE certificate_events (
    id             TEXT PRIMARY KEY,
    seq            BIGINT NOT NULL UNIQUE,  -- 1, 2, 3, … in the order they were committed, without gaps
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    event          TEXT NOT NULL CHECK (event IN ('issued','changed','renewed','reissued','suspended','resumed','cancelled',
                       'revoked','reported_lost','found','review_passed','review_overdue','assessed','expired')),
    version        INTEGER NOT NULL,        -- the version in force after the event
    status         TEXT NOT NULL,           -- the status after the event
    reason         TEXT,
    occurred_at    BIGINT NOT NULL,         -- when it took effect in the 运政系统
    recorded_at    BIGINT NOT NULL,
    actor          TEXT NOT NULL,           -- account id, or 'system'
    batch_id       TEXT
);
CREATE INDEX certificate_events_by_certificate ON certificate_events (certificate_id, recorded_at);

-- Status list indices are a keyed permutation of this counter: unique without a search, and telling nothing.
CREATE TABLE status_indices (
    iss        TEXT PRIMARY KEY,
    next       BIGINT NOT NULL,
    secret     BYTEA NOT NULL,
    generation BIGINT NOT NULL,             -- grows with every change of any status: says whether a cached list still holds
    events     BIGINT NOT NULL              -- the seq of the newest event
);

CREATE TABLE ingest_batches (
    id          TEXT PRIMARY KEY,
    idempotency_key TEXT UNIQUE,
    account_id  TEXT NOT NULL,
    body_mac    BYTEA,                      -- known when the body has been read to its end
    started_at  BIGINT NOT NULL,
    finished_at BIGINT,
    lines       BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    changed     BIGINT NOT NULL,
    unchanged   BIGINT NOT NULL,
    rejected    BIGINT NOT NULL
);

-- Findings name the item and the rule, never the value: the value may be personal.
CREATE TABLE ingest_findings (
    batch_id   TEXT NOT NULL REFERENCES ingest_batches (id),
    line       BIGINT NOT NULL,
    ordinal    INTEGER NOT NULL,
    severity   TEXT NOT NULL CHECK (severity IN ('error','warning')),
    item       TEXT NOT NULL,
    rule       TEXT NOT NULL,
    source     TEXT NOT NULL,
    PRIMARY KEY (batch_id, line, ordinal)
);

CREATE TABLE signing_keys (
    kid           TEXT PRIMARY KEY,         -- hex
    key_use       TEXT NOT NULL CHECK (key_use IN ('root','seal','presentation','status','audit')),
    custody       TEXT NOT NULL CHECK (custody IN ('keystore','pkcs11','service')), -- where the private half is
    label         TEXT NOT NULL,            -- what it is called there
    public_key    BYTEA NOT NULL,           -- 33 bytes, compressed
    development   BOOLEAN NOT NULL,
    not_before    BIGINT NOT NULL,
    not_after     BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    published_at  BIGINT,                   -- first trust list that carries it
    usable_at     BIGINT,                   -- published + 24 h, or earlier where overridden (and audited)
    override_reason TEXT,
    revoked_at    BIGINT,
    revoked_all   BOOLEAN NOT NULL,
    revocation_reason TEXT,
    revocation_approval TEXT                -- NULL: by one person, in an emergency
);

-- What was published, so that a verdict can be repeated with the very bundle a device had.
CREATE TABLE trust_lists (
    seq        BIGINT PRIMARY KEY,
    bytes      BYTEA NOT NULL,
    digest     BYTEA NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE status_lists (
    iss        TEXT NOT NULL,
    issued_at  BIGINT NOT NULL,             -- unix milliseconds of a whole second; two lists never share one
    bytes      BYTEA NOT NULL,
    digest     BYTEA NOT NULL,
    generation BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (iss, issued_at)
);

CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('holder','officer','issuer','third_party','operator',
                      'system_admin','security_admin','audit_admin')),
    name          TEXT NOT NULL,
    password_hash TEXT,                     -- NULL: reached by WeChat or by signed requests, never by a password
    holder_id     TEXT REFERENCES holders (id),
    division      TEXT,                     -- jurisdiction of staff: a prefix of GB/T 2260 codes
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT,
    grant_id      TEXT,                     -- the approval that gave staff its role; 'direct': none was needed; NULL: not yet
    integrity_key  INTEGER NOT NULL,        -- the number of the key of the code
    integrity_code BYTEA NOT NULL,          -- HMAC-SM3 over who this is and what it may do
    password_set_at  BIGINT NOT NULL,
    password_initial BOOLEAN NOT NULL,      -- given by someone else: must be changed at the first sign-in
    last_sign_in_at  BIGINT,
    factors_since    BIGINT,                -- first enrolment of a second factor; NULL: may enrol with the password alone
    CHECK ((role = 'holder') = (holder_id IS NOT NULL))
);

-- A phone that holds an SM2 key: a holder's (makes codes offline) or an officer's (signs receipts offline).
CREATE TABLE devices (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    public_key  BYTEA NOT NULL UNIQUE,
    kid         TEXT NOT NULL,
    label       TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    revoked_at  BIGINT
);
CREATE INDEX devices_by_account ON devices (account_id);
CREATE INDEX devices_by_kid ON devices (kid);

CREATE TABLE device_credentials (
    id             TEXT PRIMARY KEY,
    device_id      TEXT NOT NULL REFERENCES devices (id),
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    version        INTEGER NOT NULL,
    status_index   BIGINT NOT NULL,
    sealed_at      BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    UNIQUE (device_id, certificate_id, version, sealed_at)
);

CREATE TABLE presentations (
    cti            TEXT PRIMARY KEY,        -- hex
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    version        INTEGER NOT NULL,
    made_at        BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL
);
CREATE INDEX presentations_by_certificate ON presentations (certificate_id, made_at);

-- A receipt is evidence: kept as it came, with what the server found when it repeated the verdict.
CREATE TABLE receipts (
    id              TEXT PRIMARY KEY,       -- made by the device
    digest          BYTEA NOT NULL,         -- SM3 of the content: the same id with other content is a conflict
    account_id      TEXT NOT NULL,
    device_id       TEXT,
    signed          BYTEA,                  -- the COSE_Sign1 as received, when the device signed it
    officer         TEXT NOT NULL,          -- as the device names them; account_id is who uploaded it
    device          TEXT NOT NULL,          -- as it names itself; device_id is whose signature it carries
    code            TEXT NOT NULL,          -- code text, as scanned
    certificate_id  TEXT,                   -- NULL: a signature is wrong, or not a certificate of this province
    cti             TEXT,                   -- as the code itself says, hex; so the next three
    certificate_iss TEXT,
    status_index    BIGINT,
    version         INTEGER,
    outcome         TEXT NOT NULL,
    reason          TEXT,
    bundle_seq      BIGINT,
    status_iat      BIGINT,
    scanned_at      BIGINT NOT NULL,
    received_at     BIGINT NOT NULL,
    place           TEXT,
    purpose         TEXT NOT NULL,
    server_outcome  TEXT NOT NULL,
    server_reason   TEXT,
    flags           TEXT NOT NULL           -- space-separated: see receipt/flag.rs
);
CREATE INDEX receipts_by_certificate ON receipts (certificate_id, scanned_at);
CREATE INDEX receipts_by_cti ON receipts (cti);

-- 激活: the first use of each kind by each certificate in each year (year of the event, UTC+8).
CREATE TABLE activations (
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    year           INTEGER NOT NULL,
    source         TEXT NOT NULL CHECK (source IN ('holder_use','officer_check')),
    occurred_at    BIGINT NOT NULL,
    recorded_at    BIGINT NOT NULL,
    evidence       TEXT NOT NULL,           -- cti of the presentation, or id of the receipt
    PRIMARY KEY (certificate_id, year, source)
);
CREATE INDEX activations_by_year ON activations (year, source, certificate_id);
