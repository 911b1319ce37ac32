package consoletest

import (
	"encoding/json"
	"strings"
	"time"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Person is what a directive says of one contact in a campaign.
type Person struct {
	Email    string    `json:"email"`
	Owner    string    `json:"owner"`
	Team     string    `json:"team"`
	Score    int       `json:"score"`
	Verified bool      `json:"verified"`
	Why      string    `json:"why"`
	State    string    `json:"state"`  // of the invitation
	Reason   string    `json:"reason"` // …
	At       time.Time `json:"at"`     // zero: now
}

// more are the directives that store what other functions write: "sent <campaign> <people>" decides the batch of a
// campaign's invitations, "answer <campaign> <person>" an answer with its figures, "case <campaign> <person>" a case.
func (c *Conversation) more(word, rest string) {
	c.T.Helper()
	id, data, _ := strings.Cut(rest, " ")
	var people []Person
	if !strings.HasPrefix(data, "[") {
		data = "[" + data + "]"
	}
	if err := json.Unmarshal([]byte(data), &people); err != nil {
		c.fail("%v", err)
	}
	campaign, err := c.Store.Campaign(c.T.Context(), survey.CampaignID(id))
	if err != nil {
		c.fail("%v", err)
	}
	switch word {
	case "sent":
		err = c.Sent(campaign, people)
	case "answer":
		_, err = c.Answer(campaign, people[0])
	case "case":
		var r survey.Response
		if r, err = c.Answer(campaign, people[0]); err == nil {
			_, err = c.Store.CreateCase(c.T.Context(), loop.Case{
				Campaign: r.Campaign, Contact: r.Contact, Audience: r.Audience, Owner: r.Owner,
				Level: loop.LevelOwner, Team: r.Team, State: loop.Open, Score: r.Score, Latest: r.Score, Opened: r.First, Deadline: r.First.Add(48 * time.Hour),
			})
		}
	default:
		c.fail("no directive %q", word)
	}
	if err != nil {
		c.fail("%s: %v", word, err)
	}
}

func (c *Conversation) at(p Person) time.Time {
	if p.At.IsZero() {
		return c.Now()
	}
	return p.At
}

// Sent decides the batch of a campaign's invitations to these people, and writes its figures.
func (c *Conversation) Sent(campaign survey.Campaign, people []Person) error {
	w := survey.NewMailing(campaign.ID, survey.MailingInvitation, c.Now())
	b := survey.Batch{Campaign: campaign.ID, Name: survey.BatchName(0), Language: campaign.Language, State: survey.BatchDone, At: c.at(people[0])}
	for _, p := range people {
		contact := c.Desk.Keys.ContactID(campaign.Audience, p.Email)
		if p.State == "waiting" {
			w.Invite(contact, campaign.Language, "")
			continue
		}
		o := survey.Outcome{Contact: contact, State: survey.InvitationState(p.State), Reason: p.Reason, Owner: p.Owner, Team: p.Team, MessageID: "message"}
		b.Contacts, b.Outcomes = append(b.Contacts, contact), append(b.Outcomes, o)
		w.Invite(contact, campaign.Language, "")
	}
	w.Rest()
	w.State = survey.MailingSending
	if len(people) == len(b.Contacts) {
		w.State = survey.MailingDone
	}
	waiting := b
	waiting.State, waiting.Outcomes = survey.BatchWaiting, nil
	w, err := c.Store.SaveMailing(c.T.Context(), w)
	if err == nil {
		err = c.Store.AddBatches(c.T.Context(), w, []survey.Batch{waiting})
	}
	if err == nil {
		err = c.Store.ClaimBatch(c.T.Context(), waiting, "test", b.At)
	}
	if err == nil {
		err = c.Store.DecideBatch(c.T.Context(), b, "test", nil, campaign.Audience)
	}
	if err != nil {
		return err
	}
	d := survey.Deltas{}
	survey.CountBatch(d, b, campaign.Audience, time.UTC)
	if err := c.Store.AddInvitations(c.T.Context(), b.Invitations(campaign.Audience), func() bool { return true }); err != nil {
		return err
	}
	return c.Store.AddFigures(c.T.Context(), d)
}

// Answer writes somebody's answer with its figures.
func (c *Conversation) Answer(campaign survey.Campaign, p Person) (survey.Response, error) {
	at := c.at(p)
	r := survey.Response{
		Campaign: campaign.ID, Contact: c.Desk.Keys.ContactID(campaign.Audience, p.Email), Audience: campaign.Audience,
		Owner: p.Owner, Team: p.Team, Language: campaign.Language, Score: p.Score, Verified: p.Verified, Why: p.Why, First: at, Updated: at, Version: 1,
	}
	if p.Verified {
		r.Counted = at
	}
	d := survey.Deltas{}
	survey.MarkOf(r, time.UTC).Count(d, campaign.ID, 1)
	if err := c.Store.AddFigures(c.T.Context(), d); err != nil {
		return r, err
	}
	return r, c.Store.SaveResponse(c.T.Context(), r, 0)
}
