package campaigns_test

import (
	"strings"
	"testing"

	"onetap/internal/survey"
)

// What is wrong with a box, more answers than letters and some that did not open, administrators see on the campaign's page, and nobody
// else; where nothing is wrong nobody sees anything.
func TestWhatIsWrongWithABox(t *testing.T) {
	t.Parallel()
	w, _, _ := running(t, survey.Open)
	says := func(who string) (both int) {
		_, page := w.Visitor(who, "en").Get("/campaigns/abcdefgh")
		for _, text := range []string{"3 answers more in the box", "2 sealed answers could not be opened"} {
			both += strings.Count(page, text)
		}
		return both
	}
	if n := says("administrator"); n != 0 {
		t.Errorf("of nothing %d notes", n)
	}
	c := w.Campaign("abcdefgh")
	c.Box.Surplus, c.Box.Spoiled = 3, 2
	if _, err := w.Store.SaveCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if n := says("administrator"); n != 2 {
		t.Errorf("the administrator sees %d notes", n)
	}
	for _, who := range []string{"marketing", "executive", "analyst"} {
		if n := says(who); n != 0 {
			t.Errorf("%s sees %d notes", who, n)
		}
	}
}
