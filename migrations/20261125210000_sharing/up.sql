-- Sharing certificates with others: who may have what of them (授权), what was given, and annotated copies (加注件).

-- Keys that answers to third parties are encrypted to. Never deleted: what was encrypted to which key stays known.
CREATE TABLE encryption_keys (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    public_key BYTEA NOT NULL UNIQUE,       -- 33 bytes, compressed
    kid        TEXT NOT NULL,               -- first 8 bytes of SM3 of the uncompressed key, hex
    label      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX encryption_keys_by_account ON encryption_keys (account_id, id);

-- That a recipient may have items of a holder's certificates. Changed by its uses and by revoking it, and by nothing else.
CREATE TABLE grants (
    id                 TEXT PRIMARY KEY,
    grantor            TEXT NOT NULL CHECK (grantor IN ('holder','authority')),
    granted_by         TEXT NOT NULL REFERENCES accounts (id),
    holder_id          TEXT NOT NULL REFERENCES holders (id),   -- whose certificates
    division           TEXT NOT NULL,       -- of the first of the certificates (GB/T 2260)
    recipient_id       TEXT NOT NULL REFERENCES accounts (id),
    purpose_ciphertext BYTEA NOT NULL,
    basis_ciphertext   BYTEA,               -- of what the authority grants: the law it does so by
    certificates       TEXT NOT NULL,       -- their ids, separated by spaces; also in grant_certificates, to be found by
    items              TEXT NOT NULL,       -- names of data items, separated by spaces
    valid_from         BIGINT NOT NULL,
    valid_until        BIGINT NOT NULL,     -- not from here on
    uses_allowed       INTEGER NOT NULL CHECK (uses_allowed > 0),
    uses_taken         INTEGER NOT NULL CHECK (uses_taken BETWEEN 0 AND uses_allowed),
    created_at         BIGINT NOT NULL,
    revoked_at         BIGINT,
    revoked_by         TEXT REFERENCES accounts (id),
    integrity_key      INTEGER NOT NULL,
    integrity_code     BYTEA NOT NULL,      -- over all of this but uses_taken and the ciphertexts
    CHECK ((grantor = 'authority') = (basis_ciphertext IS NOT NULL)),
    CHECK (valid_from < valid_until)
);
CREATE INDEX grants_by_holder ON grants (holder_id, id);
CREATE INDEX grants_by_recipient ON grants (recipient_id, id);

CREATE TABLE grant_certificates (
    grant_id       TEXT NOT NULL REFERENCES grants (id),
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    PRIMARY KEY (grant_id, certificate_id)
);

-- Each time items were given under a grant. Never updated, never deleted; the holder sees it.
CREATE TABLE grant_uses (
    id             TEXT PRIMARY KEY,
    grant_id       TEXT NOT NULL REFERENCES grants (id),
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    version        INTEGER NOT NULL,
    holder_id      TEXT NOT NULL REFERENCES holders (id),
    recipient_id   TEXT NOT NULL REFERENCES accounts (id),
    key_id         TEXT NOT NULL REFERENCES encryption_keys (id),
    used_at        BIGINT NOT NULL
);
CREATE INDEX grant_uses_by_grant ON grant_uses (grant_id, id);
CREATE INDEX grant_uses_by_holder ON grant_uses (holder_id, id);

-- Annotated copies that were made. Never updated, never deleted.
CREATE TABLE copies (
    id                   TEXT PRIMARY KEY,
    serial               TEXT NOT NULL UNIQUE,      -- 16 digits, on the copy and in its code
    certificate_id       TEXT NOT NULL REFERENCES certificates (id),
    version              INTEGER NOT NULL,
    holder_id            TEXT NOT NULL REFERENCES holders (id),
    division             TEXT NOT NULL,
    grant_id             TEXT REFERENCES grants (id),
    maker                TEXT NOT NULL CHECK (maker IN ('holder','authority')),
    made_by              TEXT NOT NULL REFERENCES accounts (id),
    recipient_ciphertext BYTEA NOT NULL,
    purpose_ciphertext   BYTEA NOT NULL,
    items                TEXT NOT NULL,     -- names of data items, separated by spaces
    code_ciphertext      BYTEA NOT NULL,    -- the text of its code
    made_at              BIGINT NOT NULL,
    ends_at              BIGINT             -- not to be used from here on; NULL: no end
);
CREATE INDEX copies_by_holder ON copies (holder_id, id);
CREATE INDEX copies_by_certificate ON copies (certificate_id, id);

-- The files of a copy, as they were issued.
CREATE TABLE copy_files (
    id               TEXT PRIMARY KEY,      -- that of the copy, a stroke and the format
    copy_id          TEXT NOT NULL REFERENCES copies (id),
    format           TEXT NOT NULL CHECK (format IN ('pdf','png')),
    file_ciphertext  BYTEA NOT NULL,
    digest           BYTEA NOT NULL,        -- SM3 of the file
    UNIQUE (copy_id, format)
);
