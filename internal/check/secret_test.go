package check_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"hindsight/internal/check"
)

func place(line, column int) string { return fmt.Sprintf("%d:%d", line, column) }

// random is what secrets are made of. They are put together here, so that no
// other tool takes this file for a leak.
func random(seed uint64, letters string, n int) string {
	r := rand.New(rand.NewPCG(seed, 7))
	var b strings.Builder
	for range n {
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return b.String()
}

const (
	digits = "0123456789"
	mixed  = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits
)

func token() string { return "ghp" + "_" + random(1, mixed, 36) }

func TestSecret(t *testing.T) {
	t.Parallel()
	key := "-----BEGIN RSA " + "PRIVATE KEY-----\n" + strings.Repeat(random(2, mixed, 64)+"\n", 8) + "-----END RSA " + "PRIVATE KEY-----"
	dirty(t, "secret",
		"It was »"+token()+".",
		"\n\n→ `»"+token()+"`",
		"```\r\nexport GITHUB_TOKEN=»"+token()+"\r\n```\r\n",
		"a\n<!-- »"+token()+" -->\nb",
		"a "+"»"+token()+" # gitleaks"+":allow",
		"aws_access_key_id = »AK"+"IA"+random(3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
		"a\n\n»"+key+"\n\nb",
		"db_password = \"»"+random(4, mixed, 32)+"\"",
		"See postgres://app:»hunter2@db.acme.io/shop",
		"`redis://:»hunter2@10.1.2.3:6379`",
		"https://ann:»p%40ss-word1@acme.io/",
		"amqp://guest:»guest@mq.acme.io",
		strings.Repeat("words ", 20_000)+"»"+token(),
		strings.Repeat("a line of words\n", 10_000)+"x »"+token()+" x",
	)
	clean(t, "secret",
		"", "The token was taken back.", "commit 0123456789abcdef0123456789abcdef01234567", "sha256:"+random(5, "0123456789abcdef", 64),
		"postgres://user:password@db.acme.io/shop", "https://user:<password>@acme.io", "https://x:${TOKEN}@acme.io", "https://x:$TOKEN@acme.io",
		"https://x:****@acme.io", "https://x:{{token}}@acme.io", "https://x:xxxx@acme.io", "https://x:your-token@acme.io",
		"postgres://app:hunter2@localhost:5432/shop", "postgres://app:hunter2@127.0.0.1/shop", "https://app:hunter2@db.example.com/",
		"https://acme.io:8080/@ann", "https://acme.io/a:b@c", "ssh://git@acme.io:22/x",
	)
}

// Secrets stand wherever the text is cut.
func TestSecretAnywhere(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1, 65_500, 65_530, 65_536, 57_344, 57_300, 114_688, 122_880} {
		filler := strings.Repeat("seven.\n", before/7) + strings.Repeat("-", before%7)
		page := filler + " " + token() + "\n" + strings.Repeat("seven.\n", 2000)
		want := place(before/7+1, before%7+2)
		if got := found(t, "secret", page); len(got) != 1 || got[0] != want {
			t.Errorf("behind %d bytes: found at %v, want %s", before, got, want)
		}
	}
}

func TestSecretAtOnce(t *testing.T) {
	t.Parallel()
	c := check.New()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			page := strings.Repeat("\n", i) + token()
			if got := places(c.Check(page, nil, nil)); len(got) != 1 || got[0] != place(i+1, 1) {
				t.Errorf("%d lines down: found at %v", i, got)
			}
		})
	}
	all.Wait()
}

// The library would write what it finds to the standard error.
func TestSecretIsNotLogged(t *testing.T) { //nolint:paralleltest // takes the standard error
	stderr := os.Stderr
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stderr = w
	check.New().Check(token(), nil, nil)
	os.Stderr = stderr
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var out [1]byte
	if n, err := r.Read(out[:]); n > 0 || err == nil {
		t.Errorf("something was written: %q, %v", out[:n], err)
	}
}
