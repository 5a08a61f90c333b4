package pages

import (
	"embed"
	"fmt"
	"hash/fnv"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"hindsight/internal/playground"
)

//go:embed html
var markup embed.FS

// views are the pages' templates, each with the layout around it.
type views map[string]*template.Template

// parseViews panics if the embedded templates don't parse, which every test
// would see.
func parseViews() views {
	common := template.Must(template.New("").Funcs(helpers()).ParseFS(markup, "html/layout.html", "html/parts.html", "html/side.html"))
	files, err := fs.Glob(markup, "html/*.html")
	if err != nil {
		panic(fmt.Sprintf("pages: list the templates: %v", err))
	}
	all := views{}
	for _, file := range files {
		own := template.Must(template.Must(common.Clone()).ParseFS(markup, file))
		all[strings.TrimSuffix(path.Base(file), ".html")] = own
	}
	return all
}

func helpers() template.FuncMap {
	hex := regexp.MustCompile(`^[0-9A-Fa-f]{6}$`)
	color := func(digits string) string {
		if !hex.MatchString(digits) {
			return "ededed"
		}
		return digits
	}
	return template.FuncMap{
		"fill":    func(digits string) string { return "#" + color(digits) },
		"ink":     func(digits string) string { return ink(color(digits)) },
		"moment":  func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
		"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"face":    face,
		"bot":     func(u playground.User) bool { return u.Type == playground.TypeBot },
		"initial": initial,
		"home":    home,
		"line":    func(index int) int { return index + 1 },
		"short":   func(sha string) string { return sha[:min(7, len(sha))] },
	}
}

// ink is the text colour that can be read on a label's colour, by the
// perceived lightness that GitHub uses too.
func ink(digits string) string {
	rgb, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return "dark"
	}
	r, g, b := rgb>>16&0xff, rgb>>8&0xff, rgb&0xff
	if 2126*r+7152*g+722*b > 1500000 {
		return "dark"
	}
	return "light"
}

// face is one of eight colours for somebody's picture.
func face(login string) string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(login)) // never fails
	return fmt.Sprintf("face-%d", sum.Sum32()%8)
}

func initial(login string) string {
	for _, r := range login {
		return strings.ToUpper(string(r))
	}
	return "?"
}

// home is the address of somebody's page.
func home(u playground.User) string {
	if slug, app := strings.CutSuffix(u.Login, "[bot]"); app {
		return "/apps/" + slug
	}
	return "/" + u.Login
}
