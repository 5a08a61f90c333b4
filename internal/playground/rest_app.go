package playground

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func getApp(x *exchange) (reply, error) { return ok(x.g.appJSON()) }

func (g *GitHub) installationJSON(in *installation) object {
	selection := "all"
	if in.selected != nil {
		selection = "selected"
	}
	account := g.user(in.account)
	o := object{
		"id": in.id, "account": g.userJSON(*account), "repository_selection": selection,
		"access_tokens_url": g.apiURL("/app/installations/%d/access_tokens", in.id),
		"repositories_url":  g.apiURL("/installation/repositories"),
		"html_url":          fmt.Sprintf("%s/settings/installations/%d", g.url, in.id),
		"app_id":            g.app.ID, "app_slug": g.app.Slug, "client_id": "Iv1.playground",
		"target_id": account.ID, "target_type": account.Type,
		"permissions": in.permissions, "events": appEvents(),
		"created_at": moment(in.created), "updated_at": moment(in.created),
		"single_file_name": nil, "suspended_at": nil, "suspended_by": nil,
	}
	if in.suspended {
		o["suspended_at"], o["suspended_by"] = moment(g.now()), g.userJSON(*account)
	}
	return o
}

func listInstallations(x *exchange) (reply, error) {
	var all []*installation
	for _, in := range x.g.installations {
		all = append(all, in)
	}
	slices.SortFunc(all, func(a, b *installation) int { return int(a.id - b.id) })
	return listed(x, all, x.g.installationJSON)
}

func getRepoInstallation(x *exchange) (reply, error) {
	in := x.g.installations[strings.ToLower(x.repo.Owner)]
	if in == nil || !in.sees(x.repo) {
		return reply{}, notFound()
	}
	return ok(x.g.installationJSON(in))
}

func createToken(x *exchange) (reply, error) {
	var n narrowing
	if err := x.decode(&n); err != nil {
		return reply{}, err
	}
	for _, in := range x.g.installations {
		if strconv.FormatInt(in.id, 10) != x.vars["installation_id"] {
			continue
		}
		secret, t, err := x.g.mint(in, n)
		if err != nil {
			return reply{}, err
		}
		return created(x.g.tokenJSON(secret, t))
	}
	return reply{}, notFound()
}

func (g *GitHub) tokenJSON(secret string, t *token) object {
	o := object{
		"token": secret, "expires_at": moment(t.expires),
		"permissions": t.permissions, "repository_selection": "all",
	}
	if t.repos != nil {
		o["repository_selection"] = "selected"
		o["repositories"] = g.reposJSON(g.sortedRepos(t.sees))
	}
	return o
}

func getRateLimit(x *exchange) (reply, error) {
	return ok(x.g.budget.json(x.account(), x.g.clock()))
}

func deliveryJSON(d Delivery) object {
	o := object{
		"id": d.ID, "guid": d.GUID, "delivered_at": moment(d.DeliveredAt), "redelivery": d.Redelivery,
		"duration": d.Duration.Seconds(), "status": d.Status, "status_code": d.StatusCode,
		"event": d.Event, "action": textOrNull(d.Action),
		"installation_id": d.InstallationID, "repository_id": nil, "throttled_at": nil,
	}
	if d.RepositoryID != 0 {
		o["repository_id"] = d.RepositoryID
	}
	return o
}

// listDeliveries pages by a cursor: the id of the first record of the page.
func listDeliveries(x *exchange) (reply, error) {
	q := x.r.URL.Query()
	all := slices.DeleteFunc(x.g.post.Deliveries(), func(d Delivery) bool {
		failed := d.StatusCode < 200 || d.StatusCode >= 300
		return q.Get("status") == "failure" && !failed || q.Get("status") == "success" && failed
	})
	slices.Reverse(all) // the newest first
	if cursor := q.Get("cursor"); cursor != "" {
		from := slices.IndexFunc(all, func(d Delivery) bool { return strconv.FormatInt(d.ID, 10) == cursor })
		if from < 0 {
			return reply{}, invalid("Hook", "cursor", "invalid", "")
		}
		all = all[from:]
	}
	rep := reply{status: http.StatusOK}
	if size := perPage(q); len(all) > size {
		q.Set("cursor", strconv.FormatInt(all[size].ID, 10))
		link := fmt.Sprintf(`<%s%s?%s>; rel="next"`, x.g.url, x.r.URL.EscapedPath(), q.Encode())
		rep.header = http.Header{"Link": {link}}
		all = all[:size]
	}
	out := make([]object, 0, len(all))
	for _, d := range all {
		out = append(out, deliveryJSON(d))
	}
	rep.body = out
	return rep, nil
}

// delivery is the record that the path names.
func (x *exchange) delivery() (Delivery, error) {
	for _, d := range x.g.post.Deliveries() {
		if strconv.FormatInt(d.ID, 10) == x.vars["delivery_id"] {
			return d, nil
		}
	}
	return Delivery{}, notFound()
}

func getDelivery(x *exchange) (reply, error) {
	d, err := x.delivery()
	if err != nil {
		return reply{}, err
	}
	o := deliveryJSON(d)
	o["request"] = object{"headers": deliveryHeaders(d), "payload": json.RawMessage(d.Payload)}
	o["response"] = object{"headers": object{}, "payload": ""}
	return ok(o)
}

// redeliver answers before the delivery has been sent.
func redeliver(x *exchange) (reply, error) {
	d, err := x.delivery()
	if err != nil {
		return reply{}, err
	}
	if err := x.g.Redeliver(d.ID); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusAccepted, body: object{}}, nil
}
