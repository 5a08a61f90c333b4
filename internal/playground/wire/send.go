package wire

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
	"net/http"
)

func (o *Office[D]) run(ctx context.Context) {
	for ctx.Err() == nil {
		d, fault, ok := o.take()
		switch {
		case !ok:
			select {
			case <-o.wake:
			case <-ctx.Done():
			}
		case fault.Delay > 0:
			o.done.Go(func() {
				pause(ctx, fault.Delay) // when it ends early, sending fails, and that is recorded
				o.send(ctx, d, fault)
			})
		default:
			o.send(ctx, d, fault)
		}
	}
}

// take is the next delivery, and what is to go wrong with it.
func (o *Office[D]) take() (D, DeliveryFault, bool) {
	o.mu.Lock()
	if o.held || len(o.queue) == 0 {
		o.mu.Unlock()
		var none D
		return none, DeliveryFault{}, false
	}
	d, fault := o.queue[0], o.fault
	o.queue = o.queue[1:]
	o.busy++
	o.mu.Unlock()
	if fault == nil {
		return d, DeliveryFault{}, true
	}
	return d, fault(d), true
}

func (o *Office[D]) send(ctx context.Context, d D, fault DeliveryFault) {
	if fault.Lose {
		a := o.manner.Attempt(&d)
		a.DeliveredAt, a.Status = o.manner.Clock().UTC(), o.manner.Lost
		o.record(d)
		return
	}
	d, answered := o.try(ctx, d, fault)
	if fault.Double {
		o.try(ctx, d, fault)
	}
	o.record(d)
	if o.manner.Retry == nil {
		return
	}
	if delay := o.manner.Retry(&d, answered); delay > 0 {
		o.done.Go(func() {
			if pause(ctx, delay) {
				o.Submit(d)
			}
		})
	}
}

// try sends one delivery and says how it went, and whether it was answered.
func (o *Office[D]) try(ctx context.Context, d D, fault DeliveryFault) (D, bool) {
	a := o.manner.Attempt(&d)
	a.DeliveredAt = o.manner.Clock().UTC()
	code, err := o.deliver(ctx, d, fault)
	a.Duration, a.StatusCode = o.manner.Clock().Sub(a.DeliveredAt), code
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		a.Status = "timed out"
	case err != nil:
		a.Status = "failed to connect to host"
	case code >= 300:
		a.Status = o.manner.Refused(code)
	default:
		a.Status = "OK"
	}
	if err != nil {
		o.manner.Log.Debug("delivery failed", "event", a.Event, "delivery", a.ID, "error", err)
	}
	return d, err == nil
}

func (o *Office[D]) deliver(ctx context.Context, d D, fault DeliveryFault) (int, error) {
	o.mu.Lock()
	url, secret := o.url, o.secret
	o.mu.Unlock()
	payload := o.manner.Attempt(&d).Payload
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(payload))
	if err != nil {
		return 0, fmt.Errorf("address the webhook: %w", err)
	}
	for name, value := range o.manner.Headers(d) {
		req.Header.Set(name, value)
	}
	if secret != "" && !fault.Unsigned {
		req.Header.Set(o.manner.Signature, sign(secret, payload, fault.Tamper))
	}
	resp, err := o.client.Do(req)
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

func (o *Office[D]) record(d D) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.records = append(o.manner.Trim(o.records), d)
	o.busy--
	o.tellSettled()
}

// NewGUID is what names a delivery over all attempts.
func NewGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
