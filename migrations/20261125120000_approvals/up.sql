-- Operations that need a second person: asked for by one account, decided by another, done once.
CREATE TABLE approvals (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL
        CHECK (kind IN ('role_grant','service_key','key_revocation','factor_reset','bulk_export','data_exception')),
    object         TEXT NOT NULL,           -- an account's id, a key's id, what is exported
    payload        TEXT NOT NULL,           -- JSON, what is to be done with it
    division       TEXT,                    -- the jurisdiction it lies in: a prefix of GB/T 2260 codes
    requested_by   TEXT NOT NULL,           -- an account's id, or 'os:' and the name of a person at the machine itself
    reason         TEXT NOT NULL,
    requested_at   BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('pending','approved','refused')),
    decided_by     TEXT,
    decided_at     BIGINT,
    refusal        TEXT,                    -- why it was refused
    executed_at    BIGINT,
    integrity_key  INTEGER NOT NULL,        -- the number of the key of the code
    integrity_code BYTEA NOT NULL,          -- HMAC-SM3 over all of the row
    CHECK ((state = 'pending') = (decided_by IS NULL)),
    CHECK ((state = 'pending') = (decided_at IS NULL)),
    CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CHECK (decided_by IS NULL OR decided_by <> requested_by),
    CHECK (executed_at IS NULL OR state = 'approved')
);
