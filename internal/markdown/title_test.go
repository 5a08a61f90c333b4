package markdown_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"hindsight/internal/markdown"
)

func TestTitle(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		limit    int
		want     string
	}{
		{"plain", "Raise the limit", 50, "Raise the limit"},
		{"link", "Read [the *log*](http://e.org/x) again", 50, "Read the log again"},
		{"image", "See ![chart](c.png)", 50, "See chart"},
		{"address", "See <http://e.org> or http://e.org/a_b_c", 50, "See http://e.org or http://e.org/a_b_c"},
		{"emphasis", "**Fix** _it_ ~~now~~", 50, "Fix it now"},
		{"code", "Fix ``a ` b`` and `x_y_z`", 50, "Fix `a ` b` and `x_y_z`"},
		{"escape and entity", `5 \* 3 &lt; 20`, 50, "5 * 3 < 20"},
		{"tag and comment", "Parse Map<K><!-- x --> now", 50, "Parse Map<K> now"},
		{"block markup is text", "1. # > a", 50, "1. # > a"},
		{"mention and reference", "@ann #12", 50, "@ann #12"},
		{"lines, control, direction", "a\r\nb\x00\u202e\u200bc", 50, "a bc"},
		{"entity for a control character", "a&#8238;b&#10;c", 50, "ab c"},
		{"exactly", "abcde", 5, "abcde"},
		{"cut", "abc defg", 5, "abc…"},
		{"cut between characters", "äöüßñç", 5, "äöüß…"},
		{"nothing", "<!-- a -->", 5, ""},
		{"longer than it reads", "<!--" + strings.Repeat("x", 900) + "-->" + strings.Repeat("y", 500), 256, strings.Repeat("y", 93) + "…"},
		{"nothing in what it reads", "<!--" + strings.Repeat("x", 993) + "--> y", 256, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := markdown.Title(tt.in, tt.limit); got != tt.want {
				t.Errorf("Title(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
			}
		})
	}
}

func FuzzTitle(f *testing.F) {
	f.Add("**a** [b](c) `d` &#8238; <!-- e", 5)
	f.Add("\x00\xff\u202e&#0;", 1)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 1 + limit&0xff
		got := markdown.Title(s, limit)
		if utf8.RuneCountInString(got) > limit || got != visible(got) {
			t.Fatalf("Title(%q, %d) = %q, not one clean line within the limit", s, limit, got)
		}
	})
}

func TestSlug(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		limit    int
		want     string
	}{
		{"words", "API: 500s on /login (again!)", 50, "api-500s-on-login-again"},
		{"accents", "Überlastung der Straße – œuvre, naïve, Łódź, Đà Nẵng", 80, "uberlastung-der-strasse-oeuvre-naive-lodz-da-nang"},
		{"combining accents", "Cafe\u0301 u\u0308ber", 50, "cafe-uber"},
		{"other scripts", "データベース", 50, ""},
		{"mixed scripts", "DB データベース down", 50, "db-down"},
		{"markup", "**Fix** [this](http://e.org)", 50, "fix-this"},
		{"traversal", "../../.git/config", 50, "git-config"},
		{"edges", "--a--", 50, "a"},
		{"cut at a word", "database connections exhausted", 19, "database"},
		{"cut after a word", "database connections exhausted", 22, "database-connections"},
		{"cut at its end", "database connections", 8, "database"},
		{"one long word", "abcdefghij", 4, "abcd"},
		{"no room", "abc", 0, ""},
		{"empty", "", 10, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := markdown.Slug(tt.in, tt.limit); got != tt.want {
				t.Errorf("Slug(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
			}
		})
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("Über den Wölken", 9)
	f.Add("--\xff-..", 3)
	safe := regexp.MustCompile(`^([a-z0-9]+(-[a-z0-9]+)*)?$`)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit &= 0xff
		if got := markdown.Slug(s, limit); !safe.MatchString(got) || len(got) > limit {
			t.Fatalf("Slug(%q, %d) = %q", s, limit, got)
		}
	})
}
