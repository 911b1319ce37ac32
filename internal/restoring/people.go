package restoring

import (
	"context"
	"errors"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// sameStaff reports whether two are one, or have one address.
func sameStaff(a, b survey.Staff) bool {
	return strings.EqualFold(a.ID, b.ID) || a.Email != "" && strings.EqualFold(a.Email, b.Email)
}

type columnLine struct {
	Audience survey.Audience     `json:"audience"`
	Column   string              `json:"column"`
	Segment  survey.DimensionUse `json:"segment"`
	Chosen   bool                `json:"chosen"`
}

// contactLine is a contact as it was written out.
type contactLine struct {
	Audience survey.Audience          `json:"audience"`
	ID       survey.ContactID         `json:"id"`
	Person   survey.Person            `json:"person"`
	Owner    string                   `json:"owner"`
	OwnerRaw string                   `json:"owner_as_written"`
	Team     string                   `json:"team"`
	Location string                   `json:"location"`
	Product  string                   `json:"product"`
	Tier     string                   `json:"tier"`
	Language string                   `json:"language"`
	Zone     string                   `json:"zone"`
	Value    string                   `json:"value"`
	Former   []survey.FormerValue     `json:"former_values"`
	Company  survey.Company           `json:"company"`
	Attrs    map[string]string        `json:"attributes"`
	Created  time.Time                `json:"created"`
	Updated  time.Time                `json:"updated"`
	Stopped  survey.SuppressionReason `json:"stopped"`
}

func (r *restoring) contact(ctx context.Context, v contactLine) error {
	ids := r.Keys.Identifiers(v.Audience, v.Person)
	for _, id := range []survey.ContactID{ids.Mail, ids.Customer, ids.Phone} {
		if _, erased := r.blocked[r.Keys.Erased(id)]; id != "" && erased {
			r.passed("contact", 1)
			return nil
		}
	}
	if !v.Audience.Valid() || ids.Own() == "" || !validContact(v.ID) {
		r.passed("contact", 1)
		return nil
	}
	if ids.Mail != "" {
		if _, ok, err := r.Store.ContactByMail(ctx, v.Audience, ids.Mail); err != nil || ok {
			r.did("contact", false, 1)
			return err
		}
	}
	c := survey.Contact{
		ID: v.ID, Audience: v.Audience, Person: v.Person, Owner: v.Owner, OwnerRaw: v.OwnerRaw, Team: v.Team, Location: v.Location, Product: v.Product, Tier: v.Tier,
		Language: v.Language, Zone: v.Zone, Value: v.Value, Former: v.Former, Company: v.Company, Attrs: v.Attrs, Created: v.Created, Updated: v.Updated,
		Mailbox: ids.MailboxOf(v.ID), Account: r.Keys.AccountID(v.Audience, v.Company),
	}
	if len(c.Attrs) == 0 {
		c.Attrs = nil
	}
	if c.Account != "" {
		if err := r.Store.NoteAccounts(ctx, c.Audience, r.Now()); err != nil {
			return err
		}
	}
	whose := map[survey.Identifier]survey.Identified{}
	if ids.Mail != "" && ids.Mail != c.ID {
		whose[survey.Identifier{Kind: survey.ByMail, Hash: ids.Mail}] = survey.Identified{Contact: c.ID}
	}
	if c.Found.Customer = ids.Customer; ids.Customer != "" {
		whose[survey.Identifier{Kind: survey.ByCustomer, Hash: ids.Customer}] = survey.Identified{Contact: c.ID}
	}
	if c.Found.Phone = ids.Phone; ids.Phone != "" {
		whose[survey.Identifier{Kind: survey.ByPhone, Hash: ids.Phone}] = survey.Identified{Contact: c.ID}
	}
	err := r.Store.SaveContact(ctx, c, time.Time{}, whose, nil)
	if errors.Is(err, apperr.ErrChanged) && ids.Phone != "" { // several people have the telephone
		delete(whose, survey.Identifier{Kind: survey.ByPhone, Hash: ids.Phone})
		c.Found.Phone = ""
		err = r.Store.SaveContact(ctx, c, time.Time{}, whose, nil)
	}
	if err == nil && v.Stopped != "" {
		err = r.stop(ctx, c, v.Stopped)
	}
	return r.created("contact", err)
}

// stop keeps why nobody writes to a contact.
func (r *restoring) stop(ctx context.Context, c survey.Contact, reason survey.SuppressionReason) error {
	now := r.Now().UTC()
	if c.Person.Email != "" {
		if err := r.Store.Suppress(ctx, r.Keys.ContactIDs(c.Person.Email), reason, now); err != nil {
			return err
		}
	}
	return r.Store.StopContact(ctx, c.Audience, c.ID, reason, now)
}

// validContact reports whether a text is a contact's id.
func validContact(id survey.ContactID) bool {
	return len(id) == 16 && strings.Trim(string(id), "abcdefghijklmnopqrstuvwxyz234567") == ""
}

type caseLine struct {
	Kind string    `json:"kind"` // case
	Of   loop.Kind `json:"of"`
	loop.Case
	Notes []loop.Note `json:"notes"`
}

// caseOf takes a case with all that happened to it, and its notes.
func (r *restoring) caseOf(ctx context.Context, v caseLine) error {
	c, notes := v.Case, v.Notes
	if _, err := r.opened(ctx, c.Campaign); err != nil {
		return err
	}
	c.Kind, c.Notes, c.Pages = v.Of, 0, 0
	for i := range c.History { // it happened elsewhere, to a case of other versions: no other system is told of it again
		c.History[i].Version = 0
	}
	fresh, err := r.Store.CreateCase(ctx, c)
	if errors.Is(err, apperr.ErrChanged) {
		if fresh, _, err = r.Store.Case(ctx, c.Campaign, c.Contact); err == nil && fresh.Notes >= len(notes) {
			r.did("case", false, 1)
			return nil
		}
	}
	if err != nil || len(notes) == 0 {
		return r.created("case", err)
	}
	with := fresh
	with.Notes = len(notes)
	_, err = r.Store.SaveCaseAnd(ctx, fresh, with, notes)
	return r.created("case", err)
}
