package check_test

import "testing"

func TestEmail(t *testing.T) {
	t.Parallel()
	dirty(t, "email",
		"Ask »ann@acme.io.", "→ <»ann.smith+x@mail.acme.co.uk>", "[mail](mailto:»ann@acme.io)", "`»ann@acme.io`", "<!-- »ann@acme.io -->",
		"a\r\n\r\n| »ANN@ACME.IO |", "»a@acme.io;", "(»a@acme.io)", "\"»a@acme.io\"", "»a@2x.io", "Of »a@acme.io: yes", "»a@acme.io:",
	)
	clean(t, "email",
		"@ann", "ann@acme", "ann@example.com", "ann@mail.example.org", "ann@acme.test", "ann@localhost", "ann@example.acme.io",
		"git@github.com:org/repo.git", "1+ann@users.noreply.github.com", "noreply@acme.io", "no-reply@acme.io",
		"actions/checkout@v4.2.x", "icon@2x.png", "https://acme.io/@ann", "https://ann@acme.io/x", "https://medium.com/@ann@acme.io/x",
		"react@18.2.0", "golang.org/x/mod@v0.3.mod", "a@b@c.io", "deploy@acme.io:/srv",
	)
}
