package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
)

// filler is what people write into issues: with line breaks, quotes and
// letters beyond ASCII, which cost a parser more than plain text does.
const filler = "At 09:12 the checkout answered \"500\" to every third customer; the pool was exhausted – see <graph>.\r\n"

// sample is an `issues` payload of action `labeled`, as the stand-in sends it.
func (s *standIn) sample(ctx context.Context) (map[string]any, error) {
	number, err := s.As(alice).OpenIssue(shop, "Checkout answers 500", "", "incident", "sev2")
	if err != nil {
		return nil, err
	}
	if err := s.Settle(ctx); err != nil {
		return nil, err
	}
	if err := s.As(alice).Unlabel(shop, number, "incident"); err != nil {
		return nil, err
	}
	for _, d := range s.Deliveries() {
		if d.Event == "issues" && d.Action == "labeled" {
			var payload map[string]any
			return payload, json.Unmarshal(d.Payload, &payload)
		}
	}
	return nil, errors.New("the stand-in for GitHub told of no label")
}

// about is the sample for another issue, of size bytes. Without labels it
// concerns no incident.
func about(sample map[string]any, number, size int, labelled bool) ([]byte, error) {
	issue, ok := sample["issue"].(map[string]any)
	if !ok {
		return nil, errors.New("the sample holds no issue")
	}
	payload, issue := maps.Clone(sample), maps.Clone(issue)
	payload["issue"], issue["number"], issue["body"] = issue, number, ""
	if !labelled {
		payload["action"], issue["labels"] = "edited", []any{}
		delete(payload, "label")
	}
	short, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	if issue["body"], err = filling(size - len(short)); err != nil {
		return nil, err
	}
	return json.Marshal(payload)
}

// filling is text that takes n bytes as JSON, without the quotes around it.
func filling(n int) (string, error) {
	line, err := json.Marshal(filler)
	if err != nil {
		return "", err
	}
	perLine := len(line) - len(`""`)
	if n < 0 {
		return "", fmt.Errorf("the payload is %d bytes larger than asked for", -n)
	}
	return strings.Repeat(filler, n/perLine) + strings.Repeat("x", n%perLine), nil
}

// request is a delivery as it goes over the wire. The id is written anew each
// time; the signature does not cover it.
type request struct {
	bytes []byte
	id    int // where the id begins
}

const idLength = 36

func newRequest(addr, secret string, body []byte) request {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "POST /webhooks/github HTTP/1.1\r\nHost: %s\r\nUser-Agent: GitHub-Hookshot/bench\r\n"+
		"Accept: */*\r\nContent-Type: application/json\r\nContent-Length: %d\r\nX-GitHub-Event: issues\r\n"+
		"X-GitHub-Hook-ID: 1\r\nX-GitHub-Hook-Installation-Target-Type: integration\r\n"+
		"X-Hub-Signature-256: sha256=%s\r\nX-GitHub-Delivery: ",
		addr, len(body), hex.EncodeToString(mac.Sum(nil)))
	id := b.Len()
	b.WriteString(strings.Repeat("0", idLength) + "\r\n\r\n")
	b.Write(body)
	return request{bytes: []byte(b.String()), id: id}
}
