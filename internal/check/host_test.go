package check_test

import "testing"

func TestHost(t *testing.T) {
	t.Parallel()
	dirty(t, "host",
		"On »db7.corp.", "https://»grafana.acme.internal/d/1", "`»shop.payments.svc.cluster.local:8080`", "<!-- »nas.local -->", "| »wiki.intranet |",
		"»printer.lan,", "»a-b.c.home.arpa", "»orders.shop.svc", "»DB7.CORP", "»ip-10-0-0-1", "»ip-10-1-2-3.eu-west-1.compute.acme", "user@»db7.corp:/x", "»db7.localdomain",
	)
	clean(t, "host",
		"internal", "local", "the corp.", "e.g. local", "grafana.acme.io", "settings.local.json", ".env.local", "com.acme.internal.Foo", "time.Local", "foo.Internal()",
		"x.local()", "this.local = 1.5", "host.docker.internal", "metadata.google.internal", "kubernetes.default.svc.cluster.local", "example.local", "db.example.internal",
		"db.example.corp", "golang.org/x/internal", "my.localhost", "a.locals", "skip-10-0-0-1", "ip-10-0-0", "app.internal.acme.io", "$host.local", "{name}.local",
	)
}
