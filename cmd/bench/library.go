package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	indexName = "Post-mortems.md"
	indexed   = 1_000 // rows that the index has at most
	saved     = 10    // commits, in which the pages were made
	rewritten = 3     // every third one once more, so that there is some history
	wordsEach = 640   // of a page: 5 KB, which pack to 3
)

// vocabulary is what the pages are written with: the same in each run.
func vocabulary() (words []string, random *rand.Rand) {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	random = rand.New(rand.NewPCG(1, 2)) //nolint:gosec // pages, not secrets
	for range 4_000 {
		word := make([]byte, 3+random.IntN(8))
		for i := range word {
			word[i] = letters[random.IntN(len(letters))]
		}
		words = append(words, string(word))
	}
	return words, random
}

// pageName is the path of a page that was there before.
func pageName(n int) string { return fmt.Sprintf("2025-11-20-checkout-answers-500-%05d.md", n) }

func indexRow(page string) string {
	return fmt.Sprintf("| 2025-11-20 | sev2 | [Checkout answers 500](%s) | alice | draft | 1/3 |\n", strings.TrimSuffix(page, ".md"))
}

// newPage is one that is to be made: as long as one from a template.
func newPage(n int) (name, text, entry string) {
	name = fmt.Sprintf("2026-11-20-checkout-answers-500-%d.md", n)
	text = fmt.Sprintf("# Checkout answers 500, %d\n\n", n) + strings.Repeat("## A section\n\nWhat happened, and why, in a sentence or two.\n\n", 60)
	return name, text, indexRow(name)
}

// fill makes the pages by the stand-in's git, in a few commits.
func (l *library) fill(ctx context.Context, pages int) error {
	found, err := filepath.Glob(filepath.Join(l.dir, "*.wiki.git"))
	if err != nil || len(found) != 1 {
		return fmt.Errorf("find the stand-in's wiki: %q, %w", found, err)
	}
	cmd := exec.CommandContext(ctx, "git", "fast-import", "--quiet")
	cmd.Dir = found[0]
	cmd.Env = plainGit()
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err = cmd.Start(); err == nil {
		err = errors.Join(l.write(in, pages), in.Close(), cmd.Wait())
	}
	if err != nil {
		return fmt.Errorf("make the wiki's pages: %w: %s", err, complaints.String())
	}
	return nil
}

// write writes the pages, and the index, in the words of git fast-import.
func (l *library) write(to io.Writer, pages int) error {
	out := bufio.NewWriter(to)
	words, random := vocabulary()
	text := func() string {
		var text strings.Builder
		for range wordsEach {
			text.WriteString(words[random.IntN(len(words))] + " ")
		}
		return text.String()
	}
	for n := range pages {
		if n%max(pages/saved, 1) == 0 {
			save(out, n)
		}
		inline(out, pageName(n), text())
	}
	save(out, pages)
	for n := 0; n < pages; n += rewritten {
		inline(out, pageName(n), text())
	}
	var index strings.Builder
	for n := range l.rows {
		index.WriteString(indexRow(pageName(n)))
	}
	inline(out, indexName, index.String())
	return out.Flush() // says what went wrong before, too
}

// save begins a commit when there are so many pages.
func save(out io.Writer, pages int) {
	_, _ = fmt.Fprintf(out, "commit refs/heads/master\ncommitter alice <alice@example.org> %d +0000\ndata 4\nsave\n", 1_700_000_000+pages)
	if pages == 0 { // the others follow what was begun here
		_, _ = fmt.Fprint(out, "from refs/heads/master^0\n")
	}
}

func inline(out io.Writer, path, text string) {
	_, _ = fmt.Fprintf(out, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text) // told by the flush
}

// clone makes one more page as a script would do it: clone, commit, push.
func (l *library) clone(ctx context.Context, how ...string) (kept string, err error) {
	l.made++
	name, text, entry := newPage(l.made)
	token, err := l.app.WikiToken(ctx, l.id, shop)
	if err != nil {
		return "", err
	}
	kept = filepath.Join(l.dir, fmt.Sprint("clone-", l.made))
	if err = os.Mkdir(kept, 0o700); err != nil {
		return "", err
	}
	git := func(args ...string) error { return gitWith(ctx, kept, token, args...) }
	if err = git(append(append([]string{"clone", "--quiet"}, how...), l.github.URL()+"/"+shop+".wiki.git", ".")...); err != nil {
		return "", err
	}
	index, err := os.ReadFile(filepath.Join(kept, indexName)) //nolint:gosec // a folder of our own
	if err != nil {
		return "", err
	}
	for path, content := range map[string]string{name: text, indexName: string(index) + entry} {
		if err := os.WriteFile(filepath.Join(kept, path), []byte(content), 0o600); err != nil {
			return "", err
		}
	}
	for _, args := range [][]string{{"add", "--all"}, {"commit", "--quiet", "--message=Create " + name}, {"push", "--quiet"}} {
		if err := git(args...); err != nil {
			return "", err
		}
	}
	return kept, nil
}

// plainGit is the environment without the user's own settings for git.
func plainGit() []string {
	env := []string{"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"}
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		env = append(env, "GIT_"+who+"_NAME=alice", "GIT_"+who+"_EMAIL=alice@example.org")
	}
	return append(os.Environ(), env...)
}

func gitWith(ctx context.Context, dir, token string, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // fixed commands in a folder of our own
	cmd.Dir = dir
	cmd.Env = append(plainGit(), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.extraHeader",
		"GIT_CONFIG_VALUE_0=Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte("x-access-token:"+token)))
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(said))
	}
	return nil
}

// taken is how many bytes the files below a directory have.
func taken(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}
