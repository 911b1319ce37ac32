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
// for the keys need its audience. A campaign that is not there gives a problem of kind Unknown.
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
		p = respondentOf(rest)
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

// Glance is Respondent for pages that only show: one and a half read units instead of three, from replicas that may be
// behind, usually by less than a second.
func (s *Store) Glance(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error) {
	return s.respondent(ctx, c, id, false)
}

// Respondent reads in one round trip what a page needs: the invitation, the answer so far, the stop. None of them need be there: a
// message may be out and its invitation not yet written, for that is known only once SES has answered.
func (s *Store) Respondent(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error) {
	return s.respondent(ctx, c, id, true)
}

func (s *Store) respondent(ctx context.Context, c survey.Campaign, id survey.ContactID, consistent bool) (survey.Respondent, error) {
	items, err := s.batchGet(ctx, respondentKeys(c.ID, c.Audience, id), consistent, "")
	if err != nil {
		return survey.Respondent{}, err
	}
	return respondentOf(items), nil
}

func respondentKeys(c survey.CampaignID, a survey.Audience, id survey.ContactID) []key {
	return []key{personKey(c, "INVITATION", id), personKey(c, "RESPONSE", id), stopKey(a, id)}
}

func respondentOf(items []item) (p survey.Respondent) {
	for _, it := range items {
		sk := text(it, "sk")
		switch {
		case strings.HasPrefix(sk, "INVITATION#"):
			i := invitationOf(it)
			p.Language, p.Owner, p.Team, p.With = i.Language, i.Owner, i.Team, i.With
			p.Written, p.Invited = true, i.State != survey.InvitationSkipped
		case strings.HasPrefix(sk, "RESPONSE#"):
			r := responseOf(it)
			p.Response = &r
		default:
			p.Suppressed = survey.SuppressionReason(text(it, "reason"))
		}
	}
	return p
}

// SaveResponse writes an answer, with its words sealed, if the stored one still has version was (0: there is none); otherwise a problem of
// kind Conflict with code changed_meanwhile: read again and decide again.
func (s *Store) SaveResponse(ctx context.Context, r survey.Response, was int) error {
	it, err := s.responseItem(ctx, r)
	if err != nil {
		return err
	}
	return s.saveAnswer(ctx, it, was)
}

// SaveSealed is SaveResponse of an answer whose words are sealed already, for who has no key. It is a method of its own, so that the linker leaves
// sealing with a data key, and KMS's permissions for it, out of the respondents' function.
func (s *Store) SaveSealed(ctx context.Context, r survey.Response, was int) error {
	it := openResponse(r)
	putKept(it, r.Kept)
	return s.saveAnswer(ctx, it, was)
}

func (s *Store) saveAnswer(ctx context.Context, it item, was int) error {
	condition, values := "attribute_not_exists(pk)", item(nil)
	if was > 0 {
		condition, values = "version = :was", item{":was": num(was)}
	}
	err := s.put(ctx, it, condition, values)
	if errors.Is(err, apperr.ErrChanged) {
		return apperr.New(apperr.Conflict, "changed_meanwhile", "")
	}
	return err
}

// Unsubscribe stops the letters to a contact, and to the addresses that this campaign wrote to, in every audience. The rest is the
// sender's: what planning meets, and the address that the contact has by now. Doing it again changes nothing; so does a call
// after one that was cut off, for what is left to the sender is written first.
func (s *Store) Unsubscribe(ctx context.Context, c survey.Campaign, id survey.ContactID, now time.Time) error {
	err := s.Leave(ctx, survey.Errand{Kind: survey.StopPerson, Campaign: c.ID, Audience: c.Audience, Contact: id, At: now})
	if err != nil {
		return err
	}
	t := stopItem(survey.Unsubscribed, "", now)
	if err := s.putTruth(ctx, stopKey(c.Audience, id), t); err != nil {
		return err
	}
	written, err := s.WrittenTo(ctx, c.ID, id)
	for _, ids := range written {
		if err == nil {
			err = s.suppress(ctx, ids, t, s.putTruthOf)
		}
	}
	return err
}

func (s *Store) putTruthOf(ctx context.Context, a survey.Audience, id survey.ContactID, t stop) error {
	return s.putTruth(ctx, stopKey(a, id), t)
}

// WrittenTo reads the ids of the addresses, one mostly, to which a campaign has written to a contact.
func (s *Store) WrittenTo(ctx context.Context, c survey.CampaignID, id survey.ContactID) ([]map[survey.Audience]survey.ContactID, error) {
	keys := make([]key, len(invitationKinds))
	for n, kind := range invitationKinds {
		keys[n] = personKey(c, kind, id)
	}
	items, err := s.batchGet(ctx, keys, true, "address")
	var all []map[survey.Audience]survey.ContactID
	seen := map[string]bool{"": true}
	for _, it := range items {
		if packed := text(it, "address"); !seen[packed] {
			seen[packed] = true
			all = append(all, survey.AddressIDs(packed).Of())
		}
	}
	return all, err
}
