package contacts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

const (
	// maxChosen is how many contacts are named one by one.
	maxChosen = 100
	// ownersAtOnce is how many contacts get another owner before it is saved how far that is.
	ownersAtOnce = 500
)

// OwnerChange asks for another owner of many contacts: of those that are chosen or, where none are, of all that fit a search.
type OwnerChange struct {
	Owner  string // id, address or full name of one of the staff
	Chosen []survey.ContactID
	Search Search
}

// ChangeOwner gives many contacts another owner, and their team where they have it from their owner. It is a line of the history of
// uploads, and can be undone as those; where nothing is to be changed there is none, and the record is without an id. Of very many it
// does what it can in some seconds: while the state is taking, GoOn goes on. Open cases stay with whom they are.
// Problems: contact_owner, owners_of_nobody, owners_too_many, audience_unknown and those of Narrow.Check.
func (l *Lists) ChangeOwner(ctx context.Context, who authz.Who, asked OwnerChange) (survey.UploadRecord, error) {
	s, now := asked.Search, l.Now().UTC()
	by := SentBy(who, "")
	u := survey.UploadRecord{
		ID: newUploadID(), Kind: survey.UploadOfContacts, Audience: s.Audience, By: by.By, Token: by.Token,
		Begun: now, Ended: now, State: survey.UploadTaking, Version: 1,
	}
	switch {
	case !s.Audience.Valid():
		return u, apperr.New(apperr.Invalid, "audience_unknown", "audience")
	case len(asked.Chosen) == 0 && s.Text == "" && s.Narrow.Count() == 0:
		return u, apperr.New(apperr.Invalid, "owners_of_nobody", "contacts")
	case len(asked.Chosen) > maxChosen:
		return u, apperr.New(apperr.Invalid, "owners_too_many", "contacts", "Limit", maxChosen)
	}
	for _, id := range asked.Chosen {
		if !validID(id) {
			return u, apperr.New(apperr.Unknown, "contact_unknown", "contacts")
		}
	}
	staff, err := l.Store.Staff(ctx)
	if err != nil {
		return u, err
	}
	owner, ok := survey.NewDirectory(staff).Find(asked.Owner)
	if !ok || asked.Owner == "" {
		return u, apperr.New(apperr.Invalid, "contact_owner", "owner")
	}
	if _, err := l.fitting(ctx, who, s); err != nil {
		return u, err
	}
	narrow, err := json.Marshal(s.Narrow)
	if err != nil {
		return u, fmt.Errorf("change owners: %w", err)
	}
	u.Change = &survey.OwnerChange{Owner: owner.ID, Narrow: narrow, Chosen: asked.Chosen}
	if len(asked.Chosen) == 0 {
		u.Change.Text = s.Text
	}
	return l.changeOwners(ctx, who, u, false)
}

// GoOn goes on with a change of owners that is not done. Problems: upload_unknown, import_undone.
func (l *Lists) GoOn(ctx context.Context, who authz.Who, id string) (survey.UploadRecord, error) {
	u, err := l.Uploaded(ctx, id)
	switch {
	case err != nil:
		return u, err
	case u.Change == nil:
		return u, apperr.New(apperr.Unknown, "upload_unknown", "upload")
	case u.State == survey.UploadTaken:
		return u, nil
	case u.State != survey.UploadTaking:
		return u, undone()
	}
	return l.changeOwners(ctx, who, u, true)
}

// changeOwners does what it can in some seconds; begun says that the line of the history is stored.
func (l *Lists) changeOwners(ctx context.Context, who authz.Who, u survey.UploadRecord, begun bool) (survey.UploadRecord, error) {
	part, err := l.newOwnerPart(ctx, who, u)
	if err != nil {
		return u, err
	}
	line := u
	begin := func() error { return l.Store.AddUploadRecord(ctx, line) }
	if begun {
		begin = func() error { return nil }
	}
	part.begin = sync.OnceValue(func() error { begun = true; return begin() })
	for until := l.until(ctx); u.State == survey.UploadTaking; {
		next, done, err := part.take(ctx, u)
		if err != nil {
			return u, err
		}
		u.Upserted, u.Ended = u.Plus(done), l.Now().UTC()
		if next == nil {
			u.State = survey.UploadTaken
		} else {
			u.Change.At = next.String()
		}
		late := !l.Now().Before(until)
		if late && next != nil {
			if err := part.begin(); err != nil { // so that it can be gone on with
				return u, err
			}
		}
		if begun {
			u, err = l.Store.SaveUploadRecord(ctx, u)
			if errors.Is(err, apperr.ErrChanged) { // somebody undoes it, or goes on with it, too
				return l.Uploaded(ctx, u.ID)
			}
			if err != nil {
				return u, err
			}
		}
		if late {
			break
		}
	}
	if !begun {
		u.ID = ""
	}
	return u, nil
}

// until is when a request that may be asked again leaves off.
func (l *Lists) until(ctx context.Context) time.Time {
	until := l.Now().Add(undoTime)
	if deadline, ok := ctx.Deadline(); ok && deadline.Add(-Spare).Before(until) {
		until = deadline.Add(-Spare)
	}
	return until
}

// ownerPart is what parts of a change of owners need.
type ownerPart struct {
	l     *Lists
	owner survey.Staff
	teams map[string]string // of the staff, by id
	fits  func(survey.Contact, survey.SuppressionReason) bool
	sees  func(survey.Contact) bool
	begin func() error
}

func (l *Lists) newOwnerPart(ctx context.Context, who authz.Who, u survey.UploadRecord) (*ownerPart, error) {
	p := &ownerPart{l: l, owner: survey.Staff{ID: u.Change.Owner}, teams: map[string]string{}}
	staff, err := l.Store.Staff(ctx)
	if err != nil {
		return nil, err
	}
	there := false
	for _, m := range staff {
		p.teams[m.ID] = m.Team
		if m.ID == u.Change.Owner {
			p.owner, there = m, true
		}
	}
	if !there {
		return nil, apperr.New(apperr.Invalid, "contact_owner", "owner")
	}
	s := Search{Audience: u.Audience, Text: u.Change.Text}
	if err := json.Unmarshal(u.Change.Narrow, &s.Narrow); err != nil {
		return nil, fmt.Errorf("change owners: %w", err)
	}
	if p.fits, err = l.fitting(ctx, who, s); err != nil {
		return nil, err
	}
	p.sees, err = l.Sees(ctx, who)
	return p, err
}

// take gives some of the contacts another owner, and returns where to go on; nil: that is all. The same part again comes to the same.
func (p *ownerPart) take(ctx context.Context, u survey.UploadRecord) (*survey.Cursor, survey.Upserted, error) {
	ids, next := u.Change.Chosen, (*survey.Cursor)(nil)
	if len(ids) > 0 {
		people, err := p.l.Store.Contacts(ctx, u.Audience, ids)
		if err != nil {
			return nil, survey.Upserted{}, err
		}
		ids = nil
		for id, c := range people {
			if p.sees(c) {
				ids = append(ids, id)
			}
		}
	} else {
		from, err := survey.ParseCursor(u.Change.At)
		if err != nil {
			return nil, survey.Upserted{}, err
		}
		next, err = p.l.Store.ContactsUntil(ctx, u.Audience, from, lookedAt, func(c survey.Contact, stopped survey.SuppressionReason) bool {
			// Whom an earlier try of this part has given to the new owner may not fit any more, and is counted all the same.
			if p.fits(c, stopped) || c.Owner == p.owner.ID {
				ids = append(ids, c.ID)
			}
			return len(ids) < ownersAtOnce
		})
		if err != nil {
			return nil, survey.Upserted{}, err
		}
	}
	mark := survey.UploadMark{Upload: u.ID, Part: u.Version, Begin: p.begin}
	done, err := p.l.Store.ReassignContacts(ctx, u.Audience, ids, mark, p.l.Now().UTC(), p.reassigned)
	done.Unchanged = 0 // those of the owner already
	return next, done, err
}

// reassigned is a contact with the new owner. Its team follows where it is the former owner's, or none.
func (p *ownerPart) reassigned(c survey.Contact) survey.Contact {
	if c.Owner == p.owner.ID {
		return c
	}
	if c.Team == "" || c.Owner != "" && c.Team == p.teams[c.Owner] {
		c.Team = p.owner.Team
	}
	c.Owner, c.OwnerRaw = p.owner.ID, ""
	return c
}
