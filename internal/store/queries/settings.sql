-- name: Settings :one
SELECT settings FROM settings WHERE repo = $1;

-- name: SaveSettings :exec
INSERT INTO settings (repo, settings, label, follow_up_label)
VALUES ($1, $2, $3, $4)
ON CONFLICT (repo) DO UPDATE SET
    settings = excluded.settings,
    label = excluded.label,
    follow_up_label = excluded.follow_up_label;

-- name: AllLabels :many
SELECT repo, label, follow_up_label FROM settings;
