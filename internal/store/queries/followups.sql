-- name: FollowUps :many
SELECT observed FROM follow_ups WHERE incident_repo = $1 AND incident_number = $2;

-- name: SaveFollowUp :execrows
-- GitHub's times are whole seconds: what was seen last counts among equals.
INSERT INTO follow_ups (incident_repo, incident_number, repo, number, observed, observed_at, is_open, checked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (incident_repo, incident_number, repo, number) DO UPDATE SET
    observed = excluded.observed,
    observed_at = excluded.observed_at,
    is_open = excluded.is_open,
    checked_at = excluded.checked_at
WHERE excluded.observed_at > follow_ups.observed_at
    OR (excluded.observed_at = follow_ups.observed_at AND excluded.observed <> follow_ups.observed);

-- name: TouchFollowUp :exec
UPDATE follow_ups SET checked_at = $5
WHERE incident_repo = $1 AND incident_number = $2 AND repo = $3 AND number = $4;

-- name: ForgetFollowUp :exec
DELETE FROM follow_ups
WHERE incident_repo = $1 AND incident_number = $2 AND repo = $3 AND number = $4;

-- name: UncheckedFollowUps :many
-- Those that come back count as checked: the next call takes others. An issue
-- was looked at when it was for any of its incidents; it comes back once for
-- each.
UPDATE follow_ups SET checked_at = sqlc.arg(now)
WHERE (repo, number) IN (
    SELECT f.repo, f.number FROM follow_ups AS f
    WHERE f.repo = sqlc.arg(repo) AND f.is_open
    GROUP BY f.repo, f.number
    HAVING MAX(f.checked_at) < sqlc.arg(before)
    ORDER BY MAX(f.checked_at)
    LIMIT sqlc.arg(most)
)
RETURNING number;

-- name: CheckedAt :one
-- Not by MAX, which on SQLite has no type that is read as a time.
SELECT checked_at FROM follow_ups WHERE repo = $1 AND number = $2 ORDER BY checked_at DESC LIMIT 1;

-- name: IncidentsOf :many
SELECT f.incident_repo, f.incident_number FROM follow_ups AS f
WHERE f.repo = sqlc.arg(repo) AND f.number = sqlc.arg(number)
UNION
SELECT p.incident_repo, p.incident_number FROM pulls AS p
WHERE p.repo = sqlc.arg(repo) AND p.number = sqlc.arg(number);

-- name: Observed :many
SELECT incident_repo, incident_number, observed FROM follow_ups WHERE repo = $1 AND number = $2;
