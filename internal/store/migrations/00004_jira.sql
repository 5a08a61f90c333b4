-- Which Jira sites send webhooks is known by when they last did.

-- +goose Up
CREATE TABLE heard (
    site     TEXT      NOT NULL PRIMARY KEY,
    heard_at TIMESTAMP NOT NULL
);

-- What is wrong with a Jira site, for all incidents that have tickets there. A
-- site without trouble has no row.
CREATE TABLE site_troubles (
    site    TEXT NOT NULL PRIMARY KEY,
    trouble TEXT NOT NULL -- JSON
);

-- +goose Down
DROP TABLE site_troubles;
DROP TABLE heard;
