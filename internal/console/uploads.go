package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/store"
	"onetap/internal/survey"
)

const (
	slice     = 512 << 10       // bytes fed to the reader at once, so that memory does not grow with the part
	maxListed = 2000            // refusals, and warnings, that one answer lists: 2 MB of Lambda's 6
	spare     = 3 * time.Second // kept of a request's time for recording and answering
)

// upload is how far a list is read: what an import keeps between its parts.
type upload struct {
	Reader  contacts.Import  `json:"reader"`
	Total   store.Upserted   `json:"total"`
	Quality contacts.Quality `json:"quality"`
	Said    bool             `json:"said,omitempty"` // what its columns are is kept for the audience
	staff   survey.Directory
	by      string // see store.UpsertContacts
	seen    seenContacts
}

// outcome is what became of a list, or of one part of it, without words, so that it can be told in any language.
type outcome struct {
	store.Upserted
	Refused   int                `json:"refused"`
	Refusals  []contacts.Refusal `json:"refusals"`
	Warned    int                `json:"warned"`
	Warnings  []contacts.Warning `json:"warnings"`
	Total     store.Upserted     `json:"total"`
	Quality   contacts.Quality   `json:"quality"` // of everything so far
	Columns   []contacts.Column  `json:"columns"`
	Encoding  string             `json:"encoding"`
	Separator string             `json:"separator"`
	Finished  bool               `json:"finished"`
}

// take reads a part and writes its contacts. What it returns counts only when the caller records it; a part that is
// taken again after a fault comes to the same.
func (d *Desk) take(ctx context.Context, u *upload, part []byte, last bool) (outcome, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-spare))
		defer cancel()
	}
	var out outcome
	if err := u.Reader.Foresee(part, last); err != nil {
		return out, err
	}
	for {
		n := min(len(part), slice)
		got, err := u.Reader.Feed(part[:n], last && n == len(part), u.staff)
		if err != nil {
			return out, err
		}
		part = part[n:]
		if err := d.saySegments(ctx, u); err != nil { // before a campaign can be planned with these contacts
			return out, fmt.Errorf("keep what columns are: %w", err)
		}
		if err := d.write(ctx, u, got, &out); err != nil {
			return out, err
		}
		if len(part) == 0 {
			break
		}
	}
	u.Total = u.Total.Plus(out.Upserted)
	out.Total, out.Quality, out.Columns, out.Encoding, out.Separator = u.Total, u.Quality, u.Reader.Columns, u.Reader.Encoding, u.Reader.Separator
	return out, nil
}

// write stores the contacts of a slice and adds the slice to the part's outcome.
func (d *Desk) write(ctx context.Context, u *upload, got contacts.Imported, out *outcome) error {
	people := make([]survey.Contact, 0, len(got.Rows))
	var refusing []map[survey.Audience]survey.ContactID
	for _, row := range got.Rows {
		c := row.Contact
		c.ID = d.keys.ContactID(c.Audience, c.Person.Email)
		if first, twice := u.seen.add(store.SeenOf(c.ID, row.Line)); twice {
			refusal := row.Duplicate(first)
			got.Refused = append(got.Refused, refusal)
			got.Quality.Duplicate(refusal)
			continue
		}
		people = append(people, c)
		if row.OptedOut {
			refusing = append(refusing, d.keys.ContactIDs(c.Person.Email))
		}
	}
	if err := d.store.SuppressAll(ctx, refusing, survey.Unsubscribed, d.now().UTC()); err != nil { // before anybody can be invited
		return fmt.Errorf("stop those who want no letters: %w", err)
	}
	done, err := d.store.UpsertContacts(ctx, people, u.by, d.now().UTC())
	if err != nil {
		return fmt.Errorf("store contacts: %w", err)
	}
	out.Upserted = out.Upserted.Plus(done)
	slices.SortStableFunc(got.Refused, func(a, b contacts.Refusal) int { return a.Line - b.Line })
	out.Refused += len(got.Refused)
	out.Refusals = append(out.Refusals, got.Refused[:min(len(got.Refused), maxListed-len(out.Refusals))]...)
	out.Warned += len(got.Warnings)
	out.Warnings = append(out.Warnings, got.Warnings[:min(len(got.Warnings), maxListed-len(out.Warnings))]...)
	u.Quality.Merge(got.Quality)
	return nil
}

// fit leaves out details until the outcome can be stored, and returns it as JSON.
func (o *outcome) fit() (json.RawMessage, error) {
	for {
		b, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("outcome: %w", err)
		}
		n, err := store.Packed(b)
		if err != nil || n <= store.MaxAnswer || len(o.Refusals)+len(o.Warnings) == 0 {
			return b, err
		}
		o.Refusals, o.Warnings = o.Refusals[:len(o.Refusals)/2], o.Warnings[:len(o.Warnings)/2]
	}
}

// outOfTime reports whether an upload ended because the request's time was used up.
func outOfTime(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// seenContacts tells which contacts a list named before. Those of earlier parts are sorted, 16 bytes each; a map of
// them would take four times as much.
type seenContacts struct {
	before []store.Seen // sorted by id
	now    map[uint64]uint32
	order  []store.Seen // of this part
}

func (s *seenContacts) load(before []store.Seen) {
	slices.SortFunc(before, func(a, b store.Seen) int {
		switch {
		case a.ID < b.ID:
			return -1
		case a.ID > b.ID:
			return 1
		}
		return 0
	})
	s.before = before
}

// add remembers a contact; where it was named before, it returns that line.
func (s *seenContacts) add(c store.Seen) (first int, twice bool) {
	if line, ok := s.now[c.ID]; ok {
		return int(line), true
	}
	i, ok := slices.BinarySearchFunc(s.before, c.ID, func(a store.Seen, id uint64) int {
		switch {
		case a.ID < id:
			return -1
		case a.ID > id:
			return 1
		}
		return 0
	})
	if ok {
		return int(s.before[i].Line), true
	}
	if s.now == nil {
		s.now = map[uint64]uint32{}
	}
	s.now[c.ID] = c.Line
	s.order = append(s.order, c)
	return 0, false
}

// told is an outcome in the words of a language.
type told struct {
	New             int        `json:"new"`
	Changed         int        `json:"changed"`
	Unchanged       int        `json:"unchanged"`
	Refused         int        `json:"refused"`
	Refusals        []lineTold `json:"refusals"`
	RefusalsOmitted int        `json:"refusals_omitted"` // counted and not listed
	Warnings        []lineTold `json:"warnings"`         // of rows that were taken
	WarningsOmitted int        `json:"warnings_omitted"`
	Report          report     `json:"report"`
}

// lineTold is one line with what is the matter with it.
type lineTold struct {
	Line    int    `json:"line"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Column  string `json:"column,omitempty"`
	Value   string `json:"value,omitempty"`
}

// report says how a list was understood, and what the system that it comes from must fix.
type report struct {
	Rows      int               `json:"rows"` // taken
	Refused   int               `json:"refused"`
	Encoding  string            `json:"encoding"`
	Separator string            `json:"separator"`
	Columns   []contacts.Column `json:"columns"`
	Findings  []finding         `json:"findings"` // of rows that were taken, the most frequent first
	Refusals  []finding         `json:"refusals"`
}

type finding struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Count   int    `json:"count"`
	Lines   []int  `json:"lines"` // the first of them
}

func (o outcome) tell(l lang.Language) told {
	t := told{New: o.New, Changed: o.Changed, Unchanged: o.Unchanged, Refused: o.Refused, Refusals: []lineTold{}, Warnings: []lineTold{},
		RefusalsOmitted: o.Refused - len(o.Refusals), WarningsOmitted: o.Warned - len(o.Warnings),
		Report: report{Rows: o.Quality.Rows, Refused: o.Quality.Refused, Encoding: o.Encoding, Separator: o.Separator, Columns: o.Columns}}
	if t.Report.Columns == nil {
		t.Report.Columns = []contacts.Column{}
	}
	for _, r := range o.Refusals {
		t.Refusals = append(t.Refusals, refusalTold(l, r))
	}
	for _, w := range o.Warnings {
		t.Warnings = append(t.Warnings, lineTold{w.Line, string(w.Code), l.T("row."+string(w.Code), w.With()), w.Column, w.Value})
	}
	findings := map[string]contacts.Found{}
	for f, found := range o.Quality.Findings {
		findings[string(f)] = found
	}
	t.Report.Findings, t.Report.Refusals = findingsTold(l, findings), findingsTold(l, o.Quality.Refusals)
	return t
}

func refusalTold(l lang.Language, r contacts.Refusal) lineTold {
	return lineTold{r.Line, r.Code, l.T("row."+r.Code, r.With()), r.Column, r.Value}
}

func findingsTold(l lang.Language, of map[string]contacts.Found) []finding {
	all := []finding{}
	for code, f := range of {
		all = append(all, finding{code, l.T("quality."+code, lang.Values{"Count": f.Count}), f.Count, f.Lines})
	}
	slices.SortFunc(all, func(a, b finding) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return all
}
