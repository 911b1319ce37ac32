package contacts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

const (
	slice = 512 << 10 // bytes fed to the reader at once, so that memory does not grow with the part
	// MaxListed is how many refusals, and warnings, one answer lists: 2 MB of Lambda's 6.
	MaxListed = 2000
	// Spare is kept of a request's time for recording and answering.
	Spare = 3 * time.Second
)

// progress is how far a list is read: what an upload keeps between its parts, as JSON. An upload that an earlier release
// began is read by these names.
type progress struct {
	Reader  Import          `json:"reader"`
	Total   survey.Upserted `json:"total"`
	Quality Quality         `json:"quality"`
	Said    bool            `json:"said,omitempty"` // what its columns are is kept for the audience
	// Look says that nothing is written: see Corrections. Confirmed and Sent are those.
	Look      bool  `json:"look,omitempty"`
	Confirmed bool  `json:"confirmed,omitempty"`
	Whole     bool  `json:"whole,omitempty"`
	Sent      Sent  `json:"sent,omitzero"`
	Ahead     Ahead `json:"ahead,omitzero"`
	staff     *survey.StaffDirectory
	by        survey.UploadMark // see Store.UpsertContacts
	seen      seenContacts
	erased    func(survey.Contact) bool // see Lists.erased
}

// Outcome is what became of a list, or of one part of it, without words, so that it can be shown in any language. It is kept
// as JSON with the part.
type Outcome struct {
	survey.Upserted
	Refused   int             `json:"refused"`
	Refusals  []Refusal       `json:"refusals"`         // at most MaxListed
	Merged    int             `json:"merged,omitempty"` // rows that were joined with an earlier one of the same person
	Merges    []Merge         `json:"merges,omitempty"` // at most MaxListed
	Warned    int             `json:"warned"`
	Warnings  []Warning       `json:"warnings"`
	Total     survey.Upserted `json:"total"`   // of everything so far
	Quality   Quality         `json:"quality"` // of everything so far
	Columns   []Column        `json:"columns"`
	Encoding  string          `json:"encoding"`
	Separator string          `json:"separator"`
	Finished  bool            `json:"finished"`
	Whole     bool            `json:"whole,omitempty"` // see Corrections
	Look      bool            `json:"look,omitempty"`  // nothing was written: it is what the list would do
	Ahead     Ahead           `json:"ahead,omitzero"`  // of everything so far
}

// Progress is what became of everything that an upload has taken so far; single refusals and warnings are not in it.
func Progress(u survey.Upload) (Outcome, error) {
	var p progress
	if err := json.Unmarshal(u.State, &p); err != nil {
		return Outcome{}, fmt.Errorf("stored upload: %w", err)
	}
	return p.sum(Outcome{}), nil
}

func (p *progress) sum(o Outcome) Outcome {
	o.Total, o.Quality, o.Columns, o.Encoding, o.Separator = p.Total, p.Quality, p.Reader.Columns, p.Reader.Encoding, p.Reader.Separator
	o.Look, o.Ahead, o.Whole = p.Look, p.Ahead, p.Whole
	return o
}

func storedOutcome(answer json.RawMessage) (o Outcome, err error) {
	if err = json.Unmarshal(answer, &o); err != nil {
		err = fmt.Errorf("stored answer of an upload: %w", err)
	}
	return o, err
}

// take reads a part and writes its contacts. What it returns counts only when the caller records it; a part that is
// taken again after a fault comes to the same.
func (l *Lists) take(ctx context.Context, p *progress, part []byte, last bool) (Outcome, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-Spare))
		defer cancel()
	}
	if err := p.Reader.Foresee(part, last); err != nil {
		return Outcome{}, err
	}
	if !p.Look {
		if err := l.foresee(ctx, p, part, last); err != nil {
			return Outcome{}, err
		}
	}
	return l.read(ctx, p, part, last)
}

// read reads a part in slices and writes each, or, where it is only looked at, compares it.
func (l *Lists) read(ctx context.Context, p *progress, part []byte, last bool) (out Outcome, err error) {
	if p.erased, err = l.erased(ctx); err != nil {
		return out, err
	}
	for {
		n := min(len(part), slice)
		got, err := p.Reader.Feed(part[:n], last && n == len(part), p.staff)
		if err != nil {
			return out, err
		}
		part = part[n:]
		got.leaveOut(p.erased)
		if err := l.sayColumns(ctx, p); err != nil { // before a campaign can be planned with these contacts
			return out, fmt.Errorf("keep what columns are: %w", err)
		}
		if err := l.write(ctx, p, got, &out); err != nil {
			return out, err
		}
		if len(part) == 0 {
			break
		}
	}
	p.Total = p.Total.Plus(out.Upserted).Settled()
	out.Upserted = out.Upserted.Settled()
	return p.sum(out), nil
}

// sayColumns keeps what an upload says of its columns, once they are known.
func (l *Lists) sayColumns(ctx context.Context, p *progress) error {
	if p.Look || p.Said || p.Reader.Columns == nil {
		return nil
	}
	_, err := l.Store.SayDimensions(ctx, p.Reader.Audience, p.Reader.Chosen())
	if err == nil {
		err = l.learn(ctx, &p.Reader)
	}
	p.Said = err == nil
	return err
}

// meanwhileTries is how often a slice is put together with what is stored when other uploads write the same people at the same time.
const meanwhileTries = 10

// errBusy says that they did not leave off.
var errBusy = errors.New("other uploads write the same contacts all the time")

// write stores the contacts of a slice and adds the slice to the part's outcome. Where another upload gets an identifier of theirs, or
// writes one of them, meanwhile, it begins anew with what is stored then.
func (l *Lists) write(ctx context.Context, p *progress, got Imported, out *Outcome) error {
	for range meanwhileTries {
		again, seen := got.clone(), p.seen.len()
		err := l.tryWrite(ctx, p, again, out)
		if !errors.Is(err, apperr.ErrChanged) {
			return err
		}
		p.seen.forget(seen)
	}
	return errBusy
}

func (l *Lists) tryWrite(ctx context.Context, p *progress, got Imported, out *Outcome) error {
	in, err := l.identify(ctx, p, &got)
	if err != nil {
		return fmt.Errorf("find the contacts: %w", err)
	}
	got.Refused = append(got.Refused, in.refused...)
	var done survey.Upserted
	if p.Look {
		done, err = l.compare(ctx, in.fresh, &p.Ahead)
	} else {
		done, err = l.store(ctx, p, in)
	}
	if err == nil {
		p.Ahead.Asks = addAsks(p.Ahead.Asks, got.Asks...)
	}
	if err != nil {
		return err
	}
	done.Unchanged += in.settled
	out.Merged += len(in.merges)
	out.Merges = append(out.Merges, in.merges[:min(len(in.merges), MaxListed-len(out.Merges))]...)
	out.Upserted = out.Upserted.Plus(done)
	slices.SortStableFunc(got.Refused, func(a, b Refusal) int { return a.Line - b.Line })
	out.Refused += len(got.Refused)
	out.Refusals = append(out.Refusals, got.Refused[:min(len(got.Refused), MaxListed-len(out.Refusals))]...)
	out.Warned += len(got.Warnings)
	out.Warnings = append(out.Warnings, got.Warnings[:min(len(got.Warnings), MaxListed-len(out.Warnings))]...)
	p.Quality.Merge(got.Quality)
	return nil
}

// store writes the contacts of some rows; those of again an earlier slice or part has counted.
func (l *Lists) store(ctx context.Context, p *progress, in *identifying) (survey.Upserted, error) {
	fresh, again := in.fresh, in.again
	if err := in.settle(ctx, p.by); err != nil {
		return survey.Upserted{}, err
	}
	var refusing []map[survey.Audience]survey.ContactID
	for _, row := range slices.Concat(fresh, again) {
		switch {
		case !row.OptedOut:
		case row.Contact.Person.Email != "":
			refusing = append(refusing, l.Keys.ContactIDs(row.Contact.Person.Email))
		default:
			refusing = append(refusing, map[survey.Audience]survey.ContactID{row.Contact.Audience: row.Contact.ID})
		}
	}
	if err := l.Store.SuppressAll(ctx, refusing, survey.Unsubscribed, l.Now().UTC()); err != nil { // before anybody can be invited
		return survey.Upserted{}, fmt.Errorf("stop those who want no letters: %w", err)
	}
	if slices.ContainsFunc(slices.Concat(fresh, again), func(r Row) bool { return r.Contact.Account != "" }) {
		if err := l.Store.NoteAccounts(ctx, in.audience, l.Now()); err != nil {
			return survey.Upserted{}, err
		}
	}
	by := p.by
	by.Before = in.before
	done, err := l.Store.UpsertContacts(ctx, contactsOf(fresh), by, l.Now().UTC())
	if err == nil && len(again) > 0 {
		by.Before, by.Again = nil, true
		var more survey.Upserted
		more, err = l.Store.UpsertContacts(ctx, contactsOf(again), by, l.Now().UTC())
		done.Back, done.Lost = more.Back, done.Lost.Plus(more.Lost)
	}
	if err != nil {
		return done, fmt.Errorf("store contacts: %w", err)
	}
	return done, nil
}

func contactsOf(rows []Row) []survey.Contact {
	contacts := make([]survey.Contact, len(rows))
	for i, row := range rows {
		contacts[i] = row.Contact
	}
	return contacts
}

// outOfTime reports whether an upload ended because the request's time was used up.
func outOfTime(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errBusy)
}
