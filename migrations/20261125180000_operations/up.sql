-- What those who run the servers need of the database itself.

-- How old a program may be to work with this schema: the newest migration it must know. One row. A migration that takes
-- away what older programs use raises it (docs/migrations.md).
CREATE TABLE schema_support (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    least TEXT NOT NULL
);
INSERT INTO schema_support (id, least) VALUES (1, '20261125180000');

-- Backups that were made, so that a server can say how long ago the last one was.
CREATE TABLE backups (
    id      TEXT PRIMARY KEY,
    made_at BIGINT NOT NULL,                -- the moment whose state it holds, unix milliseconds
    length  BIGINT NOT NULL,                -- of the file, in bytes
    sealed  BOOLEAN NOT NULL                -- encrypted
);
CREATE INDEX backups_by_time ON backups (made_at);
