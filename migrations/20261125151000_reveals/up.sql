-- Personal data that left in the clear: shown unmasked, and how many records each account took.

-- Each time staff were shown a certificate's items unmasked. Never updated, never deleted; its holder sees it.
CREATE TABLE reveals (
    id               TEXT PRIMARY KEY,
    certificate_id   TEXT NOT NULL REFERENCES certificates (id),
    version          INTEGER NOT NULL,
    holder_id        TEXT NOT NULL REFERENCES holders (id),     -- whose data it was then
    account_id       TEXT NOT NULL REFERENCES accounts (id),
    role             TEXT NOT NULL,
    division         TEXT,                  -- jurisdiction of the account; NULL: the whole province
    purpose          TEXT NOT NULL,         -- a word of reveals::Purpose
    basis_ciphertext BYTEA NOT NULL,        -- what exactly for, in the words of whoever asked
    revealed_at      BIGINT NOT NULL
);
CREATE INDEX reveals_by_holder ON reveals (holder_id, id);

-- How many records an account was given in a day, by the way they were given.
CREATE TABLE outflows (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    day        INTEGER NOT NULL,            -- since 1970-01-01 (UTC+8)
    kind       TEXT NOT NULL CHECK (kind IN ('read','reveal','export','lookup')),
    records    BIGINT NOT NULL,
    PRIMARY KEY (account_id, day, kind)
);
