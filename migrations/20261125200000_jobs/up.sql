-- What a site does by itself again and again, on one of its servers at a time (api/src/jobs.rs).
CREATE TABLE jobs (
    name         TEXT PRIMARY KEY,
    done_slot    BIGINT NOT NULL,           -- the last of its times that is done; -1: none
    runner       TEXT,                      -- who is at it; NULL: nobody
    leased_until BIGINT NOT NULL,           -- from here on another may take it over, unix milliseconds
    succeeded_at BIGINT,
    failed_at    BIGINT
);
