package config

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// hosts checks the two addresses of GitHub, which must be of one host.
func hosts(api, web string) (apiURL, webURL string, err error) {
	const apiVar, webVar = "HINDSIGHT_GITHUB_API_URL", "HINDSIGHT_GITHUB_URL"
	a, err := githubURL(apiVar, api)
	if err != nil {
		return "", "", err
	}
	w, err := githubURL(webVar, web)
	if err != nil {
		return "", "", err
	}
	apiURL, webURL = a+"/", w
	switch {
	case apiURL != defaultGitHubAPI && webURL == defaultGitHub:
		return "", "", wrong(webVar, "is still %s while HINDSIGHT_GITHUB_API_URL is %s: set it to the same host's pages", webURL, apiURL)
	case apiURL == defaultGitHubAPI && webURL != defaultGitHub:
		return "", "", wrong(apiVar, "is still %s while HINDSIGHT_GITHUB_URL is %s: set it to the same host's API, such as %s/api/v3/", apiURL, webURL, webURL)
	}
	return apiURL, webURL, nil
}

// githubURL is without a slash at the end. Tokens travel there: plain http
// only where nobody listens.
func githubURL(variable, text string) (string, error) {
	u, err := absolute(variable, text)
	if err != nil {
		return "", err
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "", wrong(variable, "is %s, where tokens would travel unencrypted: use https", u)
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func publicURL(text, host, port string) (string, error) {
	if text == "" {
		if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
			host = "localhost"
		}
		return "http://" + net.JoinHostPort(host, port), nil
	}
	u, err := absolute("HINDSIGHT_PUBLIC_URL", text)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// absolute never repeats text that may hold a password.
func absolute(variable, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, wrong(variable, "is empty: write it like https://github.example.com")
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, wrong(variable, "is no address: write it like https://github.example.com")
	case u.User != nil:
		return nil, wrong(variable, "holds a user name or password: leave it out")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, wrong(variable, "must end with the path: leave out what follows ? or #")
	}
	return u, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// database is a PostgreSQL URL, or none for SQLite. The URL holds a password,
// so no error repeats it.
func database(value Secret, file string) (Secret, error) {
	const variable = "HINDSIGHT_DATABASE_URL"
	s, err := secret(variable, value, file)
	if err != nil || s.IsZero() {
		return Secret{}, err
	}
	u, err := url.Parse(s.Reveal())
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Host == "" {
		return Secret{}, wrong(variable, "is no PostgreSQL address: write it like postgres://user:password@host/database, or unset it for SQLite in HINDSIGHT_DATA_DIR")
	}
	return s, nil
}
