package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

const prefix = "/api/v3"

// description is GitHub's. Of its 13 MB only what tests ask for is ever
// parsed in depth: all of it would cost each test binary seconds, and many of
// them with the race detector.
type description struct {
	raw document

	mu     sync.Mutex // guards parsed
	parsed map[string]*endpoint
}

type document struct {
	OpenAPI    string                                `json:"openapi"`
	Info       json.RawMessage                       `json:"info"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components map[string]map[string]json.RawMessage `json:"components"`
	Webhooks   map[string]map[string]json.RawMessage `json:"x-webhooks,omitempty"`
}

// endpoint is one path of the description, parsed.
type endpoint struct {
	pattern string
	doc     *openapi3.T
}

func (e *endpoint) route(method string) *routers.Route {
	item := e.doc.Paths.Value(e.pattern)
	return &routers.Route{
		Spec: e.doc, Path: e.pattern, PathItem: item, Method: method, Operation: item.GetOperation(method),
	}
}

// load reads the description once for each process.
var load = sync.OnceValues(func() (*description, error) { //nolint:gochecknoglobals // read once, never changed
	raw, err := installed("openapi", "generated", "api.github.com.json")
	if err != nil {
		return nil, err
	}
	d := &description{parsed: map[string]*endpoint{}}
	if err := json.Unmarshal(raw, &d.raw); err != nil {
		return nil, fmt.Errorf("contract: read GitHub's API description: %w", err)
	}
	return d, nil
})

// installed reads a file of one of GitHub's npm packages.
func installed(name ...string) ([]byte, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("contract: find the module: %w", err)
	}
	for {
		if _, err = os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, errors.New("contract: run tests inside the module: go.mod was not found")
		}
		dir = parent
	}
	parts := append([]string{dir, "internal", "playground", "contract", "node_modules", "@octokit"}, name...)
	raw, err := os.ReadFile(filepath.Join(parts...)) //nolint:gosec // callers name files of the two packages
	if err != nil {
		return nil, fmt.Errorf("GitHub's own API description is not installed: run `make deps` (%w)", err)
	}
	return raw, nil
}

// find is the endpoint that a request is for, and what its path holds in
// place of the variables. Where two fit, the one with fewer variables is
// meant.
func (d *description) find(r *http.Request) (*endpoint, map[string]string, error) {
	// Split before unescaping: a label's name may hold a slash.
	segments := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.EscapedPath(), prefix), "/"), "/")
	if segments[0] == "repositories" && len(segments) > 1 {
		// Where GitHub redirects to; described only by the repository's name.
		segments = append([]string{"repos", "by-id"}, segments[1:]...)
	}
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = plain
		}
	}
	var best string
	var vars map[string]string
	for pattern, methods := range d.raw.Paths {
		if methods[strings.ToLower(r.Method)] == nil {
			continue
		}
		if v, fits := fit(pattern, segments); fits && (best == "" || len(v) < len(vars)) {
			best, vars = pattern, v
		}
	}
	if best == "" {
		return nil, nil, errors.New("GitHub's description has no such endpoint")
	}
	e, err := d.parse(best, d.raw.Paths[best])
	return e, vars, err
}

// fit compares segment by segment; a {path} at the end holds slashes.
func fit(pattern string, segments []string) (map[string]string, bool) {
	vars := map[string]string{}
	parts := strings.Split(strings.Trim(pattern, "/"), "/")
	for i, part := range parts {
		switch {
		case i >= len(segments):
			return nil, false
		case part == "{path}" && i == len(parts)-1:
			vars["path"] = strings.Join(segments[i:], "/")
			return vars, true
		case strings.HasPrefix(part, "{"):
			vars[strings.Trim(part, "{}")] = segments[i]
		case part != segments[i]:
			return nil, false
		}
	}
	return vars, len(parts) == len(segments)
}

// parse parses the operations of one path, and what they refer to.
func (d *description) parse(pattern string, operations map[string]json.RawMessage) (*endpoint, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.parsed[pattern]; e != nil {
		return e, nil
	}
	part := document{
		OpenAPI: d.raw.OpenAPI, Info: d.raw.Info,
		Paths:      map[string]map[string]json.RawMessage{pattern: operations},
		Components: map[string]map[string]json.RawMessage{},
	}
	for _, text := range operations {
		d.follow(text, part.Components)
	}
	d.follow([]byte(`{"$ref":"#/components/schemas/basic-error"}{"$ref":"#/components/schemas/installation"}`), part.Components)
	small, err := json.Marshal(part)
	if err != nil {
		return nil, fmt.Errorf("contract: cut %s out of GitHub's API description: %w", pattern, err)
	}
	// Validating the document itself would fail: it has small faults that
	// don't matter here.
	doc, err := openapi3.NewLoader().LoadFromData(small)
	if err != nil {
		return nil, fmt.Errorf("contract: read %s in GitHub's API description: %w", pattern, err)
	}
	mend(doc)
	e := &endpoint{pattern: pattern, doc: doc}
	d.parsed[pattern] = e
	return e, nil
}

var reference = regexp.MustCompile(
	`"\$ref":\s*"#/components/([^/"]+)/([^/"]+)"`)

// follow collects the components that a text refers to, and theirs.
func (d *description) follow(text []byte, found map[string]map[string]json.RawMessage) {
	for _, m := range reference.FindAllSubmatch(text, -1) {
		kind, name := string(m[1]), string(m[2])
		component := d.raw.Components[kind][name]
		if component == nil || found[kind][name] != nil {
			continue
		}
		if found[kind] == nil {
			found[kind] = map[string]json.RawMessage{}
		}
		found[kind][name] = component
		d.follow(component, found)
	}
}

// mend puts right the one answer that nobody could give: the list of
// installations, whose account would have to be a user and an enterprise at
// once. A single installation is described well.
func mend(doc *openapi3.T) {
	if path := doc.Paths.Value("/app/installations"); path != nil {
		list := path.Get.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema
		list.Value.Items = doc.Components.Schemas["installation"]
	}
}
