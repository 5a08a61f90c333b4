package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// digest is an HMAC-SHA256, the only signature that counts.
type digest [sha256.Size]byte

// keys are the secrets that count. Not one of them is empty: an HMAC with an
// empty key is one that everybody can make.
type keys [][]byte

func newKeys(secrets [][]byte) keys {
	return slices.DeleteFunc(slices.Clone(secrets), func(s []byte) bool { return len(s) == 0 })
}

// parseSignature reads a header's value, "sha256=" and the digest.
func parseSignature(header, value string) (digest, error) {
	var sum digest
	if value == "" {
		return sum, unauthorized("the header " + header + " is missing: set a secret in the webhook's settings")
	}
	digits, ok := strings.CutPrefix(value, "sha256=")
	if ok = ok && len(digits) == hex.EncodedLen(len(sum)); ok {
		_, err := hex.Decode(sum[:], []byte(digits))
		ok = err == nil
	}
	if !ok {
		return digest{}, unauthorized("the header " + header + " is not of the form sha256=<64 hexadecimal digits>")
	}
	return sum, nil
}

// made is whether one of the keys signed the body so. It compares in constant
// time. How long it takes tells at most which of the secrets fits, to somebody
// who has one that does.
func (k keys) made(claimed digest, body []byte) bool {
	var sum digest
	for _, key := range k {
		mac := hmac.New(sha256.New, key)
		mac.Write(body)
		if hmac.Equal(mac.Sum(sum[:0]), claimed[:]) {
			return true
		}
	}
	return false
}
