package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/mail"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// entrance is a door over a real table, whose letters are kept.
type entrance struct {
	*auth.Door
	t       *testing.T
	store   *store.Store
	now     time.Time
	letters []mail.Message
}

func newEntrance(t *testing.T) *entrance {
	t.Helper()
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	e := &entrance{t: t, now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	e.store, _ = storetest.Open(t, dynamo.Options{})
	e.Door = &auth.Door{
		Store: e.store, Keys: k, Now: func() time.Time { return e.now }, From: "nps@example.com", Admin: "boss@example.com", Token: strings.Repeat("t", 32),
		Send: func(_ context.Context, m mail.Message) (string, error) {
			e.letters = append(e.letters, m)
			return "id", nil
		},
	}
	return e
}

// link asks for a link and returns its token.
func (e *entrance) link(email, browser string) string {
	e.t.Helper()
	ask, err := e.Ask(e.t.Context(), auth.Asking{Email: email, To: "/cases", Language: "en", Site: "https://x.example", Browser: browser, Remote: "192.0.2.1:1"})
	if err == nil {
		err = e.Answer(e.t.Context(), ask)
	}
	if err != nil || len(e.letters) == 0 {
		e.t.Fatal(err, len(e.letters))
	}
	_, rest, _ := strings.Cut(e.letters[len(e.letters)-1].Text, "/sign-in/")
	token, _, _ := strings.Cut(rest, "?")
	return token
}

// The first who proves to have the deployment's address becomes the administrator, and is signed in until the address is
// another; a link is good once, for a quarter of an hour, in its browser.
func TestDoor(t *testing.T) {
	t.Parallel()
	e := newEntrance(t)
	ctx := t.Context()
	browser := auth.BrowserName("")
	token := e.link(" Boss@Example.com", browser)
	if l, err := e.Look(ctx, token, "another", ""); err != nil || l.State != auth.LinkOther {
		t.Errorf("elsewhere: %+v %v", l, err)
	} else if l, err = e.Look(ctx, token, "another", e.HereSeal(l, "another")); err != nil || l.State != auth.LinkReady {
		t.Errorf("elsewhere, by the page's own button: %+v %v", l, err)
	}
	l, err := e.Use(ctx, token, browser, "")
	if err != nil || l.State != auth.LinkReady || l.Staff.Code() != "boss@example.com" || strings.Contains(l.Staff.ID, "@") || l.Staff.Role != survey.RoleAdministrator {
		t.Fatalf("%+v %v", l, err)
	}
	for _, gone := range []string{token, "", "nonsense", strings.Repeat("A", 26)} {
		if l, err := e.Use(ctx, gone, browser, ""); err != nil || l.State != auth.LinkGone {
			t.Errorf("%q: %+v %v", gone, l, err)
		}
	}
	cookie, _, err := e.Begin(ctx, l.Staff, auth.Beginning{})
	if err != nil {
		t.Fatal(err)
	}
	open := func(cookie string) bool {
		v, ok, err := e.Open(ctx, cookie)
		if err != nil || ok != (v.Session.ID != "") {
			t.Errorf("%q: %+v %v %v", cookie, v, ok, err)
		}
		return ok
	}
	if !open(cookie) || open("") || open(cookie[:len(cookie)-1]) || open("x"+cookie) {
		t.Error("who is signed in")
	}
	if !e.OwnForm("s", e.FormToken("s")) || e.OwnForm("s", e.FormToken("other")) || e.OwnForm("s", "") {
		t.Error("whose form it is")
	}
	moved := l.Staff
	moved.Email = "new@example.com"
	if err := e.store.PutStaff(ctx, []survey.Staff{moved}); err != nil {
		t.Fatal(err)
	}
	if open(cookie) {
		t.Error("signed in by the old address")
	}
	late := e.link("new@example.com", browser)
	e.now = e.now.Add(auth.LinkLife)
	if l, err := e.Use(ctx, late, browser, ""); err != nil || l.State != auth.LinkGone {
		t.Errorf("too late: %+v %v", l, err)
	}
	entries, _, err := e.store.Audit(ctx, "", 10, e.now)
	if err != nil || len(entries) != 2 || entries[0].Action+entries[1].Action != "sign-instaff.first" && entries[0].Action+entries[1].Action != "staff.firstsign-in" {
		t.Errorf("entries are %+v, %v", entries, err)
	}
}

func TestAskingTooOften(t *testing.T) {
	t.Parallel()
	e := newEntrance(t)
	asking := auth.Asking{Email: "anna@example.com", Browser: auth.BrowserName(""), Remote: "192.0.2.1:1"}
	for n := range auth.Limits.Browser + 1 {
		_, err := e.Ask(t.Context(), asking)
		if refused := n == auth.Limits.Browser; refused != apperr.Is(err, "signin_wait") || !refused && err != nil {
			t.Errorf("%d: %v", n, err)
		}
	}
	asking.Email = "nobody"
	if _, err := e.Ask(t.Context(), asking); !apperr.Is(err, "signin_email") {
		t.Errorf("no address: %v", err)
	}
	busy := false
	for n := range 300 {
		asking.Email = strings.Repeat("x", n/26+1) + string(rune('a'+n%26)) + "@example.com"
		_, err := e.Ask(t.Context(), asking)
		busy = busy || apperr.Is(err, "signin_busy")
	}
	if !busy {
		t.Error("a flood is let through")
	}
}

func TestPrograms(t *testing.T) {
	t.Parallel()
	e := newEntrance(t)
	token, hash := auth.NewToken()
	if err := e.store.PutToken(t.Context(), authz.Token{Hash: hash, Name: "CRM", Role: survey.RoleAnalyst, Made: e.now}); err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"Bearer " + strings.Repeat("t", 32): auth.DeploymentToken, "bearer  " + token: "CRM", "": "token_missing",
		"Bearer": "token_wrong", "Bearer ": "token_wrong", "Basic " + token: "token_wrong", "Bearer onetap_x": "token_wrong", "Bearer " + hash: "token_wrong",
	} {
		who, err := e.Program(t.Context(), header)
		if err == nil && who.Token != want || err != nil && !apperr.Is(err, want) {
			t.Errorf("%q is %+v, %v", header, who, err)
		}
	}
	e.Token = ""
	if _, err := e.Program(t.Context(), "Bearer "); !apperr.Is(err, "token_wrong") {
		t.Errorf("no token is the deployment's: %v", err)
	}
}

// issuer vouches for an address.
type issuer struct {
	email string
	err   error
	last  auth.LoginState
}

func (i *issuer) Address(_ context.Context, _ string, s auth.LoginState) (string, error) {
	i.last = s
	return "https://issuer.example", i.err
}

func (i *issuer) Email(_ context.Context, _, code string, s auth.LoginState, _ func() time.Time) (string, error) {
	if s != i.last || code != "code" {
		return "", errors.New("another login")
	}
	return i.email, i.err
}

func TestLoginAtTheIssuer(t *testing.T) {
	t.Parallel()
	e := newEntrance(t)
	i := &issuer{email: "Boss@Example.com"}
	e.Issuer = i
	_, cookie, err := e.ToIssuer(t.Context(), "back", "/cases")
	if err != nil || len(i.last.Verifier) != 43 {
		t.Fatal(i.last, err)
	}
	back := func(cookie, state, code string) error {
		_, _, err := e.FromIssuer(t.Context(), "back", cookie, state, code)
		return err
	}
	for name, err := range map[string]error{
		"no cookie": back("", i.last.State, "code"), "another state": back(cookie, "x", "code"), "no state": back(cookie, "", "code"),
		"no code": back(cookie, i.last.State, ""), "another code": back(cookie, i.last.State, "x"), "another's cookie": back("x"+cookie, i.last.State, "code"),
	} {
		if !errors.Is(err, auth.ErrNotProved) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, email := range []string{"", "stranger@example.com"} {
		i.email = email
		if err := back(cookie, i.last.State, "code"); !errors.Is(err, auth.ErrNobody) {
			t.Errorf("%q: %v", email, err)
		}
	}
	i.email = "Boss@Example.com"
	if m, to, err := e.FromIssuer(t.Context(), "back", cookie, i.last.State, "code"); err != nil || to != "/cases" || m.Role != survey.RoleAdministrator {
		t.Errorf("%+v %q %v", m, to, err)
	}
	e.now = e.now.Add(auth.LoginLife)
	if err := back(cookie, i.last.State, "code"); !errors.Is(err, auth.ErrNotProved) {
		t.Errorf("too late: %v", err)
	}
}
