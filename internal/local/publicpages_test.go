package local_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"onetap/internal/keys"
	"onetap/internal/local"
	"onetap/internal/local/localtest"
)

// Every page for the public works with what the template lets its function read and write, not only over a table that lets it all.
func TestPublicPagesHaveTheirPermissions(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	ctx := t.Context()
	s, err := local.Start(ctx, local.Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Tick(ctx, "clock"); err != nil { // writes what /privacy says
		t.Fatal(err)
	}
	check := func(what string, answer *http.Response, err error, want int) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", what, answer.StatusCode, want)
		}
	}
	for path, want := range map[string]int{
		"/privacy?of=customers&lang=ru": 200, "/privacy?of=employees&lang=en": 200, "/anonymity": 200, "/card": 200,
		"/r/" + strings.Repeat("a", 32): 404, "/b/" + strings.Repeat("a", 38): 404, "/u/" + strings.Repeat("a", 32): 404, "/logo/" + strings.Repeat("a", 16): 404,
	} {
		answer, err := http.Get(s.Site() + path)
		check(path, answer, err, want)
	}
	code, err := keys.NewCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds the first counted
		answer, err := http.PostForm(s.Site()+"/card", url.Values{"code": {code}})
		check("a code of no card", answer, err, 404)
	}
}
