package playground

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	deliveryTimeout = 10 * time.Second
	// deliveriesKept is how long records are kept.
	deliveriesKept = 3 * 24 * time.Hour
	// maxAnswer is how much of an answer to a delivery is read.
	maxAnswer = 64 << 10
)

// Delivery is one attempt to deliver a webhook.
type Delivery struct {
	ID             int64
	GUID           string // the same for all attempts: X-GitHub-Delivery
	DeliveredAt    time.Time
	Duration       time.Duration
	Redelivery     bool
	Status         string // "OK", or what went wrong
	StatusCode     int    // that came back; 0 if none did
	Event, Action  string
	InstallationID int64
	RepositoryID   int64 // 0 when it is about no repository
	Payload        []byte
}

// DeliveryFault is what goes wrong with one delivery.
type DeliveryFault struct {
	Lose   bool          // it is recorded as failed, and never arrives
	Double bool          // it arrives twice
	Delay  time.Duration // later ones overtake it meanwhile
}

// postOffice sends deliveries one after the other, in the order in which
// they were submitted.
type postOffice struct {
	clock  func() time.Time
	log    *slog.Logger
	client *http.Client
	stop   context.CancelFunc
	wake   chan struct{} // holds one
	done   sync.WaitGroup

	mu      sync.Mutex // guards what follows
	url     string
	secret  string
	fault   func(Delivery) DeliveryFault
	held    bool
	queue   []Delivery
	busy    int // taken from the queue and not recorded yet
	records []Delivery
	lastID  int64
	settled []chan struct{} // closed when nothing is left
}

func openPostOffice(clock func() time.Time, log *slog.Logger) *postOffice {
	ctx, stop := context.WithCancel(context.Background())
	p := &postOffice{
		clock: clock, log: log, stop: stop, wake: make(chan struct{}, 1),
		client: &http.Client{
			Timeout:       deliveryTimeout,
			Transport:     &http.Transport{},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	p.done.Go(func() { p.run(ctx) })
	return p
}

func (p *postOffice) close() {
	p.stop()
	p.done.Wait()
	p.client.CloseIdleConnections()
}

func (p *postOffice) setHook(url, secret string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.url, p.secret = url, secret
}

// submit queues a delivery, unless there is nobody to send it to.
func (p *postOffice) submit(d Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.url == "" {
		return
	}
	p.lastID++
	d.ID = p.lastID
	if d.GUID == "" {
		d.GUID = newGUID()
	}
	p.queue = append(p.queue, d)
	p.poke()
}

func (p *postOffice) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (p *postOffice) run(ctx context.Context) {
	for {
		d, fault, ok := p.take()
		switch {
		case !ok:
			select {
			case <-p.wake:
			case <-ctx.Done():
				return
			}
		case fault.Delay > 0:
			p.done.Go(func() { p.sendLate(ctx, d, fault) })
		default:
			p.sendNow(ctx, d, fault)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// take is the next delivery, and what is to go wrong with it.
func (p *postOffice) take() (Delivery, DeliveryFault, bool) {
	p.mu.Lock()
	if p.held || len(p.queue) == 0 {
		p.mu.Unlock()
		return Delivery{}, DeliveryFault{}, false
	}
	d, fault := p.queue[0], p.fault
	p.queue = p.queue[1:]
	p.busy++
	p.mu.Unlock()
	if fault == nil {
		return d, DeliveryFault{}, true
	}
	return d, fault(d), true
}

func (p *postOffice) sendLate(ctx context.Context, d Delivery, fault DeliveryFault) {
	timer := time.NewTimer(fault.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	p.sendNow(ctx, d, fault)
}

func (p *postOffice) sendNow(ctx context.Context, d Delivery, fault DeliveryFault) {
	if fault.Lose {
		d.DeliveredAt, d.Status = p.clock().UTC(), "failed to connect to host"
	} else {
		d = p.attempt(ctx, d)
	}
	if fault.Double && !fault.Lose {
		p.attempt(ctx, d)
	}
	p.record(d)
}

// attempt sends one delivery and says how it went.
func (p *postOffice) attempt(ctx context.Context, d Delivery) Delivery {
	d.DeliveredAt = p.clock().UTC()
	code, err := p.deliver(ctx, d)
	d.Duration, d.StatusCode = p.clock().Sub(d.DeliveredAt), code
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		d.Status = "timed out"
	case err != nil:
		d.Status = "failed to connect to host"
	case code >= 300:
		d.Status = fmt.Sprintf("Invalid HTTP Response: %d", code)
	default:
		d.Status = "OK"
	}
	if err != nil {
		p.log.Debug("delivery failed", "event", d.Event, "delivery", d.GUID, "error", err)
	}
	return d
}

func (p *postOffice) deliver(ctx context.Context, d Delivery) (int, error) {
	p.mu.Lock()
	url, secret := p.url, p.secret
	p.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.Payload))
	if err != nil {
		return 0, fmt.Errorf("address the webhook: %w", err)
	}
	for name, value := range deliveryHeaders(d, secret) {
		req.Header.Set(name, value)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("send the webhook: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	return resp.StatusCode, err
}

// deliveryHeaders sign the payload by SHA-256 only; the app must not need
// the older signature.
func deliveryHeaders(d Delivery, secret string) map[string]string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.Payload)
	return map[string]string{
		"Content-Type":                           "application/json",
		"User-Agent":                             "GitHub-Hookshot/playground",
		"X-GitHub-Event":                         d.Event,
		"X-GitHub-Delivery":                      d.GUID,
		"X-GitHub-Hook-ID":                       "1",
		"X-GitHub-Hook-Installation-Target-ID":   fmt.Sprint(appID),
		"X-GitHub-Hook-Installation-Target-Type": "integration",
		"X-Hub-Signature-256":                    "sha256=" + hex.EncodeToString(mac.Sum(nil)),
	}
}

func (p *postOffice) record(d Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	oldest := p.clock().Add(-deliveriesKept)
	p.records = slices.DeleteFunc(p.records, func(r Delivery) bool { return r.DeliveredAt.Before(oldest) })
	p.records = append(p.records, d)
	p.busy--
	p.tellSettled()
}

func (p *postOffice) tellSettled() {
	if p.busy > 0 || len(p.queue) > 0 && !p.held {
		return
	}
	for _, c := range p.settled {
		close(c)
	}
	p.settled = nil
}

func (p *postOffice) settle(ctx context.Context) error {
	c := make(chan struct{})
	p.mu.Lock()
	p.settled = append(p.settled, c)
	p.tellSettled()
	p.mu.Unlock()
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("playground: deliveries are still under way: %w", ctx.Err())
	}
}

// list is every record that is kept, newest first.
func (p *postOffice) list() []Delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := slices.Clone(p.records)
	slices.SortFunc(all, func(a, b Delivery) int { return cmp.Compare(b.ID, a.ID) })
	return all
}
