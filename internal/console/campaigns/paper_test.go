package campaigns_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// A campaign on paper alone is chosen with whom to ask, needs nobody on the list, says before its launch that no emails go out, and shows no figures of letters.
func TestPaperAlone(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := survey.Campaign{ID: "abcdefgh", Name: "Собрание", Audience: survey.Employees, State: survey.Draft, Language: "ru", Company: "Ромашка", Created: w.Now(), RemindDays: 7}
	if err := w.Store.CreateCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("marketing", "en")
	at := "/campaigns/abcdefgh/edit"
	if _, page := v.Get(at + "?step=check"); strings.Contains(page, `action="/campaigns/abcdefgh/launch"`) {
		t.Fatal("nobody is written to, and it can be launched")
	}
	if status, _, _ := v.Post(at, "step", "people", "version", "1", "sample", "100", "quiet_days", "0", "groups", "", "paper", "1"); status != http.StatusSeeOther {
		t.Fatalf("saved: %d", status)
	}
	if c = w.Campaign("abcdefgh"); !c.Paper || c.RemindDays != 0 {
		t.Fatalf("stored: %+v", c)
	}
	if _, page := v.Get(at + "?step=time"); strings.Contains(page, `name="remind_days"`) {
		t.Error("it asks for a reminder")
	}
	_, page := v.Get(at + "?step=check")
	v.Says(page, "No one gets an email", "without emails?", "By cards on paper alone", "Cards can be made within seconds")
	if strings.Contains(page, `id="test"`) || strings.Contains(page, `id="count"`) {
		t.Error("the last look speaks of emails")
	}
	if status, page, _ := v.Post("/campaigns/abcdefgh/launch", "version", strconv.Itoa(c.Version)); status != http.StatusSeeOther {
		t.Fatalf("launch: %d %s", status, page)
	}
	w.Become("abcdefgh", func(c *survey.Campaign) { c.State, c.Opened, c.Cards = survey.Open, w.Now(), []int{30} })
	_, page = v.Get("/campaigns/abcdefgh")
	v.Says(page, "Asked by cards on paper alone", "30 cards have been made", `href="/campaigns/abcdefgh/cards"`)
	if !strings.Contains(page, `data-show="reminders" hidden`) || !strings.Contains(page, `data-show="remind" hidden`) {
		t.Error("the page speaks of reminders")
	}
}

// The pages of a campaign on paper are sound at a phone's width and a desk's.
func TestBrowserPaperAlone(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.Become("abcdefgh", func(c *survey.Campaign) { c.Paper, c.Cards = true, []int{0, 30} })
	draft := survey.Campaign{ID: "draftaaa", Name: "Собрание", Audience: survey.Employees, State: survey.Draft, Language: "ru", Company: "Ромашка", Created: w.Now(), Paper: true}
	if err := w.Store.CreateCampaign(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	b := w.Tab("marketing", 390, "ru")
	for _, width := range []int64{390, 1280} {
		b.Look(width, width == 1280, map[int64]string{390: "ru", 1280: "en"}[width])
		for name, path := range map[string]string{"people": "/campaigns/draftaaa/edit?step=people", "time": "/campaigns/draftaaa/edit?step=time", "check": "/campaigns/draftaaa/edit?step=check", "live": "/campaigns/abcdefgh"} {
			b.Go(path)
			b.Sound("paper, " + name)
			consoletest.Shoot(b, "paper-"+name+"-"+strconv.FormatInt(width, 10))
		}
	}
}
