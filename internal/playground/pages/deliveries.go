package pages

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"hindsight/internal/playground"
	"hindsight/internal/playground/web"
)

// shown is how many deliveries the page holds, since it is fetched again
// every second.
const shown = 40

type deliveries struct {
	List    []attempt
	Older   int // that are not shown
	Trouble []lever
}

// attempt is a delivery with its payload to be read.
type attempt struct {
	playground.Delivery
	Good    bool
	Took    time.Duration
	Payload string
}

func (s *site) deliveries(*http.Request, visit) (screen, error) {
	all := s.g.Deliveries()
	slices.Reverse(all)
	d := deliveries{Older: max(0, len(all)-shown), Trouble: levers()}
	for _, one := range all[:min(shown, len(all))] {
		d.List = append(d.List, attempt{
			Delivery: one, Good: one.Status == "OK", Took: one.Duration.Round(100 * time.Microsecond),
			Payload: web.Indented(one.Payload),
		})
	}
	return screen{view: "deliveries", title: "Webhook deliveries", body: d}, nil
}

func (s *site) redeliver(r *http.Request, _ visit) (string, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return "", errNowhere()
	}
	return "/_deliveries", s.g.Redeliver(id)
}

func (s *site) makeTrouble(r *http.Request, _ visit) (string, error) {
	to := web.Local(r.PostForm.Get("back"))
	if to == "/" {
		to = "/_deliveries"
	}
	return to, s.trouble.pull(r.PostForm.Get("lever"))
}
