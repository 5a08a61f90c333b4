package webhooks

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
)

// The sizes by which memory is kept flat, in bytes.
const (
	usualBody  = 32 << 10  // what a new buffer holds; most payloads fit
	keptBody   = 128 << 10 // buffers that grew beyond are not used again
	largeBody  = 1 << 20   // from here on, few at a time
	largeSlots = 4
)

// bodies reads requests into buffers that are used again.
//
// A signature can only be checked once the whole body is there, so a stranger
// can make us hold 25 MB. He can't make us hold more than a few of them: large
// bodies share a handful of slots, and who finds none is sent away.
type bodies struct {
	pool  sync.Pool
	slots chan struct{}
}

type body struct {
	bytes.Buffer
	slot bool
}

func newBodies() *bodies {
	return &bodies{
		pool: sync.Pool{New: func() any {
			b := new(body)
			b.Grow(usualBody)
			return b
		}},
		slots: make(chan struct{}, largeSlots),
	}
}

// read reads the whole body. The caller releases it; until then, and not
// longer, its bytes may be used.
func (p *bodies) read(w http.ResponseWriter, r *http.Request) (*body, error) {
	if r.ContentLength > MaxBody {
		w.Header().Set("Connection", "close") // rather than read what is refused
		return nil, tooLarge()
	}
	b := p.pool.Get().(*body)
	if err := p.fill(b, http.MaxBytesReader(w, r.Body, MaxBody)); err != nil {
		p.release(b)
		w.Header().Set("Connection", "close")
		return nil, unreadable(err)
	}
	return b, nil
}

func (p *bodies) fill(b *body, from io.Reader) error {
	n, err := b.ReadFrom(io.LimitReader(from, largeBody))
	if err != nil || n < largeBody {
		return err
	}
	select {
	case p.slots <- struct{}{}:
		b.slot = true
	default:
		return &refusal{
			status: http.StatusServiceUnavailable, Result: ResultUnavailable,
			Reason: "too many large deliveries at once; send it again later",
		}
	}
	_, err = b.ReadFrom(from)
	return err
}

func (p *bodies) release(b *body) {
	if b.slot {
		<-p.slots
		b.slot = false
	}
	if b.Cap() > keptBody {
		return
	}
	b.Reset()
	p.pool.Put(b)
}

func unreadable(err error) error {
	if _, ok := errors.AsType[*refusal](err); ok {
		return err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge()
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

func tooLarge() error {
	return &refusal{
		status: http.StatusRequestEntityTooLarge, Result: ResultTooLarge,
		Reason: "the body is larger than 25 MB, which is GitHub's own limit",
	}
}
