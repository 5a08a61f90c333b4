package config_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"hindsight/internal/config"
)

// testKey is made once: making one takes a tenth of a second.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs1() string { return encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(testKey())) }

func pkcs8(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return encode("PRIVATE KEY", der)
}

func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// parse has kong fill the flags, with their defaults, as a command does.
func parse(t *testing.T, args ...string) config.Serve {
	t.Helper()
	var flags config.Serve
	parser, err := kong.New(&flags, kong.Exit(func(int) { t.Fatal("kong wants to exit") }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return flags
}

// goodSecret is just long enough.
const goodSecret = "s3cr3t-of-16-byt"

// good is the least that a server needs.
func good(t *testing.T) config.Serve {
	t.Helper()
	return parse(t, "--app-id=123", "--private-key", pkcs1(), "--webhook-secret", goodSecret)
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	got, err := good(t).Resolve()
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, ok bool) {
		if !ok {
			t.Errorf("%s is not as documented: %+v", name, got)
		}
	}
	check("address", got.Addr == "127.0.0.1:8080")
	check("public URL", got.PublicURL == "http://127.0.0.1:8080")
	check("data folder", got.DataDir == "data")
	check("database", got.DatabaseURL.IsZero())
	check("GitHub's API", got.GitHubAPIURL == "https://api.github.com/")
	check("GitHub", got.GitHubURL == "https://github.com")
	check("sweep", got.SweepEvery == 10*time.Minute)
	check("App", got.AppID == 123)
	check("key", got.PrivateKey.RSA().Equal(testKey()))
	check("secret", len(got.WebhookSecrets) == 1 && got.WebhookSecrets[0].Reveal() == goodSecret)
	check("owners", len(got.Owners) == 0)
	check("customers", len(got.Customers) == 0)
}

// TestVariables sets the environment, so it can't run beside others.
func TestVariables(t *testing.T) {
	for key, value := range map[string]string{
		"ADDR": ":9000", "PUBLIC_URL": "https://hindsight.example.com/", "DATA_DIR": "/var/lib/x/",
		"DATABASE_URL_FILE": file(t, "postgres://u:p@db/hindsight\n"), "APP_ID": " 9 ",
		"PRIVATE_KEY":         strings.ReplaceAll(pkcs8(t, testKey()), "\n", `\n`),
		"WEBHOOK_SECRET_FILE": file(t, " the-new-secret-16 , the-old-secret-16,\n"), "GITHUB_API_URL": "https://ghe.example.com/api/v3",
		"GITHUB_URL": "https://ghe.example.com/", "ALLOWED_OWNERS": "Octo, other", "SWEEP_EVERY": "1m30s",
		"CUSTOMERS_FILE": file(t, "# ours\nInitech\nVandelay Industries\n"),
	} {
		t.Setenv("HINDSIGHT_"+key, value)
	}
	got, err := parse(t).Resolve()
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, ok bool) {
		if !ok {
			t.Errorf("%s was not taken: %+v", name, got)
		}
	}
	check("ADDR", got.Addr == ":9000")
	check("PUBLIC_URL", got.PublicURL == "https://hindsight.example.com")
	check("DATA_DIR", got.DataDir == "/var/lib/x")
	check("DATABASE_URL_FILE", got.DatabaseURL.Reveal() == "postgres://u:p@db/hindsight")
	check("APP_ID", got.AppID == 9)
	check("PRIVATE_KEY", got.PrivateKey.RSA().Equal(testKey()))
	check("WEBHOOK_SECRET_FILE", len(got.WebhookSecrets) == 2 && got.WebhookSecrets[0].Reveal() == "the-new-secret-16" && got.WebhookSecrets[1].Reveal() == "the-old-secret-16")
	check("GITHUB_API_URL", got.GitHubAPIURL == "https://ghe.example.com/api/v3/")
	check("GITHUB_URL", got.GitHubURL == "https://ghe.example.com")
	check("ALLOWED_OWNERS", slices.Equal(got.Owners, []string{"Octo", "other"}))
	check("CUSTOMERS_FILE", slices.Equal(got.Customers, []string{"Initech", "Vandelay Industries"}))
	check("SWEEP_EVERY", got.SweepEvery == 90*time.Second)
}

func TestPublicURLFromAddress(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		":8080":              "http://localhost:8080",
		"0.0.0.0:80":         "http://localhost:80",
		"[::]:80":            "http://localhost:80",
		"[::1]:80":           "http://[::1]:80",
		"hook.example.com:0": "http://hook.example.com:0",
	} {
		flags := good(t)
		flags.Addr = addr
		got, err := flags.Edge.Resolve()
		if err != nil || got.PublicURL != want {
			t.Errorf("%s: got %q, %v; want %q", addr, got.PublicURL, err, want)
		}
	}
}

func TestWrongSettings(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		change   func(*config.Serve)
		variable string
		problem  string // part of it
	}{
		"no address":     {func(s *config.Serve) { s.Addr = "" }, "HINDSIGHT_ADDR", "127.0.0.1:8080"},
		"port too high":  {func(s *config.Serve) { s.Addr = "x:65536" }, "HINDSIGHT_ADDR", "no address"},
		"public URL":     {func(s *config.Serve) { s.PublicURL = "example.com" }, "HINDSIGHT_PUBLIC_URL", "no address"},
		"no data folder": {func(s *config.Serve) { s.DataDir = "" }, "HINDSIGHT_DATA_DIR", "name a folder"},
		"MySQL":          {func(s *config.Serve) { s.DatabaseURL = config.NewSecret("mysql://u:hush@db/x") }, "HINDSIGHT_DATABASE_URL", "postgres://"},
		"two databases":  {func(s *config.Serve) { s.DatabaseURL, s.DatabaseURLFile = config.NewSecret("postgres://hush@x/y"), "x" }, "HINDSIGHT_DATABASE_URL", "both set"},
		"no App":         {func(s *config.Serve) { s.AppID = "" }, "HINDSIGHT_APP_ID", "is not set"},
		"App is a name":  {func(s *config.Serve) { s.AppID = "my-hush" }, "HINDSIGHT_APP_ID", "is not a number"},
		"App is zero":    {func(s *config.Serve) { s.AppID = "0" }, "HINDSIGHT_APP_ID", "is \"0\""},
		"negative App":   {func(s *config.Serve) { s.AppID = "-1" }, "HINDSIGHT_APP_ID", "App ID"},
		"no key":         {func(s *config.Serve) { s.PrivateKey = config.Secret{} }, "HINDSIGHT_PRIVATE_KEY", "HINDSIGHT_PRIVATE_KEY_FILE"},
		"two keys":       {func(s *config.Serve) { s.PrivateKeyFile = "x" }, "HINDSIGHT_PRIVATE_KEY", "both set"},
		"key is no PEM":  {func(s *config.Serve) { s.PrivateKey = config.NewSecret("hush") }, "HINDSIGHT_PRIVATE_KEY", "not PEM"},
		"key is public": {func(s *config.Serve) {
			s.PrivateKey = config.NewSecret(encode("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&testKey().PublicKey)))
		}, "HINDSIGHT_PRIVATE_KEY", "RSA PUBLIC KEY"},
		"key is a curve's":     {func(s *config.Serve) { s.PrivateKey = config.NewSecret(pkcs8(t, curve)) }, "HINDSIGHT_PRIVATE_KEY", "no RSA private key"},
		"key is broken":        {func(s *config.Serve) { s.PrivateKey = config.NewSecret(encode("PRIVATE KEY", []byte("hush"))) }, "HINDSIGHT_PRIVATE_KEY", "no RSA private key"},
		"key is small":         {func(s *config.Serve) { s.PrivateKey = config.NewSecret(pkcs8(t, small)) }, "HINDSIGHT_PRIVATE_KEY", "1024 bits"},
		"key file is missing":  {func(s *config.Serve) { s.PrivateKey, s.PrivateKeyFile = config.Secret{}, "/no/such/file" }, "HINDSIGHT_PRIVATE_KEY_FILE", "can't be read"},
		"key file is empty":    {func(s *config.Serve) { s.PrivateKey, s.PrivateKeyFile = config.Secret{}, file(t, "\n") }, "HINDSIGHT_PRIVATE_KEY_FILE", "empty"},
		"key file is a folder": {func(s *config.Serve) { s.PrivateKey, s.PrivateKeyFile = config.Secret{}, t.TempDir() }, "HINDSIGHT_PRIVATE_KEY_FILE", "can't be read"},
		"key file is no key":   {func(s *config.Serve) { s.PrivateKey, s.PrivateKeyFile = config.Secret{}, file(t, "hush") }, "HINDSIGHT_PRIVATE_KEY_FILE", "not PEM"},
		"key file is huge": {func(s *config.Serve) {
			s.PrivateKey, s.PrivateKeyFile = config.Secret{}, file(t, strings.Repeat("x", 65<<10))
		}, "HINDSIGHT_PRIVATE_KEY_FILE", "larger than 64 KB"},
		"no webhook secret": {func(s *config.Serve) { s.WebhookSecret = config.Secret{} }, "HINDSIGHT_WEBHOOK_SECRET", "is not set"},
		"only commas":       {func(s *config.Serve) { s.WebhookSecret = config.NewSecret(" , ,") }, "HINDSIGHT_WEBHOOK_SECRET", "is not set"},
		"short secret":      {func(s *config.Serve) { s.WebhookSecret = config.NewSecret("hush-hush-hush-") }, "HINDSIGHT_WEBHOOK_SECRET", "less than 16"},
		"comma in a secret": {func(s *config.Serve) {
			s.WebhookSecret = config.NewSecret("p,hush-hush-hush-hush-hush")
		}, "HINDSIGHT_WEBHOOK_SECRET", "a comma separates two secrets"},
		"short secret in a file": {func(s *config.Serve) {
			s.WebhookSecret, s.WebhookSecretFile = config.Secret{}, file(t, "hush\n")
		}, "HINDSIGHT_WEBHOOK_SECRET_FILE", "less than 16"},
		"two webhook secrets": {func(s *config.Serve) { s.WebhookSecretFile = "x" }, "HINDSIGHT_WEBHOOK_SECRET", "HINDSIGHT_WEBHOOK_SECRET_FILE"},
		"API over http": {func(s *config.Serve) {
			s.GitHubAPIURL, s.GitHubURL = "http://ghe.example.com/api/v3/", "https://ghe.example.com"
		}, "HINDSIGHT_GITHUB_API_URL", "unencrypted"},
		"git over http": {func(s *config.Serve) {
			s.GitHubAPIURL, s.GitHubURL = "https://ghe.example.com/api/v3/", "http://ghe.example.com"
		}, "HINDSIGHT_GITHUB_URL", "unencrypted"},
		"http by a name": {func(s *config.Serve) {
			s.GitHubAPIURL, s.GitHubURL = "http://127.0.0.1.example.com/", "http://localhost"
		}, "HINDSIGHT_GITHUB_API_URL", "unencrypted"},
		"API alone":         {func(s *config.Serve) { s.GitHubAPIURL = "https://ghe.example.com/api/v3/" }, "HINDSIGHT_GITHUB_URL", "still"},
		"pages alone":       {func(s *config.Serve) { s.GitHubURL = "https://ghe.example.com" }, "HINDSIGHT_GITHUB_API_URL", "https://ghe.example.com/api/v3/"},
		"API with password": {func(s *config.Serve) { s.GitHubAPIURL = "https://u:hush@ghe.example.com/" }, "HINDSIGHT_GITHUB_API_URL", "leave it out"},
		"API with query":    {func(s *config.Serve) { s.GitHubAPIURL = "https://ghe.example.com/?token=hush" }, "HINDSIGHT_GITHUB_API_URL", "leave out"},
		"API over ftp":      {func(s *config.Serve) { s.GitHubAPIURL = "ftp://ghe.example.com" }, "HINDSIGHT_GITHUB_API_URL", "no address"},
		"API is empty":      {func(s *config.Serve) { s.GitHubAPIURL = "" }, "HINDSIGHT_GITHUB_API_URL", "is empty"},
		"owner is no login": {func(s *config.Serve) { s.AllowedOwners = "octo,a/b" }, "HINDSIGHT_ALLOWED_OWNERS", `"a/b"`},
		"all and one":       {func(s *config.Serve) { s.AllowedOwners = "*,octo" }, "HINDSIGHT_ALLOWED_OWNERS", "leave one out"},
		"no customers":      {func(s *config.Serve) { s.CustomersFile = "/no/such/file" }, "HINDSIGHT_CUSTOMERS_FILE", "no such file"},
		"customers' folder": {func(s *config.Serve) { s.CustomersFile = t.TempDir() }, "HINDSIGHT_CUSTOMERS_FILE", "is a directory"},
		"nobody's list":     {func(s *config.Serve) { s.CustomersFile = file(t, "# hush\n\n") }, "HINDSIGHT_CUSTOMERS_FILE", "lists nobody"},
		"customers in a row": {func(s *config.Serve) {
			s.CustomersFile = file(t, "Initech\n"+strings.Repeat("hush, ", 99))
		}, "HINDSIGHT_CUSTOMERS_FILE", "line 2 has"},
		"customers' table": {func(s *config.Serve) { s.CustomersFile = file(t, "PK\x03\x04\x00hush") }, "HINDSIGHT_CUSTOMERS_FILE", "no text"},
		"too many customers": {func(s *config.Serve) {
			s.CustomersFile = file(t, strings.Repeat("hush\n", 1<<18))
		}, "HINDSIGHT_CUSTOMERS_FILE", "larger than 1024 KB"},
		"no duration": {func(s *config.Serve) { s.SweepEvery = "10" }, "HINDSIGHT_SWEEP_EVERY", "10m"},
		"too often":   {func(s *config.Serve) { s.SweepEvery = "1s" }, "HINDSIGHT_SWEEP_EVERY", "too often"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags := good(t)
			tt.change(&flags)
			_, err := flags.Resolve()
			setting, ok := errors.AsType[*config.SettingError](err)
			if !ok || setting.Variable != tt.variable || !strings.Contains(err.Error(), tt.problem) {
				t.Fatalf("got %v, want %s … %s", err, tt.variable, tt.problem)
			}
			if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "\n") {
				t.Errorf("not one sentence without secrets: %v", err)
			}
		})
	}
}

func TestPlainHTTPOnLoopback(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1:3000", "localhost:3000", "[::1]:3000"} {
		flags := good(t)
		flags.GitHubAPIURL, flags.GitHubURL = "http://"+host+"/api/v3", "http://"+host
		got, err := flags.Resolve()
		if err != nil || got.GitHubAPIURL != "http://"+host+"/api/v3/" {
			t.Errorf("%s: got %q, %v", host, got.GitHubAPIURL, err)
		}
	}
}

func TestOwners(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"": nil, " , ": nil, "*": {"*"}, "one, Two_corp,": {"one", "Two_corp"},
	} {
		flags := good(t)
		flags.AllowedOwners = text
		got, err := flags.Resolve()
		if err != nil || !slices.Equal(got.Owners, want) {
			t.Errorf("%q: got %q, %v; want %q", text, got.Owners, err, want)
		}
	}
}

func TestLogger(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	logger, err := config.Log{LogLevel: "WARN", LogFormat: "json"}.Logger(&text)
	if err != nil {
		t.Fatal(err)
	}
	logger.Info("quiet")
	logger.Warn("loud", slog.String("k", "v"))
	if got := text.String(); strings.Contains(got, "quiet") || !strings.Contains(got, `"msg":"loud","k":"v"`) {
		t.Errorf("got %s", got)
	}
	for variable, wrong := range map[string]config.Log{
		"HINDSIGHT_LOG_LEVEL":  {LogLevel: "verbose", LogFormat: "text"},
		"HINDSIGHT_LOG_FORMAT": {LogLevel: "info", LogFormat: "xml"},
	} {
		if _, err := wrong.Logger(&text); err == nil || !strings.HasPrefix(err.Error(), variable) {
			t.Errorf("got %v, want an error of %s", err, variable)
		}
	}
}
