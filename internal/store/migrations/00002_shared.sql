-- An issue may be a follow-up of several incidents, in any repository; pull
-- requests refer to incidents; repositories have settings of their own.

-- +goose Up

-- SQLite can't change a primary key, so the table is written anew.
CREATE TABLE follow_ups_anew (
    incident_repo   TEXT      NOT NULL,
    incident_number BIGINT    NOT NULL,
    repo            TEXT      NOT NULL,
    number          BIGINT    NOT NULL,
    observed        TEXT      NOT NULL, -- JSON
    observed_at     TIMESTAMP NOT NULL, -- when GitHub says it last changed
    is_open         BOOLEAN   NOT NULL,
    checked_at      TIMESTAMP NOT NULL, -- when it was last looked at, or asked to be
    CONSTRAINT follow_ups_key PRIMARY KEY (incident_repo, incident_number, repo, number)
);
INSERT INTO follow_ups_anew
    (incident_repo, incident_number, repo, number, observed, observed_at, is_open, checked_at)
SELECT incident_repo, incident_number, repo, number, observed, observed_at, is_open, checked_at
FROM follow_ups;
DROP TABLE follow_ups;
ALTER TABLE follow_ups_anew RENAME TO follow_ups;
CREATE INDEX follow_ups_issue ON follow_ups (repo, number);
CREATE INDEX follow_ups_checked ON follow_ups (repo, is_open, checked_at);

-- How often a record was stored: a worker that lost its lease must not write
-- over what another has stored since.
ALTER TABLE incidents ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- The pull requests that refer to an incident.
CREATE TABLE pulls (
    incident_repo   TEXT   NOT NULL,
    incident_number BIGINT NOT NULL,
    repo            TEXT   NOT NULL,
    number          BIGINT NOT NULL,
    PRIMARY KEY (incident_repo, incident_number, repo, number)
);
CREATE INDEX pulls_issue ON pulls (repo, number);

-- What is remembered of repositories' configuration files.
CREATE TABLE settings (
    repo            TEXT NOT NULL PRIMARY KEY,
    settings        TEXT NOT NULL, -- JSON
    label           TEXT NOT NULL, -- the two are in the JSON too, and here so
    follow_up_label TEXT NOT NULL  -- that those of all can be read at once
);

-- +goose Down
DROP TABLE settings;
DROP TABLE pulls;
ALTER TABLE incidents DROP COLUMN revision;
CREATE TABLE follow_ups_before (
    repo            TEXT      NOT NULL,
    number          BIGINT    NOT NULL,
    incident_repo   TEXT      NOT NULL,
    incident_number BIGINT    NOT NULL,
    observed        TEXT      NOT NULL,
    observed_at     TIMESTAMP NOT NULL,
    is_open         BOOLEAN   NOT NULL,
    checked_at      TIMESTAMP NOT NULL,
    CONSTRAINT follow_ups_pkey PRIMARY KEY (repo, number)
);
-- Of several incidents the issue stays with the first: WHERE is for SQLite,
-- which would take ON for a part of the SELECT.
INSERT INTO follow_ups_before
    (repo, number, incident_repo, incident_number, observed, observed_at, is_open, checked_at)
SELECT repo, number, incident_repo, incident_number, observed, observed_at, is_open, checked_at
FROM follow_ups WHERE TRUE ORDER BY incident_repo, incident_number
ON CONFLICT (repo, number) DO NOTHING;
DROP TABLE follow_ups;
ALTER TABLE follow_ups_before RENAME TO follow_ups;
CREATE INDEX follow_ups_checked ON follow_ups (repo, is_open, checked_at);
CREATE INDEX follow_ups_incident ON follow_ups (incident_repo, incident_number);
