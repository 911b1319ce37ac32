package contacts

import (
	"context"
	"sync"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// line is an upload's line of the history while a part of it is taken. It is begun before the first contact is changed, so that
// what an upload that died has written can be found and undone; an upload that changes nothing has none.
type line struct {
	l      *Lists
	record survey.UploadRecord
	begun  bool
}

// lineOf is the line of an upload whose part is taken with p. What p writes begins it.
func (l *Lists) lineOf(ctx context.Context, p *progress, id string, part int) *line {
	now := l.Now().UTC()
	ln := &line{l: l, record: survey.UploadRecord{
		ID: id, Kind: survey.UploadOfContacts, Audience: p.Reader.Audience, By: p.Sent.By, Token: p.Sent.Token, File: p.Sent.File,
		Begun: now, Ended: now, State: survey.UploadTaking, Version: 1,
	}}
	p.by = survey.UploadMark{Upload: id, Part: part, Begin: ln.begin(ctx)}
	return ln
}

// begin is what an upload's mark calls before something is written, several at the same time.
func (ln *line) begin(ctx context.Context) func() error {
	return sync.OnceValue(func() error {
		if ln.begun {
			return nil
		}
		ln.begun = true
		return ln.l.Store.AddUploadRecord(ctx, ln.record)
	})
}

// resume finds the line that an earlier part has begun. apperr.ErrChanged: the same end came twice at once, and the other was faster.
// Problem: import_undone.
func (ln *line) resume(ctx context.Context) error {
	stored, err := ln.l.Store.UploadRecord(ctx, ln.record.ID)
	switch {
	case apperr.Is(err, "upload_unknown"):
		return nil
	case err != nil:
		return err
	case stored.State == survey.UploadTaken:
		return apperr.ErrChanged
	case stored.State != survey.UploadTaking:
		return undone()
	}
	ln.record, ln.begun = stored, true
	return nil
}

// after is the line as it is once a part is taken; nil: there is none.
func (ln *line) after(p *progress, last bool) *survey.UploadRecord {
	if !ln.begun {
		return nil
	}
	r := ln.record
	r.Upserted, r.Refused, r.Ended = p.Total, p.Quality.Refused, ln.l.Now().UTC()
	if last {
		r.State = survey.UploadTaken
	}
	return &r
}

func undone() error { return apperr.New(apperr.Conflict, "import_undone", "import") }

// historyPage is how many uploads a page of the history lists.
const historyPage = 50

// History lists the uploads of contacts that have changed something, newest first, before a place ("": now); next is where to go
// on, "" at the end.
func (l *Lists) History(ctx context.Context, before string) (all []survey.UploadRecord, next string, err error) {
	return l.Store.UploadRecords(ctx, survey.UploadOfContacts, before, historyPage, l.Now())
}

// Uploaded reads one upload of the history. Problem: upload_unknown.
func (l *Lists) Uploaded(ctx context.Context, id string) (survey.UploadRecord, error) {
	u, err := l.Store.UploadRecord(ctx, id)
	if err == nil && u.Kind != survey.UploadOfContacts {
		err = apperr.New(apperr.Unknown, "upload_unknown", "upload")
	}
	return u, err
}
