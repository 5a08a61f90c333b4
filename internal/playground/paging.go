package playground

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	usualPage = 30
	maxPage   = 100
)

// perPage is how many the client wants, within GitHub's bounds.
func perPage(q url.Values) int {
	n, err := strconv.Atoi(q.Get("per_page"))
	if err != nil || n < 1 {
		return usualPage
	}
	return min(n, maxPage)
}

// paged cuts the client's page out of a list, and links to the others.
func paged[T any](x *exchange, all []T) ([]T, http.Header) {
	q := x.r.URL.Query()
	size := perPage(q)
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	last := max(1, (len(all)+size-1)/size)
	var links []string
	link := func(to int, rel string) {
		q.Set("page", strconv.Itoa(to))
		links = append(links, fmt.Sprintf(`<%s%s?%s>; rel=%q`, x.g.url, x.r.URL.EscapedPath(), q.Encode(), rel))
	}
	if page > 1 {
		link(min(page-1, last), "prev")
	}
	if page < last {
		link(page+1, "next")
		link(last, "last")
	}
	if page > 1 {
		link(1, "first")
	}
	header := http.Header{}
	if len(links) > 0 {
		header.Set("Link", strings.Join(links, ", "))
	}
	from := min((page-1)*size, len(all))
	return all[from:min(from+size, len(all))], header
}

// listed renders the client's page of a list.
func listed[T any](x *exchange, all []T, render func(T) object) (reply, error) {
	some, header := paged(x, all)
	out := make([]object, 0, len(some))
	for _, one := range some {
		out = append(out, render(one))
	}
	return reply{status: http.StatusOK, body: out, header: header}, nil
}
