package webhooks

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"

	"golang.org/x/sync/semaphore"
)

// The sizes by which memory is kept flat, in bytes.
const (
	// usualBody is the room that a body begins with; payloads have 5 to 30 KB. It is as much as a buffer may have to be used again.
	usualBody = 64 << 10
	// usualRoom is what all beginnings may take together: those of more
	// requests than package server lets in at once.
	usualRoom = 1024 * usualBody
	// largeRoom is what all bodies that grow further share: one of the
	// largest, or a few dozen of a megabyte.
	largeRoom = 32 << 20
)

// Room is where requests' bodies are held, in buffers that are used again.
//
// A signature can only be checked once the whole body is there, so strangers
// decide how much is held until then, and for how long: up to the server's
// read timeout. What all of them can make us hold is bounded here. Each byte
// of a buffer is taken from one of two budgets before it is allocated; who
// finds nothing left is sent away. There are two, so that large bodies can't
// crowd out the small ones that are usual. A buffer grows only when it is
// full: room has to be paid for with half as many bytes sent.
type Room struct {
	pool  sync.Pool
	usual *semaphore.Weighted
	large *semaphore.Weighted
}

// body is a request's, as far as it has been read.
type body struct {
	data  []byte
	grown int64 // bytes that were taken from the budget for large ones
}

// NewRoom is one of some 100 MB, of which nothing is taken until it is needed.
func NewRoom() *Room {
	return &Room{
		pool:  sync.Pool{New: func() any { return &body{data: make([]byte, 0, usualBody)} }},
		usual: semaphore.NewWeighted(usualRoom),
		large: semaphore.NewWeighted(largeRoom),
	}
}

// read reads the whole body, of at most so many bytes, and no more than MaxBody.
// The caller releases it; until then, and not longer, its bytes may be used.
func (p *Room) read(w http.ResponseWriter, r *http.Request, most int64) (*body, error) {
	if r.ContentLength > most {
		w.Header().Set("Connection", "close") // rather than read what is refused
		return nil, tooLarge(most)
	}
	if !p.usual.TryAcquire(usualBody) {
		w.Header().Set("Connection", "close")
		return nil, noRoom()
	}
	b := p.pool.Get().(*body)
	if err := p.fill(b, http.MaxBytesReader(w, r.Body, most)); err != nil {
		p.release(b)
		w.Header().Set("Connection", "close")
		return nil, unreadable(err)
	}
	return b, nil
}

func (p *Room) fill(b *body, from io.Reader) error {
	for {
		if len(b.data) == cap(b.data) {
			if err := p.grow(b); err != nil {
				return err
			}
		}
		n, err := from.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// grow doubles the buffer, if there is room for it.
func (p *Room) grow(b *body) error {
	size := min(2*cap(b.data), MaxBody+1) // one more, to see that nothing follows
	more := int64(size - cap(b.data))
	if !p.large.TryAcquire(more) {
		return noRoom()
	}
	b.grown += more
	b.data = append(make([]byte, 0, size), b.data...)
	return nil
}

// release gives the room back. A buffer that grew is left to the collector.
func (p *Room) release(b *body) {
	p.usual.Release(usualBody)
	if b.grown > 0 {
		p.large.Release(b.grown)
		return
	}
	b.data = b.data[:0]
	p.pool.Put(b)
}

func unreadable(err error) error {
	if _, ok := errors.AsType[*refusal](err); ok {
		return err
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(large.Limit)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &refusal{
			status: http.StatusRequestTimeout, Result: ResultMalformed,
			Reason: "the body did not arrive in time", cause: err,
		}
	}
	return &refusal{
		status: http.StatusBadRequest, Result: ResultMalformed,
		Reason: "the body broke off", cause: err,
	}
}

func noRoom() error {
	return &refusal{
		status: http.StatusServiceUnavailable, Result: ResultUnavailable,
		Reason: "too much is being delivered at once; send it again later",
	}
}

func tooLarge(most int64) error {
	return &refusal{
		status: http.StatusRequestEntityTooLarge, Result: ResultTooLarge,
		Reason: fmt.Sprintf("the body is larger than %d MB, which is more than is taken in", most>>20),
	}
}
