-- The page of an incident may be in another repository's wiki.

-- +goose Up
CREATE TABLE wikis (
    wiki            TEXT   NOT NULL, -- the repository whose wiki it is
    incident_repo   TEXT   NOT NULL,
    incident_number BIGINT NOT NULL,
    PRIMARY KEY (wiki, incident_repo, incident_number)
);

-- +goose Down
DROP TABLE wikis;
