-- Types are those that SQLite and PostgreSQL share; times are UTC, in whole
-- microseconds; keys are natural.

-- +goose Up

-- What was received, so that the same news is not news twice.
CREATE TABLE deliveries (
    id          TEXT      NOT NULL PRIMARY KEY,
    received_at TIMESTAMP NOT NULL
);
CREATE INDEX deliveries_received_at ON deliveries (received_at);

-- The issues that want a look. A row with a token is leased, and its due_at
-- is the end of the lease: one index then serves both the next to be leased
-- and what was never given back.
CREATE TABLE work (
    repo         TEXT      NOT NULL,
    number       BIGINT    NOT NULL,
    installation BIGINT    NOT NULL,
    due_at       TIMESTAMP NOT NULL,
    generation   BIGINT    NOT NULL,
    token        TEXT      NOT NULL,
    failures     BIGINT    NOT NULL,
    PRIMARY KEY (repo, number)
);
CREATE INDEX work_due_at ON work (due_at);

CREATE TABLE incidents (
    repo       TEXT      NOT NULL,
    number     BIGINT    NOT NULL,
    record     TEXT      NOT NULL, -- JSON
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (repo, number)
);

CREATE TABLE follow_ups (
    repo            TEXT      NOT NULL,
    number          BIGINT    NOT NULL,
    incident_repo   TEXT      NOT NULL,
    incident_number BIGINT    NOT NULL,
    observed        TEXT      NOT NULL, -- JSON
    observed_at     TIMESTAMP NOT NULL, -- when GitHub says it last changed
    is_open         BOOLEAN   NOT NULL,
    checked_at      TIMESTAMP NOT NULL, -- when it was last looked at, or asked to be
    PRIMARY KEY (repo, number)
);
CREATE INDEX follow_ups_checked ON follow_ups (repo, is_open, checked_at);
CREATE INDEX follow_ups_incident ON follow_ups (incident_repo, incident_number);

-- Until when a repository has been swept.
CREATE TABLE looks (
    repo         TEXT      NOT NULL PRIMARY KEY,
    looked_until TIMESTAMP NOT NULL
);

-- +goose Down
DROP TABLE looks;
DROP TABLE follow_ups;
DROP TABLE incidents;
DROP TABLE work;
DROP TABLE deliveries;
