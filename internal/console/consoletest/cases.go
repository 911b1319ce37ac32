package consoletest

import (
	"context"
	"fmt"
	"time"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// autumn is the campaign of all cases that Detractor makes.
const autumn = survey.CampaignID("autumn22")

// Detractor stores a customer of an owner with an answer and its case.
func (w *World) Detractor(n int, owner, team, name, why string, score int, answered time.Time) loop.Case {
	w.T.Helper()
	ctx := context.Background()
	if _, err := w.Store.Campaign(ctx, autumn); err != nil {
		c := survey.Campaign{ID: autumn, Name: "Осень 2026", Audience: survey.Customers, Language: "ru", State: survey.Open, Created: w.Now().Add(-72 * time.Hour)}
		if err := w.Store.CreateCampaign(ctx, c); err != nil {
			w.T.Fatal(err)
		}
	}
	email := fmt.Sprintf("customer%d@example.com", n)
	c := survey.Contact{
		ID: w.Desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers, Owner: owner, Team: team, Value: "1 200 000 ₽", Tier: "A",
		Person: survey.Person{Email: email, Name: name, Phone: "+74951234567"}, Created: answered, Updated: answered,
	}
	if err := w.Store.PutContacts(ctx, []survey.Contact{c}); err != nil {
		w.T.Fatal(err)
	}
	r := survey.Response{
		Campaign: autumn, Contact: c.ID, Audience: c.Audience, Owner: owner, Team: team, Language: "ru", Score: score, Verified: true, Unhappy: true,
		Why: why, First: answered, Counted: answered, Updated: answered, Version: 1,
	}
	if err := w.Store.SaveResponse(ctx, r, 0); err != nil {
		w.T.Fatal(err)
	}
	level := loop.LevelOwner
	if owner == "" {
		level = loop.LevelAdministrator
	}
	made, err := w.Store.CreateCase(ctx, loop.New(nil, r, loop.Responsible{Staff: survey.Staff{ID: owner}, Level: level}, team, loop.Rules{Term: 48 * time.Hour, Wait: time.Minute}, r.Updated))
	if err != nil {
		w.T.Fatal(err)
	}
	return made
}

// CasesCounted counts the cases of campaigns, as the stream would have it done.
func (w *World) CasesCounted(campaigns ...survey.CampaignID) {
	w.T.Helper()
	ctx := context.Background()
	sum := map[loop.FiguresOf]loop.Figures{}
	for _, campaign := range campaigns {
		all, err := w.Store.Cases(ctx, campaign)
		if err != nil {
			w.T.Fatal(err)
		}
		for _, c := range all {
			for of, f := range (loop.CaseChange{Now: &c}).Deltas(time.UTC) {
				if sum[of] == nil {
					sum[of] = loop.Figures{}
				}
				sum[of].Add(f, 1)
			}
		}
	}
	for of, f := range sum {
		was, err := w.Store.CaseWeeks(ctx, []string{of.Week}, []string{of.Owner})
		if err == nil {
			err = w.Store.PutCaseFigures(ctx, of, was[of.Week][of.Owner], f, time.Time{})
		}
		if err != nil {
			w.T.Fatal(err)
		}
	}
}
