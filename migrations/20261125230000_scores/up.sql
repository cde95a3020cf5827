-- Figures: kept incrementally by a job that follows the events of certificates and their uses (docs/scores.md).

-- How far the job is in the events.
CREATE TABLE score_marks (
    name TEXT PRIMARY KEY,
    seq  BIGINT NOT NULL
);
INSERT INTO score_marks (name, seq) VALUES ('events', 0);

-- Certificates that something other than an event happened to: written with it, taken away by the job.
CREATE TABLE score_touched (
    certificate_id TEXT NOT NULL,
    because        TEXT NOT NULL,           -- what makes a second happening another row
    PRIMARY KEY (certificate_id, because)
);

-- What a certificate was from a day on, as far as figures need it.
CREATE TABLE score_facts (
    certificate_id TEXT NOT NULL,
    since          INTEGER NOT NULL,
    division       TEXT NOT NULL,
    kind           TEXT NOT NULL,
    issued_on      INTEGER NOT NULL,
    in_force       BOOLEAN NOT NULL,        -- by its status; the end of its validity is valid_to
    valid_to       INTEGER,
    specimen       BOOLEAN NOT NULL,
    conforming     BOOLEAN NOT NULL,        -- 符合部颁标准和技术规范
    PRIMARY KEY (certificate_id, since)
);
-- The certificates behind a figure, and where those are that are not activated yet.
CREATE INDEX score_facts_by_place ON score_facts (division, kind, certificate_id);

-- The first use of each kind in a year that the tallies hold.
CREATE TABLE score_uses (
    certificate_id TEXT NOT NULL,
    year           INTEGER NOT NULL,
    shown_on       INTEGER,                 -- 持证主体使用
    checked_on     INTEGER,                 -- 亮证查验
    PRIMARY KEY (certificate_id, year)
);

-- What changed on a day, and the sums of months and years of it: the figure of a moment is a sum of few rows.
CREATE TABLE score_tallies (
    year       INTEGER NOT NULL,            -- of issue or of use; 0: of what is in force
    measure    TEXT NOT NULL CHECK (measure IN ('in_force','issued','used','shown','checked',
                   'used_any','shown_any','checked_any')),
    level      TEXT NOT NULL CHECK (level IN ('year','month','day')),
    starts     INTEGER NOT NULL,            -- its first day
    division   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    conforming BOOLEAN NOT NULL,
    number     INTEGER NOT NULL,
    -- a moment is three ranges of it: the years before, the months before in the year, the days in the month
    PRIMARY KEY (year, level, starts, measure, division, kind, conforming)
);

-- 有效实体证照: valid licences that have no e-certificate, as the 运政系统 reports them. Never changed, only replaced.
CREATE TABLE licence_counts (
    id          TEXT PRIMARY KEY,
    division    TEXT NOT NULL,
    kind        TEXT NOT NULL,
    day         INTEGER NOT NULL,
    paper       INTEGER NOT NULL CHECK (paper >= 0),
    note        TEXT NOT NULL,              -- what the number rests on
    reported_by TEXT NOT NULL,
    reported_at BIGINT NOT NULL,
    replaced_at BIGINT
);
CREATE UNIQUE INDEX licence_counts_current ON licence_counts (division, kind, day) WHERE replaced_at IS NULL;

-- 宣传培训, with what proves it.
CREATE TABLE trainings (
    id          TEXT PRIMARY KEY,
    division    TEXT NOT NULL,              -- two, four or six digits
    audience    TEXT NOT NULL CHECK (audience IN ('staff','public')),
    title       TEXT NOT NULL,
    held_on     INTEGER NOT NULL,
    reached     INTEGER NOT NULL,
    of          INTEGER NOT NULL,
    media_type  TEXT NOT NULL,
    evidence    BYTEA NOT NULL,
    digest      BYTEA NOT NULL,             -- SM3 of the evidence
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    CHECK (reached >= 0 AND of >= reached AND of > 0)
);
CREATE INDEX trainings_by_day ON trainings (held_on, division);

-- 亮证不予认可: a certificate was shown and not accepted.
CREATE TABLE refusals (
    id            TEXT PRIMARY KEY,
    certificate_id TEXT NOT NULL,
    division      TEXT NOT NULL,            -- where it happened, six digits
    happened_at   BIGINT NOT NULL,
    account_ciphertext BYTEA NOT NULL,      -- what happened, in the reporter's words
    reported_by   TEXT NOT NULL,
    reporter_role TEXT NOT NULL CHECK (reporter_role IN ('holder','officer')),
    reported_at   BIGINT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('reported','confirmed','rejected')),
    decided_by    TEXT,
    decided_at    BIGINT,
    reason        TEXT
);
CREATE INDEX refusals_by_place ON refusals (division, happened_at);
CREATE INDEX refusals_by_reporter ON refusals (reported_by);

-- Figures as they were when they were frozen. Only the self-assessment of the annual report is written later.
CREATE TABLE score_reports (
    id          TEXT PRIMARY KEY,
    year        INTEGER NOT NULL,
    as_of       INTEGER NOT NULL,
    division    TEXT NOT NULL,              -- prefix; empty: the province
    figures     TEXT NOT NULL,              -- JSON, as GET /v1/kpi/scores answered
    evidence    TEXT NOT NULL,              -- JSON: SM3 chains over what was counted
    frozen_by   TEXT NOT NULL,
    frozen_at   BIGINT NOT NULL,
    assessment  TEXT NOT NULL,              -- JSON: texts of the self-assessment, by section
    assessed_by TEXT,
    assessed_at BIGINT
);
CREATE INDEX score_reports_by_year ON score_reports (year);
