package door

import (
	"net"
	"net/http"
	"strings"
)

// addresses are where the desk is, and where the links in letters lead.
type addresses struct {
	site  string // base of the console and the API; "": the host of the request
	links string // base of the links in letters; "": the site
}

// LinksOf is the base of the links in letters. A function URL, as CloudFormation gives it, ends with a slash.
func (a addresses) LinksOf(r *http.Request) string {
	if a.links != "" {
		return strings.TrimSuffix(a.links, "/")
	}
	return a.SiteOf(r)
}

// SiteOf is the base of the console and the API: the deployment's own, else the address at which it was called.
func (a addresses) SiteOf(r *http.Request) string {
	if a.site != "" {
		return strings.TrimSuffix(a.site, "/")
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if ip := net.ParseIP(strings.Trim(host, "[]")); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}
