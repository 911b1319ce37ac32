package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Visit reads the campaign of a link and the link's Respondent: in one round trip once this process has met the campaign,
// for the keys need its audience. A campaign or contact that is not there gives a problem of kind Unknown; with the
// latter the campaign is returned all the same.
func (s *Store) Visit(ctx context.Context, id survey.CampaignID, contact survey.ContactID) (survey.Campaign, survey.Respondent, error) {
	audience, met := s.audiences.Load(id)
	if !met {
		c, err := s.Campaign(ctx, id)
		if err != nil {
			return c, survey.Respondent{}, err
		}
		s.audiences.Store(id, c.Audience)
		p, err := s.Respondent(ctx, c, contact)
		return c, p, err
	}
	items, err := s.batchGet(ctx, append(respondentKeys(id, audience.(survey.Audience), contact), campaignKey(id)), true, "")
	if err != nil {
		return survey.Campaign{}, survey.Respondent{}, err
	}
	c, rest, err := splitCampaign(id, items)
	if err != nil {
		return c, survey.Respondent{}, err
	}
	var p survey.Respondent
	if c.Audience == audience {
		p, err = respondentOf(c, rest)
	} else { // it was a draft, of which there are no links but a tester's
		s.audiences.Store(id, c.Audience)
		p, err = s.Respondent(ctx, c, contact)
	}
	return c, p, err
}

// splitCampaign takes the campaign out of what was read beside it.
func splitCampaign(id survey.CampaignID, items []item) (c survey.Campaign, rest []item, err error) {
	n := slices.IndexFunc(items, func(it item) bool { return keyOf(it) == campaignKey(id) })
	if n < 0 {
		return c, items, apperr.New(apperr.Unknown, "campaign_unknown", "campaign")
	}
	c, err = campaignOf(items[n])
	return c, slices.Delete(items, n, n+1), err
}

// Glance is Respondent for pages that only show: one and a half read units instead of four, from replicas that may be
// behind, usually by less than a second. What cannot be told from them is read as Respondent reads it.
func (s *Store) Glance(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error) {
	keys := slices.DeleteFunc(respondentKeys(c.ID, c.Audience, id), func(k key) bool { return k == contactKey(c.Audience, id) })
	items, err := s.batchGet(ctx, keys, false, "")
	if err != nil {
		return survey.Respondent{}, err
	}
	p, err := respondentOf(c, items)
	if err != nil { // the invitation is not written yet: the contact is needed
		return s.Respondent(ctx, c, id)
	}
	return p, nil
}

// Respondent reads in one round trip what a page needs: the invitation, the answer so far, the suppression; and the
// contact, for the instant in which a message is out and its invitation is not yet written.
// A contact that is not there gives a problem of kind Unknown.
func (s *Store) Respondent(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error) {
	items, err := s.batchGet(ctx, respondentKeys(c.ID, c.Audience, id), true, "")
	if err != nil {
		return survey.Respondent{}, err
	}
	return respondentOf(c, items)
}

func respondentKeys(c survey.CampaignID, a survey.Audience, id survey.ContactID) []key {
	return []key{personKey(c, "INVITATION", id), personKey(c, "RESPONSE", id), contactKey(a, id), suppressionKey(a, id)}
}

func respondentOf(c survey.Campaign, items []item) (survey.Respondent, error) {
	var p survey.Respondent
	var contact *survey.Contact
	for _, it := range items {
		sk := text(it, "sk")
		switch {
		case strings.HasPrefix(sk, "INVITATION#"):
			i := invitationOf(it)
			p.Language, p.Owner, p.Team = i.Language, i.Owner, i.Team
			p.Invited = i.State != survey.InvitationSkipped
		case strings.HasPrefix(sk, "RESPONSE#"):
			r := responseOf(it)
			p.Response = &r
		case strings.HasSuffix(sk, "!"):
			p.Suppressed = survey.SuppressionReason(text(it, "reason"))
		default:
			v, err := contactOf(it)
			if err != nil {
				return p, err
			}
			contact = &v
			p.Segments = survey.SegmentsOf(v, c.Dimensions)
		}
	}
	switch {
	case p.Language != "":
	case contact != nil:
		p.Language, p.Owner, p.Team = c.LanguageFor(contact.Language), contact.Owner, contact.Team
	default:
		return p, apperr.New(apperr.Unknown, "contact_unknown", "link")
	}
	return p, nil
}

// SaveResponse writes an answer if the stored one still has version was (0: there is none); otherwise a problem of
// kind Conflict with code changed_meanwhile: read again and decide again.
func (s *Store) SaveResponse(ctx context.Context, r survey.Response, was int) error {
	condition, values := "attribute_not_exists(pk)", item(nil)
	if was > 0 {
		condition, values = "version = :was", item{":was": num(was)}
	}
	err := s.put(ctx, responseItem(r), condition, values)
	if errors.Is(err, apperr.ErrChanged) {
		return apperr.New(apperr.Conflict, "changed_meanwhile", "")
	}
	return err
}

// Unsubscribe stops the address of a contact in every audience; ids derives the address's ids. Doing it again changes
// nothing.
func (s *Store) Unsubscribe(ctx context.Context, a survey.Audience, id survey.ContactID, ids func(email string) map[survey.Audience]survey.ContactID, now time.Time) error {
	c, err := s.Contact(ctx, a, id)
	if err != nil {
		return err
	}
	if c.Person.Email != "" {
		if err := s.Suppress(ctx, ids(c.Person.Email), survey.Unsubscribed, now); err != nil {
			return err
		}
	}
	return s.StopContact(ctx, a, id, survey.Unsubscribed, now)
}
