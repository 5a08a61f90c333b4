-- name: Record :one
SELECT record, revision FROM incidents WHERE repo = $1 AND number = $2;

-- name: SaveRecord :execrows
-- None when another revision is stored than the one before this.
INSERT INTO incidents (repo, number, record, updated_at, revision)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (repo, number) DO UPDATE SET
    record = excluded.record,
    updated_at = excluded.updated_at,
    revision = excluded.revision
WHERE incidents.revision = excluded.revision - 1;

-- name: Incidents :many
SELECT number FROM incidents WHERE repo = $1 ORDER BY number;

-- name: IsKnown :one
SELECT CAST(
    EXISTS (SELECT 1 FROM incidents AS i WHERE i.repo = sqlc.arg(repo) AND i.number = sqlc.arg(number))
    OR EXISTS (SELECT 1 FROM follow_ups AS f WHERE f.repo = sqlc.arg(repo) AND f.number = sqlc.arg(number))
    OR EXISTS (SELECT 1 FROM pulls AS p WHERE p.repo = sqlc.arg(repo) AND p.number = sqlc.arg(number))
    AS BOOLEAN) AS known;

-- name: IsIncident :one
SELECT CAST(EXISTS (SELECT 1 FROM incidents WHERE repo = $1 AND number = $2) AS BOOLEAN) AS known;

-- name: HasIncidents :one
SELECT CAST(EXISTS (SELECT 1 FROM incidents WHERE repo = $1) AS BOOLEAN) AS known;

-- name: Pulls :many
SELECT repo, number FROM pulls WHERE incident_repo = $1 AND incident_number = $2;

-- name: AddPull :execrows
INSERT INTO pulls (incident_repo, incident_number, repo, number)
VALUES ($1, $2, $3, $4)
ON CONFLICT (incident_repo, incident_number, repo, number) DO NOTHING;

-- name: RemovePull :execrows
DELETE FROM pulls
WHERE incident_repo = $1 AND incident_number = $2 AND repo = $3 AND number = $4;

-- name: Look :one
SELECT looked_until FROM looks WHERE repo = $1;

-- name: SaveLook :exec
INSERT INTO looks (repo, looked_until)
VALUES ($1, $2)
ON CONFLICT (repo) DO UPDATE SET looked_until = excluded.looked_until;
