package followup_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// company opens a bench whose case of the first contact is Anna's, with a second owner, the owner's manager and people of other
// roles.
func company(t *testing.T) (*followuptest.Bench, *followup.Cases, map[string]authz.Who, []survey.Staff) {
	t.Helper()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	staff := []survey.Staff{
		{ID: "anna", Email: "anna@example.com", Name: "Anna", Role: survey.RoleOwner, Team: "north", Manager: "mia"},
		{ID: "bert", Email: "bert@example.com", Name: "Bert", Role: survey.RoleOwner, Team: "south"},
		{ID: "max", Email: "max@example.com", Name: "Max", Role: survey.RoleManager, Team: "north"},
		{ID: "mia", Email: "mia@example.com", Name: "Mia", Role: survey.RoleManager, Team: "east"},
		{ID: "eva", Email: "eva@example.com", Name: "Eva", Role: survey.RoleExecutive},
		{ID: "ada", Email: "ada@example.com", Name: "Ada", Role: survey.RoleAnalyst},
	}
	if err := b.Store.PutStaff(t.Context(), staff); err != nil {
		t.Fatal(err)
	}
	who := map[string]authz.Who{"program": {Staff: survey.Staff{Role: survey.RoleAdministrator}, Token: "crm"}}
	for _, m := range staff {
		who[m.ID] = authz.Who{Staff: m}
	}
	says(t, b, b.Contact(1, nil), 3, "slow")
	return b, &followup.Cases{Store: b.Store, Now: b.Now}, who, staff
}

func code(err error) string {
	if p := apperr.As(err); p != nil {
		return p.Code
	}
	return ""
}

func TestWhoSeesACase(t *testing.T) {
	t.Parallel()
	b, cases, who, _ := company(t)
	id := b.Case(spring, followuptest.ContactID(1)).ID()
	for name, want := range map[string]string{"anna": "", "max": "", "mia": "", "eva": "", "program": "", "bert": "not_yours"} {
		if _, err := cases.Case(t.Context(), who[name], id); code(err) != want {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		if _, err := cases.Do(t.Context(), who[name], id, followup.Work{Note: "of " + name}); code(err) != want {
			t.Errorf("%s works on it: %v, want %q", name, err, want)
		}
	}
	if _, err := cases.Case(t.Context(), who["eva"], "nothing"); code(err) != "case_unknown" {
		t.Errorf("a case that is not there: %v", err)
	}
}

// The same work sent twice is done once; work on what somebody else has changed is not done.
func TestWorkIsDoneOnce(t *testing.T) {
	t.Parallel()
	b, cases, who, _ := company(t)
	c := b.Case(spring, followuptest.ContactID(1))
	work := followup.Work{Version: c.Version, State: loop.Acknowledged, Note: "I call\r\ntoday"}
	for range 2 {
		got, err := cases.Do(t.Context(), who["anna"], c.ID(), work)
		if err != nil || got.Case.State != loop.Acknowledged || got.Case.Notes != 1 || got.Case.Version != c.Version+1 {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	// A program that says which version it knows is refused; a person's step still makes sense, and they are told what happened before.
	got, err := cases.Do(t.Context(), who["max"], c.ID(), followup.Work{Version: c.Version, State: loop.Contacted, Strict: true})
	if code(err) != "case_changed" || got.Case.State != loop.Acknowledged {
		t.Errorf("a stale form: %v, and the case is %s", err, got.Case.State)
	}
	got, err = cases.Do(t.Context(), who["max"], c.ID(), followup.Work{Version: c.Version, State: loop.Contacted})
	if err != nil || got.Case.State != loop.Contacted || len(got.Before) != 1 || got.Before[0].State != loop.Acknowledged || got.Before[0].By != "anna" {
		t.Errorf("a step that still makes sense: %+v, %v", got, err)
	}
	// One that does not is left out where there is a note to keep, and refused where there is nothing else.
	if got, err = cases.Do(t.Context(), who["anna"], c.ID(), followup.Work{Version: c.Version + 1, State: loop.Acknowledged}); code(err) != "case_changed" || len(got.Before) != 1 {
		t.Errorf("a step back: %+v, %v", got, err)
	}
	if got, err = cases.Do(t.Context(), who["anna"], c.ID(), followup.Work{Version: c.Version + 1, State: loop.Acknowledged, Note: "tried"}); err != nil || got.Case.State != loop.Contacted || got.Case.Notes != 2 || len(got.Left) != 1 {
		t.Errorf("a step back with a note: %+v, %v", got, err)
	}
	if notes, err := b.Store.Notes(t.Context(), got.Case); err != nil || len(notes) != 2 || notes[0].Text != "I call\ntoday" || notes[0].By != "anna" {
		t.Errorf("notes %+v, %v", notes, err)
	}
}

func TestWhoWorkNames(t *testing.T) {
	t.Parallel()
	b, cases, who, _ := company(t)
	id := b.Case(spring, followuptest.ContactID(1)).ID()
	for _, tt := range []struct {
		who  string
		work followup.Work
		want string
	}{
		{"anna", followup.Work{Note: "x", By: "bert"}, "case_by_person"},
		{"program", followup.Work{Note: "x", By: "nobody"}, "staff_unknown"},
		{"program", followup.Work{Note: "x", By: "BERT"}, ""},
		{"anna", followup.Work{Owner: "nobody"}, "staff_unknown"},
		{"anna", followup.Work{Owner: "ada"}, "staff_no_cases"},
		{"anna", followup.Work{Owner: "anna"}, "case_owner_same"},
		{"anna", followup.Work{}, "case_nothing"},
		{"anna", followup.Work{Owner: "Bert"}, ""}, // by name
		{"anna", followup.Work{Note: "x"}, "not_yours"},
	} {
		if _, err := cases.Do(t.Context(), who[tt.who], id, tt.work); code(err) != tt.want {
			t.Errorf("%s does %+v: %v, want %q", tt.who, tt.work, err, tt.want)
		}
	}
	got := b.Case(spring, followuptest.ContactID(1))
	if got.Owner != "bert" || got.Level != loop.LevelHanded || got.History[len(got.History)-2].By != "bert" {
		t.Errorf("%+v", got)
	}
}

func TestWhoseCases(t *testing.T) {
	t.Parallel()
	b, cases, who, staff := company(t)
	for name, want := range map[string][]string{
		"anna": {"anna"}, "max": {"max", "anna"}, "mia": {"mia", "anna"},
		"eva": {"eva", "", "anna", "bert", "max", "mia", "ada"}, // those who work on cases come first
	} {
		if got := followup.Owners(who[name], staff); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if _, _, ok := followup.Find(who["max"], staff, "Bert"); ok {
		t.Error("a manager finds an owner of another team")
	}
	if owner, _, ok := followup.Find(who["eva"], staff, "ber"); !ok || owner != "bert" {
		t.Errorf("a beginning that is one colleague's finds %q", owner)
	}
	if owner, several, ok := followup.Find(who["eva"], staff, "m"); ok || !several {
		t.Errorf("a beginning of several finds %q", owner)
	}
	if _, several, ok := followup.Find(who["eva"], staff, "…"); ok || several {
		t.Error("nothing finds somebody")
	}
	for _, tt := range []struct {
		who, owner string
		cases      int
		want       string
	}{
		{"anna", followup.AllOwners, 1, ""},
		{"anna", "bert", 1, ""}, // an owner's board is the own, whatever is asked for
		{"max", "ANNA", 1, ""},
		{"max", "bert", 0, "not_yours"},
		{"max", "", 0, "not_yours"},
		{"eva", followup.AllOwners, 1, ""},
		{"eva", "", 0, ""},
		{"eva", "bert", 0, ""},
	} {
		board, err := cases.Board(t.Context(), who[tt.who], staff, followup.BoardQuery{Owner: tt.owner, State: loop.Open})
		if code(err) != tt.want || err == nil && (len(board.Columns) != 1 || len(board.Columns[0].Cases) != tt.cases) {
			t.Errorf("%s asks for %q: %+v, %v", tt.who, tt.owner, board.Columns, err)
		}
		if err == nil && tt.cases > 0 && (board.Campaigns[spring].Name != "Spring" || board.People[followuptest.ContactID(1)].Person.Name == "") {
			t.Errorf("%s does not see whom it is about: %+v", tt.who, board.About)
		}
	}
	b.Pass(49 * time.Hour)
	w, err := cases.Waiting(t.Context(), who["mia"], staff, time.UTC, 8)
	if err != nil || w.Open != 1 || w.Overdue != 1 || len(w.Nearest) != 1 || w.Owners != 2 || w.Asked != 2 {
		t.Errorf("waiting for the manager: %+v, %v", w, err)
	}
}

// meddler changes a case whenever somebody is about to save it.
type meddler struct {
	followup.CaseStore
	times int
	do    func()
}

func (m *meddler) SaveCaseAnd(ctx context.Context, was, c loop.Case, n []loop.Note) (loop.Case, error) {
	if m.times > 0 {
		m.times--
		m.do()
	}
	return m.CaseStore.SaveCaseAnd(ctx, was, c, n)
}

// Work is done again on what an alert changed meanwhile, and given up when that never ends.
func TestWorkMeetsOthers(t *testing.T) {
	t.Parallel()
	b, cases, who, _ := company(t)
	c := b.Case(spring, followuptest.ContactID(1))
	m := &meddler{CaseStore: b.Store, do: func() {
		now := b.Case(spring, followuptest.ContactID(1))
		if _, err := b.Store.SaveCase(context.Background(), now, now); err != nil {
			t.Error(err)
		}
	}}
	cases.Store = m
	for times, want := range map[int]string{4: "", 5: "changed_meanwhile"} {
		m.times = times
		if _, err := cases.Do(t.Context(), who["anna"], c.ID(), followup.Work{Note: "again"}); code(err) != want {
			t.Errorf("changed %d times: %v, want %q", times, err, want)
		}
	}
}
