package wire

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// watchedWriter counts what is answered. It can hold all of it back, so that
// something else may be answered in its place.
type watchedWriter struct {
	http.ResponseWriter
	hold   bool
	held   []byte
	status int
	n      int64
}

func (w *watchedWriter) WriteHeader(status int) {
	w.status = status
	if !w.hold {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *watchedWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.n += int64(len(b))
	if w.hold {
		w.held = append(w.held, b...)
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// Flush lets git's answers stream.
func (w *watchedWriter) Flush() {
	if f, can := w.ResponseWriter.(http.Flusher); can && !w.hold {
		f.Flush()
	}
}

// release sends what was held back.
func (w *watchedWriter) release() {
	if w.hold && w.status != 0 {
		w.ResponseWriter.WriteHeader(w.status)
		_, _ = w.ResponseWriter.Write(w.held) // the client may have gone
	}
}

// spoil answers as what stands in front of the server would, or cuts the
// connection.
func (w *watchedWriter) spoil(status int, retryAfter time.Duration, front Front) {
	w.status, w.n = 0, 0
	if status == Drop {
		panic(http.ErrAbortHandler)
	}
	clear(w.Header())
	body := front(status, w.Header())
	if retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Round(time.Second).Seconds())))
	}
	w.status = status
	w.ResponseWriter.WriteHeader(status)
	_, _ = io.Copy(w.ResponseWriter, strings.NewReader(body)) // the client may have gone
}

type countingReader struct {
	io.ReadCloser
	n int64
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.n += int64(n)
	return n, err
}

// pause is false if whoever waits for it went away meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
