package board

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/web"
)

//go:embed html
var pages embed.FS

// views are the pages' templates, each with the layout around it.
type views map[string]*template.Template

// parseViews panics if the embedded templates don't parse, which every test
// would see.
func parseViews() views {
	common := template.Must(template.New("").Funcs(web.Helpers()).Funcs(helpers()).ParseFS(pages, "html/layout.html", "html/parts.html"))
	files, err := fs.Glob(pages, "html/*.html")
	if err != nil {
		panic(fmt.Sprintf("board: list the templates: %v", err))
	}
	all := views{}
	for _, file := range files {
		own := template.Must(template.Must(common.Clone()).ParseFS(pages, file))
		all[strings.TrimSuffix(path.Base(file), ".html")] = own
	}
	return all
}

func helpers() template.FuncMap {
	return template.FuncMap{"kind": kind, "urgency": urgency, "arrow": arrow, "categoryName": categoryName, "class": class}
}

// kind is the colour of an issue type.
func kind(name string) string {
	switch name {
	case "Task", "Sub-task":
		return "task"
	case "Bug":
		return "bug"
	case "Story":
		return "story"
	}
	return "other"
}

// urgency is the colour of a priority, of those that every site has.
func urgency(name string) string {
	switch {
	case slices.Contains([]string{"Highest", "High"}, name):
		return "high"
	case slices.Contains([]string{"Low", "Lowest"}, name):
		return "low"
	}
	return ""
}

func arrow(name string) string {
	switch urgency(name) {
	case "high":
		return "↑"
	case "low":
		return "↓"
	}
	return "="
}

// class is the colour of a category.
func class(c jira.Category) string {
	switch c {
	case jira.ToDo:
		return "todo"
	case jira.InProgress:
		return "doing"
	case jira.Complete:
		return "done"
	case jira.Undefined:
	}
	return "unknown"
}

// categoryName is what Jira calls it.
func categoryName(c jira.Category) string {
	switch c {
	case jira.ToDo:
		return "To Do"
	case jira.InProgress:
		return "In Progress"
	case jira.Complete:
		return "Done"
	case jira.Undefined:
	}
	return "No Category"
}
