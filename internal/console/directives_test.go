package console

import (
	"encoding/json"
	"strings"
	"time"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// person is what a directive says of one contact in a campaign.
type person struct {
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
func (c *conversation) more(word, rest string) {
	c.t.Helper()
	id, data, _ := strings.Cut(rest, " ")
	var people []person
	if !strings.HasPrefix(data, "[") {
		data = "[" + data + "]"
	}
	if err := json.Unmarshal([]byte(data), &people); err != nil {
		c.fail("%v", err)
	}
	campaign, err := c.store.Campaign(c.t.Context(), survey.CampaignID(id))
	if err != nil {
		c.fail("%v", err)
	}
	switch word {
	case "sent":
		err = c.sent(campaign, people)
	case "answer":
		_, err = c.answer(campaign, people[0])
	case "case":
		var r survey.Response
		if r, err = c.answer(campaign, people[0]); err == nil {
			_, err = c.store.CreateCase(c.t.Context(), loop.Case{Campaign: r.Campaign, Contact: r.Contact, Audience: r.Audience, Owner: r.Owner,
				Level: loop.LevelOwner, Team: r.Team, State: loop.Open, Score: r.Score, Latest: r.Score, Opened: r.First, Deadline: r.First.Add(48 * time.Hour)})
		}
	default:
		c.fail("no directive %q", word)
	}
	if err != nil {
		c.fail("%s: %v", word, err)
	}
}

func (c *conversation) at(p person) time.Time {
	if p.At.IsZero() {
		return c.now()
	}
	return p.At
}

func (c *conversation) sent(campaign survey.Campaign, people []person) error {
	w := survey.NewMailing(campaign.ID, survey.MailingInvitation, c.now())
	b := survey.Batch{Campaign: campaign.ID, Name: survey.BatchName(0), Language: campaign.Language, State: survey.BatchDone, At: c.at(people[0])}
	for _, p := range people {
		contact := c.desk.Keys.ContactID(campaign.Audience, p.Email)
		if p.State == "waiting" {
			w.Invite(contact, campaign.Language)
			continue
		}
		o := survey.Outcome{Contact: contact, State: survey.InvitationState(p.State), Reason: p.Reason, Owner: p.Owner, Team: p.Team, MessageID: "message"}
		b.Contacts, b.Outcomes = append(b.Contacts, contact), append(b.Outcomes, o)
		w.Invite(contact, campaign.Language)
	}
	w.Rest()
	w.State = survey.MailingSending
	if len(people) == len(b.Contacts) {
		w.State = survey.MailingDone
	}
	waiting := b
	waiting.State, waiting.Outcomes = survey.BatchWaiting, nil
	w, err := c.store.SaveMailing(c.t.Context(), w)
	if err == nil {
		err = c.store.AddBatches(c.t.Context(), w, []survey.Batch{waiting})
	}
	if err == nil {
		err = c.store.ClaimBatch(c.t.Context(), waiting, "test", b.At)
	}
	if err == nil {
		err = c.store.DecideBatch(c.t.Context(), b, "test", nil, campaign.Audience)
	}
	if err != nil {
		return err
	}
	d := survey.Deltas{}
	survey.CountBatch(d, b, campaign.Audience)
	if err := c.store.AddInvitations(c.t.Context(), b.Invitations(campaign.Audience), func() bool { return true }); err != nil {
		return err
	}
	return c.store.AddFigures(c.t.Context(), d)
}

func (c *conversation) answer(campaign survey.Campaign, p person) (survey.Response, error) {
	at := c.at(p)
	r := survey.Response{Campaign: campaign.ID, Contact: c.desk.Keys.ContactID(campaign.Audience, p.Email), Audience: campaign.Audience,
		Owner: p.Owner, Team: p.Team, Language: campaign.Language, Score: p.Score, Verified: p.Verified, Why: p.Why, First: at, Updated: at, Version: 1}
	if p.Verified {
		r.Counted = at
	}
	d := survey.Deltas{}
	survey.MarkOf(r).Count(d, campaign.ID, 1)
	if err := c.store.AddFigures(c.t.Context(), d); err != nil {
		return r, err
	}
	return r, c.store.SaveResponse(c.t.Context(), r, 0)
}
