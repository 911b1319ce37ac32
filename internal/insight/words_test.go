package insight

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Words of a box: for every reader the same, with names masked; before the opening, and of others than ballots, for nobody.
func TestWordsOfABox(t *testing.T) {
	t.Parallel()
	m := &memory{campaign: survey.Campaign{ID: "c", Audience: survey.Employees, State: survey.Closed, Ballots: true, Box: survey.Box{Opened: noon, Kept: 10, Words: 1}}}
	m.words = []survey.Words{{Values: []string{"North", "en"}, Why: "more tea"}}
	var first []Words
	for _, role := range roles {
		open, err := m.results().Open(t.Context(), person(role), m.campaign)
		if err != nil {
			t.Fatal(err)
		}
		words, err := open.Words(t.Context())
		if err != nil || len(words) != 1 || words[0].Said[0].Comment() != "more tea" {
			t.Fatalf("%s: %v, %v", role, words, err)
		}
		if first == nil {
			first = words
		}
		if !slices.Equal(first[0].Said, words[0].Said) || strings.Join(first[0].Group, " ") != strings.Join(words[0].Group, " ") {
			t.Errorf("%s sees others", role)
		}
	}
	for what, change := range map[string]func(*survey.Campaign){
		"in the box": func(c *survey.Campaign) { c.Box = survey.Box{} },
		"no ballots": func(c *survey.Campaign) { c.Ballots = false },
		"customers":  func(c *survey.Campaign) { c.Audience, c.Ballots = survey.Customers, false },
	} {
		c := m.campaign
		change(&c)
		open, err := m.results().Open(t.Context(), person(survey.RoleAdministrator), c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open.Words(t.Context()); !errors.Is(err, ErrWholeOnly) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Figures of ballots are shown once all that came out of the box are counted, and not in between: two looks would tell of one.
func TestFiguresOfABoxAreWholeOrNone(t *testing.T) {
	t.Parallel()
	m := &memory{campaign: survey.Campaign{ID: "c", Audience: survey.Employees, State: survey.Closed, Ballots: true}}
	for counted, want := range map[int64]Withheld{0: InBox, 9: InBox, 10: "", 11: InBox} {
		m.campaign.Box = survey.Box{Opened: noon, Kept: 10}
		var tally nps.Tally
		tally.Count(7, counted)
		if d := Of(m.campaign, person(survey.RoleAdministrator), noon).Disclose(tally); d.Withheld() != want {
			t.Errorf("%d of 10 counted: %q", counted, d.Withheld())
		}
		m.campaign.Box = survey.Box{}
		if d := Of(m.campaign, person(survey.RoleAdministrator), noon).Disclose(tally); d.Withheld() != InBox || d.Tally().Answers() != 0 {
			t.Errorf("in the box: %+v", d)
		}
	}
}
