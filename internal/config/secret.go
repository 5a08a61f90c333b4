package config

import (
	"crypto/rsa"
	"fmt"
	"io"
	"log/slog"

	"github.com/alecthomas/kong"
)

const redacted = "[redacted]"

// hidden is what makes a type keep its value to itself, in whatever way it is
// printed.
type hidden struct{}

// Format answers every verb of package fmt.
func (hidden) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String is "[redacted]".
func (hidden) String() string { return redacted }

// GoString is "[redacted]".
func (hidden) GoString() string { return redacted }

// LogValue is "[redacted]".
func (hidden) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is "[redacted]".
func (hidden) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON is "[redacted]".
func (hidden) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// Secret is text that is never printed. The zero value is no secret.
type Secret struct {
	hidden
	// A pointer, since package fmt prints the unexported fields of a struct
	// without asking their methods: this way it prints an address.
	value *string
}

// NewSecret keeps a value.
func NewSecret(value string) Secret { return Secret{value: &value} }

// Reveal is the value itself, to be handed on to what needs it and to nothing
// that prints.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero is whether there is no secret.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// Decode takes the value from a flag or an environment variable.
//
// It is kong's own interface, not encoding's: with that kong reads the value
// itself, and repeats it in the error if it begins with a dash, as PEM does.
func (s *Secret) Decode(ctx *kong.DecodeContext) error {
	token := ctx.Scan.Pop()
	if token.IsEOL() {
		return fmt.Errorf("--%s needs a value", ctx.Value.Name)
	}
	*s = NewSecret(token.String())
	return nil
}

// PrivateKey is the App's RSA key, which is never printed.
type PrivateKey struct {
	hidden
	key *rsa.PrivateKey
}

// RSA is the key itself.
func (k PrivateKey) RSA() *rsa.PrivateKey { return k.key }
