package playground

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// WikiCommit is one change of a wiki.
type WikiCommit struct {
	SHA     string
	Author  string // as the committer typed it
	Message string
	At      time.Time
}

// SaveWikiPage writes a page in the browser. The first page brings the wiki's
// git repository into being.
func (p Person) SaveWikiPage(ctx context.Context, repo, title, content string) error {
	return p.changeWiki(ctx, repo, title, &content)
}

// DeleteWikiPage deletes a page.
func (p Person) DeleteWikiPage(ctx context.Context, repo, title string) error {
	return p.changeWiki(ctx, repo, title, nil)
}

func (p Person) changeWiki(ctx context.Context, repo, title string, content *string) error {
	var id int64
	err := p.in(repo, Write, "edit the wiki", func(_ actor, r *repository) error {
		if !r.HasWiki {
			return refuse(http.StatusNotFound, "the wiki is switched off")
		}
		id = r.ID
		return nil
	})
	if err != nil {
		return err
	}
	path := wikiName(title)
	pages, err := p.g.wikis.pages(ctx, id)
	if err != nil {
		return err
	}
	action := "edited"
	if _, there := pages[path]; !there {
		action = "created"
	}
	if content == nil {
		if action == "created" {
			return fmt.Errorf("playground: delete the wiki page %s of %s: %w", path, repo, notFound())
		}
		action = "deleted"
	}
	c := commit{author: p.login, message: strings.ToUpper(action[:1]) + action[1:] + " " + title, path: path, content: content}
	sha, err := p.g.wikis.save(ctx, id, c)
	if err != nil {
		return err
	}
	return p.tellGollum(repo, path, action, sha)
}

// tellGollum sends the webhook. A deletion sends none, as on GitHub.
func (p Person) tellGollum(repo, path, action, sha string) error {
	if action == "deleted" {
		return nil
	}
	return p.in(repo, Read, "edit the wiki", func(by actor, r *repository) error {
		name := strings.TrimSuffix(path, ".md")
		page := object{
			"page_name": name, "title": strings.ReplaceAll(name, "-", " "), "summary": nil, "action": action,
			"sha": sha, "html_url": fmt.Sprintf("%s/%s/wiki/%s", p.g.url, r.FullName(), escape(name)),
		}
		p.g.emit(by, r, "gollum", "", object{"pages": []object{page}})
		return nil
	})
}

// WikiPages are the files of a wiki by their paths; none while it has no
// first page.
func (g *GitHub) WikiPages(ctx context.Context, repo string) (map[string]string, error) {
	r, err := g.Repository(repo)
	if err != nil {
		return nil, err
	}
	return g.wikis.pages(ctx, r.ID)
}

// WikiLog are the changes of a wiki, newest first.
func (g *GitHub) WikiLog(ctx context.Context, repo string) ([]WikiCommit, error) {
	r, err := g.Repository(repo)
	if err != nil || !g.wikis.exists(r.ID) {
		return nil, err
	}
	out, err := g.wikis.run(ctx, wikiDir(r.ID), nil, nil, "log", "--format=%H%x00%an%x00%cI%x00%s", wikiBranch)
	if err != nil {
		return nil, err
	}
	var all []WikiCommit
	for line := range strings.Lines(out) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\x00", 4)
		at, err := time.Parse(time.RFC3339, f[2])
		if err != nil {
			return nil, fmt.Errorf("playground: read the wiki's log: %w", err)
		}
		all = append(all, WikiCommit{SHA: f[0], Author: f[1], At: at, Message: f[3]})
	}
	return all, nil
}

// pages reads the whole wiki with two runs of git, whatever its size.
func (w *wikis) pages(ctx context.Context, id int64) (map[string]string, error) {
	all := map[string]string{}
	if !w.exists(id) {
		return all, nil
	}
	list, err := w.run(ctx, wikiDir(id), nil, nil, "ls-tree", "-r", "-z", "--format=%(objectname) %(path)", wikiBranch)
	if err != nil {
		return nil, err
	}
	var names []string
	var ids strings.Builder
	for entry := range strings.SplitSeq(strings.Trim(list, "\x00"), "\x00") {
		sha, name, found := strings.Cut(entry, " ")
		if found {
			names = append(names, name)
			ids.WriteString(sha + "\n")
		}
	}
	blobs, err := w.output(ctx, wikiDir(id), []byte(ids.String()), nil, "cat-file", "--batch=%(objectsize)")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		line, rest, _ := bytes.Cut(blobs, []byte("\n"))
		size, err := strconv.Atoi(string(line))
		if err != nil || size >= len(rest) {
			return nil, fmt.Errorf("playground: read the wiki page %s: git's answer ends early", name)
		}
		all[name] = string(rest[:size])
		blobs = rest[size+1:]
	}
	return all, nil
}
