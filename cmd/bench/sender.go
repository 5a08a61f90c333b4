package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// answerTimeout is GitHub's own patience.
const answerTimeout = 10 * time.Second

// sender delivers one delivery after the other over one connection that it
// keeps. It speaks HTTP by hand, with requests that were written and signed
// before: on a machine with two processors net/http's client would use up as
// much of them as the server does.
type sender struct {
	conn     net.Conn
	answers  *bufio.Reader
	requests []request
	node     [8]byte // the end of every id: which sender
}

func dial(ctx context.Context, addr string, requests []request) (*sender, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("connect to the program: %w", err)
	}
	s := &sender{conn: conn, answers: bufio.NewReader(conn), requests: requests}
	_, _ = rand.Read(s.node[:]) // never fails
	return s, nil
}

// send delivers and returns the status of the answer.
func (s *sender) send(r request, now time.Time) (int, error) {
	s.stamp(r.bytes[r.id:r.id+idLength], now)
	if _, err := s.conn.Write(r.bytes); err != nil {
		return 0, fmt.Errorf("send a delivery: %w", err)
	}
	status, err := s.receive()
	if err != nil {
		return 0, fmt.Errorf("read the answer to a delivery: %w", err)
	}
	return status, nil
}

// stamp writes a new id. GitHub's are UUIDs of version 1: they begin with the
// time, so that those of one moment lie close to each other in an index.
func (s *sender) stamp(id []byte, now time.Time) {
	const since1582 = 0x01B21DD213814000 // until 1970, in the 100 ns that such an id counts by
	t := uint64(now.UnixNano()/100) + since1582
	var raw [16]byte
	binary.BigEndian.PutUint32(raw[0:], uint32(t))     //nolint:gosec // the low bits are wanted
	binary.BigEndian.PutUint16(raw[4:], uint16(t>>32)) //nolint:gosec // the middle ones
	binary.BigEndian.PutUint16(raw[6:], uint16(t>>48)&0xfff|1<<12)
	copy(raw[8:], s.node[:])
	hex.Encode(id, raw[:4])
	for i, from := range []int{4, 6, 8} {
		id[8+5*i] = '-'
		hex.Encode(id[9+5*i:], raw[from:from+2])
	}
	id[23] = '-'
	hex.Encode(id[24:], raw[10:])
}

// receive reads one answer, whose length must be given.
func (s *sender) receive() (status int, err error) {
	line, err := s.line()
	if err != nil {
		return 0, err
	}
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, fmt.Errorf("it begins with %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, fmt.Errorf("it begins with %q", line)
	}
	length := -1
	for {
		if line, err = s.line(); err != nil {
			return 0, err
		}
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 {
		return 0, errors.New("it has no length")
	}
	_, err = s.answers.Discard(length)
	return status, err
}

func (s *sender) line() ([]byte, error) {
	line, err := s.answers.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}

// load is what senders have seen.
type load struct {
	answered int             // all of them, those of the warm-up too
	waits    []time.Duration // of those that were measured; sorted
	seconds  []int           // answered in each measured second; sorted
	took     time.Duration   // that was measured
}

func (l load) perSecond() int { return int(float64(len(l.waits)) / l.took.Seconds()) }

// shift is when the senders of one load send.
type shift struct {
	from, until time.Time // measured
	want        int       // the status that every answer must have
}

// tally is one sender's share of a load.
type tally struct {
	answered int
	waits    []time.Duration
	seconds  []int
	last     time.Time
	err      error
}

// send loads the program from all senders at once, first without measuring.
func send(ctx context.Context, senders []*sender, warmUp, measured time.Duration, want int) (load, error) {
	from := time.Now().Add(warmUp)
	work := shift{from: from, until: from.Add(measured), want: want}
	tallies := make([]tally, len(senders))
	var group sync.WaitGroup
	for i, s := range senders {
		group.Go(func() { tallies[i] = s.work(ctx, work) })
	}
	group.Wait()
	return sum(tallies, work)
}

// work sends until the shift is over, and stops at the first answer that is
// not the right one.
func (s *sender) work(ctx context.Context, w shift) tally {
	t := tally{seconds: make([]int, int(w.until.Sub(w.from)/time.Second))}
	if t.err = s.conn.SetDeadline(w.until.Add(answerTimeout)); t.err != nil {
		return t
	}
	for n := 0; ctx.Err() == nil; n++ {
		began := time.Now()
		if began.After(w.until) {
			return t
		}
		status, err := s.send(s.requests[n%len(s.requests)], began)
		if err == nil && status != w.want {
			err = fmt.Errorf("a delivery was answered with %d, want %d", status, w.want)
		}
		if t.err = err; err != nil {
			return t
		}
		t.count(w, began, time.Now())
	}
	t.err = ctx.Err()
	return t
}

func (t *tally) count(w shift, began, ended time.Time) {
	t.answered++
	if began.Before(w.from) {
		return
	}
	t.waits, t.last = append(t.waits, ended.Sub(began)), ended
	if second := int(ended.Sub(w.from) / time.Second); second < len(t.seconds) {
		t.seconds[second]++
	}
}

func sum(tallies []tally, w shift) (load, error) {
	l := load{seconds: make([]int, int(w.until.Sub(w.from)/time.Second))}
	last := w.until
	var errs []error
	for _, t := range tallies {
		l.answered += t.answered
		l.waits = append(l.waits, t.waits...)
		for i, n := range t.seconds {
			l.seconds[i] += n
		}
		if t.last.After(last) {
			last = t.last
		}
		errs = append(errs, t.err)
	}
	slices.Sort(l.waits)
	slices.Sort(l.seconds)
	l.took = last.Sub(w.from)
	return l, errors.Join(errs...)
}
