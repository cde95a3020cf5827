-- An expanding step as a next version might have it, for tests: what it adds, this version does not know and need not.
ALTER TABLE receipts ADD COLUMN road TEXT;

CREATE TABLE road_names (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

-- On PostgreSQL it is there already: concurrently.sql made it without keeping writers out.
CREATE INDEX IF NOT EXISTS receipts_by_officer ON receipts (officer, scanned_at);
