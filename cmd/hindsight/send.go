package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hindsight/internal/config"
)

// sendCommand signs a payload and sends it, as GitHub would.
type sendCommand struct {
	File        string `arg:"" help:"The payload: a JSON file, or - for standard input." placeholder:"FILE"`
	Event       string `help:"The event's name; without it, the file's name up to the first dot." placeholder:"NAME"`
	Delivery    string `help:"The delivery's id; without it, a new one." placeholder:"ID"`
	config.Edge `embed:""`
}

// sendTimeout is GitHub's own patience.
const sendTimeout = 10 * time.Second

// Run sends and prints the answer.
func (s sendCommand) Run(ctx context.Context, c console) error {
	edge, err := s.Resolve()
	if err != nil {
		return err
	}
	body, err := s.read()
	if err != nil {
		return &usageError{err}
	}
	if s.Event == "" {
		s.Event, _, _ = strings.Cut(filepath.Base(s.File), ".")
	}
	if s.Event == "" || s.Event == "-" {
		return &usageError{fmt.Errorf("which event is it? Say so with --event issues")}
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return s.post(ctx, c, edge, body)
}

func (s sendCommand) read() ([]byte, error) {
	if s.File == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(s.File)
}

func (s sendCommand) post(ctx context.Context, c console, edge config.EdgeSettings, body []byte) error {
	url := edge.PublicURL + "/webhooks/github"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if s.Delivery == "" {
		s.Delivery = rand.Text()
	}
	sum := hmac.New(sha256.New, []byte(edge.WebhookSecrets[0].Reveal()))
	sum.Write(body)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-GitHub-Event", s.Event)
	request.Header.Set("X-GitHub-Delivery", s.Delivery)
	request.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(sum.Sum(nil)))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no answer from %s; is \"hindsight serve\" running there? (%w)", url, err)
	}
	defer func() { _ = answer.Body.Close() }() // nothing more is read
	said, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(c.out, "%s %s\n", answer.Status, strings.TrimSpace(string(said)))
	if answer.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s refused the delivery", url)
	}
	return nil
}
