package incident_test

import (
	"testing"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

func TestParseKey(t *testing.T) {
	t.Parallel()
	const address = "https://github.test/Acme/Shop/issues/42"
	tests := map[string]string{
		"acme/shop#42":                         "acme/shop#42",
		" Acme/Shop.x#7 ":                      "acme/shop.x#7",
		"acme/.github#7":                       "acme/.github#7",
		address:                                "acme/shop#42",
		address + "/":                          "acme/shop#42",
		address + "#issuecomment-1":            "acme/shop#42",
		address + "?notification_referrer_id=": "acme/shop#42",
		address + "/?a=b#issuecomment-1":       "acme/shop#42",
		"https://github.test/acme/shop/pull/1": "acme/shop#1",
		"https://github.test/acme/shop/pull/1/files#diff-0": "acme/shop#1",
		"http://127.0.0.1:8080/acme/shop/issues/1":          "acme/shop#1",
		"":                                     "",
		"shop#42":                              "",
		"acme/shop":                            "",
		"acme/shop#":                           "",
		"acme/shop#0":                          "",
		"acme/shop#x":                          "",
		"acme/shop#42x":                        "",
		"acme/shop#1234567890":                 "",
		"acme/shop#42 and more":                "",
		address + "/ and more":                 "",
		address + "x":                          "",
		"https://github.test/acme/shop/wiki/1": "",
		"https://github.test/api/v3/repos/acme/shop/issues/42": "",
		"a/../shop#1": "",
		"a/..#1":      "",
		"a/.#1":       "",
	}
	for in, want := range tests {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			key, err := incident.ParseKey(in)
			if want == "" {
				if err == nil {
					t.Fatalf("%q was read as %s", in, key)
				}
				return
			}
			same(t, "key", want, key.String())
			same(t, "repository", key.Repo, incident.NewRepo(key.Repo.Owner(), key.Repo.Name()))
		})
	}
}

func TestParseID(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "#", "7", "#42", "7#", "7#42#1", "7#x", "x#42", "7 #42", "7#42 ", "7#4294967296", "9223372036854775808#1", "acme/shop#42",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			if id, err := incident.ParseID(in); err == nil || id != (incident.ID{}) {
				t.Errorf("%q was read as %s: %v", in, id, err)
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		id := incident.ID{Repository: rapid.Int64().Draw(t, "repository"), Number: int(rapid.Int32().Draw(t, "number"))}
		again, err := incident.ParseID(id.String())
		if err != nil || again != id {
			t.Fatalf("%s was read as %s: %v", id, again, err)
		}
	})
}
