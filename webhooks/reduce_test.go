package webhooks

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
)

func testRules() rules {
	return rules{
		labels:  func(incident.Repo) []string { return []string{"incident", "postmortem-followup"} },
		reads:   func(_ incident.Repo, label string) bool { return label == "sev1" },
		self:    func() string { return "hindsight[bot]" },
		allowed: func(string) bool { return true },
	}
}

// payload14K is as large as GitHub's usual payload, and as rich in fields that
// nobody needs.
func payload14K() []byte {
	object := func(extra string) string {
		var b strings.Builder
		b.WriteString(extra)
		for i := range 50 {
			fmt.Fprintf(&b, `,"field_%d_url":"https://api.github.com/repos/Octo/Shop/things{/thing%d}"`, i, i)
		}
		return b.String()
	}
	return []byte(`{"action":"labeled","issue":{` + object(`"id":1`) + `,"number":42,"labels":[{"id":1,"name":"bug"},{"id":2,"name":"incident"}],` +
		`"body":"` + strings.Repeat(`It \"broke\".\r\n`, 200) + `"},"label":{"name":"incident"},` +
		`"repository":{` + object(`"id":2`) + `,"name":"Shop","full_name":"Octo/Shop"},` +
		`"sender":{"login":"mona"},"installation":{"id":7,"node_id":"x"}}`)
}

// TestDeliveryOutlivesTheBody overwrites the body, as the next request does.
func TestDeliveryOutlivesTheBody(t *testing.T) {
	t.Parallel()
	for _, repository := range []string{"Octo/Shop", "octo/shop"} {
		body := bytes.ReplaceAll(payload14K(), []byte("Octo/Shop"), []byte(repository))
		got, err := testRules().reduce(head{event: "issues", id: "1"}, body)
		if err != nil {
			t.Fatal(err)
		}
		for i := range body {
			body[i] = 'x'
		}
		want := workset.Delivery{ID: "1", Installation: 7, Relevant: true}
		want.Key.Repo, want.Key.Number = "octo/shop", 42
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", repository, diff)
		}
	}
}

// FuzzReduce holds the picking to what a full decoding finds.
func FuzzReduce(f *testing.F) {
	f.Add("issues", payload14K())
	f.Add("sub_issues", []byte(`{"parent_issue":{"number":5},"parent_issue_repo":{"full_name":"a/b"},"repository":{"full_name":"a/c"},"installation":{"id":1}}`))
	f.Add("label", []byte(`{"action":"edited","changes":{"name":{"from":"incident"}},"label":{"name":"x"},"repository":{"full_name":"a/b"},"installation":{"id":1}}`))
	f.Add("gollum", []byte(`{"repository":{"full_name":"a/b"},"installation":{"id":1}}`))
	f.Add("deployment_status", []byte(`{"deployment_status":{"state":"error"},"deployment":{"transient_environment":"no"},"repository":{"full_name":"a/b"},"installation":{"id":1}}`))
	f.Add("issues", []byte(`{"issue":{"number":1e3,"labels":[[],{"name":1},null]},"repository":[],"installation":{"id":9}}`))
	f.Add("pull_request", []byte(strings.Repeat(`{"pull_request":`, 2000)))
	f.Add("pull_request", []byte(`{"pull_request":{"number":3,"body":"Incident: #4\r\nfixes GH-5"},"repository":{"full_name":"a/b"},"installation":{"id":1}}`))
	aboutAll := map[string]bool{"label": true, "release": true, "deployment_status": true}
	f.Fuzz(func(t *testing.T, event string, body []byte) {
		d, err := testRules().reduce(head{event: event, id: "1"}, body)
		if err != nil {
			r, ok := errors.AsType[*refusal](err)
			if !ok || r.Reason == "" || r.Result == "" || (r.status != 200 && r.status != 400) {
				t.Fatalf("not an answer: %#v", err)
			}
			if r.status == 400 && isJSONObject(body) {
				t.Fatalf("a JSON object was refused: %q", body)
			}
			return
		}
		if !isJSONObject(body) {
			t.Fatalf("not a JSON object, and yet %+v", d)
		}
		owner, name := d.Key.Repo.Owner(), d.Key.Repo.Name()
		if !isName(owner) || !isName(name) || d.Key.Number < 0 && !aboutAll[event] || d.Installation <= 0 {
			t.Fatalf("not a key: %+v", d)
		}
		if len(d.Also) > mostReferences || d.Relevant && d.Also != nil {
			t.Fatalf("more references than are looked up: %+v", d)
		}
		for _, also := range d.Also {
			if also.Repo != d.Key.Repo || also.Number <= 0 {
				t.Fatalf("not an issue of the same repository: %+v", d)
			}
		}
	})
}

func isJSONObject(body []byte) bool {
	return json.Valid(body) && bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{"))
}

// BenchmarkEdge is what one 14 KB delivery costs between the socket and the
// inbox.
func BenchmarkEdge(b *testing.B) {
	body := payload14K()
	key := []byte("a-webhook-secret")
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	var sum [sha256.Size]byte
	mac.Sum(sum[:0])
	b.Run("verify", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if !(keys{key}).made(sum, body) {
				b.Fatal(hex.EncodeToString(sum[:]))
			}
		}
	})
	b.Run("reduce", func(b *testing.B) { benchmarkReduce(b, "issues", body) })
	pull := bytes.ReplaceAll(body, []byte(`"incident"`), []byte(`"bug"`))
	pull = bytes.Replace(pull, []byte(`"issue"`), []byte(`"pull_request"`), 1)
	b.Run("reduce a pull request", func(b *testing.B) { benchmarkReduce(b, "pull_request", pull) })
	b.Run("decode for comparison", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			var all map[string]any
			if err := json.Unmarshal(body, &all); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchmarkReduce(b *testing.B, event string, body []byte) {
	b.Helper()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	rules := testRules()
	for b.Loop() {
		if _, err := rules.reduce(head{event: event, id: "1"}, body); err != nil {
			b.Fatal(err)
		}
	}
}
