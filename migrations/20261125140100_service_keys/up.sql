-- Keys that services sign their requests with, and the nonces that were used.

CREATE TABLE service_keys (
    kid            TEXT PRIMARY KEY,       -- first 8 bytes of SM3 over the public key, hex
    account_id     TEXT NOT NULL REFERENCES accounts (id),
    public_key     BYTEA NOT NULL,         -- 33 bytes, compressed
    label          TEXT NOT NULL,
    not_before     BIGINT NOT NULL,
    not_after      BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    revoked_at     BIGINT,
    grant_id       TEXT NOT NULL,          -- the approval it was registered under, or 'direct'
    integrity_key  INTEGER NOT NULL,       -- the number of the key of the code
    integrity_code BYTEA NOT NULL          -- HMAC-SM3 over all of the row but the label
);
CREATE INDEX service_keys_by_account ON service_keys (account_id);

-- A nonce is good once on all servers, through restarts and without Redis: so it is here. Gone when its request could
-- no longer be accepted for its age.
CREATE TABLE service_nonces (
    kid        TEXT NOT NULL REFERENCES service_keys (kid),
    nonce      TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (kid, nonce)
);
CREATE INDEX service_nonces_by_expiry ON service_nonces (expires_at);
