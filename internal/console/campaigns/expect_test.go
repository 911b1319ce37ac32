package campaigns_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// The check page says how many answers are expected, by a guess that is called one before anybody was asked and by the earlier campaigns after that, and what they
// will tell; of employees nothing.
func TestWhatACampaignWillTell(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 300)
	path := "/campaigns/" + string(c.ID) + "/edit?step=check"
	_, page := v.Get(path)
	// Of shares of ½, ¼ and ¼, 60 answers: with p = 30.75/63 and d = 15.75/63 1.96·√((p + d − (p − d)²)/63) = 0.204.
	v.Says(page, "300 people are asked, about 60 answers if 20% answer. That is a guess", "The NPS will be known to about ±20 points; for ±5 you need 1,053 answers.")

	consoletest.Spring(w) // 60 answers of 122: 30 promoters, 15 passives, 15 detractors; as many of their contacts are new
	figures := survey.Deltas{{Scope: "springaa", Kind: survey.KindWeek, Value: "2026-W01"}: {"sent": 240}}
	if err := w.Store.AddFigures(t.Context(), figures); err != nil {
		t.Fatal(err)
	}
	_, page = v.Get(path)
	v.Says(page, "361 people are asked, about 60 answers are expected: before, 17% of 362 answered (the last campaign of this audience; 95% interval 13–21%).",
		"(60 answers) a change of ±29 points or more will be told from chance; ±5 cannot be, however many answer: it has too few answers itself.")

	w.Become(c.ID, func(c *survey.Campaign) { c.Audience = survey.Employees })
	if _, page = v.Get(path); strings.Contains(page, "What it will tell") {
		t.Error("it is said of employees")
	}
}
