package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"hindsight/internal/config"
)

// TestSecretsAreNeverPrinted prints settings in every way that people print.
func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	flags := good(t)
	flags.DatabaseURL = config.NewSecret("postgres://u:s3cr3t@db/x")
	settings, err := flags.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	type hiding struct{ inside config.ServeSettings } // fmt prints such a field without its methods
	var out bytes.Buffer
	for _, value := range []any{
		flags, &flags, settings, &settings,
		hiding{settings},
		settings.WebhookSecrets,
		settings.WebhookSecrets[0], &settings.WebhookSecrets[0], settings.PrivateKey, &settings.PrivateKey,
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			_, _ = fmt.Fprintf(&out, verb+"\n", value)
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", value)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "value", value)
	}
	_, _ = fmt.Fprintln(&out, settings.PrivateKey, settings.WebhookSecrets[0].String(), settings.PrivateKey.GoString())
	got := out.String()
	if !strings.Contains(got, "[redacted]") {
		t.Error("nothing says that something was left out")
	}
	for name, secret := range map[string]string{
		"text": "s3cr3t", "text in hexadecimal": fmt.Sprintf("%x", "s3cr3t"),
		"key": pkcs1()[40:80], "key's exponent": testKey().D.String(), "key's prime": testKey().Primes[0].String(),
		"key in hexadecimal": fmt.Sprintf("%x", testKey().Primes[0]),
	} {
		if i := strings.Index(got, secret); i >= 0 {
			t.Errorf("printed the %s: …%s", name, got[max(0, i-200):i])
		}
	}
}

func TestZeroSecret(t *testing.T) {
	t.Parallel()
	var s config.Secret
	if !s.IsZero() || s.Reveal() != "" || s.String() != "[redacted]" {
		t.Errorf("got %q, %t", s.Reveal(), s.IsZero())
	}
}

// TestFlagErrorsTellNoSecret has the command line read what kong, left to
// itself, would repeat in its error.
func TestFlagErrorsTellNoSecret(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		ok   bool
	}{
		"begins with dashes":      {[]string{"--private-key", "-----BEGIN hush", "--webhook-secret", "--hush"}, true},
		"after an equals sign":    {[]string{"--private-key=-----BEGIN hush", "--webhook-secret=-hush"}, true},
		"beside an unknown flag":  {[]string{"--private-key", "-hush", "--unknown"}, false},
		"beside a missing value":  {[]string{"--private-key", "-hush", "--webhook-secret"}, false},
		"beside a wrong argument": {[]string{"--webhook-secret=hush", "argument"}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var flags config.Serve
			parser, err := kong.New(&flags)
			if err != nil {
				t.Fatal(err)
			}
			_, err = parser.Parse(tt.args)
			if (err == nil) != tt.ok {
				t.Fatalf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("the error repeats the secret: %v", err)
			}
			if tt.ok && !strings.HasSuffix(flags.PrivateKey.Reveal(), "hush") {
				t.Errorf("got %q", flags.PrivateKey.Reveal())
			}
		})
	}
}
