package org_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/lang"
	"onetap/internal/local/dynamo"
	"onetap/internal/org"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var _ org.Store = (*store.Store)(nil)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// spelt makes ids that a test can read.
type spelt struct{}

func (spelt) StaffID(email string) string {
	return "s-" + strings.NewReplacer("@", "-", ".", "-").Replace(email)
}

func company(t *testing.T) (*org.Company, *store.Store) {
	t.Helper()
	s, _ := storetest.Open(t, dynamo.Options{})
	senders, err := survey.NewSenders("nps@example.com", "example.net")
	if err != nil {
		t.Fatal(err)
	}
	return &org.Company{Store: s, Now: func() time.Time { return now }, Senders: senders, Keys: spelt{}}, s
}

func by(id string) authz.Who {
	return authz.Who{Staff: survey.Staff{ID: id, Role: survey.RoleAdministrator}}
}

// One list of what may be wrong with somebody, wherever they come from.
func TestOneCheckOfAMember(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("я", 201)
	for code, m := range map[string]survey.Staff{
		"staff_too_long":   {ID: "x", Email: "x@example.com", Team: long},
		"staff_id_missing": {ID: " ", Email: "x@example.com"},
		"role_unknown":     {ID: "x", Email: "x@example.com", Role: "king"},
		"language_unknown": {ID: "x", Email: "x@example.com", Language: "tlh"},
	} {
		if err := org.Check(&m); !apperr.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	m := survey.Staff{ID: " x ", Email: " X@Example.com", Name: "X "}
	if err := org.Check(&m); err != nil || m != (survey.Staff{ID: "x", Email: "x@example.com", Name: "X", Role: survey.RoleOwner}) {
		t.Errorf("%+v, %v", m, err)
	}
	if err := org.Check(&survey.Staff{ID: "x", Email: "nobody"}); apperr.As(err) == nil || apperr.As(err).Where != "email" {
		t.Errorf("a word for an address: %v", err)
	}
	staff, refused, _, err := org.ReadStaff(spelt{}, []byte("id;email;team\na;a@example.com;"+long+"\nb;b@example.com;B\n"), "", nil)
	if err != nil || len(staff) != 1 || len(refused) != 1 || refused[0].Code != "cell_too_long" || refused[0].Column != "team" || refused[0].Line != 2 || refused[0].Limit != 200 {
		t.Errorf("a file: %v %+v %v", staff, refused, err)
	}
}

func TestStaffComeAndGo(t *testing.T) {
	t.Parallel()
	c, s := company(t)
	ctx := t.Context()
	boss, err := c.Add(ctx, survey.Staff{Email: "Boss@Example.com", Name: "Boss", Role: survey.RoleAdministrator})
	if err != nil || boss.Staff.ID != "s-boss-example-com" || boss.Staff.Written != "boss@example.com" {
		t.Fatal(boss.Staff, err)
	}
	anna, err := c.Add(ctx, survey.Staff{ID: "anna", Email: "anna@example.com", Name: "Anna", Manager: "boss"})
	if err != nil || anna.Staff.Manager != boss.Staff.ID || anna.Staff.Role != survey.RoleOwner {
		t.Fatal(anna.Staff, err)
	}
	for code, m := range map[string]survey.Staff{
		"staff_id_taken":        {ID: "ANNA", Email: "other@example.com"},
		"staff_email_taken":     {ID: "other", Email: "anna@example.com"},
		"staff_manager_unknown": {ID: "other", Email: "other@example.com", Manager: "nobody"},
	} {
		if _, err := c.Add(ctx, m); !apperr.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}

	session := authz.Session{ID: "s", Staff: "anna", Created: now, Expires: now.Add(time.Hour)}
	signedIn := func() bool {
		_, ok, err := s.Session(ctx, "anna", "s")
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if err := s.PutSession(ctx, session); err != nil {
		t.Fatal(err)
	}
	change := anna.Staff
	change.Name, change.Manager = "Anna P.", "Boss"
	e, err := c.Change(ctx, by(boss.Staff.ID), "anna", &anna.Staff, change)
	if err != nil || e.Stale || !signedIn() {
		t.Fatal(e, err)
	}
	if e, err = c.Change(ctx, by(boss.Staff.ID), "anna", &anna.Staff, change); err != nil || !e.Stale || e.Stored.Name != "Anna P." {
		t.Errorf("an old form: %+v, %v", e, err)
	}
	change.Manager = "anna"
	if _, err := c.Change(ctx, by(boss.Staff.ID), "anna", &e.Stored, change); !apperr.Is(err, "staff_manager_self") {
		t.Errorf("one's own manager: %v", err)
	}
	change.Manager, change.Role = "", survey.RoleAnalyst
	if e, err = c.Change(ctx, by(boss.Staff.ID), "anna", &e.Stored, change); err != nil || e.Stale || signedIn() {
		t.Errorf("another role: %+v, %v, still signed in: %v", e, err, signedIn())
	}

	for who, code := range map[string]string{boss.Staff.ID: "staff_yourself", "anna": "staff_last_administrator"} {
		if err := c.Remove(ctx, by(who), boss.Staff); !apperr.Is(err, code) {
			t.Errorf("%s removes the administrator: %v", who, err)
		}
	}
	if err := c.Remove(ctx, by(boss.Staff.ID), anna.Staff); err != nil {
		t.Error(err)
	}
	if _, err := c.Change(ctx, by(boss.Staff.ID), "anna", nil, change); !apperr.Is(err, "person_unknown") {
		t.Errorf("nobody was changed: %v", err)
	}
}

func TestListsOfMembers(t *testing.T) {
	t.Parallel()
	c, _ := company(t)
	list := org.OfMembers([]survey.Staff{
		{ID: "a", Email: "a@example.com", Role: survey.RoleAdministrator},
		{ID: "b", Email: "b@example.com", Manager: "nobody"},
		{ID: "A", Email: "x@example.com"},
		{ID: "c", Email: "A@example.com"},
		{ID: "d", Email: "d"},
	})
	out, err := c.TakeList(t.Context(), list, org.Said{})
	var faults []string
	for _, f := range append(out.Refusals, out.Warnings...) {
		faults = append(faults, f.Problem.Code)
	}
	if err != nil || out.New != 2 || len(out.Refusals) != 3 || out.Refusals[0].Line != 3 || out.Warnings[0].Line != 2 || faults[0] != "staff_twice" || faults[1] != "staff_email_taken" || faults[3] != "manager_unknown" {
		t.Errorf("%+v %v %v", out, faults, err)
	}
	if out, err = c.TakeList(t.Context(), list, org.Said{}); err != nil || out.New+out.Changed != 0 || out.Unchanged != 2 {
		t.Errorf("again: %+v %v", out, err)
	}
	if _, err := c.TakeList(t.Context(), org.OfMembers([]survey.Staff{{ID: "a", Email: "a@example.com", Role: survey.RoleOwner}}), org.Said{}); !apperr.Is(err, "staff_last_administrator") {
		t.Errorf("nobody left: %v", err)
	}
}

func TestSettingsAndTokens(t *testing.T) {
	t.Parallel()
	c, s := company(t)
	ctx := t.Context()
	for code, v := range map[string]survey.Settings{
		"languages_none": {}, "hours_range": {Languages: []string{"en"}, CaseHours: -1}, "language_not_among": {Languages: []string{"en"}, Language: "ru"},
	} {
		if _, err := c.CheckSettings(v); !apperr.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	v, err := c.CheckSettings(survey.Settings{Company: "Shop", Sender: "Shop <shop@example.net>", Languages: []string{"ru", "en"}})
	if err != nil || v.Languages != nil {
		t.Fatal(v, err)
	}
	if _, err := c.SaveSettings(ctx, v, 0); err != nil {
		t.Fatal(err)
	}
	if stored, err := c.SaveSettings(ctx, v, 0); !errors.Is(err, apperr.ErrChanged) || stored.Version != 1 {
		t.Errorf("an old form: %+v %v", stored, err)
	}
	if _, err := org.Colour("reddish", lang.Language("en")); !apperr.Is(err, "colour_unknown") {
		t.Errorf("no colour: %v", err)
	}
	if colour, err := org.Colour(" 1A5FB4", lang.Language("en")); err != nil || colour != "#1a5fb4" {
		t.Errorf("a colour is %q, %v", colour, err)
	}

	token, err := c.MakeToken(ctx, by("boss"), "CRM", survey.RoleAnalyst)
	if err != nil || !strings.HasPrefix(token, "onetap_") {
		t.Fatal(token, err)
	}
	for code, one := range map[string][2]string{"token_name": {"", "analyst"}, "token_name_taken": {"crm", "analyst"}, "token_role": {"x", "owner"}} {
		if _, err := c.MakeToken(ctx, by("boss"), one[0], survey.Role(one[1])); !apperr.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if all, err := s.Tokens(ctx); err != nil || len(all) != 1 || all[0].By != "boss" || all[0].Name != "CRM" {
		t.Errorf("tokens are %+v, %v", all, err)
	}
	if org.TokensFull(99) != nil || !apperr.Is(org.TokensFull(100), "tokens_full") {
		t.Error("how many tokens there may be")
	}
	c.Note(ctx, by("boss"), "settings", "")
	c.Note(ctx, authz.Who{Token: "CRM"}, "campaigns", "x")
	entries, _, err := s.Audit(ctx, "", 10, now)
	if err != nil || len(entries) != 2 {
		t.Errorf("entries are %+v, %v", entries, err)
	}
}
