-- Proof of who someone is: sessions, passwords that were, failed sign-ins.

-- Sessions: one row for each sign-in, until some time after its end. Neither token is kept: an access token names
-- its session, a refresh token is made again from `salt`, the generation and the secret in the keystore.
CREATE TABLE sessions (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL REFERENCES accounts (id),
    device        TEXT NOT NULL,            -- what the client calls itself
    address       TEXT,                     -- masked before it is kept
    factor        TEXT NOT NULL CHECK (factor IN ('none','totp','key','recovery_code')), -- proven beside the password
    salt          BYTEA NOT NULL,           -- 32 random bytes
    generation    INTEGER NOT NULL CHECK (generation >= 1),    -- of the refresh token that stands
    heard         INTEGER NOT NULL,         -- the last generation whose access token came back: its answer arrived
    created_at    BIGINT NOT NULL,
    refreshed_at  BIGINT NOT NULL,
    used_at       BIGINT NOT NULL,          -- of the last request, to a thirtieth of the idle limit
    ends_at       BIGINT NOT NULL,          -- the absolute limit
    ended_at      BIGINT,
    ended_because TEXT CHECK (ended_because IN ('signed_out','ended_by_owner','refresh_reused','too_many_sessions',
                      'account_disabled','password_changed','role_changed','factors_reset')),
    CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX sessions_by_account ON sessions (account_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_end ON sessions (ends_at);

-- Passwords that were replaced, hashed: they may not come back at once.
CREATE TABLE former_passwords (
    id            TEXT PRIMARY KEY,         -- UUIDv7: the order of replacement
    account_id    TEXT NOT NULL REFERENCES accounts (id),
    password_hash TEXT NOT NULL
);
CREATE INDEX former_passwords_by_account ON former_passwords (account_id, id);

-- Failed sign-ins in a row, by what was tried, whether it exists or not.
CREATE TABLE failed_sign_ins (
    subject      BYTEA PRIMARY KEY,         -- SM3: a login that does not exist may be somebody's password
    failures     INTEGER NOT NULL,
    last_at      BIGINT NOT NULL,
    locked_until BIGINT
);

-- Authenticator apps (RFC 6238). Keys, the other kind of second factor, are devices.
CREATE TABLE totp_factors (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    secret_ciphertext BYTEA NOT NULL,
    algorithm  TEXT NOT NULL CHECK (algorithm IN ('sha1','sha256')),
    last_step  BIGINT NOT NULL,             -- codes of this step and of those before it are used up
    created_at BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    digest     BYTEA NOT NULL,              -- SM3
    used_at    BIGINT,
    PRIMARY KEY (account_id, digest)
);
