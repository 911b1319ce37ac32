package loop

import (
	"testing"
	"time"

	"onetap/internal/money"
	"onetap/internal/survey"
)

func TestWhoIsAskedWhySilent(t *testing.T) {
	t.Parallel()
	asked, answered, none := Place{Asked: true}, Place{Asked: true, Answered: true}, Place{}
	with := func(kind Kind, s State) Place { return Place{Asked: true, Case: &Case{Kind: kind, State: s}} }
	one := func(places ...Place) []FirmPerson { return []FirmPerson{{Contact: "a", Places: places}} }
	for _, c := range []struct {
		name   string
		people []FirmPerson
		who    survey.ContactID
		in     int
	}{
		{"nobody", nil, "", 0},
		{"silent for three", one(asked, asked, asked), "a", 3},
		{"for two only", one(asked, asked, answered, asked), "", 2},
		{"where they were not asked does not count", one(asked, none, asked, none, asked), "a", 3},
		{"not asked in the latest", one(none, asked, asked, asked), "", 3},
		{"answered where they were not asked: brought in", one(asked, asked, Place{Answered: true}, asked), "", 2},
		{"somebody calls already", one(with(OfSilent, Contacted), asked, asked), "", 3},
		{"a detractor's case is open", one(asked, asked, asked, with(OfDetractor, Open)), "", 4},
		{"a detractor's case was resolved", one(asked, asked, asked, with(OfDetractor, Resolved)), "a", 4},
		{"somebody called two surveys ago", one(asked, asked, with(OfSilent, Resolved), asked), "", 4},
		{"somebody called three surveys ago", one(asked, asked, asked, with(OfSilent, Unreachable)), "a", 4},
		{"a colleague answers", []FirmPerson{{Contact: "a", Places: []Place{asked, asked, asked}}, {Contact: "b", Places: []Place{asked, answered, asked}}}, "", 1},
		{"who decides", []FirmPerson{{Contact: "a", Value: money.Amount{Minor: 9}, Places: []Place{asked, asked, asked}}, {Contact: "b", Decides: true, Places: []Place{asked, none, none}}}, "b", 3},
		{"who decides was not asked", []FirmPerson{{Contact: "c", Value: money.Amount{Minor: 9}, Places: []Place{asked, asked, asked}}, {Contact: "b", Places: []Place{asked, none, none}}, {Contact: "a", Decides: true, Places: []Place{none, asked, asked}}}, "c", 3},
	} {
		who, in, ok := Firm{People: c.people}.Ask(3)
		if who != c.who || in != c.in || ok != (c.who != "") {
			t.Errorf("%s: %q, %d, %v", c.name, who, in, ok)
		}
	}
}

// An answer of somebody silent is taken as any: a promoter's ends the worry, a detractor's makes it a detractor's case.
func TestSilentAnswersAtLast(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	t.Parallel()
	for score, want := range map[int]struct {
		kind Kind
		what What
	}{9: {OfSilent, Rose}, 7: {OfSilent, Rose}, 3: {OfDetractor, Fell}} {
		c := NewSilent(Silent{Campaign: "abcdefgh", Contact: "a", Audience: survey.Customers, Waves: 3}, Responsible{}, "", Rules{}, at)
		if c.Is() != OfSilent || c.Waves != 3 || c.Score != NoScore || c.Latest != NoScore || !c.Holds(survey.Response{Score: NoScore}) || c.Alert.Due.IsZero() {
			t.Fatalf("opened as %+v", c)
		}
		after, changed := c.Apply(survey.Response{Score: score, Verified: true, Version: 1, Updated: at})
		last := after.History[len(after.History)-1]
		if !changed || after.Is() != want.kind || last.What != want.what || after.Latest != score {
			t.Errorf("%d: %s, %s, %d", score, after.Is(), last.What, after.Latest)
		}
		again, err := UnpackCase(PackCase(c))
		if err != nil || again.Waves != 3 || again.Latest != NoScore {
			t.Errorf("stored: %+v, %v", again, err)
		}
	}
}

func TestSilenceIsChecked(t *testing.T) {
	t.Parallel()
	good := Silence{Audiences: []survey.Audience{survey.Customers}, Waves: 2, Least: money.Amount{Minor: 1, Currency: "EUR"}, Most: 5}
	if err := (Practice{Silence: good}).Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Silence){
		"employees":   func(s *Silence) { s.Audiences = []survey.Audience{survey.Employees} },
		"one survey":  func(s *Silence) { s.Waves = 1 },
		"many":        func(s *Silence) { s.Waves = MaxWaves + 1 },
		"no value":    func(s *Silence) { s.Least = money.Amount{} },
		"no currency": func(s *Silence) { s.Least.Currency = "" },
		"floods":      func(s *Silence) { s.Most = MaxSilent + 1 },
	} {
		s := good
		change(&s)
		if (Practice{Silence: s}).Check() == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
