package console_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/door"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// allowed is D27 once more, role by role in the order of authz.Actions, so that neither table changes by mistake:
// anyone, contacts r w, history, campaigns r w, send, results, answers, people, cases r w, calls organise read make, huddles and the company's board, inbox and consents, staff r w, settings, tokens, audit, workspace, rights of people.
var allowed = map[survey.Role]string{
	survey.RoleMarketing:     "y yy y yy y yyn nn yyn nn yy yn nnnnn",
	survey.RoleOwner:         "y yn n nn n yyy yy nnn nn yy nn nnnnn",
	survey.RoleManager:       "y yn n yn n yyy yy nnn yn yy yn nnnnn",
	survey.RoleExecutive:     "y yn n yn n yyy yy nyy yy yy yn nnnnn",
	survey.RoleAnalyst:       "y nn n yn n yyn nn nnn nn nn nn nnnnn",
	survey.RoleAdministrator: "y yy y yy y yyy yy yyy yy yy yy yyyyy",
	"nobody":                 "y nn n nn n nnn nn nnn nn nn nn nnnnn",
}

// TestRolesAndRoutes asks for every route there is, as every role, by session and by token: refused is who may not, and
// whoever may is not refused for the role.
func TestRolesAndRoutes(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	ctx := context.Background()
	met := map[authz.Action]bool{}
	for role, text := range allowed {
		text = strings.ReplaceAll(text, " ", "")
		if len(text) != len(authz.Actions) {
			t.Fatalf("%s has %d answers for %d actions", role, len(text), len(authz.Actions))
		}
		id := string(role)
		if err := w.Store.PutStaff(ctx, []survey.Staff{{ID: id, Email: id + "@example.com", Role: role}}); err != nil {
			t.Fatal(err)
		}
		token, hash := auth.NewToken()
		if err := w.Store.PutToken(ctx, authz.Token{Hash: hash, Name: id, Role: role, Made: w.Now()}); err != nil {
			t.Fatal(err)
		}
		g, program := w.As(t, id), w.Guest(t)
		program.Header.Set("Authorization", "Bearer "+token)
		check := func(by *consoletest.Guest, rt door.Route) {
			at := slices.Index(authz.Actions, rt.Needs)
			if at < 0 {
				t.Fatalf("%s needs %q, which is no action", rt.Pattern, rt.Needs)
			}
			met[rt.Needs] = true
			may := text[at] == 'y'
			if authz.Can(role, rt.Needs) != may {
				t.Errorf("%s %s: access says %v", role, rt.Needs, !may)
			}
			method, path, _ := strings.Cut(rt.Pattern, " ")
			path = consoletest.PathParameter.ReplaceAllString(strings.TrimSuffix(path, "{$}"), "nothing")
			var p consoletest.Page
			by.Header.Set("Accept", "application/json") // refusals with their codes
			switch {
			case method == http.MethodGet:
				p = by.Get(path)
			case by == program:
				p = by.Do(method, path, "application/json", strings.NewReader(`{}`))
			default:
				p = by.Do(method, path, "application/x-www-form-urlencoded", strings.NewReader("form="+w.Desk.Keys.Seal("form", sessionOf(w, t, g))))
			}
			by.Header.Del("Accept")
			refused := p.Status == 403 && strings.Contains(p.Text, `"not_allowed"`)
			if refused == may || p.Status == 401 || p.Status >= 500 && p.Status != 503 {
				t.Errorf("%s %s: %d %.200s", role, rt.Pattern, p.Status, p.Text)
			}
		}
		for _, rt := range consoletest.APIRoutes(w.Desk) {
			check(program, rt)
		}
		for _, rt := range w.Desk.Routes() {
			if rt.Pattern != "POST /sign-out" {
				check(g, rt)
			}
		}
		check(g, door.On("POST /sign-out", authz.Anyone, nil, door.Unaudited)) // ends the session
	}
	for _, a := range authz.Actions {
		if !met[a] && a != authz.ReadAnswers && a != authz.WorkCases {
			t.Errorf("no route needs %s", a)
		}
	}
}

// sessionOf is the id of a guest's session.
func sessionOf(w *consoletest.World, t testing.TB, g *consoletest.Guest) string {
	t.Helper()
	r, err := http.NewRequest("GET", w.Site, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range g.Client.Jar.Cookies(r.URL) {
		if _, id, ok := w.Desk.Door.SessionOf(c.Value); ok {
			return id
		}
	}
	t.Fatal("not signed in")
	return ""
}

// Whatever the path, there is no page behind it without a session.
func TestSessionComesFirst(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.Guest(t)
	for _, rt := range w.Desk.Routes() {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		path = consoletest.PathParameter.ReplaceAllString(strings.TrimSuffix(path, "{$}"), "nothing")
		p := g.Do(method, path, "", nil)
		if method == http.MethodGet && (p.Status != 303 || !strings.HasPrefix(p.To, "/sign-in")) || method != http.MethodGet && p.Status != 401 {
			t.Errorf("%s: %d %s", rt.Pattern, p.Status, p.To)
		}
	}
	for _, path := range []string{"/nothing", "/staff/x/y/z"} {
		if p := g.Get(path); p.Status != 303 {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}
