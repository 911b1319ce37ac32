package rights

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

func (r *Rights) eraseContacts(ctx context.Context, e *survey.Erasure) error {
	for _, c := range e.Whom.Contacts {
		_, there, err := r.Store.EraseContact(ctx, c)
		if err != nil {
			return err
		}
		if there {
			e.Done.Contacts++
		}
	}
	return nil
}

// eraseHistory takes the person out of what is kept for undoing, and out of the lines of the history: the name of a file, what was
// searched for, whom a change of owners was for. Then it takes them out of the lists of who was made, an upload at a time, and returns
// which is next.
func (r *Rights) eraseHistory(ctx context.Context, e *survey.Erasure) (next string, err error) {
	records, err := r.uploads(ctx, r.Now())
	if err != nil {
		return "", err
	}
	if e.At == "" {
		err = r.eraseLines(ctx, e, records)
	} else {
		var n int
		n, err = r.Store.EraseMade(ctx, e.At, e.Whom.IDs())
		e.Done.Undo += n
	}
	if err != nil {
		return "", err
	}
	for _, u := range records {
		if u.ID > e.At && (next == "" || u.ID < next) {
			next = u.ID
		}
	}
	return next, nil
}

func (r *Rights) eraseLines(ctx context.Context, e *survey.Erasure, records []survey.UploadRecord) error {
	for _, c := range e.Whom.Contacts {
		n, err := r.Store.EraseKept(ctx, idsOf(records), c.ID)
		if err != nil {
			return err
		}
		e.Done.Undo += n
	}
	match := matcher(e.Whom.Texts)
	mine := func(id survey.ContactID) bool {
		return slices.ContainsFunc(e.Whom.Contacts, func(c survey.ErasureContact) bool { return c.ID == id })
	}
	theirs := func(id string) bool { return mine(survey.ContactID(id)) }
	for _, u := range records {
		changed := false
		if match.loose(u.File) {
			u.File, changed = "", true
		}
		if u.Change != nil {
			c := *u.Change
			if match.loose(c.Text) {
				c.Text, changed = "", true
			}
			if slices.ContainsFunc(c.Chosen, mine) {
				c.Chosen, changed = slices.DeleteFunc(slices.Clone(c.Chosen), mine), true
				if len(c.Chosen) == 0 { // none would mean all
					c.Chosen = []survey.ContactID{survey.NobodyElse}
				}
			}
			u.Change = &c
		}
		for _, ids := range []*[]string{&u.Undo.ChangedOnes, &u.Undo.UsedOnes} {
			if slices.ContainsFunc(*ids, theirs) {
				*ids, changed = slices.DeleteFunc(slices.Clone(*ids), theirs), true
			}
		}
		if !changed {
			continue
		}
		if _, err := r.Store.SaveUploadRecord(ctx, u); err != nil && !errors.Is(err, apperr.ErrChanged) { // the second pass finds it
			return err
		}
		e.Done.Uploads++
	}
	return nil
}

// eraseCampaigns erases what one campaign knows of the person, and returns which is next: "<contact>/<campaign>/<mailing>/<batch>".
func (r *Rights) eraseCampaigns(ctx context.Context, e *survey.Erasure) (next string, err error) {
	at := strings.SplitN(e.At+"///", "/", 4)
	n, _ := strconv.Atoi(at[0])
	if n >= len(e.Whom.Contacts) {
		return "", nil
	}
	of := e.Whom.Contacts[n]
	campaigns, err := r.Store.Campaigns(ctx, of.Audience, allCampaigns)
	if err != nil {
		return "", err
	}
	slices.SortFunc(campaigns, func(a, b survey.Campaign) int { return strings.Compare(string(a.ID), string(b.ID)) })
	from := slices.IndexFunc(campaigns, func(c survey.Campaign) bool { return string(c.ID) >= at[1] })
	if from < 0 {
		from = len(campaigns)
	}
	mailing, _ := strconv.Atoi(at[2])
	batch := strings.TrimRight(at[3], "/")
	for some := range slices.Chunk(campaigns[from:], campaignsAtOnce) {
		ids := make([]survey.CampaignID, len(some))
		for i, c := range some {
			ids[i] = c.ID
		}
		past, err := r.Store.PastOf(ctx, of.ID, ids, true)
		if err != nil {
			return "", err
		}
		for _, c := range some {
			known := slices.ContainsFunc(past.Invitations, func(i survey.Invitation) bool { return i.Campaign == c.ID }) ||
				slices.ContainsFunc(past.Responses, func(s survey.Response) bool { return s.Campaign == c.ID })
			working := slices.ContainsFunc(past.Cases, func(v loop.Case) bool { return v.Campaign == c.ID })
			if string(c.ID) != at[1] {
				mailing, batch = 0, ""
			}
			to := r.nobody(e.Whom.Secret, c.ID, of.ID)
			waits := c.Live() || !c.Launched.IsZero() && c.Opened.IsZero() // it has or had a batch with who was not written to
			if (known || waits) && mailing < len(letterKinds) {
				found, rest, err := r.Store.RekeyBatches(ctx, c.ID, mailing, of.ID, to, batch)
				if err != nil {
					return "", err
				}
				e.Done.Batches += found
				if rest == "" {
					mailing++
				}
				return strings.Join([]string{strconv.Itoa(n), string(c.ID), strconv.Itoa(mailing), rest}, "/"), nil
			}
			if !known && !working && !waits {
				continue
			}
			if err := r.eraseCampaign(ctx, e, c.ID, of.ID, to); err != nil {
				return "", err
			}
		}
	}
	if n+1 < len(e.Whom.Contacts) {
		return strconv.Itoa(n+1) + "/", nil
	}
	return "", nil
}

func (r *Rights) eraseCampaign(ctx context.Context, e *survey.Erasure, c survey.CampaignID, id, to survey.ContactID) error {
	if err := r.Store.EraseBesides(ctx, c, id); err != nil {
		return err
	}
	cases, notes, err := r.Store.EraseCase(ctx, c, id)
	if err != nil {
		return err
	}
	sum, err := r.Store.Anonymise(ctx, c, id, to, e.KeepWords, r.Now())
	if err != nil {
		return err
	}
	e.Done.Cases, e.Done.Notes = e.Done.Cases+cases, e.Done.Notes+notes
	e.Done.Answers, e.Done.Letters, e.Done.Words = e.Done.Answers+sum.Answers, e.Done.Letters+sum.Letters, e.Done.Words+sum.Words
	return nil
}

var idLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// nobody is the id that what a campaign knows of a contact gets: the same whenever it is asked for, as long as the erasure goes on, and
// nothing that anybody can compute when its secret is gone. It lies in the contact's shard, so that a recount meets it in the same step.
func (r *Rights) nobody(secret string, c survey.CampaignID, id survey.ContactID) survey.ContactID {
	for n := 0; ; n++ {
		h := sha256.Sum256([]byte(secret + "/" + string(c) + "/" + string(id) + "/" + strconv.Itoa(n)))
		if to := survey.ContactID(idLetters.EncodeToString(h[:10])); r.Store.SameShard(id, to) {
			return to
		}
	}
}

// eraseUploads takes the person out of the kept parts of one upload, and returns which was done.
func (r *Rights) eraseUploads(ctx context.Context, e *survey.Erasure) (next string, err error) {
	now := r.Now()
	records, err := r.uploads(ctx, now)
	if err != nil {
		return "", err
	}
	imports, err := r.imports(ctx, records, now)
	if err != nil {
		return "", err
	}
	slices.Sort(imports)
	match := matcher(e.Whom.Texts)
	for _, id := range imports {
		if id <= e.At {
			continue
		}
		n, err := r.Store.RewriteUpload(ctx, id, func(b json.RawMessage) (json.RawMessage, bool) { return match.scrub(b) })
		e.Done.Uploads += n
		return id, err
	}
	return "", nil
}

// auditDays is how many days of the audit list one step looks through.
const auditDays = 30

// eraseAudit has the audit list no longer say about whom an entry is, and returns the day that is next.
func (r *Rights) eraseAudit(ctx context.Context, e *survey.Erasure) (next string, err error) {
	now := r.Now().UTC()
	from, err := time.Parse(time.DateOnly, e.At)
	if err != nil {
		from = e.Whom.Since
		if oldest := now.Add(-auditKept); from.Before(oldest) {
			from = oldest
		}
	}
	to := from.AddDate(0, 0, auditDays-1)
	if to.After(now) {
		to = now
	}
	entries, err := r.audited(ctx, *e.Whom, from, to)
	if err != nil {
		return "", err
	}
	for _, a := range entries {
		if err := r.Store.SayAuditObject(ctx, a, survey.ErasedObject); err != nil {
			return "", err
		}
		e.Done.Audit++
	}
	if to.Equal(now) {
		return "", nil
	}
	return from.AddDate(0, 0, auditDays).Format(time.DateOnly), nil
}
