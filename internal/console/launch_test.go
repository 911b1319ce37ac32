package console

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"onetap/internal/awsenv"
	"onetap/internal/local/dynamo"
	"onetap/internal/store/storetest"
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
		if got := (&Desk{site: tc.site}).siteOf(r); got != tc.want {
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
		if got := (&Desk{links: tc.links, site: tc.site}).linksOf(r); got != tc.want {
			t.Errorf("links %q, site %q: %q, want %q", tc.links, tc.site, got, tc.want)
		}
	}
}

// The sender is called as Lambda's Invoke wants it, signed, and not waited for.
func TestWaker(t *testing.T) {
	t.Parallel()
	status := http.StatusAccepted
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
		fmt.Fprint(w, `{"Message":"Function not found"}`)
	}))
	t.Cleanup(server.Close)
	c := storetest.As(awsenv.Config(), "DeskFunction")
	c.Region, c.BaseEndpoint = "eu-central-1", aws.String(server.URL)
	wake := awsenv.Waker(c, "stack-send")
	if err := wake(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.URL.Path != "/2015-03-31/functions/stack-send/invocations" || got.Header.Get("X-Amz-Invocation-Type") != "Event" || string(body) != "{}" {
		t.Errorf("%s %s %v %s", got.Method, got.URL.Path, got.Header, body)
	}
	if a := got.Header.Get("Authorization"); !strings.Contains(a, "Credential=DeskFunction/") || !strings.Contains(a, "/eu-central-1/lambda/aws4_request") {
		t.Errorf("signed as %q", a)
	}
	status = http.StatusNotFound
	if err := wake(context.Background()); err == nil || !strings.Contains(err.Error(), "Function not found") {
		t.Errorf("no such function: %v", err)
	}
	if awsenv.Waker(c, "") != nil {
		t.Error("a sender without a name can be called")
	}
}

// A closing date that passes while the draft lies around is found at launch.
func TestLaunchAfterClosing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.must("POST", "/api/v1/contacts?audience=customers", "text/csv", []byte("email\na@example.com\n"))
	made := w.must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Autumn","audience":"customers","closes_at":"2026-11-21T09:00:00Z"}`))
	w.clock = w.clock.Add(48 * time.Hour)
	before := w.stored()
	status, answer := w.call("POST", "/api/v1/campaigns/"+made["id"].(string)+"/launch", "application/json", nil)
	if problem, _ := answer["error"].(map[string]any); status != 400 || problem["code"] != "closing_in_past" || problem["where"] != "closes_at" || w.stored() != before {
		t.Errorf("%d %v", status, answer)
	}
}
