package store

import "database/sql"

// WriteHandle lets a test take the writer's room away.
func WriteHandle(s *Store) *sql.DB { return s.engine.write }
