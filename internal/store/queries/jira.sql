-- name: Heard :exec
INSERT INTO heard (site, heard_at)
VALUES ($1, $2)
ON CONFLICT (site) DO UPDATE SET heard_at = excluded.heard_at
WHERE excluded.heard_at > heard.heard_at;

-- name: LastHeard :one
SELECT heard_at FROM heard WHERE site = $1;

-- name: IsOlder :one
-- Whether a follow-up is known, for any of its incidents, by an observation
-- that is older.
SELECT CAST(EXISTS (
    SELECT 1 FROM follow_ups WHERE repo = $1 AND number = $2 AND observed_at < $3
) AS BOOLEAN) AS older;

-- name: SiteTrouble :one
SELECT trouble FROM site_troubles WHERE site = $1;

-- name: SaveSiteTrouble :exec
INSERT INTO site_troubles (site, trouble)
VALUES ($1, $2)
ON CONFLICT (site) DO UPDATE SET trouble = excluded.trouble;

-- name: EndSiteTrouble :exec
DELETE FROM site_troubles WHERE site = $1;

-- name: IncidentsAt :many
SELECT DISTINCT incident_repo, incident_number FROM follow_ups WHERE repo = $1;
