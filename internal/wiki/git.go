package wiki

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	maxOutput = 1 << 20  // bytes that are kept of what git prints, unless told otherwise
	maxErrors = 16 << 10 // and of what it complains about
	// How long a killed git's pipes are waited for: a child that escaped
	// the kill would hold them open.
	killGrace = 2 * time.Second
)

// runner runs git in one directory, for one wiki.
type runner struct {
	git     string
	dir     string
	env     []string
	secrets *strings.Replacer
	// lock is held by whatever git starts, too: a git that outlives this
	// process still works in the directory. It may be nil.
	lock *os.File
}

// command is one call of git.
type command struct {
	config []string // key=value, nothing secret
	args   []string
	stdin  string
	limit  int // bytes that are kept of what it prints; 0 means maxOutput
}

func (w *Wiki) runner(t target, dir string) runner {
	header := t.authorization()
	return runner{
		git: w.options.Git,
		dir: dir,
		env: append(environment(dir), append(w.identity(), configuration(t.git, header)...)...),
		secrets: strings.NewReplacer(
			t.token, "[redacted]",
			strings.TrimPrefix(header, "Authorization: Basic "), "[redacted]",
		),
	}
}

func (r runner) repository() string { return filepath.Join(r.dir, "wiki.git") }

// environment is nothing of the process's own but what it takes to find git
// and the way out: the settings of whoever runs Hindsight don't count.
func environment(dir string) []string {
	env := []string{
		"HOME=" + dir,
		"TMPDIR=" + dir,
		"GIT_DIR=" + filepath.Join(dir, "wiki.git"),
		"GIT_INDEX_FILE=" + filepath.Join(dir, "index"),
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=",
		"GIT_NO_LAZY_FETCH=1", // known to git 2.45 and newer
		"LC_ALL=C",
	}
	for _, name := range []string{
		"PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO",
		"HTTPS_PROXY", "https_proxy", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
	} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func (w *Wiki) identity() []string {
	now := fmt.Sprintf("@%d +0000", w.options.Clock().Unix())
	return []string{
		"GIT_AUTHOR_NAME=" + w.options.AuthorName, "GIT_COMMITTER_NAME=" + w.options.AuthorName,
		"GIT_AUTHOR_EMAIL=" + w.options.AuthorEmail, "GIT_COMMITTER_EMAIL=" + w.options.AuthorEmail,
		"GIT_AUTHOR_DATE=" + now, "GIT_COMMITTER_DATE=" + now,
	}
}

// configuration goes to git through the environment: arguments can be read by
// every user of the machine, and a file would stay after a crash. The token
// is bound to the one wiki, and no redirect is followed with it.
func configuration(url, header string) []string {
	settings := [][2]string{
		{"http." + url + ".extraHeader", header},
		{"http.followRedirects", "false"},
		{"http.lowSpeedLimit", "100"}, // bytes a second
		{"http.lowSpeedTime", "30"},   // seconds
		{"protocol.allow", "never"},
		{"protocol.http.allow", "always"},
		{"protocol.https.allow", "always"},
		{"protocol.version", "2"},
		{"credential.helper", ""},
		{"core.hooksPath", os.DevNull},
		{"core.logAllRefUpdates", "false"},
		{"core.protectNTFS", "false"}, // the index is never checked out
		{"core.protectHFS", "false"},
		{"core.bigFileThreshold", "32m"}, // more is not held in memory
		{"pack.threads", "1"},
		{"pack.windowMemory", "64m"},
		{"gc.auto", "0"},
		{"maintenance.auto", "false"},
		{"advice.pushUpdateRejected", "false"},
	}
	env := []string{"GIT_CONFIG_COUNT=" + strconv.Itoa(len(settings))}
	for i, s := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, s[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, s[1]))
	}
	return env
}

// run calls git for its effect.
func (r runner) run(ctx context.Context, c command) error {
	_, err := r.output(ctx, c)
	return err
}

// line is the one line that git prints.
func (r runner) line(ctx context.Context, c command) (string, error) {
	out, err := r.output(ctx, c)
	return strings.TrimSpace(out), err
}

// output is the beginning of what git prints. It is returned with the error
// too, which is a *gitError.
func (r runner) output(ctx context.Context, c command) (string, error) {
	stdout, stderr := &bounded{limit: cmp.Or(c.limit, maxOutput)}, &bounded{limit: maxErrors}
	cmd := r.command(ctx, c)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := cmd.Run()
	if err == nil {
		return stdout.String(), nil
	}
	if ctx.Err() != nil { // "signal: killed" says less
		err = context.Cause(ctx)
	}
	return stdout.String(), &gitError{verb: c.args[0], stderr: r.redact(stderr.String()), err: err}
}

func (r runner) command(ctx context.Context, c command) *exec.Cmd {
	var args []string
	for _, setting := range c.config {
		args = append(args, "-c", setting)
	}
	cmd := exec.CommandContext(ctx, r.git, append(args, c.args...)...) //nolint:gosec // the operator's git; arguments are checked
	cmd.Dir = r.dir
	cmd.Env = r.env
	cmd.Stdin = strings.NewReader(c.stdin)
	if r.lock != nil {
		cmd.ExtraFiles = []*os.File{r.lock}
	}
	killWithChildren(cmd)
	cmd.WaitDelay = killGrace
	return cmd
}

var (
	tokenForm = regexp.MustCompile(`gh[a-z]_[A-Za-z0-9._-]+`)
	basicForm = regexp.MustCompile(`(?i)(Basic|Bearer)\s+[A-Za-z0-9+/=._-]+`)
)

// redact takes secrets out of what git printed: the token, whatever it looks
// like, and all that looks like one.
func (r runner) redact(s string) string {
	s = r.secrets.Replace(s)
	s = tokenForm.ReplaceAllString(s, "[redacted]")
	return basicForm.ReplaceAllString(s, "$1 [redacted]")
}

// gitError is a call of git that failed.
type gitError struct {
	verb   string
	stderr string // redacted
	err    error
}

func (e *gitError) Error() string {
	if said := strings.Join(strings.Fields(e.stderr), " "); said != "" {
		return fmt.Sprintf("git %s: %s (%v)", e.verb, said, e.err)
	}
	return fmt.Sprintf("git %s: %v", e.verb, e.err)
}

func (e *gitError) Unwrap() error { return e.err }

// bounded keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer

	limit int
}

// Write never fails, so that the writer isn't stopped.
func (b *bounded) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// Check is whether the git binary is there and new enough. The error is one
// sentence for the operator.
func (w *Wiki) Check(ctx context.Context) error {
	const mend = "install git 2.31 or newer (for example: apt-get install git)"
	ctx, cancel := context.WithTimeout(ctx, w.options.Timeout)
	defer cancel()
	r := runner{git: w.options.Git, dir: w.options.Dir, env: environment(w.options.Dir), secrets: strings.NewReplacer()}
	out, err := r.line(ctx, command{args: []string{"version"}})
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the program %s is not there, and wikis are git repositories: %s", w.options.Git, mend)
	}
	if err != nil {
		return fmt.Errorf("the program %s does not run (%w): %s", w.options.Git, err, mend)
	}
	if !recent(out) {
		return fmt.Errorf("%s is too old to take its settings from the environment: %s", out, mend)
	}
	return nil
}

// recent is whether "git version 2.39.5 (…)" is 2.31 or newer. Since then git
// takes configuration from the environment, which keeps the token off disks.
func recent(version string) bool {
	var major, minor int
	if _, err := fmt.Sscanf(version, "git version %d.%d", &major, &minor); err != nil {
		return false
	}
	return major > 2 || major == 2 && minor >= 31
}
