package history

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// line is an import's line of the history while a part of it is taken. It is begun before the first answer is written, so that what an import that
// died has written can be found and taken back; an import that changes nothing has none.
type line struct {
	record survey.UploadRecord
	begun  bool
}

// lineOf finds the line that an earlier part has begun, and has the first answer begin one. apperr.ErrChanged: the same end came twice at once, and
// the other was faster. Problem: import_undone.
func (im *Imports) lineOf(ctx context.Context, p *progress, u survey.Upload) (*line, error) {
	now := im.Now().UTC()
	ln := &line{record: survey.UploadRecord{
		ID: u.ID, Kind: survey.UploadOfHistory, Audience: u.Audience, By: p.Sent.By, Token: p.Sent.Token, File: p.Sent.File,
		Begun: now, Ended: now, State: survey.UploadTaking, Version: 1,
	}}
	stored, err := im.Store.UploadRecord(ctx, u.ID)
	switch {
	case err == nil && stored.State == survey.UploadTaken:
		return nil, apperr.ErrChanged
	case err == nil && stored.State != survey.UploadTaking:
		return nil, apperr.New(apperr.Conflict, "import_undone", "import")
	case err == nil:
		ln.record, ln.begun = stored, true
	case !apperr.Is(err, "upload_unknown"):
		return nil, err
	}
	p.begin = sync.OnceValue(func() error {
		if ln.begun {
			return nil
		}
		ln.begun = true
		return im.Store.AddUploadRecord(ctx, ln.record)
	})
	return ln, nil
}

// after is the line as it is once a part is taken; nil: there is none.
func (ln *line) after(p *progress, last bool, now time.Time) *survey.UploadRecord {
	if !ln.begun {
		return nil
	}
	r := ln.record
	r.New, r.Unchanged, r.Refused, r.Ended = p.Total.New, p.Total.Unchanged, p.Total.Refused, now
	if last {
		r.State = survey.UploadTaken
	}
	return &r
}

// alike counts answers of which the list says neither who gave them nor an id: the second of a time and a score is another one than the first. It keeps
// eight bytes of each, and of how many there were.
type alike struct {
	before []survey.SeenContact // sorted by id
	now    map[uint64]uint32    // of this part
}

func (a *alike) load(before []survey.SeenContact) {
	slices.SortFunc(before, func(x, y survey.SeenContact) int { return cmp.Or(cmp.Compare(x.ID, y.ID), cmp.Compare(x.Line, y.Line)) })
	a.before = before
}

// next is the how manieth of its kind an answer is, from 1.
func (a *alike) next(of survey.ContactID) int {
	id := survey.SeenID(of)
	n, ok := a.now[id]
	if !ok {
		i, _ := slices.BinarySearchFunc(a.before, id, func(s survey.SeenContact, id uint64) int { return cmp.Compare(s.ID, id) })
		for ; i < len(a.before) && a.before[i].ID == id; i++ {
			n = a.before[i].Line
		}
	}
	n++
	if a.now == nil {
		a.now = map[uint64]uint32{}
	}
	a.now[id] = n
	return int(n)
}

// met are those of this part.
func (a *alike) met() []survey.SeenContact {
	all := make([]survey.SeenContact, 0, len(a.now))
	for _, id := range slices.Sorted(maps.Keys(a.now)) {
		all = append(all, survey.SeenContact{ID: id, Line: a.now[id]})
	}
	return all
}
