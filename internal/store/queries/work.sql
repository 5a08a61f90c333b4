-- name: MarkWork :exec
-- A leased row keeps its due_at, which is the lease's end; the generation
-- tells whoever gives it back that there is news. Who marks without an
-- installation, 0, knows of none: the row keeps its own.
INSERT INTO work (repo, number, installation, due_at, generation, token, failures)
VALUES ($1, $2, $3, $4, 1, '', 0)
ON CONFLICT (repo, number) DO UPDATE SET
    installation = CASE WHEN excluded.installation = 0 THEN work.installation ELSE excluded.installation END,
    generation = work.generation + 1,
    due_at = CASE
        WHEN work.token = '' AND excluded.due_at < work.due_at THEN excluded.due_at
        ELSE work.due_at
    END;

-- name: LeaseWork :one
-- The outer condition on due_at looks superfluous and is not: on PostgreSQL
-- two workers may choose the same row, and it is what the loser, who waited
-- for the winner's commit, is judged by.
UPDATE work SET
    failures = failures + CASE WHEN token = '' THEN 0 ELSE 1 END,
    token = sqlc.arg(new_token),
    due_at = sqlc.arg(lease_end)
WHERE (repo, number) = (
        SELECT w.repo, w.number FROM work AS w
        WHERE w.due_at <= sqlc.arg(now)
        ORDER BY w.due_at
        LIMIT 1
    )
    AND due_at <= sqlc.arg(now)
RETURNING repo, number, installation, generation, failures;

-- name: ExtendWork :execrows
UPDATE work SET due_at = sqlc.arg(lease_end)
WHERE repo = sqlc.arg(repo) AND number = sqlc.arg(number) AND token = sqlc.arg(token);

-- name: RemoveWork :execrows
DELETE FROM work
WHERE repo = sqlc.arg(repo) AND number = sqlc.arg(number) AND token = sqlc.arg(token)
    AND generation = sqlc.arg(generation);

-- name: RescheduleWork :execrows
UPDATE work SET token = '', failures = 0, due_at = sqlc.arg(next_due)
WHERE repo = sqlc.arg(repo) AND number = sqlc.arg(number) AND token = sqlc.arg(token)
    AND generation = sqlc.arg(generation);

-- name: ReturnWork :execrows
-- For a row that was marked since the lease.
UPDATE work SET token = '', failures = 0, due_at = sqlc.arg(now)
WHERE repo = sqlc.arg(repo) AND number = sqlc.arg(number) AND token = sqlc.arg(token);

-- name: FailWork :execrows
UPDATE work SET
    token = '',
    failures = failures + 1,
    due_at = sqlc.arg(next_due)
WHERE repo = sqlc.arg(repo) AND number = sqlc.arg(number) AND token = sqlc.arg(token);

-- name: NextDue :one
SELECT due_at FROM work ORDER BY due_at LIMIT 1;

-- name: ResumeWork :execrows
UPDATE work SET
    installation = sqlc.arg(installation),
    due_at = CASE WHEN due_at >= sqlc.arg(parked) THEN sqlc.arg(now) ELSE due_at END
WHERE repo = sqlc.arg(repo) AND token = ''
    AND (due_at >= sqlc.arg(parked) OR installation <> sqlc.arg(installation));
