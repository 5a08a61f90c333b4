package wiki

import (
	"context"
	"sync"
)

// queues let one at a time into each wiki, by its name. There is one queue for
// each wiki that was ever worked on, which are as many as have incidents.
type queues struct {
	mu    sync.Mutex
	turns map[string]chan struct{}
}

// enter waits for the wiki's turn; release gives it to the next.
func (q *queues) enter(ctx context.Context, name string) (release func(), err error) {
	turn := q.turn(name)
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (q *queues) turn(name string) chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.turns == nil {
		q.turns = map[string]chan struct{}{}
	}
	if q.turns[name] == nil {
		q.turns[name] = make(chan struct{}, 1)
	}
	return q.turns[name]
}
