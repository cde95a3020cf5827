-- Certificates looked up by staff without a code: by plate, number or holder. Never updated, never deleted; whoever
-- holds what was found sees it. What was looked for is not kept: what was found tells it.
CREATE TABLE lookups (
    id           TEXT PRIMARY KEY,
    account_id   TEXT NOT NULL REFERENCES accounts (id),
    division     TEXT,                      -- jurisdiction of the account; NULL: the whole province
    looked_by    TEXT NOT NULL CHECK (looked_by IN ('plate','number','holder_code')),
    purpose      TEXT NOT NULL,             -- a word of reveals::Purpose
    basis_ciphertext BYTEA NOT NULL,        -- what exactly for, in the words of whoever asked
    found        INTEGER NOT NULL,
    looked_at    BIGINT NOT NULL
);
CREATE INDEX lookups_by_account ON lookups (account_id, id);

CREATE TABLE lookup_hits (
    lookup_id      TEXT NOT NULL REFERENCES lookups (id),
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    holder_id      TEXT NOT NULL REFERENCES holders (id),   -- whose it was then
    PRIMARY KEY (lookup_id, certificate_id)
);
CREATE INDEX lookup_hits_by_holder ON lookup_hits (holder_id, lookup_id);
