package pages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hindsight/internal/playground"
)

// happened is what was released and deployed in a repository.
type happened struct {
	Base        string // the address of the repository
	Releases    []playground.Release
	Deployments []playground.Deployment
	// Only is the one release, or environment, that is shown; "" for all.
	Only    string
	MayEdit bool
}

func (s *site) happenedIn(v visit) happened {
	repo := v.repo.FullName()
	return happened{
		Base: "/" + repo, MayEdit: mayPush(v), Deployments: s.g.Deployments(repo),
		Releases: slices.DeleteFunc(s.g.Releases(repo), func(r playground.Release) bool {
			return r.Draft && v.role < playground.Write
		}),
	}
}

func (h happened) screen() screen {
	title := "Releases and deployments"
	if h.Only != "" {
		title = h.Only
	}
	return screen{view: "happened", title: title, tab: "releases", body: h}
}

func (s *site) releases(_ *http.Request, v visit) (screen, error) {
	return s.happenedIn(v).screen(), nil
}

// release shows one release.
func (s *site) release(r *http.Request, v visit) (screen, error) {
	h := s.happenedIn(v)
	h.Only, h.Deployments = r.PathValue("tag"), nil
	h.Releases = slices.DeleteFunc(h.Releases, func(r playground.Release) bool { return r.Tag != h.Only })
	if len(h.Releases) == 0 {
		return screen{}, errNowhere()
	}
	return h.screen(), nil
}

// environment shows the deployments to one environment.
func (s *site) environment(r *http.Request, v visit) (screen, error) {
	h := s.happenedIn(v)
	h.Only, h.Releases = r.PathValue("environment"), nil
	h.Deployments = slices.DeleteFunc(h.Deployments, func(d playground.Deployment) bool { return d.Environment != h.Only })
	if len(h.Deployments) == 0 {
		return screen{}, errNowhere()
	}
	return h.screen(), nil
}

func releasesPath(v visit) string { return "/" + v.repo.FullName() + "/releases" }

// changeRelease makes a release, or publishes a draft.
func (s *site) changeRelease(r *http.Request, v visit) (string, error) {
	repo, me, form := v.repo.FullName(), s.g.As(v.me.Login), r.PostForm
	if id := form.Get("publish"); id != "" {
		draft, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return "", errNowhere()
		}
		return releasesPath(v), me.PublishRelease(repo, draft)
	}
	_, err := me.Release(repo, playground.NewRelease{
		Tag: strings.TrimSpace(form.Get("tag")), Name: strings.TrimSpace(form.Get("name")), Body: form.Get("body"),
		Draft: form.Has("draft"), Prerelease: form.Has("prerelease"),
	})
	return releasesPath(v), err
}

// preview is the environment that will be gone.
const preview = "preview"

// changeDeployment records a deployment, or how one has ended.
func (s *site) changeDeployment(r *http.Request, v visit) (string, error) {
	repo, me, form := v.repo.FullName(), s.g.As(v.me.Login), r.PostForm
	if known := form.Get("id"); known != "" {
		id, err := strconv.ParseInt(known, 10, 64)
		if err != nil {
			return "", errNowhere()
		}
		return releasesPath(v), me.SetDeployment(repo, id, form.Get("state"), "")
	}
	environment := form.Get("environment")
	id, err := me.Deploy(repo, playground.NewDeployment{
		Ref: strings.TrimSpace(form.Get("ref")), Environment: environment, Transient: environment == preview,
	})
	if err != nil {
		return "", err
	}
	return releasesPath(v), me.SetDeployment(repo, id, form.Get("state"), "")
}
