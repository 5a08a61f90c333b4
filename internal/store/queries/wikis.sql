-- name: HasPages :one
-- Whether something in a repository's wiki may be news for an incident, its own
-- or another repository's.
SELECT CAST(
    EXISTS (SELECT 1 FROM incidents AS i WHERE i.repo = sqlc.arg(repo))
    OR EXISTS (SELECT 1 FROM wikis AS w WHERE w.wiki = sqlc.arg(repo))
    AS BOOLEAN) AS known;

-- name: InWiki :many
SELECT incident_repo, incident_number FROM wikis WHERE wiki = $1;

-- name: AddToWiki :exec
INSERT INTO wikis (wiki, incident_repo, incident_number)
VALUES ($1, $2, $3)
ON CONFLICT (wiki, incident_repo, incident_number) DO NOTHING;

-- name: RemoveFromWiki :exec
DELETE FROM wikis WHERE wiki = $1 AND incident_repo = $2 AND incident_number = $3;
