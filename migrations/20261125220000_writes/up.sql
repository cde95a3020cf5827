-- Writes that were done under a key of their sender's (Idempotency-Key), with the answer they had: sent again, they are
-- answered again and not done again (api/src/idempotency.rs). Whole batches have theirs in ingest_batches.
CREATE TABLE writes (
    key      TEXT PRIMARY KEY,              -- account, a colon, the sender's key
    body_mac BYTEA NOT NULL,                -- HMAC-SM3 of address and body
    status   INTEGER NOT NULL,              -- HTTP
    answer   TEXT NOT NULL,                 -- JSON: ids, words and rules, nothing of what was sent but an event's reason
    done_at  BIGINT NOT NULL
);
CREATE INDEX writes_by_age ON writes (done_at);
