package console

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/door"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// allowed is D27 once more, role by role in the order of authz.Actions, so that neither table changes by mistake:
// anyone, contacts r w, campaigns r w, send, results, answers, people, cases r w, staff r w, settings, tokens, audit.
var allowed = map[survey.Role]string{
	survey.RoleMarketing:     "y yy yy y yyn nn yn nnn",
	survey.RoleOwner:         "y yn nn n yyy yy nn nnn",
	survey.RoleManager:       "y yn yn n yyy yy yn nnn",
	survey.RoleExecutive:     "y yn yn n yyy yy yn nnn",
	survey.RoleAnalyst:       "y nn yn n yyn nn nn nnn",
	survey.RoleAdministrator: "y yy yy y yyy yy yy yyy",
	"nobody":                 "y nn nn n nnn nn nn nnn",
}

var parameter = regexp.MustCompile(`\{[^}]+\}`)

// TestRolesAndRoutes asks for every route there is, as every role, by session and by token: refused is who may not, and
// whoever may is not refused for the role.
func TestRolesAndRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	ctx := context.Background()
	met := map[authz.Action]bool{}
	for role, text := range allowed {
		text = strings.ReplaceAll(text, " ", "")
		if len(text) != len(authz.Actions) {
			t.Fatalf("%s has %d answers for %d actions", role, len(text), len(authz.Actions))
		}
		id := string(role)
		if err := w.store.PutStaff(ctx, []survey.Staff{{ID: id, Email: id + "@example.com", Role: role}}); err != nil {
			t.Fatal(err)
		}
		token, hash := auth.NewToken()
		if err := w.store.PutToken(ctx, authz.Token{Hash: hash, Name: id, Role: role, Made: w.now()}); err != nil {
			t.Fatal(err)
		}
		g, program := w.as(t, id), w.guest(t)
		program.header.Set("Authorization", "Bearer "+token)
		check := func(by *guest, rt door.Route) {
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
			path = parameter.ReplaceAllString(strings.TrimSuffix(path, "{$}"), "nothing")
			var p shown
			by.header.Set("Accept", "application/json") // refusals with their codes
			switch {
			case method == http.MethodGet:
				p = by.get(path)
			case by == program:
				p = by.do(method, path, "application/json", strings.NewReader(`{}`))
			default:
				p = by.do(method, path, "application/x-www-form-urlencoded", strings.NewReader("form="+w.desk.Keys.Seal("form", w.sessionOf(t, g))))
			}
			by.header.Del("Accept")
			refused := p.status == 403 && strings.Contains(p.text, `"not_allowed"`)
			if refused == may || p.status == 401 || p.status >= 500 && p.status != 503 {
				t.Errorf("%s %s: %d %.200s", role, rt.Pattern, p.status, p.text)
			}
		}
		for _, rt := range w.desk.api.Routes() {
			check(program, rt)
		}
		for _, rt := range w.desk.routes() {
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
func (w *world) sessionOf(t testing.TB, g *guest) string {
	t.Helper()
	r, err := http.NewRequest("GET", w.site, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range g.client.Jar.Cookies(r.URL) {
		if _, id, ok := w.desk.Door.SessionOf(c.Value); ok {
			return id
		}
	}
	t.Fatal("not signed in")
	return ""
}

// Whatever the path, there is no page behind it without a session.
func TestSessionComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	g := w.guest(t)
	for _, rt := range w.desk.routes() {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		path = parameter.ReplaceAllString(strings.TrimSuffix(path, "{$}"), "nothing")
		p := g.do(method, path, "", nil)
		if method == http.MethodGet && (p.status != 303 || !strings.HasPrefix(p.to, "/sign-in")) || method != http.MethodGet && p.status != 401 {
			t.Errorf("%s: %d %s", rt.Pattern, p.status, p.to)
		}
	}
	for _, path := range []string{"/nothing", "/staff/x/y/z"} {
		if p := g.get(path); p.status != 303 {
			t.Errorf("%s: %d", path, p.status)
		}
	}
}
