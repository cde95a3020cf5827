-- What holds once for all servers, and must hold although a server, or Redis, forgets: that a nonce was used, that a
-- presentation was seen. The row that is there decides.
CREATE TABLE claims (
    digest   BYTEA PRIMARY KEY,             -- SM3 of what is claimed: it tells nothing of it
    claimant BYTEA,                         -- SM3 of who claims it and may come again; NULL: nobody may
    ends_at  BIGINT NOT NULL                -- from here on it may be claimed anew
);
CREATE INDEX claims_by_end ON claims (ends_at);
