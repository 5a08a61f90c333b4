// Command bench measures what Hindsight promises about speed, in one run, and
// prints it beside the aims:
//
//	go run ./cmd/bench        (or: make bench)
//
// It builds the real program and runs it as a process of its own, with a data
// folder that is thrown away. The stand-in for GitHub and the senders of the
// deliveries are in this process; both sides share the machine's processors,
// and nothing but the loopback interface is used. docs/benchmarks.md says what
// each figure means.
//
//	deliveries.go   deliveries acknowledged a second, how long each waited, memory
//	startup.go      from exec to the first 2xx
//	incident.go     requests to GitHub, bytes by git, time until all is there
//	many.go         the same for one more step, with 10 and with 200 follow-ups
//	hurry.go        how 200 follow-ups are opened in seconds
//	tickets.go      requests to Jira and GitHub, with 10 and with 1,000 tickets
//	wiki.go         a page in wikis of 10, 1,000 and 20,000 pages, and from a clone
//	library.go      such a wiki, and what a clone takes
//	program.go      the program as a process
//	standin.go      the stand-in for GitHub
//	payload.go      what is delivered
//	sender.go       who delivers it
//	proc.go         memory and processor time of a process
//	gitmemory.go    memory of all gits together
//	report.go       figures, and how they are printed
//
// The exit code is 1 when something did not work, such as a delivery that was
// acknowledged and is not on the disk. An aim that was missed is printed, and
// is no failure: machines differ.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	exitFailed = 1
	exitUsage  = 2 // a command line that can't be used

	// bound ends a run in which something hangs.
	bound = 10 * time.Minute
)

// options are the command line.
type options struct {
	measured time.Duration // how long deliveries are measured
	senders  int
	payload  int    // bytes
	only     string // one part's name, or "" for all
}

// bench is one run.
type bench struct {
	options

	dir     string // thrown away at the end
	program string // the file that was built
	out     io.Writer
}

// part is one of the tables.
type part struct {
	name string
	run  func(context.Context) error
}

func (b *bench) parts() []part {
	return []part{
		{"deliveries", b.deliveries},
		{"startup", b.startup},
		{"incident", b.incident},
		{"many", b.many},
		{"jira", b.tickets},
		{"wiki", b.wiki},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, out, complaints io.Writer) int {
	o, err := parse(args, complaints)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		_, _ = fmt.Fprintf(complaints, "bench: %v\n", err)
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	if err := measure(ctx, o, out); err != nil {
		_, _ = fmt.Fprintf(complaints, "bench: %v\n", err)
		return exitFailed
	}
	return 0
}

func parse(args []string, complaints io.Writer) (options, error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(complaints)
	seconds := flags.Int("seconds", 10, "how long deliveries are measured, 1 to 60 s")
	senders := flags.Int("senders", 32, "connections that deliver at once, 1 to 512")
	payload := flags.Int("payload", 14_000, "bytes of each payload, 8000 to 1000000")
	only := flags.String("only", "", "run one part: deliveries, startup, incident, many, jira or wiki")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	switch {
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("%q is not understood: there are only flags", flags.Arg(0))
	case *seconds < 1 || *seconds > 60:
		return options{}, errors.New("--seconds must be from 1 to 60")
	case *senders < 1 || *senders > 512:
		return options{}, errors.New("--senders must be from 1 to 512")
	case *payload < 8_000 || *payload > 1_000_000:
		return options{}, errors.New("--payload must be from 8000 to 1000000")
	}
	o := options{
		measured: time.Duration(*seconds) * time.Second, senders: *senders, payload: *payload, only: *only,
	}
	for _, p := range new(bench).parts() {
		if o.only == "" || o.only == p.name {
			return o, nil
		}
	}
	return options{}, fmt.Errorf("--only %q names no part: there are deliveries, startup, incident, many, jira and wiki", o.only)
}

// measure runs the parts that were asked for, and leaves nothing behind.
func measure(ctx context.Context, o options, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "hindsight-bench-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{options: o, dir: dir, out: out}
	b.printMachine(time.Now())
	if b.program, err = build(ctx, dir); err != nil {
		return err
	}
	for _, p := range b.parts() {
		if o.only != "" && o.only != p.name {
			continue
		}
		if err := p.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}
