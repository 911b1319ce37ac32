package shell

import (
	"time"

	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

type CaseCard struct {
	Href, Who, Owner, Campaign, Deadline, Left string
	Score                                      ScoreView
	Over                                       bool
}

// CardOf is a case as lists show it.
func CardOf(f Frame, c loop.Case, about followup.About, now time.Time) CaseCard {
	card := CaseCard{Href: "/cases/" + c.ID(), Who: ContactName(f.Lang, about.People[c.Contact]), Campaign: about.Campaigns[c.Campaign].Name,
		Score: ScoreOf(f.Lang, c.Latest), Deadline: f.Lang.Moment(c.Deadline.In(f.Zone))}
	if c.State != loop.Resolved {
		card.Left, card.Over = TimeLeft(f.Lang, now, c.Deadline)
	}
	return card
}

// ContactName is how a contact is called, or says that the contact is gone.
func ContactName(l lang.Language, c survey.Contact) string {
	switch {
	case c.Person.Name != "":
		return c.Person.Name
	case c.Person.Email != "":
		return c.Person.Email
	}
	return l.T("loop.contact_gone")
}
