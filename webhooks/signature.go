package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// keys are the secrets that count. Not one of them is empty: an HMAC with an
// empty key is one that everybody can make.
type keys [][]byte

// claimed is the signature that the request carries. What carries none is
// refused before a byte of its body is read.
func (k keys) claimed(header http.Header) ([sha256.Size]byte, error) {
	var sum [sha256.Size]byte
	if len(k) == 0 {
		return sum, unauthorized("no webhook secret is configured, so nothing can be trusted")
	}
	value := header.Get("X-Hub-Signature-256")
	if value == "" && header.Get("X-Hub-Signature") != "" {
		return sum, unauthorized("only a SHA-1 signature, which does not count: send X-Hub-Signature-256")
	}
	if value == "" {
		return sum, unauthorized("the header X-Hub-Signature-256 is missing: set a secret in the webhook's settings")
	}
	digits, ok := strings.CutPrefix(value, "sha256=")
	if !ok || len(digits) != hex.EncodedLen(len(sum)) {
		return sum, unauthorized("the header X-Hub-Signature-256 is not of the form sha256=<64 hexadecimal digits>")
	}
	if _, err := hex.Decode(sum[:], []byte(digits)); err != nil {
		return sum, unauthorized("the header X-Hub-Signature-256 is not of the form sha256=<64 hexadecimal digits>")
	}
	return sum, nil
}

// verify compares in constant time. How long it takes tells at most which of
// the secrets fits, to somebody who has one that does.
func (k keys) verify(body []byte, claimed [sha256.Size]byte) error {
	var sum [sha256.Size]byte
	for _, key := range k {
		mac := hmac.New(sha256.New, key)
		mac.Write(body)
		if hmac.Equal(mac.Sum(sum[:0]), claimed[:]) {
			return nil
		}
	}
	return unauthorized("the signature does not match: compare the webhook's secret with HINDSIGHT_WEBHOOK_SECRET")
}

func unauthorized(reason string) error {
	return &refusal{status: http.StatusUnauthorized, Result: ResultUnauthorized, Reason: reason}
}
