package pages

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"hindsight/internal/playground"
	"hindsight/internal/playground/web"
)

//go:embed html
var markup embed.FS

// views are the pages' templates, each with the layout around it.
type views map[string]*template.Template

// parseViews panics if the embedded templates don't parse, which every test
// would see.
func parseViews() views {
	common := template.Must(template.New("").Funcs(web.Helpers()).Funcs(helpers()).ParseFS(markup, "html/layout.html", "html/parts.html", "html/side.html"))
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
		"fill":  func(digits string) string { return "#" + color(digits) },
		"ink":   func(digits string) string { return ink(color(digits)) },
		"bot":   func(u playground.User) bool { return u.Type == playground.TypeBot },
		"home":  home,
		"line":  func(index int) int { return index + 1 },
		"short": func(sha string) string { return sha[:min(7, len(sha))] },
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

// home is the address of somebody's page.
func home(u playground.User) string {
	if slug, app := strings.CutSuffix(u.Login, "[bot]"); app {
		return "/apps/" + slug
	}
	return "/" + u.Login
}
