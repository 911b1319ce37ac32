package rights

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// The steps of an erasure, in their order. Each may be done again, from any place, and comes to the same; what it has come to is
// written down with the place before the next begins.
const (
	stepContacts  = iota // the contacts, and what they are found by
	stepUndo             // what is kept for undoing uploads, and lines of their history
	stepCampaigns        // cases, answers, letters; a campaign at a time
	stepUploads          // parts of uploads
	stepAudit            // what the audit list was about; 30 days at a time
	stepSources          // what other parts of the system keep
	steps
)

// Begin begins to erase a person: it keeps them from coming back, and writes down what is to be done. keepWords says that what they
// wrote with their answers stays, without whose it is. GoOn does it.
func (r *Rights) Begin(ctx context.Context, who authz.Who, p Person, keepWords bool) (survey.Erasure, error) {
	now := r.Now().UTC().Truncate(time.Millisecond)
	whom := whomOf(p)
	whom.Secret = r.secret()
	blocks, err := r.blocks(ctx, p, now)
	if err != nil {
		return survey.Erasure{}, err
	}
	if err := r.Store.Block(ctx, blocks); err != nil {
		return survey.Erasure{}, err
	}
	e := survey.Erasure{
		ID: now.Format("20060102T150405") + "-" + strings.ToLower(r.secret()[:10]), By: who.Staff.ID, Begun: now, State: survey.Erasing, KeepWords: keepWords, Whom: &whom,
	}
	if who.Token != "" {
		e.By, e.Token = who.Token, true
	}
	return r.Store.SaveErasure(ctx, e)
}

func (r *Rights) secret() string {
	if r.Random != nil {
		return r.Random()
	}
	return rand.Text()
}

// blocks are the seals of what the person may come back by: the address, in every audience, the customer id and the contact itself;
// the telephone only where there is nothing else or with the name, for families share telephones.
func (r *Rights) blocks(ctx context.Context, p Person, now time.Time) (all []survey.ErasedBlock, err error) {
	var stop survey.SuppressionReason
	for _, c := range p.Contacts {
		v, ok, err := r.Store.Suppression(ctx, c.Audience, c.ID)
		if err != nil {
			return nil, err
		}
		if ok && v.Reason.Wish() {
			stop = v.Reason
		}
	}
	for _, c := range p.Contacts {
		for _, id := range r.ways(c.Audience, c.Person) {
			all = append(all, survey.ErasedBlock{Seal: r.Keys.Erased(id), Since: now, Stop: stop})
		}
		all = append(all, survey.ErasedBlock{Seal: r.Keys.Erased(c.ID), Since: now, Stop: stop})
	}
	return all, nil
}

// ways are the ids by which a person of an audience comes back.
func (r *Rights) ways(a survey.Audience, p survey.Person) (ids []survey.ContactID) {
	of := r.Keys.Identifiers(a, p)
	if p.Email != "" {
		for _, id := range r.Keys.ContactIDs(p.Email) {
			ids = append(ids, id)
		}
	}
	if of.Customer != "" {
		ids = append(ids, of.Customer)
	}
	if len(ids) == 0 && of.Phone != "" {
		ids = append(ids, of.Phone)
	}
	if both := r.Keys.Namesake(a, p); both != "" { // a second row of theirs may have neither address nor customer id that is known
		ids = append(ids, both)
	}
	return ids
}

// GoOn goes on with an erasure until its steps are done or until is reached, and returns how far it is. Somebody else who goes on
// with it at the same moment gets apperr.ErrChanged; so does the caller.
func (r *Rights) GoOn(ctx context.Context, id string, until time.Time) (survey.Erasure, error) {
	e, err := r.Store.Erasure(ctx, id)
	for err == nil && e.State == survey.Erasing && e.Whom != nil {
		if e, err = r.step(ctx, e); err != nil || r.Now().After(until) {
			break
		}
	}
	return e, err
}

// Report reads an erasure.
func (r *Rights) Report(ctx context.Context, id string) (survey.Erasure, error) {
	return r.Store.Erasure(ctx, id)
}

// settledAtOnce is how many erasures a run of the clock looks at.
const settledAtOnce = 50

// Settle goes on with erasures that somebody began and did not end, and does those again whose time has come. It is the clock's.
func (r *Rights) Settle(ctx context.Context) error {
	all, err := r.Store.Unended(ctx, settledAtOnce)
	if err != nil {
		return err
	}
	now := r.Now()
	for _, e := range all {
		if e.Whom == nil { // what is stored of the person is damaged: the log says so, and the page shows that it does not end
			continue
		}
		if e.State == survey.Settling && !now.Before(e.Again) {
			e.State, e.Step, e.At = survey.Erasing, stepContacts, ""
			if e, err = r.Store.SaveErasure(ctx, e); errors.Is(err, apperr.ErrChanged) {
				continue
			}
			if err != nil {
				return err
			}
		}
		if e.State != survey.Erasing || now.Sub(e.Begun) < time.Minute { // whoever began it is at it
			continue
		}
		if _, err := r.GoOn(ctx, e.ID, now.Add(30*time.Second)); err != nil && !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return nil
}

// step does one bounded piece of the work and writes down how far it is.
func (r *Rights) step(ctx context.Context, e survey.Erasure) (survey.Erasure, error) {
	var next string
	var err error
	switch e.Step {
	case stepContacts:
		err = r.eraseContacts(ctx, &e)
	case stepUndo:
		next, err = r.eraseHistory(ctx, &e)
	case stepCampaigns:
		next, err = r.eraseCampaigns(ctx, &e)
	case stepUploads:
		next, err = r.eraseUploads(ctx, &e)
	case stepAudit:
		next, err = r.eraseAudit(ctx, &e)
	case stepSources:
		for _, s := range r.Sources {
			if err == nil {
				err = s.Erase(ctx, *e.Whom)
			}
		}
	}
	if err != nil {
		return e, err
	}
	if e.At = next; next == "" {
		e.Step++
	}
	if e.Step >= steps {
		e = r.passed(e)
	}
	return r.Store.SaveErasure(ctx, e)
}

// passed is an erasure whose steps are all done: for the first time they are done again later, after that nothing is left to know of
// the person.
func (r *Rights) passed(e survey.Erasure) survey.Erasure {
	now := r.Now().UTC().Truncate(time.Millisecond)
	if e.Again.IsZero() {
		e.State, e.Again = survey.Settling, now.Add(survey.ErasureSettles)
		return e
	}
	e.State, e.Ended, e.Whom = survey.Erased, now, nil
	return e
}

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

// Lift lets somebody come back who was erased: by the address, the customer id, or the telephone. It returns how many blocks it took
// away; what they wished of letters is wished again. Problem: rights_whom.
func (r *Rights) Lift(ctx context.Context, text string) (int, error) {
	seals, addresses, err := r.sealsOf(text)
	if err != nil {
		return 0, err
	}
	blocks, err := r.Store.BlockedAmong(ctx, seals)
	if err != nil || len(blocks) == 0 {
		return 0, err
	}
	for _, b := range blocks {
		if b.Stop != "" && addresses != nil {
			if err := r.Store.Suppress(ctx, addresses, b.Stop, r.Now()); err != nil {
				return 0, err
			}
		}
	}
	return len(blocks), r.Store.Unblock(ctx, seals)
}

// IsBlocked reports whether somebody may not come back, and since when. Problem: rights_whom.
func (r *Rights) IsBlocked(ctx context.Context, text string) (since time.Time, blocked bool, err error) {
	seals, _, err := r.sealsOf(text)
	if err != nil {
		return since, false, err
	}
	blocks, err := r.Store.BlockedAmong(ctx, seals)
	if len(blocks) > 0 {
		since = blocks[0].Since
	}
	return since, len(blocks) > 0, err
}
