package door

import (
	"net/http/httptest"
	"testing"
)

func TestSiteOf(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ site, host, want string }{
		{"", "abc.execute-api.eu-central-1.amazonaws.com", "https://abc.execute-api.eu-central-1.amazonaws.com"},
		{"", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"", "localhost:8080", "http://localhost:8080"},
		{"", "[::1]:8080", "http://[::1]:8080"},
		{"", "localhost.example.com", "https://localhost.example.com"},
		{"https://nps.example.com", "127.0.0.1:8080", "https://nps.example.com"},
		{"https://nps.example.com/", "other.example.com", "https://nps.example.com"},
	} {
		r := httptest.NewRequest("POST", "/api/v1/campaigns/x/launch", nil)
		r.Host = tc.host
		if got := (addresses{site: tc.site}).SiteOf(r); got != tc.want {
			t.Errorf("site %q called at %q: %q, want %q", tc.site, tc.host, got, tc.want)
		}
	}
}

// Letters lead to the respond function's own address where there is one, as CloudFormation writes it: with a slash.
func TestLinksOf(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("POST", "/api/v1/campaigns/x/launch", nil)
	r.Host = "abc.execute-api.eu-central-1.amazonaws.com"
	for _, tc := range []struct{ links, site, want string }{
		{"https://xyz.lambda-url.eu-central-1.on.aws/", "", "https://xyz.lambda-url.eu-central-1.on.aws"},
		{"https://xyz.lambda-url.eu-central-1.on.aws/", "https://nps.example.com", "https://xyz.lambda-url.eu-central-1.on.aws"},
		{"", "https://nps.example.com/", "https://nps.example.com"},
		{"", "", "https://abc.execute-api.eu-central-1.amazonaws.com"},
	} {
		if got := (addresses{links: tc.links, site: tc.site}).LinksOf(r); got != tc.want {
			t.Errorf("links %q, site %q: %q, want %q", tc.links, tc.site, got, tc.want)
		}
	}
}
