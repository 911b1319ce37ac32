package console_test

import (
	"net/http"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// Whatever the path, there is nothing behind it without the token.
func TestTokenComesFirst(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	paths := []string{"GET /api/v1/nothing", "GET /api/v1/", "GET /api/", "DELETE /api/v1/staff"}
	for _, rt := range consoletest.APIRoutes(w.Desk) {
		paths = append(paths, rt.Pattern)
	}
	for _, p := range paths {
		method, path, _ := strings.Cut(p, " ")
		for _, header := range []string{"", "Bearer", "Bearer " + consoletest.Token + "x", "Bearer " + consoletest.Token[1:], "Basic " + consoletest.Token, consoletest.Token} {
			r, _ := http.NewRequest(method, w.Site+path, strings.NewReader("{}"))
			if header != "" {
				r.Header.Set("Authorization", header)
			}
			status, body := consoletest.Send(t, r)
			code := "token_wrong"
			if header == "" {
				code = "token_missing"
			}
			if status != 401 || !strings.Contains(body, `"code":"`+code+`"`) {
				t.Errorf("%s with %q: %d %s", p, header, status, body)
			}
		}
	}
	r, _ := http.NewRequest("GET", w.Site+"/api/v1/nothing", nil)
	r.Header.Set("Authorization", "bearer "+consoletest.Token)
	if status, body := consoletest.Send(t, r); status != 404 || !strings.Contains(body, "no_such_page") {
		t.Errorf("unknown route with the token: %d %s", status, body)
	}
	r, _ = http.NewRequest("DELETE", w.Site+"/api/v1/staff", nil)
	r.Header.Set("Authorization", "Bearer "+consoletest.Token)
	if status, body := consoletest.Send(t, r); status != 405 || !strings.Contains(body, "method_not_allowed") {
		t.Errorf("wrong method with the token: %d %s", status, body)
	}
}

// Without a deployment's token nobody gets in by an empty one, or by none.
func TestNoDeploymentToken(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Desk.Door.Token = ""
	if err := w.Desk.Check(); err != nil {
		t.Error(err)
	}
	for _, header := range []string{"", "Bearer", "Bearer ", "bearer  ", "Bearer \t", "Bearer null", "Basic ", "Bearer " + consoletest.Token} {
		g := w.Guest(t)
		if header != "" {
			g.Header.Set("Authorization", header)
		}
		if p := g.Get("/api/v1/staff"); p.Status != http.StatusUnauthorized {
			t.Errorf("%q: %d", header, p.Status)
		}
	}
	w.Desk.Door.Token = "short"
	if err := w.Desk.Check(); err == nil {
		t.Error("a short token was taken")
	}
}
