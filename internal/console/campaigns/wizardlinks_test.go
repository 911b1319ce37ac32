package campaigns_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

var wizardLink = regexp.MustCompile(`href="(/campaigns/[a-z0-9]+/edit[^"]*)"`)

// Every link into the wizard opens the step that has the field which it is about, in the language that it is about.
func TestWizardLinksOpenTheRightStep(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*survey.Campaign)
		want   string
	}{
		"no company":      {func(c *survey.Campaign) { c.Company = "" }, "step=about#company"},
		"sender":          {func(c *survey.Campaign) { c.Sender = "nps@elsewhere.example.org" }, "step=about#sender"},
		"nobody fits":     {func(c *survey.Campaign) { c.Filter.Teams = []string{"No such team"} }, "step=people#facets"},
		"never closes":    {func(c *survey.Campaign) { c.ClosesAt = time.Time{} }, "step=time#closes_at"},
		"closed already":  {func(c *survey.Campaign) { c.ClosesAt = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }, "step=time#closes_at"},
		"first too late":  {func(c *survey.Campaign) { c.RemindDays = 300 }, "step=time#remind_days"},
		"second too late": {func(c *survey.Campaign) { c.RemindDays, c.SecondDays = 1, 300 }, "step=time#second_remind_days"},
		"Russian words":   {func(c *survey.Campaign) { c.Wording = map[string]survey.Wording{"ru": {Subject: "{{нет}}"}} }, "step=words&language=ru#subject"},
		"English words":   {func(c *survey.Campaign) { c.Wording = map[string]survey.Wording{"en": {SecondText: "{{no}}"}} }, "step=words&language=en#second_reminder_text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, v, c := consoletest.Planned(t, 3)
			w.Become(c.ID, func(c *survey.Campaign) {
				c.Company, c.ClosesAt = "Example", w.Now().AddDate(0, 0, 60)
				tc.change(c)
			})
			edit := "/campaigns/" + string(c.ID) + "/edit"
			found := false
			for _, page := range []string{edit + "?step=check", edit + "?step=time", "/campaigns", "/"} {
				_, shown := v.Get(page)
				for _, m := range wizardLink.FindAllStringSubmatch(shown, -1) {
					link := strings.ReplaceAll(m[1], "&amp;", "&")
					found = found || link == edit+"?"+tc.want
					u, err := url.Parse(link)
					if err != nil {
						t.Fatal(err)
					}
					fragment := u.Fragment
					u.Fragment = ""
					status, step := v.Get(u.String())
					if status != 200 || fragment != "" && !strings.Contains(step, `id="`+fragment+`"`) {
						t.Errorf("%s leads to %s: %d, and no such field", page, link, status)
					}
					if at := u.Query().Get("step"); at != "" && at != "check" && !strings.Contains(step, `name="step" value="`+at+`"`) {
						t.Errorf("%s opens another step", link)
					}
				}
			}
			if !found {
				_, shown := v.Get(edit + "?step=check")
				t.Errorf("no link to %s among %v", tc.want, wizardLink.FindAllString(shown, -1))
			}
		})
	}
	_, v, _ := running(t, survey.Open, personOf(0, "sent"))
	_, page := v.Get("/campaigns/abcdefgh")
	v.Says(page, `href="/campaigns/abcdefgh/edit"`)
	_, page = v.Get("/campaigns/abcdefgh/edit")
	v.Says(page, `id="closes_at"`, `id="name"`)
}
