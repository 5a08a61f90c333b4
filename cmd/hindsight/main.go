package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"unicode"

	"github.com/alecthomas/kong"

	"hindsight/internal/config"
)

// The exit codes.
const (
	exitFailed = 1
	exitUsage  = 2 // a command line or a setting that can't be used
)

// commands are the program's commands, one file each.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Run the app: take webhooks in, and keep promises."`
	Demo    demoCommand    `cmd:"" help:"Try it: stand-ins for GitHub and Jira and the app beside them, in one process."`
	Plan    planCommand    `cmd:"" help:"Say what would be done for an incident, and do nothing."`
	Sweep   sweepCommand   `cmd:"" help:"Look for what no webhook told, and catch up."`
	Check   checkCommand   `cmd:"" help:"Check pages, a template or a repository's configuration, and do nothing."`
	Render  renderCommand  `cmd:"" help:"Print the page that a template makes, and write nothing."`
	Send    sendCommand    `cmd:"" help:"Sign a payload and send it to a running server."`
	Doctor  doctorCommand  `cmd:"" help:"Look whether all that Hindsight works with can be worked with, and say what to mend."`
	Jira    jiraCommand    `cmd:"" help:"Work at the operator's Jira sites."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// console is where a command reads and writes, apart from the log.
type console struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, c console) int {
	exit := -1
	parser, err := kong.New(&commands{},
		kong.Name("hindsight"),
		kong.Description("Incident post-mortems where the team already works."),
		kong.UsageOnError(),
		kong.Writers(c.out, c.err),
		kong.Exit(func(code int) { exit = code }),
		kong.Bind(c),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return complain(c, err)
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help has been answered
		return exit
	}
	if err != nil {
		_, _ = fmt.Fprintf(c.err, "hindsight: %v; see hindsight --help\n", err)
		return exitUsage
	}
	return complain(c, command.Run())
}

// complain says what went wrong in one sentence and chooses the exit code.
func complain(c console, err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	_, _ = fmt.Fprintf(c.err, "hindsight: %s\n", oneLine(err.Error()))
	if setting := new(config.SettingError); errors.As(err, &setting) {
		return exitUsage
	}
	if usage := new(usageError); errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// oneLine keeps what libraries say over several lines on one. It may repeat what
// strangers wrote: nothing in it moves the cursor, begins a line or turns words
// around.
func oneLine(s string) string {
	harmless := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(harmless), " ")
}

// usageError is a command line that can't be used.
type usageError struct{ err error }

func (u *usageError) Error() string { return u.err.Error() }
func (u *usageError) Unwrap() error { return u.err }
