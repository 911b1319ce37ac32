package history

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/survey"
)

const (
	// undoTime is how long one request takes back; whoever asks goes on until it is done.
	undoTime = 8 * time.Second
	// underWay is how long a part of an unfinished import may still write once the import was stopped.
	underWay = time.Minute
)

// TakeBack takes an import back, or goes on with that: its answers are deleted, with what of them is in the figures; campaigns that have no others, too;
// then the contacts that it made, unless they were asked or have answered since. It is done when the state is undone; asked again it changes
// nothing. There is no last day: an import can be found as long as there are answers of it. Problem: import_unknown.
func (im *Imports) TakeBack(ctx context.Context, who authz.Who, id string) (survey.UploadRecord, error) {
	u, err := im.Record(ctx, id)
	if err != nil {
		return u, err
	}
	now := im.Now().UTC()
	if u.State != survey.UploadUndoing && u.State != survey.UploadUndone {
		by := contacts.SentBy(who, "")
		u.Undo = survey.Undoing{By: by.By, Token: by.Token, From: now}
		if u.State == survey.UploadTaking {
			u.Undo.From = now.Add(underWay)
		}
		u.State = survey.UploadUndoing
		if u, err = im.Store.SaveUploadRecord(ctx, u); err != nil {
			return im.unlessChanged(ctx, u, err)
		}
	}
	if u.State == survey.UploadUndone || now.Before(u.Undo.From) {
		return u, nil
	}
	until := now.Add(undoTime)
	if deadline, ok := ctx.Deadline(); ok && deadline.Add(-contacts.Spare).Before(until) {
		until = deadline.Add(-contacts.Spare)
	}
	for u.State == survey.UploadUndoing && im.Now().Before(until) {
		if u, err = im.takeBackSome(ctx, u, func() bool { return !im.Now().Before(until) }); err != nil {
			return im.unlessChanged(ctx, u, err)
		}
	}
	return u, nil
}

// unlessChanged reads the import again where another request is taking it back, too.
func (im *Imports) unlessChanged(ctx context.Context, u survey.UploadRecord, err error) (survey.UploadRecord, error) {
	if errors.Is(err, apperr.ErrChanged) {
		return im.Record(ctx, u.ID)
	}
	return u, err
}

// Record is an import's line of the history. Lines are kept for a month; of an import from before that one is made, and of one that has
// changed nothing so far, which has none.
func (im *Imports) Record(ctx context.Context, id string) (survey.UploadRecord, error) {
	u, err := im.Store.UploadRecord(ctx, id)
	if err == nil && u.Kind == survey.UploadOfHistory {
		return u, nil
	}
	if err != nil && !apperr.Is(err, "upload_unknown") {
		return u, err
	}
	if err == nil { // of another kind
		return u, apperr.New(apperr.Unknown, "import_unknown", "import")
	}
	now := im.Now().UTC()
	u = survey.UploadRecord{ID: id, Kind: survey.UploadOfHistory, State: survey.UploadTaken, Begun: now, Ended: now, Version: 1}
	for _, a := range survey.Audiences {
		all, err := im.broughtBy(ctx, a, id)
		if err != nil {
			return u, err
		}
		if len(all) > 0 {
			u.Audience = a
			return u, im.Store.AddUploadRecord(ctx, u)
		}
	}
	parts, _, err := im.Import(ctx, id)
	if err != nil {
		return u, err
	}
	if u.Audience, u.Begun = parts.Audience, parts.Created; !parts.Finished {
		u.State = survey.UploadTaking
	}
	return u, im.Store.AddUploadRecord(ctx, u)
}

// broughtBy are the campaigns with answers of an import, in the order in which they are taken back.
func (im *Imports) broughtBy(ctx context.Context, a survey.Audience, id string) ([]survey.Campaign, error) {
	all, err := im.Store.Campaigns(ctx, a, manyCampaigns)
	all = slices.DeleteFunc(all, func(c survey.Campaign) bool { return !c.BroughtBy(id) })
	slices.SortFunc(all, func(a, b survey.Campaign) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

// takeBackSome takes back one shard of a campaign, or ends a campaign, or goes through some contacts, and saves how far it is.
func (im *Imports) takeBackSome(ctx context.Context, u survey.UploadRecord, until func() bool) (survey.UploadRecord, error) {
	now := im.Now().UTC()
	all, err := im.broughtBy(ctx, u.Audience, u.ID)
	if err != nil {
		return u, err
	}
	if len(all) == 0 {
		return im.takeBackContacts(ctx, u)
	}
	c := all[0]
	if u.Undo.Place.After != string(c.ID) {
		u.Undo.Place = survey.UndoPlace{After: string(c.ID)}
	}
	for u.Undo.Place.Shard < survey.ContactShards && !until() {
		n, done, err := im.Store.TakeBackBrought(ctx, c.ID, u.ID, u.Undo.Place.Shard, now, until)
		u.Undo.Removed += n
		if err != nil {
			return u, err
		}
		if !done {
			break
		}
		u.Undo.Place.Shard++
	}
	if u.Undo.Place.Shard == survey.ContactShards {
		if c, err = im.Store.Campaign(ctx, c.ID); err != nil && !apperr.Is(err, "campaign_unknown") {
			return u, err
		}
		left := c.TakeBack(u.ID)
		switch {
		case err != nil: // it is gone: the list is behind
			err = nil
		case left.Brought():
			_, err = im.Store.SaveCampaign(ctx, left)
		default:
			err = im.Store.DeleteCampaign(ctx, c)
		}
		if err != nil {
			return u, err
		}
		u.Undo.Place = survey.UndoPlace{}
	}
	return im.Store.SaveUploadRecord(ctx, u)
}

// takeBackContacts removes the contacts that an import made and nobody has used.
func (im *Imports) takeBackContacts(ctx context.Context, u survey.UploadRecord) (survey.UploadRecord, error) {
	campaigns, err := im.Store.Campaigns(ctx, u.Audience, manyCampaigns)
	if err != nil {
		return u, err
	}
	ids := make([]survey.CampaignID, len(campaigns))
	for i, c := range campaigns {
		ids[i] = c.ID
	}
	_, next, err := im.Store.TakeBack(ctx, u, u.Undo.Place, func(ctx context.Context, who []survey.ContactID) (map[survey.ContactID]bool, error) {
		return im.Store.InCampaigns(ctx, ids, who)
	})
	if err != nil {
		return u, err
	}
	if next == nil {
		u.State, u.Undo.Ended = survey.UploadUndone, im.Now().UTC()
	} else {
		u.Undo.Place = *next
	}
	return im.Store.SaveUploadRecord(ctx, u)
}
