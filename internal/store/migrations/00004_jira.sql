-- Which Jira sites send webhooks is known by when they last did.

-- +goose Up
CREATE TABLE heard (
    site     TEXT      NOT NULL PRIMARY KEY,
    heard_at TIMESTAMP NOT NULL
);

-- +goose Down
DROP TABLE heard;
