package playground

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Limits on one installation. GitHub's own apply where zero: 5,000 requests
// an hour, and of those that create content 80 a minute and 500 an hour.
type Limits struct {
	PerHour          int
	CreatesPerMinute int
	CreatesPerHour   int
}

func (l Limits) orGitHubs() Limits {
	or := func(n *int, usual int) {
		if *n == 0 {
			*n = usual
		}
	}
	or(&l.PerHour, 5000)
	or(&l.CreatesPerMinute, 80)
	or(&l.CreatesPerHour, 500)
	return l
}

// budget is what installations have used up.
type budget struct {
	limits Limits
	used   map[int64]*usage // by installation; 0 is the app itself
}

type usage struct {
	began   time.Time // of the hour
	count   int
	creates []time.Time // of the last hour
}

func newBudget(l Limits) *budget {
	return &budget{limits: l.orGitHubs(), used: map[int64]*usage{}}
}

// SetLimits changes the limits, and forgets what was used up.
func (g *GitHub) SetLimits(l Limits) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.budget = newBudget(l)
}

// of is an installation's use in the hour that now belongs to.
func (b *budget) of(id int64, now time.Time) *usage {
	u := b.used[id]
	if u == nil {
		u = &usage{began: now}
		b.used[id] = u
	}
	if now.Sub(u.began) >= time.Hour {
		u.began, u.count = now, 0
	}
	u.creates = slices.DeleteFunc(u.creates, func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	return u
}

// check refuses what is over the hourly limit. The app itself has none: it
// only asks for tokens.
func (b *budget) check(id int64, now time.Time) error {
	if id == 0 || b.of(id, now).count < b.limits.PerHour {
		return nil
	}
	return &RefusalError{
		Status:  http.StatusForbidden,
		Message: fmt.Sprintf("API rate limit exceeded for installation ID %d.", id),
		docs:    "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
	}
}

// checkCreate refuses content that comes too fast, and counts what it lets
// through.
func (b *budget) checkCreate(id int64, now time.Time) error {
	u := b.of(id, now)
	lastMinute := 0
	for _, t := range u.creates {
		if now.Sub(t) < time.Minute {
			lastMinute++
		}
	}
	if lastMinute < b.limits.CreatesPerMinute && len(u.creates) < b.limits.CreatesPerHour {
		u.creates = append(u.creates, now)
		return nil
	}
	return &RefusalError{
		Status:  http.StatusForbidden,
		Message: "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.",
		docs:    "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
		header:  http.Header{"Retry-After": {"60"}},
	}
}

// tell writes the headers that say what is left.
func (b *budget) tell(h http.Header, id int64, now time.Time) {
	u := b.of(id, now)
	h.Set("X-RateLimit-Limit", strconv.Itoa(b.limits.PerHour))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, b.limits.PerHour-u.count)))
	h.Set("X-RateLimit-Used", strconv.Itoa(u.count))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(u.began.Add(time.Hour).Unix(), 10))
	h.Set("X-RateLimit-Resource", "core")
}

func (b *budget) json(id int64, now time.Time) object {
	u := b.of(id, now)
	reset := u.began.Add(time.Hour).Unix()
	core := object{
		"limit": b.limits.PerHour, "used": u.count,
		"remaining": max(0, b.limits.PerHour-u.count), "reset": reset,
	}
	search := object{"limit": 30, "used": 0, "remaining": 30, "reset": now.Add(time.Minute).Unix()}
	return object{"resources": object{"core": core, "search": search}, "rate": core}
}
