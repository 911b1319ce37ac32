package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"onetap/internal/problem"
	"onetap/internal/survey"
)

// Respondent reads in one round trip what a page needs: the invitation, the answer so far, the suppression; and the
// contact, for the instant in which a message is out and its invitation is not yet written.
// A contact that is not there gives a problem of kind Unknown.
func (s *Store) Respondent(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error) {
	items, err := s.batchGet(ctx, []key{personKey(c.ID, "INVITATION", id), personKey(c.ID, "RESPONSE", id),
		contactKey(c.Audience, id), suppressionKey(c.Audience, id)}, true, "")
	if err != nil {
		return survey.Respondent{}, err
	}
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
		}
	}
	switch {
	case p.Language != "":
	case contact != nil:
		p.Language, p.Owner, p.Team = c.LanguageFor(contact.Language), contact.Owner, contact.Team
	default:
		return p, problem.New(problem.Unknown, "contact_unknown", "link")
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
	if errors.Is(err, ErrChanged) {
		return problem.New(problem.Conflict, "changed_meanwhile", "")
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
	return s.Suppress(ctx, ids(c.Person.Email), survey.Unsubscribed, now)
}
