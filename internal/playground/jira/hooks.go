package jira

import (
	"bytes"
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
	"strconv"
	"sync"
	"time"
)

const (
	// deliveryTimeout is Jira's for connection and answer together.
	deliveryTimeout = 10 * time.Second
	// maxRetries is how often Jira tries again.
	maxRetries = 5
	// shortestRetry is the least that passes before it does.
	shortestRetry = 5 * time.Minute
	// deliveriesKept is how many records are kept.
	deliveriesKept = 5000
	maxAnswer      = 64 << 10
)

// Delivery is one attempt to deliver a webhook.
type Delivery struct {
	ID int64
	// Identifier is the same for all attempts: X-Atlassian-Webhook-Identifier.
	Identifier  string
	Event       string // such as "jira:issue_updated"
	Ticket      int64  // the ticket's id
	Key         string // as it was then
	Retry       int    // 0 the first time
	Redelivery  bool   // somebody asked for it
	DeliveredAt time.Time
	Status      string // "OK", or what went wrong
	StatusCode  int    // that came back; 0 if none did
	Payload     []byte
}

// DeliveryFault is what goes wrong with one delivery.
type DeliveryFault struct {
	Lose   bool          // it is recorded as failed, never arrives, and is not tried again
	Double bool          // it arrives twice
	Delay  time.Duration // later ones overtake it meanwhile
	// Unsigned leaves out the signature; Tamper spoils it.
	Unsigned, Tamper bool
}

// postOffice sends deliveries one after the other, in the order in which
// they were submitted.
type postOffice struct {
	clock  func() time.Time
	log    *slog.Logger
	client *http.Client
	retry  time.Duration
	stop   context.CancelFunc
	wake   chan struct{} // holds one
	done   sync.WaitGroup

	mu      sync.Mutex // guards what follows
	url     string
	secret  string
	events  []string
	fault   func(Delivery) DeliveryFault
	held    bool
	queue   []Delivery
	busy    int // taken from the queue and not recorded yet
	records []Delivery
	lastID  int64
	settled []chan struct{} // closed when nothing is left
}

func openPostOffice(clock func() time.Time, log *slog.Logger, retry time.Duration) *postOffice {
	if retry == 0 {
		retry = shortestRetry
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &postOffice{
		clock: clock, log: log, retry: retry, stop: stop, wake: make(chan struct{}, 1),
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

func (p *postOffice) setHook(url, secret string, events []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.url, p.secret, p.events = url, secret, slices.Clone(events)
}

// submit queues a delivery, unless there is nobody to send it to.
func (p *postOffice) submit(d Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.url == "" || !d.Redelivery && len(p.events) > 0 && !slices.Contains(p.events, d.Event) {
		return
	}
	p.lastID++
	d.ID = p.lastID
	if d.Identifier == "" {
		d.Identifier = newIdentifier()
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

func newIdentifier() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (p *postOffice) run(ctx context.Context) {
	for ctx.Err() == nil {
		d, fault, ok := p.take()
		switch {
		case !ok:
			select {
			case <-p.wake:
			case <-ctx.Done():
			}
		case fault.Delay > 0:
			p.done.Go(func() { p.sendLate(ctx, d, fault) })
		default:
			p.sendNow(ctx, d, fault)
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
	if pause(ctx, fault.Delay) {
		p.sendNow(ctx, d, fault)
	}
}

// pause is false if the stand-in was closed meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (p *postOffice) sendNow(ctx context.Context, d Delivery, fault DeliveryFault) {
	again := false
	if fault.Lose {
		d.DeliveredAt, d.Status = p.clock().UTC(), "lost"
	} else {
		d, again = p.attempt(ctx, d, fault)
	}
	if fault.Double && !fault.Lose {
		p.attempt(ctx, d, fault)
	}
	p.record(d)
	if again && d.Retry < maxRetries {
		d.Retry++
		p.done.Go(func() {
			if pause(ctx, p.retry) {
				p.submit(d)
			}
		})
	}
}

// attempt sends one delivery and says how it went, and whether Jira would try
// again: by its documentation after 408, 409, 425, 429, 5xx and no answer.
func (p *postOffice) attempt(ctx context.Context, d Delivery, fault DeliveryFault) (Delivery, bool) {
	d.DeliveredAt = p.clock().UTC()
	code, err := p.deliver(ctx, d, fault)
	d.StatusCode = code
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		d.Status = "timed out"
	case err != nil:
		d.Status = "failed to connect to host"
	case code >= 300:
		d.Status = fmt.Sprintf("answered %d", code)
	default:
		d.Status = "OK"
	}
	if err != nil {
		p.log.Debug("delivery failed", "event", d.Event, "delivery", d.Identifier, "error", err)
	}
	passing := []int{http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests}
	return d, err != nil || code >= 500 || slices.Contains(passing, code)
}

func (p *postOffice) deliver(ctx context.Context, d Delivery, fault DeliveryFault) (int, error) {
	p.mu.Lock()
	url, secret := p.url, p.secret
	p.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.Payload))
	if err != nil {
		return 0, fmt.Errorf("address the webhook: %w", err)
	}
	req.Header.Set("Content-Type", "application/json; charset=UTF-8")
	req.Header.Set("User-Agent", "Atlassian Webhook HTTP Client")
	req.Header.Set("X-Atlassian-Webhook-Identifier", d.Identifier)
	req.Header.Set("X-Atlassian-Webhook-Flow", "Primary")
	if d.Retry > 0 {
		req.Header.Set("X-Atlassian-Webhook-Retry", strconv.Itoa(d.Retry))
	}
	if secret != "" && !fault.Unsigned {
		req.Header.Set("X-Hub-Signature", sign(secret, d.Payload, fault.Tamper))
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("send the webhook: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	return resp.StatusCode, err
}

// sign is the signature of the raw body, as the WebSub standard writes it.
func sign(secret string, body []byte, tamper bool) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	sum := mac.Sum(nil)
	if tamper {
		sum[0] ^= 1
	}
	return "sha256=" + hex.EncodeToString(sum)
}

func (p *postOffice) record(d Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.records) >= deliveriesKept {
		p.records = slices.Delete(p.records, 0, 1)
	}
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
		return fmt.Errorf("jira: deliveries are still under way: %w", ctx.Err())
	}
}
