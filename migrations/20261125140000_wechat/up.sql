-- Who comes in by WeChat, and for which holders they may act.

-- A WeChat user is known by a keyed digest of its openid: the openid itself is personal and kept nowhere.
CREATE TABLE wechat_users (
    id         TEXT PRIMARY KEY,
    openid     BYTEA NOT NULL UNIQUE,      -- HMAC-SM3 over the mini-program's id and the openid
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL             -- of its bindings; written first, so that two at once take turns
);

-- A binding lets a WeChat user act for a holder: a person's at once, an organisation's when an operator agrees.
-- The account it makes has the binding's own id, and ends it by ending.
CREATE TABLE bindings (
    id                  TEXT PRIMARY KEY,
    wechat_user_id      TEXT NOT NULL REFERENCES wechat_users (id),
    state               TEXT NOT NULL CHECK (state IN ('pending','bound','refused')),
    code_type           TEXT NOT NULL CHECK (code_type IN ('001','111')),
    account_id          TEXT UNIQUE REFERENCES accounts (id),
    organisation_code_ciphertext BYTEA,    -- 统一社会信用代码, encrypted
    organisation_code_index TEXT,          -- … and what it is found by: HMAC-SM3, as holders.code_index
    organisation_name   TEXT,
    applicant           TEXT,              -- name of the person who acts, as the real-name service confirmed it
    division            TEXT,              -- whose operators decide: GB/T 2260, six digits
    real_name_reference TEXT NOT NULL,     -- number of the real-name service's own record
    requested_at        BIGINT NOT NULL,
    decided_at          BIGINT,
    decided_by          TEXT,              -- account of the operator; NULL: the real-name service alone
    reason              TEXT,
    CHECK ((state = 'bound') = (account_id IS NOT NULL)),
    CHECK ((state = 'pending') = (decided_at IS NULL)),
    CHECK ((code_type = '001') = (organisation_code_ciphertext IS NOT NULL)),
    CHECK ((code_type = '001') = (organisation_code_index IS NOT NULL))
);
CREATE INDEX bindings_by_wechat_user ON bindings (wechat_user_id, requested_at);
CREATE INDEX bindings_pending ON bindings (division, requested_at) WHERE state = 'pending';
CREATE INDEX accounts_by_holder ON accounts (holder_id) WHERE holder_id IS NOT NULL;
