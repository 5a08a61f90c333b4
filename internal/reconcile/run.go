package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"hindsight/internal/incident"
)

// maxRounds ends a run that does not come to an end: a plan that stays full
// after its effects were carried out is a bug, and must not become a flood
// of requests.
const maxRounds = 25

// saveTimeout bounds remembering, which is a write to our own disk.
const saveTimeout = 5 * time.Second

// run is one look at one incident, from the first observation until nothing
// is left to do. Only what is behind mu is shared with the parts' goroutines.
type run struct {
	r            *Reconciler
	forge        Forge
	installation int64
	key          incident.Key
	dry          bool // observe and decide only

	known bool // the database knew that the incident is one when the run began

	first       *incident.Issue // the parent, if it was read already
	repository  incident.Repository
	configured  configuration
	former      incident.ID // what the parent was before it was transferred here
	since       time.Time   // nothing was opened for it before
	rest        bool        // what follows was read
	pulled      []incident.Item
	pulledTexts map[incident.Source]text
	pullsLeft   int                      // that are not read
	texts       map[incident.Source]text // that lines stand in, as this round read them
	merged      []incident.Event         // of the pull requests
	subIssues   []incident.FollowUp
	places      map[incident.Repo]incident.Place // whose wikis were asked for
	placesAt    time.Time                        // since when
	events      events
	template    template
	customers   customers
	checked     checked
	history     looked
	lookUps     int
	sought      map[incident.Repo]bool // the sites at which tickets were sought
	silent      map[incident.Repo]bool // the sites that did not answer
	listedIn    map[incident.Repo]bool
	permissions map[incident.Assignment]incident.Permission // by place and person
	answers     answers
	finished    chan incident.Part

	mu      sync.Mutex
	record  incident.Record
	united  bool // with the tracker's ledger
	listed  bool // all follow-ups are known; until it is accepted, none is looked for
	overlay map[incident.Key]incident.FollowUp
	page    page
	tips    map[incident.Repo]string // of wikis, as they were read in this run
	running map[incident.Part]bool
	failed  map[incident.Part]bool     // in this run
	readAt  map[incident.Key]time.Time // when tickets were read in this run
}

func (r *Reconciler) newRun(
	forge Forge, installation int64, key incident.Key, record incident.Record, known bool,
) *run {
	return &run{
		r: r, forge: forge, installation: installation, key: key,
		record: record, listed: known && !record.Ledger.Accepted.At.IsZero(),
		known:       known && !record.Ledger.Accepted.At.IsZero(),
		configured:  configuration{policy: r.Defaults},
		since:       record.Ledger.Accepted.At,
		listedIn:    map[incident.Repo]bool{},
		permissions: map[incident.Assignment]incident.Permission{},
		answers:     newAnswers(),
		places:      map[incident.Repo]incident.Place{},
		sought:      map[incident.Repo]bool{},
		silent:      map[incident.Repo]bool{},
		finished:    make(chan incident.Part),
		tips:        map[incident.Repo]string{},
		overlay:     map[incident.Key]incident.FollowUp{},
		running:     map[incident.Part]bool{},
		failed:      map[incident.Part]bool{},
		readAt:      map[incident.Key]time.Time{},
	}
}

// toTheEnd goes round until the plan is empty. The tracker is written first
// and by this goroutine; the other parts run beside each other, so that one
// that hangs holds up none. Where there is a tracker, follow-ups get a moment
// before it is written, and then the page: mostly they are done by then, and it
// is written once.
func (n *run) toTheEnd(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer n.drain()
	defer cancel()
	waited := map[incident.Part]int{}
	for rounds := 0; rounds < maxRounds; rounds++ {
		plan, err := n.decide(ctx)
		if err != nil {
			return time.Time{}, err
		}
		if plan.Paused {
			return time.Time{}, &incident.Paused{Why: plan.Idle}
		}
		if plan.Idle != "" {
			n.r.Log.InfoContext(ctx, "nothing may be done", "incident", n.key, "reason", plan.Idle)
			return time.Time{}, nil
		}
		mine, others := split(plan.Effects)
		if part := awaited(mine, others); part != "" && waited[part] < turns(part) {
			waited[part]++
			n.start(ctx, others)
			n.linger(ctx)
			continue
		}
		clear(waited)
		if !n.carryOut(ctx, incident.TrackerPart, mine) {
			continue
		}
		n.start(ctx, others)
		switch {
		case n.busyParts() > 0:
			if n.wait(ctx); len(others) == 0 {
				rounds-- // waiting for a part is no sign of a plan that stays full
			}
		case len(mine) == 0:
			return plan.LookAgain, ctx.Err()
		}
	}
	return time.Time{}, fmt.Errorf("%s: still not done after %d rounds", n.key, maxRounds)
}

// decide observes and plans, and stores what is to be remembered before the
// first effect. The record is read, planned on and replaced under the lock:
// a part that finishes meanwhile must not be forgotten.
func (n *run) decide(ctx context.Context) (incident.Plan, error) {
	began := n.r.Clock()
	w, err := n.observe(ctx)
	if err != nil {
		return incident.Plan{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	w.Record, w.Busy, w.Failed = n.record, n.busy(), maps.Clone(n.failed)
	plan := incident.Decide(n.policy(), n.r.Texts, w, n.r.Clock())
	n.record = plan.Record
	n.record.Seen = began
	return plan, n.save(ctx)
}

// busy are the parts for which nothing is to be planned now. Called with mu.
func (n *run) busy() map[incident.Part]bool {
	busy := maps.Clone(n.failed)
	maps.Copy(busy, n.running)
	return busy
}

func (n *run) isBusy(part incident.Part) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.running[part] || n.failed[part]
}

func (n *run) busyParts() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.running)
}

// save stores the record. Called with mu.
func (n *run) save(ctx context.Context) error {
	if n.dry {
		return nil
	}
	// What was done is remembered even when the run is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	if err := n.r.Memory.SaveRecord(ctx, n.key, n.record); err != nil {
		return fmt.Errorf("remember %s: %w", n.key, err)
	}
	n.record.Revision++
	return nil
}

func (n *run) snapshot() incident.Record {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.record.Clone()
}

// unite takes into the record what only the tracker knows: once in a run,
// because afterwards the record is ahead.
func (n *run) unite(ledger incident.Ledger, newest int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	ledger.All = min(ledger.All, newest) // nobody has confirmed anything later
	if p := ledger.Page; !p.Made() && !strings.HasSuffix(p.Path, fmt.Sprintf("-%d.md", n.key.Number)) {
		ledger.Page = incident.Page{} // a place that is to be another's
	}
	ledger.Items = slices.DeleteFunc(slices.Clone(ledger.Items), func(e incident.Entry) bool {
		return !believed(e, n.record.Ledger)
	})
	if !n.united {
		n.record.Ledger, n.united = n.record.Ledger.Unite(ledger), true
	}
}

// believed is whether what the tracker says of an item counts beside what is
// remembered. Whoever may edit the tracker need not have a say in other
// repositories, nor may they learn through it how issues stand that they can't
// read. So what is remembered of a follow-up there counts alone; what was
// adopted there is adopted again, by its line; and the rest has to be proven by
// the issue itself.
func believed(e incident.Entry, remembered incident.Ledger) bool {
	mine := remembered.Entry(e.Key)
	switch {
	case mine != nil && mine.Issue.Repo != "":
		return false
	case e.Issue.Repo == "":
		return true
	}
	return !e.Adopted && (mine == nil || !mine.Opened()) &&
		!slices.ContainsFunc(remembered.Items, func(other incident.Entry) bool { return other.Issue == e.Issue })
}

// split parts a plan into the tracker's effects and, part by part, the rest.
func split(effects []incident.Effect) (tracker []incident.Effect, others map[incident.Part][]incident.Effect) {
	others = map[incident.Part][]incident.Effect{}
	for _, e := range effects {
		if e.Part() == incident.TrackerPart {
			tracker = append(tracker, e)
		} else {
			others[e.Part()] = append(others[e.Part()], e)
		}
	}
	return tracker, others
}

// awaited is the part for which an update of the tracker waits, since it will
// have to say what came of it; or "".
func awaited(tracker []incident.Effect, others map[incident.Part][]incident.Effect) incident.Part {
	if !updates(tracker) {
		return ""
	}
	for _, part := range slices.Concat([]incident.Part{incident.FollowUpsPart}, sites(others), []incident.Part{incident.PagePart}) {
		if len(others[part]) > 0 {
			return part
		}
	}
	return ""
}

// turns is how often in a row the tracker waits for a part: a ticket is linked once
// it is there.
func turns(part incident.Part) int {
	if _, at := part.Site(); at {
		return 2
	}
	return 1
}

// sites are the parts that work at Jira sites, in an order that is always the same.
func sites(parts map[incident.Part][]incident.Effect) []incident.Part {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(parts)), func(part incident.Part) bool {
		_, at := part.Site()
		return !at
	})
}

// updates is whether all that is to be done is to write over the tracker.
func updates(effects []incident.Effect) bool {
	if len(effects) != 1 {
		return false
	}
	e, ok := effects[0].(incident.WriteTracker)
	return ok && e.ID != 0
}

// start runs each part's effects in a goroutine of its own.
func (n *run) start(ctx context.Context, parts map[incident.Part][]incident.Effect) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for part, effects := range parts {
		n.running[part] = true
		go func() {
			n.carryOut(ctx, part, effects)
			n.finished <- part
		}()
	}
}

// restless is how long a part may take before the others look around again:
// there may be news. Each time costs two requests, and an edit of the tracker
// where the part has come further.
const restless = 10 * time.Second

// wait waits for one part to finish, and a little longer for the others, so
// that the tracker is written once for all of them.
func (n *run) wait(ctx context.Context) {
	patience := time.NewTimer(restless)
	defer patience.Stop()
	select {
	case part := <-n.finished:
		n.done(part)
	case <-patience.C:
		return
	}
	n.linger(ctx)
}

// linger waits a little for the parts that still run.
func (n *run) linger(ctx context.Context) {
	patience := time.NewTimer(n.r.Settle)
	defer patience.Stop()
	for n.busyParts() > 0 {
		select {
		case part := <-n.finished:
			n.done(part)
		case <-patience.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (n *run) done(part incident.Part) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.running, part)
}

// drain waits for the parts that still run; their context has ended.
func (n *run) drain() {
	for n.busyParts() > 0 {
		n.done(<-n.finished)
	}
}

// carryOut does a part's effects in order, and records each before the next.
// What is refused for good holds up nothing but itself; at anything else, or where
// the refusal is meant for all of the part, it stops there. It is false when an effect failed: then the part rests
// for this run; or when the world has moved, and it has to be decided anew.
func (n *run) carryOut(ctx context.Context, part incident.Part, effects []incident.Effect) bool {
	var first error
	before := n.snapshot().Problems[part]
	for _, e := range effects {
		err := n.carryOutOne(ctx, e)
		if changed := new(incident.Changed); errors.As(err, &changed) {
			n.r.Log.DebugContext(ctx, "decided anew", "incident", n.key, "reason", err)
			return false
		}
		if err == nil {
			n.r.Log.InfoContext(ctx, "did", "incident", n.key, "effect", e.String())
			continue
		}
		_, atSite := part.Site()
		ends := !onlyItself(err)
		if first == nil || ends && atSite { // one ticket's trouble is said on its line
			first = err
		}
		if ends {
			break
		}
	}
	if first != nil {
		n.failAgain(ctx, part, first, before)
	}
	return first == nil
}

// onlyItself is whether a failure holds up nothing but what has failed.
func onlyItself(err error) bool {
	blocked := new(incident.Blocked)
	return errors.As(err, &blocked) && !blocked.Whole || errors.Is(err, errNotOpened)
}

func (n *run) carryOutOne(ctx context.Context, e incident.Effect) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: panic: %v\n%s", e, p, debug.Stack())
		}
	}()
	if err = n.starting(ctx, e); err != nil {
		return err
	}
	out, err := n.apply(ctx, e)
	if err != nil {
		n.hindered(ctx, e, err)
		return fmt.Errorf("%s: %w", e, err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.Did(e, out, n.r.Clock())
	return n.save(ctx)
}

// hindered records, and logs, what an effect at a Jira site failed of; it is stored
// with the part's failure, which tells one of several. When the run itself is being stopped, it is not known whether
// the site did it.
func (n *run) hindered(ctx context.Context, e incident.Effect, err error) {
	changed := new(incident.Changed)
	if _, at := e.Part().Site(); !at || ctx.Err() != nil || errors.As(err, &changed) {
		return
	}
	n.r.Log.InfoContext(ctx, "could not be done in Jira", "incident", n.key, "effect", e.String(), "error", err)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.Hindered(e, err, n.r.Clock())
}

func (n *run) starting(ctx context.Context, e incident.Effect) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.record.Starting(e, n.r.Clock()) {
		return nil
	}
	return n.save(ctx)
}

// fail records why a part could not be finished. When the run itself is being
// stopped that is no news of the part.
func (n *run) fail(ctx context.Context, part incident.Part, err error) {
	n.failAgain(ctx, part, err, n.snapshot().Problems[part])
}

// failAgain counts the failure after the one that was there before: what else
// the part managed to do meanwhile is no sign that it is mended.
func (n *run) failAgain(ctx context.Context, part incident.Part, err error, before incident.Problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.failed[part] = true
	if ctx.Err() != nil {
		return
	}
	n.record.Failed(part, err, before, n.r.Clock())
	level := slog.LevelWarn
	if blocked := new(incident.Blocked); errors.As(err, &blocked) {
		level = slog.LevelInfo
	}
	n.r.Log.Log(ctx, level, "a part could not be finished", "incident", n.key, "part", string(part), "error", err)
	if err := n.save(ctx); err != nil {
		n.r.Log.ErrorContext(ctx, "the record could not be stored", "incident", n.key, "error", err)
	}
}

// seen keeps what was observed of follow-ups.
func (n *run) seen(ctx context.Context, follow ...incident.FollowUp) error {
	for _, f := range follow {
		n.mu.Lock()
		n.overlay[f.Issue] = f
		n.mu.Unlock()
		if n.dry {
			continue
		}
		if _, err := n.r.Memory.SaveFollowUp(context.WithoutCancel(ctx), n.key, f); err != nil {
			return fmt.Errorf("store the state of %s: %w", f.Issue, err)
		}
	}
	return nil
}
