package wiki

import (
	"context"
	"sync"

	"hindsight/internal/incident"
)

// queues let one page of each wiki through at a time. There is one queue for
// each wiki that was ever written to, which are as many as have incidents.
type queues struct {
	mu    sync.Mutex
	turns map[incident.Repo]chan struct{}
}

// enter waits for the wiki's turn; release gives it to the next.
func (q *queues) enter(ctx context.Context, repo incident.Repo) (release func(), err error) {
	turn := q.turn(repo)
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (q *queues) turn(repo incident.Repo) chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.turns == nil {
		q.turns = map[incident.Repo]chan struct{}{}
	}
	if q.turns[repo] == nil {
		q.turns[repo] = make(chan struct{}, 1)
	}
	return q.turns[repo]
}
