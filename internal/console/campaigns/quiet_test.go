package campaigns_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// The head-count before a launch looks at as many earlier campaigns as the plan does: with thirty of them in the quiet
// period it is still right.
func TestQuietPeriodOfManyCampaigns(t *testing.T) {
	t.Parallel()
	w, _, c := consoletest.Planned(t, 40)
	ctx := context.Background()
	var ids []survey.ContactID
	for from := new(survey.Cursor); from != nil; {
		var err error
		if from, err = w.Store.ContactsPage(ctx, survey.Customers, *from, 1000, func(c survey.Contact, _ survey.SuppressionReason) { ids = append(ids, c.ID) }); err != nil {
			t.Fatal(err)
		}
	}
	const earlier = 30
	for i := range earlier { // each asked somebody else
		other := survey.Campaign{
			ID: mailing.NewID(), Name: "Earlier", Audience: survey.Customers, State: survey.Open, Language: "en",
			Created: w.Now().AddDate(0, 0, -i-1), Launched: w.Now().AddDate(0, 0, -i-1), Opened: w.Now().AddDate(0, 0, -i-1),
		}
		if err := w.Store.CreateCampaign(ctx, other); err != nil {
			t.Fatal(err)
		}
		asked := []survey.Invitation{{
			Campaign: other.ID, Contact: ids[i], Audience: survey.Customers, State: survey.InvitationSent,
			Decided: survey.InvitationSent, Language: "en", At: w.Now().AddDate(0, 0, -i-1), Version: 1,
		}}
		if err := w.Store.AddInvitations(ctx, asked, func() bool { return true }); err != nil {
			t.Fatal(err)
		}
	}
	c.QuietDays = 90
	h, err := w.Desk.Planner.HeadCount(ctx, c, survey.Cursor{}, 1000, false)
	if err != nil || h.Skipped[survey.SkipQuiet] != earlier || h.Invited != len(ids)-earlier {
		t.Errorf("%+v, %v", h, err)
	}
}

// Where everybody was asked lately the page before a launch says so, by which campaign and where to change it, and the API
// refuses the launch in the same words.
func TestQuietPeriodSaysItsReason(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 30)
	ctx := context.Background()
	var all []survey.Invitation
	other := survey.Campaign{
		ID: mailing.NewID(), Name: "Spring <2026>", Audience: survey.Customers, State: survey.Open, Language: "en",
		Created: w.Now().AddDate(0, 0, -9), Launched: w.Now().AddDate(0, 0, -9), Opened: w.Now().AddDate(0, 0, -9),
	}
	if err := w.Store.CreateCampaign(ctx, other); err != nil {
		t.Fatal(err)
	}
	for id := range w.Contacts() {
		all = append(all, survey.Invitation{
			Campaign: other.ID, Contact: id, Audience: survey.Customers, State: survey.InvitationSent, Decided: survey.InvitationSent, Language: "en",
			At: other.Launched, Version: 1,
		})
	}
	if err := w.Store.AddInvitations(ctx, all, func() bool { return true }); err != nil {
		t.Fatal(err)
	}
	w.Become(c.ID, func(c *survey.Campaign) { c.QuietDays = 60 })
	_, page := v.Get("/campaigns/abcdefgh/edit?step=check")
	v.Says(page, "No one to invite: all 30 were asked within the last 60 days, most of them by “Spring &lt;2026&gt;”.", `href="/campaigns/abcdefgh/edit?step=people#quiet_days"`, "Shorten the quiet period")
	if strings.Contains(page, "/campaigns/abcdefgh/launch") {
		t.Error("the page offers a launch that would be refused")
	}
	_, page = v.Get("/campaigns/abcdefgh/edit?step=people") // where it can be mended, too
	v.Says(page, `data-nobody>No one to invite: all 30 were asked within the last 60 days`)
	_, body, _ := v.Post("/campaigns/abcdefgh/count", "step", "people", "quiet_days", "61", "sample", "100", "after", "")
	_, body, _ = v.Post("/campaigns/abcdefgh/count", "step", "people", "quiet_days", "61", "sample", "100", "so", base64.RawURLEncoding.EncodeToString([]byte(body)))
	v.Says(body, "all 30 were asked within the last 61 days")
	status, answer := w.Call("POST", "/api/v1/campaigns/abcdefgh/launch", "application/json", nil)
	problem, _ := answer["error"].(map[string]any)
	if status != 409 || problem["code"] != "all_asked" || problem["where"] != "quiet_days" || !strings.Contains(fmt.Sprint(problem["message"]), "Spring <2026>") {
		t.Error(status, answer)
	}
	w.Become(c.ID, func(c *survey.Campaign) { c.QuietDays = 7 })
	if status, answer := w.Call("POST", "/api/v1/campaigns/abcdefgh/launch", "application/json", nil); status != 200 {
		t.Error(status, answer)
	}
}
