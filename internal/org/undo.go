package org

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// historyPage is how many uploads a page of the history lists.
const historyPage = 50

// History lists the uploads of staff that have changed something, newest first, before a place ("": now); next is where to go on,
// "" at the end.
func (c *Company) History(ctx context.Context, before string) (all []survey.UploadRecord, next string, err error) {
	return c.Store.UploadRecords(ctx, survey.UploadOfStaff, before, historyPage, c.Now())
}

// Uploaded reads one upload of the history. Problem: upload_unknown.
func (c *Company) Uploaded(ctx context.Context, id string) (survey.UploadRecord, error) {
	u, err := c.Store.UploadRecord(ctx, id)
	if err == nil && u.Kind != survey.UploadOfStaff {
		err = apperr.New(apperr.Unknown, "upload_unknown", "upload")
	}
	return u, err
}

func uploadOf(id string, begun time.Time, sent contacts.Sent) survey.UploadRecord {
	return survey.UploadRecord{
		ID: id, Kind: survey.UploadOfStaff, By: sent.By, Token: sent.Token, File: sent.File, Begun: begun, Ended: begun, State: survey.UploadTaking,
	}
}

// keep writes what undoing will need of those who are about to be written, and begins the upload's line of the history.
func (c *Company) keep(ctx context.Context, u survey.UploadRecord, stored, write []survey.Staff) error {
	was := map[string]survey.Staff{}
	for _, m := range stored {
		was[strings.ToLower(m.ID)] = m
	}
	changes := make([]survey.StaffChange, len(write))
	for i, m := range write {
		changes[i].Now = m
		if before, there := was[strings.ToLower(m.ID)]; there {
			changes[i].Was = &before
		}
	}
	if err := c.Store.AddUploadRecord(ctx, u); err != nil {
		return err
	}
	return c.Store.KeepStaff(ctx, u.ID, changes, c.Now())
}

// taken writes into the history what came of an upload.
func (c *Company) taken(ctx context.Context, id string, out Intake) error {
	u, err := c.Store.UploadRecord(ctx, id)
	if err != nil {
		return err
	}
	u.Upserted = survey.Upserted{New: out.New, Changed: out.Changed, Unchanged: out.Unchanged, Lost: out.Lost}
	u.Refused, u.Ended, u.State = len(out.Refusals), c.Now().UTC(), survey.UploadTaken
	_, err = c.Store.SaveUploadRecord(ctx, u)
	return err
}

// Undo undoes an upload of staff: who is as it left them is again what they were, and signed out where their standing changes; whom it
// made is taken off the list, unless they have cases, have signed in, or are somebody's manager. Whoever was changed since, is the last
// administrator, or would get an address that somebody else has by now, is left alone, and counted. Asked again it changes
// nothing more. Problems: upload_unknown, undo_too_late.
func (c *Company) Undo(ctx context.Context, who authz.Who, id string) (survey.UploadRecord, error) {
	u, err := c.Uploaded(ctx, id)
	if err != nil || u.State == survey.UploadUndone && u.Undo.Changed == 0 {
		return u, err
	}
	if !u.Undoable(c.Now()) {
		return u, apperr.New(apperr.Conflict, "undo_too_late", "upload")
	}
	changes, err := c.Store.KeptStaff(ctx, id)
	if err != nil {
		return u, err
	}
	by := contacts.SentBy(who, "")
	u.State, u.Undo = survey.UploadUndoing, survey.Undoing{By: by.By, Token: by.Token, From: c.Now().UTC()}
	if u, err = c.Store.SaveUploadRecord(ctx, u); err != nil {
		return u, err
	}
	done, err := c.putBack(ctx, changes)
	if err != nil {
		return u, err
	}
	removed, err := c.removeMade(ctx, who, changes)
	if err != nil {
		return u, err
	}
	for _, t := range slices.Concat(done, removed) {
		u.Undo.Note(t)
	}
	u.State, u.Undo.Ended = survey.UploadUndone, c.Now().UTC()
	return c.Store.SaveUploadRecord(ctx, u)
}

// putBack writes those who were changed as they were before.
func (c *Company) putBack(ctx context.Context, changes []survey.StaffChange) (done []survey.TakenBack, err error) {
	var moved []string
	err = c.Store.ChangeStaff(ctx, func(stored []survey.Staff) (write []survey.Staff, err error) {
		done = nil
		is := map[string]survey.Staff{}
		for _, m := range stored {
			is[strings.ToLower(m.ID)] = m
		}
		for _, change := range changes {
			if change.Was == nil {
				continue
			}
			t := survey.TakenBack{ID: change.Now.ID, Outcome: survey.ChangedSince}
			switch now, there := is[strings.ToLower(change.Now.ID)]; {
			case there && now == *change.Was:
				t.Outcome = survey.Restored
			case there && now == change.Now:
				t.Outcome, write = survey.Restored, append(write, *change.Was)
			}
			done = append(done, t)
		}
		refused := map[string]bool{}
		for i := range AddressesTaken(stored, write) {
			refused[strings.ToLower(write[i].ID)] = true
		}
		if administered(stored, nil) && !administered(stored, write) {
			for _, m := range write {
				id := strings.ToLower(m.ID)
				refused[id] = refused[id] || is[id].Role == survey.RoleAdministrator && m.Role != survey.RoleAdministrator
			}
		}
		write = slices.DeleteFunc(write, func(m survey.Staff) bool { return refused[strings.ToLower(m.ID)] })
		for i, t := range done {
			if refused[strings.ToLower(t.ID)] {
				done[i].Outcome = survey.ChangedSince
			}
		}
		for _, m := range write {
			if !sameStanding(is[strings.ToLower(m.ID)], m) {
				moved = append(moved, m.ID)
			}
		}
		return write, nil
	})
	for _, id := range moved {
		if err == nil {
			err = c.Store.EndSessions(ctx, id)
		}
	}
	return done, err
}

// errKept says that somebody is not taken off the list.
var errKept = errors.New("kept")

// removeMade takes those off the list whom an upload made and nobody has used.
func (c *Company) removeMade(ctx context.Context, who authz.Who, changes []survey.StaffChange) (done []survey.TakenBack, err error) {
	made := map[string]bool{}
	for _, change := range changes {
		if change.Was == nil {
			made[strings.ToLower(change.Now.ID)] = true
		}
	}
	for _, change := range changes {
		if change.Was != nil {
			continue
		}
		t := survey.TakenBack{ID: change.Now.ID, Outcome: survey.Removed}
		used, err := c.Store.StaffInUse(ctx, change.Now.ID)
		if err != nil {
			return nil, err
		}
		err = c.Store.RemoveStaff(ctx, change.Now.ID, func(stored []survey.Staff) error {
			i := slices.IndexFunc(stored, func(m survey.Staff) bool { return strings.EqualFold(m.ID, change.Now.ID) })
			manages := slices.ContainsFunc(stored, func(m survey.Staff) bool {
				return strings.EqualFold(m.Manager, change.Now.ID) && !made[strings.ToLower(m.ID)]
			})
			switch {
			case i < 0:
				return nil
			case stored[i] != change.Now:
				t.Outcome = survey.ChangedSince
			case used, manages, Removable(who, stored[i], stored) != nil:
				t.Outcome = survey.InUse
			default:
				t.Outcome = survey.Removed
				return nil
			}
			return errKept
		})
		if err != nil && !errors.Is(err, errKept) {
			return nil, err
		}
		done = append(done, t)
	}
	return done, nil
}
