package insight

import (
	"context"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

// What is taken out as a file is what the pages show, by the same rules, in larger pages.

// takenAtOnce is how many answers are read at once for a file. Who may not know the people gets them sorted by what they say, in whole shards of
// the campaign: else each page would read its shard anew.
const takenAtOnce, takenNarrowly = 1000, 100_000

// Taken is the same reading, in pages that are fit for a file. An order is for pages: a table program sorts.
func (o *Reading) Taken() *Reading {
	taken := *o
	if taken.page = takenAtOnce; !o.view.People() {
		taken.page = takenNarrowly
	}
	taken.budget = taken.page
	return &taken
}

// Invited is somebody's place in a campaign as a reader gets it.
type Invited struct {
	Contact    string // id, or pseudonym
	Invitation survey.Invitation
}

// Invitations lists who was written to, and who was not and why, of one of a campaign's mailings: up to limit of them in one state ("": in any), of budget
// that are looked at. Problem: reminder_tells of a reminder, for who may not know who answered.
func (r *Results) Invitations(ctx context.Context, who authz.Who, c survey.Campaign, mailing int, state survey.InvitationState, from survey.Cursor, limit, budget int) ([]Invited, *survey.Cursor, error) {
	if survey.IsReminder(mailing) && !r.View(who, c).People() {
		return nil, nil, apperr.New(apperr.Forbidden, "reminder_tells", "wave")
	}
	found, next, err := r.Store.InvitationsPage(ctx, c.ID, mailing, state, from, limit, budget)
	list := make([]Invited, len(found))
	for n, i := range found {
		if Pseudonymous(who) { // beside answers with the same pseudonym, owner and team would say more than figures of five
			i.Owner, i.Team, i.MessageID = "", "", ""
		}
		list[n] = Invited{r.Contact(who, i.Contact), i}
		list[n].Invitation.Contact = ""
	}
	return list, next, err
}
