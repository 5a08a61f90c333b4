package board

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"hindsight/internal/playground/jira"
)

const (
	// spoiled is how many webhooks one pull of a lever spoils.
	spoiled = 3
	late    = 10 * time.Second
	slow    = 2 * time.Second
	lagging = time.Minute
)

// lever is something that can be made to go wrong.
type lever struct {
	Name   string // in forms
	Label  string // on the button
	Effect string // while it lasts

	webhook jira.DeliveryFault // for the next few webhooks
	call    jira.Fault         // for every request
	turn    func(on bool)      // something else; nil for nothing
}

// levers are of one kind: one of them at a time.
type levers struct {
	Name   string
	Levers []lever
}

// effect is a lever that was pulled.
type effect struct{ Name, Effect string }

// trouble is what goes wrong at present.
type trouble struct {
	j      *jira.Jira
	levers []levers

	mu   sync.Mutex       // guards what follows
	on   map[string]lever // by the names of [levers]
	left int              // webhooks that are still to be spoiled
}

func newTrouble(j *jira.Jira, robot string, lag time.Duration) *trouble {
	t := &trouble{j: j, on: map[string]lever{}}
	t.levers = []levers{webhookLevers(), siteLevers(j, robot), searchLevers(j, lag)}
	return t
}

func webhookLevers() levers {
	return levers{"Webhooks", []lever{
		{
			Name: "lose", Label: "Lose the next 3", Effect: "The next webhooks get lost.",
			webhook: jira.DeliveryFault{Lose: true},
		},
		{
			Name: "double", Label: "Send the next 3 twice", Effect: "The next webhooks arrive twice.",
			webhook: jira.DeliveryFault{Double: true},
		},
		{
			Name: "delay", Label: "Send the next 3 late by 10 s", Effect: "The next webhooks arrive 10 seconds late, after newer ones.",
			webhook: jira.DeliveryFault{Delay: late},
		},
	}}
}

func siteLevers(j *jira.Jira, robot string) levers {
	all := levers{"The site", []lever{
		{Name: "down", Label: "Take Jira down", Effect: "Jira is down: it answers every request with 503.", turn: j.SetDown},
		{
			Name: "slow", Label: "Make Jira slow", Effect: "Jira takes 2 seconds for every answer.",
			call: jira.Fault{Delay: slow},
		},
		{
			Name: "limited", Label: "Limit the rate", Effect: "Jira answers every request with 429: too many requests.",
			call: jira.Fault{Before: http.StatusTooManyRequests, RetryAfter: late},
		},
		{
			Name: "cut", Label: "Cut Jira’s answers off", Effect: "Jira does what it is asked, but every answer gets lost.",
			call: jira.Fault{After: jira.Drop},
		},
	}}
	if robot != "" {
		all.Levers = append(all.Levers, lever{
			Name: "expired", Label: "Let the token expire", Effect: "Hindsight’s token has expired: Jira answers 401.",
			turn: func(on bool) { expire(j, robot, on) },
		})
	}
	return all
}

func searchLevers(j *jira.Jira, lag time.Duration) levers {
	return levers{"The search", []lever{{
		Name: "lagging", Label: "Let it lag by a minute", Effect: "The search shows changes a minute late.",
		turn: func(on bool) {
			if on {
				j.SetLag(lagging)
			} else {
				j.SetLag(lag)
			}
		},
	}}}
}

// expire makes the token worthless, or as good as before.
func expire(j *jira.Jira, id string, on bool) {
	if on {
		_ = j.ExpireToken(id) // an account that is not there has no token
		return
	}
	for _, a := range j.Accounts() {
		if a.ID == id {
			_ = j.RenewToken(id, a.Token) // likewise
		}
	}
}

// effects are what goes wrong at present, in the order of the levers.
func (t *trouble) effects() (all []effect) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, kind := range t.levers {
		if l, on := t.on[kind.Name]; on {
			all = append(all, effect{l.Name, l.Effect})
		}
	}
	return all
}

// states are the levers, and which of them were pulled.
func (t *trouble) states() (all []switches) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, kind := range t.levers {
		one := switches{Name: kind.Name}
		for _, l := range kind.Levers {
			one.Levers = append(one.Levers, state{l, t.on[kind.Name].Name == l.Name})
		}
		all = append(all, one)
	}
	return all
}

// pull makes a thing go wrong in place of any other of its kind.
func (t *trouble) pull(name string) error {
	kind, l, found := t.find(name)
	if !found {
		return invalid("There is no such switch.")
	}
	t.end(name)
	t.mu.Lock()
	t.on[kind], t.left = l, spoiled
	t.mu.Unlock()
	switch {
	case l.turn != nil:
		l.turn(true)
	case l.webhook != jira.DeliveryFault{}:
		t.j.SetDeliveryFault(t.spoil)
	default:
		t.j.SetFault(func(jira.Call) jira.Fault { return l.call })
	}
	return nil
}

// end makes well whatever goes wrong of the lever's kind.
func (t *trouble) end(name string) {
	kind, _, found := t.find(name)
	if !found {
		return
	}
	t.mu.Lock()
	was, on := t.on[kind]
	delete(t.on, kind)
	t.mu.Unlock()
	switch {
	case !on:
	case was.turn != nil:
		was.turn(false)
	case was.webhook != jira.DeliveryFault{}:
		t.j.SetDeliveryFault(nil)
	default:
		t.j.SetFault(nil)
	}
}

// find is a lever and its kind.
func (t *trouble) find(name string) (kind string, found lever, ok bool) {
	for _, k := range t.levers {
		if at := slices.IndexFunc(k.Levers, func(l lever) bool { return l.Name == name }); at >= 0 {
			return k.Name, k.Levers[at], true
		}
	}
	return "", lever{}, false
}

// spoil spoils one webhook, and is over after a few.
func (t *trouble) spoil(jira.Delivery) jira.DeliveryFault {
	t.mu.Lock()
	defer t.mu.Unlock()
	kind := t.levers[0].Name
	l, on := t.on[kind]
	if !on {
		return jira.DeliveryFault{}
	}
	if t.left--; t.left == 0 {
		delete(t.on, kind)
	}
	return l.webhook
}

func (s *site) makeTrouble(r *http.Request, _ visit) (string, error) {
	to := back(r, "/_behind")
	if name := r.PostForm.Get("end"); name != "" {
		s.trouble.end(name)
		return to, nil
	}
	return to, s.trouble.pull(r.PostForm.Get("lever"))
}
