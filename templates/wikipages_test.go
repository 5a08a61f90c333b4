package templates_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/internal/reconcile"
	"hindsight/templates"
)

func TestPageName(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, title, wiki, repo, want string }{
		{"plain", "Checkout is down", "", "acme/shop", "2026-11-20-checkout-is-down-42"},
		{"path", "../../etc/passwd", "", "acme/shop", "2026-11-20-etc-passwd-42"},
		{"another script", "結帳壞了", "", "acme/shop", "2026-11-20-incident-42"},
		{"accents", "Zażółć gęślą jaźń", "", "acme/shop", "2026-11-20-zazolc-gesla-jazn-42"},
		{"only emoji", "🔥🔥", "", "acme/shop", "2026-11-20-incident-42"},
		{"very long", strings.Repeat("very ", 60), "", "acme/shop", "2026-11-20-very-very-very-very-very-very-very-very-very-very-very-very-42"},
		{"in its own wiki", "Down", "acme/shop", "acme/shop", "2026-11-20-down-42"},
		{"in another wiki", "Down", "acme/postmortems", "acme/shop", "2026-11-20-shop--down-42"},
		{"hyphens", "Down", "acme/postmortems", "acme/shop-api", "2026-11-20-shop-api--down-42"},
		{"signs", "Down", "acme/postmortems", "acme/web.site", "2026-11-20-web-site-a4bf61--down-42"},
		{"other signs", "Down", "acme/postmortems", "acme/web_site", "2026-11-20-web-site-7cff85--down-42"},
		{"only signs", "Down", "acme/postmortems", "acme/._", "2026-11-20-30b610--down-42"},
	}
	safe := regexp.MustCompile(`^\d{4}-\d\d-\d\d-[a-z0-9][a-z0-9-]{0,150}$`)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := facts
			f.Title, f.Wiki, f.Key.Repo = tt.title, incident.Repo(tt.wiki), incident.Repo(tt.repo)
			if got := templates.New().PageName(f); got != tt.want || !safe.MatchString(got) {
				t.Errorf("PageName(%q) = %q, want %q", tt.title, got, tt.want)
			}
		})
	}
}

// In one wiki no two incidents have pages of one name.
func TestPageNamesAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	repos := []string{"shop", "shop-api", "shop.api", "shop_api", "shop-api-2", strings.Repeat("a", 100), strings.Repeat("a", 99) + "b"}
	for _, repo := range repos {
		for _, title := range []string{"down", "api down", "api: down", "2 down", "🔥", "incident"} {
			for _, number := range []int{2, 12, 42} {
				f := facts
				f.Title, f.Key, f.Wiki = title, incident.NewKey("acme", repo, number), "acme/postmortems"
				of, name := fmt.Sprint(repo, "#", number), templates.New().PageName(f)
				if other, ok := seen[name]; ok && other != of {
					t.Errorf("%s and %s have the page %s", of, other, name)
				}
				seen[name] = of
			}
		}
	}
}

func listed(n int) incident.IndexRow {
	return incident.IndexRow{
		Page: fmt.Sprintf("2026-01-%02d-down-%d", n%28+1, n), Date: time.Date(2026, 1, n%28+1, 0, 0, 0, 0, time.UTC),
		Severity: 2, Title: fmt.Sprintf("Down %d", n), Owner: "alice", Status: incident.Draft, Done: 1, Total: 3,
	}
}

func TestIndex(t *testing.T) {
	t.Parallel()
	texts := templates.New()
	page, became := texts.Index("", listed(3), true)
	if became != reconcile.IndexFilled {
		t.Fatalf("a new index is %v", became)
	}
	hostileRow := listed(9)
	hostileRow.Title, hostileRow.Owner, hostileRow.Status = "](2026-01-04-down-3) | "+hostile, hostile, hostile
	for _, row := range []incident.IndexRow{listed(5), hostileRow, listed(1)} {
		if page, became = texts.Index(page, row, true); became != reconcile.IndexWritten {
			t.Fatalf("it is %v:\n%s", became, page)
		}
	}
	untitled := listed(2)
	untitled.Title, untitled.Owner = "", ""
	page, _ = texts.Index(page, untitled, true)
	golden(t, "index", page)
	closed := listed(3)
	closed.Status, closed.Title, closed.Done = incident.Closed, "Down, and up again", 3
	page, _ = texts.Index(page, closed, false)
	golden(t, "index-changed", page)
	if again, became := texts.Index(page, closed, false); became != reconcile.IndexWritten || again != page {
		t.Errorf("the same row changed it: %s", cmp.Diff(page, again))
	}
}

func TestIndexAfterPeople(t *testing.T) {
	t.Parallel()
	texts := templates.New()
	page, _ := texts.Index("", listed(3), true)
	page, _ = texts.Index(page, listed(4), true)
	const around = "# All of them\r\n\r\n<!-- hindsight:begin block=index -->\r\n\r\n<!-- hindsight:end block=index -->\r\nOurs, no final newline"
	tests := []struct {
		name, now string
		first     bool
		became    reconcile.IndexState
		has       string // "" for as it was
	}{
		{"they wrote around it", "\uFEFFLook:\n\n" + page + "\nBye", true, reconcile.IndexWritten, "\n| 2026-01-08 |"},
		{"with Windows line ends", strings.ReplaceAll(page, "\n", "\r\n"), true, reconcile.IndexWritten, "\r\n| 2026-01-08 |"},
		{"they removed this row", page, false, reconcile.IndexWritten, ""},
		{"they removed a row", regexp.MustCompile(`\| 2026-01-05 .*\n`).ReplaceAllString(page, ""), true, reconcile.IndexLeft, ""},
		{"they changed a row", strings.Replace(page, "| alice |", "| bob |", 1), true, reconcile.IndexLeft, ""},
		{"they removed the block", "# All of them\n", true, reconcile.IndexLeft, ""},
		{"they emptied it", around, false, reconcile.IndexFilled, "\r\n| 2026-01-08 |"},
		{"they removed all text", " \n", true, reconcile.IndexLeft, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, became := texts.Index(tt.now, listed(7), tt.first)
			if became != tt.became || tt.has == "" && got != tt.now || !strings.Contains(got, tt.has) {
				t.Fatalf("Index = %v, want %v\n%s", became, tt.became, got)
			}
			start, stop, ok := extent(got, "index")
			before, after, _ := cutBlock(tt.now)
			if ok && tt.has != "" && (got[:start] != before || got[stop:] != after) {
				t.Errorf("what stands around it was touched:\n%q", got)
			}
		})
	}
}

// cutBlock is what stands before and after the index's block.
func cutBlock(page string) (before, after string, ok bool) {
	start, stop, ok := extent(page, "index")
	if !ok {
		return page, "", false
	}
	return page[:start], page[stop:], true
}

// The index lists the newest thousand, and says that there are others.
func TestIndexOfMany(t *testing.T) {
	t.Parallel()
	texts := templates.New()
	dated := func(n int) incident.IndexRow {
		row := listed(n)
		row.Date = time.Date(2020, 1, 1+n, 0, 0, 0, 0, time.UTC)
		return row
	}
	lines := []string{"| Date | Severity | Post-mortem | Owner | Status | Follow-ups |", "| --- | --- | --- | --- | --- | --- |"}
	for n := range 1000 {
		alone, _ := texts.Index("", dated(n), true)
		lines = append(lines, regexp.MustCompile(`(?m)^\| 20.*$`).FindString(alone))
	}
	page := markdown.Block("index", strings.Join(lines, "\n"))
	for n := range 3 {
		page, _ = texts.Index(page, dated(1000+n), true)
	}
	if n := strings.Count(page, "\n| 20"); n != 1000 {
		t.Errorf("%d rows are listed", n)
	}
	if !strings.Contains(page, "[Down 1002]") || strings.Contains(page, "[Down 2]") || !strings.Contains(page, "[list of all pages](_pages)") {
		t.Errorf("not the newest:\n%.300s", page)
	}
	again, became := texts.Index(page, dated(2), false)
	if became != reconcile.IndexWritten || again != page {
		t.Error("one that is too old has come back")
	}
}

func TestSidebar(t *testing.T) {
	t.Parallel()
	const block = "<!-- hindsight:begin block=post-mortems -->\n<!-- hindsight:end block=post-mortems -->"
	texts := templates.New()
	got := texts.Sidebar("* [[Home]]\n\n" + block + "\n\n* [[About]]")
	if !strings.HasPrefix(got, "* [[Home]]\n\n<!-- ") || !strings.HasSuffix(got, " -->\n\n* [[About]]") || !strings.Contains(got, "\n[[Post-mortems]]\n") {
		t.Errorf("the sidebar is\n%s", got)
	}
	for name, now := range map[string]string{
		"written already": got, "none": "", "not asked for": "* [[Home]]\n", "changed": strings.Replace(got, "[[Post", "[[All|Post", 1),
	} {
		if again := texts.Sidebar(now); again != now {
			t.Errorf("%s: it was changed:\n%s", name, again)
		}
	}
}
