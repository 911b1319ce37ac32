package campaigns_test

import (
	"context"
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
