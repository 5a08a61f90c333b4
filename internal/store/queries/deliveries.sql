-- name: AddDelivery :execrows
INSERT INTO deliveries (id, received_at)
VALUES ($1, $2)
ON CONFLICT (id) DO NOTHING;

-- name: PruneDeliveries :execrows
DELETE FROM deliveries
WHERE id IN (
    SELECT d.id FROM deliveries AS d
    WHERE d.received_at < sqlc.arg(before)
    ORDER BY d.received_at
    LIMIT sqlc.arg(most)
);
