package contacts

import (
	"context"
	"errors"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

const (
	// undoTime is how long one request undoes; whoever asks goes on until it is undone.
	undoTime = 8 * time.Second
	// undoSaved is how many contacts are undone before it is saved how far that is.
	undoSaved = 2000
	// underWay is how long a part of an unfinished upload may still write once the upload was stopped: twice what a request takes.
	underWay = time.Minute
)

// Undo undoes an upload, or goes on with that: contacts that are as the upload left them are put back as they were, and those that
// it made are removed, unless they were asked in a campaign or have answered. Whoever was changed since is left alone, and
// counted. A long one takes several calls: it is done when the state is undone. Asked again it changes nothing, but for
// those who had been changed by a later upload that is undone by now. Refusals of letters that the list brought stay: who
// wants none is not written to. Problems: upload_unknown, undo_too_late.
//
// It ends letters to nobody else: the sender reads each contact at the last moment, and skips who is gone (survey.SkipRemoved).
func (l *Lists) Undo(ctx context.Context, who authz.Who, id string) (survey.UploadRecord, error) {
	u, err := l.Uploaded(ctx, id)
	if err != nil {
		return u, err
	}
	if u.State != survey.UploadUndoing {
		if u, err = l.startUndo(ctx, who, u); err != nil || u.State != survey.UploadUndoing {
			return u, err
		}
	}
	if l.Now().Before(u.Undo.From) {
		return u, nil
	}
	used, err := l.usedSince(ctx, u)
	if err != nil {
		return u, err
	}
	until := l.until(ctx)
	for u.State == survey.UploadUndoing && l.Now().Before(until) {
		if u, err = l.undoSome(ctx, u, until, used); err != nil {
			break
		}
	}
	if errors.Is(err, apperr.ErrChanged) { // another request is undoing it, too
		return l.Uploaded(ctx, id)
	}
	return u, err
}

// startUndo writes down that an upload is being undone: none of its parts is taken any more.
func (l *Lists) startUndo(ctx context.Context, who authz.Who, u survey.UploadRecord) (survey.UploadRecord, error) {
	now := l.Now().UTC()
	if u.State == survey.UploadUndone && u.Undo.Changed == 0 {
		return u, nil
	}
	if !u.Undoable(now) {
		return u, apperr.New(apperr.Conflict, "undo_too_late", "upload")
	}
	by := SentBy(who, "")
	u.Undo = survey.Undoing{By: by.By, Token: by.Token, From: now}
	if u.State == survey.UploadTaking {
		u.Undo.From = now.Add(underWay)
	}
	u.State = survey.UploadUndoing
	return l.Store.SaveUploadRecord(ctx, u)
}

// undoSome undoes a few thousand contacts and saves how far it is.
func (l *Lists) undoSome(ctx context.Context, u survey.UploadRecord, until time.Time, used func(context.Context, []survey.ContactID) (map[survey.ContactID]bool, error)) (survey.UploadRecord, error) {
	for n := 0; n < undoSaved && l.Now().Before(until); {
		done, next, err := l.Store.TakeBack(ctx, u, u.Undo.Place, used)
		if err != nil {
			return u, err
		}
		for _, t := range done {
			u.Undo.Note(t)
		}
		n += len(done)
		if next == nil {
			if err := l.notGone(ctx, u); err != nil {
				return u, err
			}
			u.State, u.Undo.Ended = survey.UploadUndone, l.Now().UTC()
			break
		}
		u.Undo.Place = *next
	}
	return l.Store.SaveUploadRecord(ctx, u)
}

// notGone takes back whom the upload found gone, were it a whole list.
func (l *Lists) notGone(ctx context.Context, u survey.UploadRecord) error {
	if err := l.Store.DropWholeList(ctx, u.ID); err != nil {
		return err
	}
	return l.Store.NotGone(ctx, u.Audience, u.ID)
}

// usedSince returns what tells which contacts have a place in a campaign that may have asked them after the upload.
func (l *Lists) usedSince(ctx context.Context, u survey.UploadRecord) (func(context.Context, []survey.ContactID) (map[survey.ContactID]bool, error), error) {
	const most = 1000
	campaigns, err := l.Store.Campaigns(ctx, u.Audience, most)
	if err != nil {
		return nil, err
	}
	var since []survey.CampaignID
	for _, c := range campaigns {
		if c.State != survey.Draft && (c.Ended.IsZero() || !c.Ended.Before(u.Begun)) {
			since = append(since, c.ID)
		}
	}
	return func(ctx context.Context, ids []survey.ContactID) (map[survey.ContactID]bool, error) {
		return l.Store.InCampaigns(ctx, since, ids)
	}, nil
}
