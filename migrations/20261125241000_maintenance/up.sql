-- 数据维护申请 (交办运函〔2022〕1606号 art. 20): applications to maintain the province's certificates in the ministry's system.
CREATE TABLE maintenance_applications (
    id           TEXT PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,      -- WH2026-0001: by year (UTC+8), for people
    division     TEXT,                      -- jurisdiction of whoever applies; NULL: the whole province
    operation    TEXT NOT NULL CHECK (operation IN ('add','correct','delete')),
    state        TEXT NOT NULL CHECK (state IN ('draft','submitted','approved','refused','withdrawn','completed')),
    form_ciphertext BYTEA NOT NULL,         -- JSON: unit, contact, phone, reason, what is wanted of each certificate
    revision     INTEGER NOT NULL,          -- grows with every change
    created_by   TEXT NOT NULL REFERENCES accounts (id),
    created_at   BIGINT NOT NULL,
    submitted_at BIGINT,
    decided_by   TEXT REFERENCES accounts (id),
    decided_at   BIGINT,
    refusal      TEXT,
    completed_at BIGINT
);
CREATE INDEX maintenance_applications_by_division ON maintenance_applications (division, id);

-- Which certificates an application is about, and by which event each was changed.
CREATE TABLE maintenance_items (
    application_id TEXT NOT NULL REFERENCES maintenance_applications (id),
    ordinal        INTEGER NOT NULL,
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    since_seq      BIGINT NOT NULL,         -- the newest event of all when it was submitted
    event_id       TEXT,                    -- the event that changed it, once it is completed
    PRIMARY KEY (application_id, certificate_id)
);
