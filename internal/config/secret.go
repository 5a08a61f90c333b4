package config

import (
	"crypto/rsa"
	"fmt"
	"io"
	"log/slog"
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

// UnmarshalText takes the value from a flag or an environment variable.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// PrivateKey is the App's RSA key, which is never printed.
type PrivateKey struct {
	hidden
	key *rsa.PrivateKey
}

// RSA is the key itself.
func (k PrivateKey) RSA() *rsa.PrivateKey { return k.key }
