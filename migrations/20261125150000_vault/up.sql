-- Data keys encrypt personal data. They are kept wrapped (encrypted) by a master key, which is not in the database.
CREATE TABLE data_keys (
    id          TEXT PRIMARY KEY,
    wrapped     BYTEA NOT NULL,
    master_key  TEXT NOT NULL,              -- the name of the master key that wrapped it
    created_at  BIGINT NOT NULL,
    retired_at  BIGINT                      -- from then on nothing was encrypted with it any more
);
