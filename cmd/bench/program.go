package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

const (
	// patience is how long the program may take to start, and to stop.
	patience = 30 * time.Second
	// logShown is how much of the end of a failed program's log is shown.
	logShown = 2000
)

// build compiles the program as `make build` does.
func build(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "hindsight")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", program, "hindsight/cmd/hindsight") //nolint:gosec // a folder of our own
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, said)
	}
	return program, nil
}

// process is `hindsight serve`, running.
type process struct {
	cmd     *exec.Cmd
	addr    string        // host:port
	log     string        // the file with its log
	started time.Duration // from exec to the first 2xx
}

// start runs the server on a port of its own choice, and returns when it has
// answered.
func (b *bench) start(ctx context.Context, github *standIn, data string) (*process, error) {
	cmd := exec.CommandContext(ctx, b.program, "serve") //nolint:gosec // what was just built
	p := &process{cmd: cmd, log: data + ".log"}
	p.cmd.Env = append(withoutSettings(os.Environ()), github.settings(data)...)
	log, err := os.Create(p.log)
	if err != nil {
		return nil, fmt.Errorf("make the program's log: %w", err)
	}
	defer func() { _ = log.Close() }() // the program has its own by then
	p.cmd.Stderr = log
	says, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("listen to the program: %w", err)
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	if err := p.await(ctx, says); err != nil {
		return nil, errors.Join(fmt.Errorf("start the program: %w", err), p.kill(), p.lastWords())
	}
	p.started = time.Since(began)
	return p, nil
}

// withoutSettings keeps what the user has set for a server of their own out.
func withoutSettings(environment []string) []string {
	var kept []string
	for _, variable := range environment {
		if !strings.HasPrefix(variable, "HINDSIGHT_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// await reads where the program listens and asks there once. It says so when
// the port is open, so that there is nothing to poll: a request that comes
// before it is served waits in the listener's queue.
func (p *process) await(ctx context.Context, says io.Reader) error {
	hung := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer hung.Stop()
	line, err := bufio.NewReader(says).ReadString('\n')
	if err != nil {
		return fmt.Errorf("it ended, or took more than %s, before it said where it listens: %w", patience, err)
	}
	found := regexp.MustCompile(`listens on http://([^;\s]+)`).FindStringSubmatch(line)
	if found == nil {
		return fmt.Errorf("it said %q, and not where it listens", line)
	}
	p.addr = found[1]
	return p.healthy(ctx)
}

func (p *process) healthy(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+"/healthz", nil)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: patience, Transport: &http.Transport{
		DialContext: new(net.Dialer).DialContext, DisableKeepAlives: true,
	}}
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("ask for its health: %w", err)
	}
	_ = answer.Body.Close() // the status is all that is wanted
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("it answered /healthz with %s", answer.Status)
	}
	return nil
}

// stop asks the program to end, and wants it to end well.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return errors.Join(fmt.Errorf("stop the program: %w", err), p.kill())
	}
	hung := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer hung.Stop()
	if err := p.cmd.Wait(); err != nil {
		return errors.Join(fmt.Errorf("stop the program: %w", err), p.lastWords())
	}
	return nil
}

// kill ends the program where it stands, as a crash does.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill the program: %w", err)
	}
	err := p.cmd.Wait()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return nil // being killed is what it says
	}
	return err
}

// lastWords are the end of the log, as an error.
func (p *process) lastWords() error {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return fmt.Errorf("read the program's log: %w", err)
	}
	return fmt.Errorf("its log ends with:\n%s", text[max(0, len(text)-logShown):])
}
