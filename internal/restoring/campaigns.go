package restoring

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// campaign takes a campaign as one that has ended: a draft stays one. Those of employees are not read back: their answers are nobody's, and are not in the file.
func (r *restoring) campaign(ctx context.Context, c survey.Campaign) error {
	if c.Audience.Anonymous() || !c.Audience.Valid() || len(c.ID) != 8 {
		r.passed("campaign", 1)
		return nil
	}
	if c.State != survey.Draft && c.State != survey.Closed && c.State != survey.Cancelled {
		c.State = survey.Closed
	}
	if c.State != survey.Draft && c.Ended.IsZero() {
		c.Ended = r.Now().UTC()
	}
	c.RemindAt, c.SecondAt, c.TellAt = time.Time{}, time.Time{}, time.Time{}
	return r.created("campaign", r.Store.CreateCampaign(ctx, c))
}

// opened is the campaign that a line names. Problem: restore_campaign.
func (r *restoring) opened(ctx context.Context, id survey.CampaignID) (survey.Campaign, error) {
	r.mu.Lock()
	c, ok := r.campaigns[id]
	r.mu.Unlock()
	if ok {
		return c, nil
	}
	c, err := r.Store.Campaign(ctx, id)
	if apperr.Is(err, "campaign_unknown") {
		return c, apperr.New(apperr.Invalid, "restore_campaign", "", "Campaign", string(id))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.campaigns[id] = c
	return c, err
}

type mailingLine struct {
	Mailing survey.Mailing `json:"mailing"`
}

type quoteLine struct {
	Campaign survey.CampaignID `json:"campaign"`
	Contact  survey.ContactID  `json:"contact"`
	Quote    survey.Quote      `json:"quote"`
}

// askedLine is who a campaign was planned to ask, by columns, and how many people of each company.
type askedLine struct {
	Campaign  survey.CampaignID `json:"campaign"`
	Asked     survey.Asked      `json:"asked"`
	Companies []askedCompany    `json:"companies"`
}

type askedCompany struct {
	Company survey.Company `json:"company"`
	People  int            `json:"people"`
}

func (r *restoring) asked(ctx context.Context, v askedLine) error {
	c, err := r.opened(ctx, v.Campaign)
	if err != nil {
		return err
	}
	if err := r.Store.PutAsked(ctx, c.ID, 0, v.Asked); err != nil {
		return err
	}
	counts := map[survey.AccountID]int{}
	for _, one := range v.Companies {
		if id := r.Keys.AccountID(c.Audience, one.Company); id != "" {
			counts[id] += one.People
		}
	}
	if len(counts) > 0 {
		if err := r.Store.PutAskedAccounts(ctx, c.ID, 0, counts); err != nil {
			return err
		}
	}
	r.did("asked", true, 1)
	return nil
}

// invitationLine is one contact's place in a campaign.
type invitationLine struct {
	Campaign survey.CampaignID      `json:"campaign"`
	Contact  survey.ContactID       `json:"contact"`
	Mailing  int                    `json:"wave"`
	State    survey.InvitationState `json:"state"`
	Decided  survey.InvitationState `json:"decided"`
	Version  int                    `json:"version"` // above 1: something was heard of it since it was decided
	Reason   string                 `json:"reason"`
	Owner    string                 `json:"owner"`
	Team     string                 `json:"team"`
	Language string                 `json:"language"`
	Zone     string                 `json:"zone"`
	Segments []string               `json:"segments"`
	At       time.Time              `json:"at"`
}

// batchOf is how many people a restored batch has.
const batchOf = 50

// invitations takes places in campaigns, with batches that stand for them: what went out is counted by those, and what was heard of it later by the invitations.
func (r *restoring) invitations(ctx context.Context, g group) error {
	all, err := read[invitationLine](g)
	if err != nil {
		return err
	}
	type together struct {
		campaign survey.CampaignID
		mailing  int
		at       time.Time
		language string
	}
	of := map[together][]survey.Invitation{}
	var order []together
	for some := range slices.Chunk(all, 100) {
		ids := make([]survey.ContactID, len(some))
		for i, v := range some {
			ids[i] = v.Contact
		}
		c, err := r.opened(ctx, some[0].Campaign)
		if err != nil {
			return err
		}
		people, err := r.Store.Contacts(ctx, c.Audience, ids)
		if err != nil {
			return err
		}
		for _, v := range some {
			if c, err = r.opened(ctx, v.Campaign); err != nil {
				return err
			}
			if !validContact(v.Contact) || v.Mailing < 0 || v.Mailing > 2 {
				r.passed(g.kind, 1)
				continue
			}
			i := survey.Invitation{
				Campaign: v.Campaign, Contact: v.Contact, Mailing: v.Mailing, Audience: c.Audience, State: v.State, Decided: cmp.Or(v.Decided, v.State), Reason: v.Reason,
				Language: v.Language, Zone: v.Zone, Owner: v.Owner, Team: v.Team, At: v.At, Version: v.Version,
				With: survey.With{Segments: v.Segments, Account: people[v.Contact].Account},
			}
			k := together{v.Campaign, v.Mailing, v.At, v.Language}
			if of[k] == nil {
				order = append(order, k)
			}
			of[k] = append(of[k], i)
		}
	}
	went := map[time.Time]bool{} // when batches were decided: others of such a time are of them
	for k, some := range of {
		went[k.at] = went[k.at] || slices.ContainsFunc(some, func(i survey.Invitation) bool { return i.Decided != survey.InvitationSkipped })
	}
	for _, k := range order {
		m, _, err := r.Store.Mailing(ctx, k.campaign, k.mailing)
		if err != nil {
			return err
		}
		var planned, decided []survey.Invitation
		for _, i := range of[k] {
			if i.Decided == survey.InvitationSkipped && m.Skipped[survey.SkipReason(i.Reason)] > 0 && !went[k.at] {
				planned = append(planned, i) // the mailing counts them
			} else {
				decided = append(decided, i)
			}
		}
		if err := r.Store.MendInvitations(ctx, planned, nil); err != nil {
			return err
		}
		for some := range slices.Chunk(decided, batchOf) {
			if err := r.batch(ctx, some); err != nil {
				return err
			}
		}
	}
	r.did(g.kind, true, len(all))
	return nil
}

// batch writes invitations that were decided together.
func (r *restoring) batch(ctx context.Context, some []survey.Invitation) error {
	first := some[0]
	b := survey.Batch{Campaign: first.Campaign, Mailing: first.Mailing, Language: first.Language, Zone: first.Zone, State: survey.BatchDone, At: first.At}
	h := sha256.New()
	decided := make([]survey.Invitation, len(some))
	for n, i := range some {
		h.Write([]byte(i.Contact))
		b.Contacts = append(b.Contacts, i.Contact)
		reason := i.Reason
		if i.Version > 1 {
			reason = ""
		}
		b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: i.Contact, State: i.Decided, Reason: reason, Owner: i.Owner, Team: i.Team, Language: i.Language})
		decided[n] = i
		decided[n].State, decided[n].Reason, decided[n].Version = i.Decided, reason, 1
	}
	b.Name = "restored-" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:10]))
	if err := r.Store.MendInvitations(ctx, decided, nil); err != nil {
		return err
	}
	if err := r.Store.AddDecided(ctx, []survey.Batch{b}, first.Audience); err != nil {
		return err
	}
	for _, i := range some {
		if i.Version <= 1 {
			continue
		}
		i.Version = 2
		if err := r.Store.SaveInvitation(ctx, i); err != nil && !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return nil
}

// answerLine is an answer as it was written out.
type answerLine struct {
	Campaign   survey.CampaignID              `json:"campaign_id"`
	Contact    survey.ContactID               `json:"contact"`
	At         time.Time                      `json:"created_at"`
	Score      int                            `json:"score"`
	Verified   bool                           `json:"verified"`
	Comment    string                         `json:"comment"`
	Wish       string                         `json:"wish"`
	Language   string                         `json:"language"`
	Owner      string                         `json:"owner"`
	Team       string                         `json:"team"`
	Ratings    map[survey.TouchpointID]string `json:"touchpoints"`
	Properties map[string]string              `json:"person_properties"`
}

func (r *restoring) answers(ctx context.Context, g group) error {
	all, err := read[answerLine](g)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(all, 100) {
		c, err := r.opened(ctx, some[0].Campaign)
		if err != nil {
			return err
		}
		ids := make([]survey.ContactID, len(some))
		for i, v := range some {
			ids[i] = v.Contact
		}
		people, err := r.Store.Contacts(ctx, c.Audience, ids)
		if err != nil {
			return err
		}
		var rs []survey.Response
		for _, v := range some {
			if c, err = r.opened(ctx, v.Campaign); err != nil {
				return err
			}
			if v.Score < 0 || v.Score > 10 || !validContact(v.Contact) {
				r.passed(g.kind, 1)
				continue
			}
			a := survey.Response{
				Campaign: v.Campaign, Contact: v.Contact, Audience: c.Audience, Owner: v.Owner, Team: v.Team, Language: v.Language, Score: v.Score, Verified: v.Verified,
				Why: v.Comment, Wish: v.Wish, First: v.At, Updated: v.At, Version: 1, Import: imported, Account: people[v.Contact].Account,
			}
			if v.Verified {
				a.Counted = v.At
			}
			rated := map[survey.TouchpointID]survey.Rating{}
			for id, word := range v.Ratings {
				rating, known := survey.ParseRating(word)
				if _, asked := survey.TouchpointOf(c.Touchpoints, id); known && asked {
					rated[id] = rating
				}
			}
			a.Ratings = a.Ratings.With(rated)
			for _, d := range c.Dimensions {
				a.Segments = append(a.Segments, v.Properties[cmp.Or(survey.Heading(d), d)])
			}
			rs = append(rs, a)
		}
		taken, err := r.Store.AddBrought(ctx, rs)
		if err != nil {
			return err
		}
		there := 0
		for _, t := range taken {
			if t {
				there++
			}
		}
		r.did(g.kind, true, len(rs)-there)
		r.did(g.kind, false, there)
	}
	return nil
}
