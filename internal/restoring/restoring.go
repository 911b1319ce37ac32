// Package restoring reads a workspace back that another has written out as lines of JSON (docs/export.md): settings, staff, contacts, campaigns with their letters,
// answers and cases. Ids stay what they were; a contact's id is a keyed hash of the other workspace, and so the contact is found here as one whose address came
// later. What is there already stays. Lines say all that they need but the campaign and the contact that they name, which come before them, so that a file
// may come in parts; the same part again changes nothing. Nobody is written to because of it, and no campaign goes on.
package restoring

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/insight/themes"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Store is what it needs of the table. Every call may be repeated.
type Store interface {
	Settings(ctx context.Context) (survey.Settings, error)
	PutSettings(ctx context.Context, v survey.Settings) (survey.Settings, error)
	Schedule(ctx context.Context) (loop.Schedule, error)
	PutSchedule(ctx context.Context, v loop.Schedule) (loop.Schedule, error)
	Practice(ctx context.Context) (loop.Practice, error)
	PutPractice(ctx context.Context, p loop.Practice) (loop.Practice, error)
	// Themes reads the dictionary; ok is false while the company has none of its own. PutThemes is a compare-and-swap by the version.
	Themes(ctx context.Context) (d themes.Dictionary, version int, ok bool, err error)
	PutThemes(ctx context.Context, d themes.Dictionary, version int) (int, error)
	// ChangeStaff writes those that decide makes of everybody there is.
	ChangeStaff(ctx context.Context, decide func(stored []survey.Staff) ([]survey.Staff, error)) error
	SayDimensions(ctx context.Context, a survey.Audience, said survey.Dimensions) (survey.Dimensions, error)
	// Contacts reads contacts; those that are not there are absent. ContactByMail finds whoever has an address.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	ContactByMail(ctx context.Context, a survey.Audience, mail survey.ContactID) (c survey.Contact, ok bool, err error)
	// SaveContact writes a new contact (was is zero) with what it is found by; apperr.ErrChanged where that is somebody else's.
	SaveContact(ctx context.Context, c survey.Contact, was time.Time, whose map[survey.Identifier]survey.Identified, gone []survey.Identifier) error
	NoteAccounts(ctx context.Context, a survey.Audience, now time.Time) error
	Suppress(ctx context.Context, ids map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, now time.Time) error
	StopContact(ctx context.Context, a survey.Audience, id survey.ContactID, reason survey.SuppressionReason, now time.Time) error
	// Blocked reads whom nobody may bring back, by the seals of their identifiers.
	Blocked(ctx context.Context) (map[string]survey.ErasedBlock, error)
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// CreateCampaign, SaveMailing and CreateCase store what is new; apperr.ErrChanged where there is one.
	CreateCampaign(ctx context.Context, c survey.Campaign) error
	SaveMailing(ctx context.Context, w survey.Mailing) (survey.Mailing, error)
	Mailing(ctx context.Context, id survey.CampaignID, number int) (w survey.Mailing, ok bool, err error)
	PutAsked(ctx context.Context, c survey.CampaignID, shard int, a survey.Asked) error
	PutAskedAccounts(ctx context.Context, c survey.CampaignID, shard int, counts map[survey.AccountID]int) error
	// AddDecided writes batches that are decided, where there are none of their names.
	AddDecided(ctx context.Context, bs []survey.Batch, a survey.Audience) error
	// MendInvitations writes those that are not there, SaveInvitation is a compare-and-swap by the version before.
	MendInvitations(ctx context.Context, is []survey.Invitation, complete func(missing []survey.Invitation) error) error
	SaveInvitation(ctx context.Context, i survey.Invitation) error
	// AddBrought writes answers where there are none.
	AddBrought(ctx context.Context, rs []survey.Response) (taken []bool, err error)
	PutQuote(ctx context.Context, c survey.CampaignID, id survey.ContactID, q survey.Quote) error
	Case(ctx context.Context, campaign survey.CampaignID, contact survey.ContactID) (c loop.Case, ok bool, err error)
	CreateCase(ctx context.Context, c loop.Case) (loop.Case, error)
	SaveCaseAnd(ctx context.Context, was, c loop.Case, notes []loop.Note) (loop.Case, error)
}

// Keys derives ids: *keys.Keys.
type Keys interface {
	Identifiers(a survey.Audience, p survey.Person) survey.Identifiers
	AccountID(a survey.Audience, c survey.Company) survey.AccountID
	ContactIDs(email string) map[survey.Audience]survey.ContactID
	Erased(id survey.ContactID) string
}

// Restorer reads workspaces back. It is safe for concurrent use.
type Restorer struct {
	Store Store
	Keys  Keys
	Now   func() time.Time
}

// Outcome is what became of lines, by their kind.
type Outcome struct {
	New    map[string]int `json:"new"`
	There  map[string]int `json:"there"`  // already, and so they stay as they are
	Passed map[string]int `json:"passed"` // kinds that are not read back, and whoever must not be
}

// imported marks answers that were read back: nobody is told of them.
const imported = "restored.1"

// Version is of the form of the lines.
const Version = 1

// atOnce is how many calls write contacts, or cases, at once.
const atOnce = 8

// Restore reads lines back, as many as a body holds. Problems: restore_line (which, and what is wrong), restore_version, restore_campaign.
func (r *Restorer) Restore(ctx context.Context, body []byte) (Outcome, error) {
	run := &restoring{Restorer: r, out: Outcome{map[string]int{}, map[string]int{}, map[string]int{}}, campaigns: map[survey.CampaignID]survey.Campaign{}}
	groups, err := parse(body)
	if err != nil {
		return run.out, err
	}
	if run.blocked, err = r.Store.Blocked(ctx); err != nil {
		return run.out, err
	}
	for _, g := range groups {
		if err := run.take(ctx, g); err != nil {
			return run.out, err
		}
	}
	return run.out, nil
}

// group is lines of one kind that stand together.
type group struct {
	kind  string
	lines []json.RawMessage
	first int // its number in the body, from 1
}

func parse(body []byte) (all []group, err error) {
	n := 0
	for len(body) > 0 {
		line, rest, _ := bytes.Cut(body, []byte("\n"))
		body = rest
		if n++; len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var head struct {
			Kind    string `json:"kind"`
			Version int    `json:"version"`
		}
		if err := json.Unmarshal(line, &head); err != nil || head.Kind == "" {
			return nil, apperr.New(apperr.Invalid, "restore_line", "", "Line", n)
		}
		if head.Kind == "onetap" && head.Version != Version {
			return nil, apperr.New(apperr.Invalid, "restore_version", "", "Got", head.Version, "Known", Version)
		}
		if len(all) == 0 || all[len(all)-1].kind != head.Kind {
			all = append(all, group{kind: head.Kind, first: n})
		}
		g := &all[len(all)-1]
		g.lines = append(g.lines, line)
	}
	return all, nil
}

// restoring is one body on its way.
type restoring struct {
	*Restorer
	mu        sync.Mutex
	out       Outcome
	campaigns map[survey.CampaignID]survey.Campaign
	blocked   map[string]survey.ErasedBlock
}

func (r *restoring) did(kind string, fresh bool, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if fresh {
		r.out.New[kind] += n
	} else {
		r.out.There[kind] += n
	}
}

func (r *restoring) passed(kind string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Passed[kind] += n
}

// created counts what was stored unless it was there.
func (r *restoring) created(kind string, err error) error {
	if err != nil && !errors.Is(err, apperr.ErrChanged) {
		return err
	}
	r.did(kind, err == nil, 1)
	return nil
}

// take takes lines of one kind.
func (r *restoring) take(ctx context.Context, g group) error {
	switch g.kind {
	case "onetap":
		return nil
	case "settings":
		return each(g, func(v survey.Settings) error { return r.settings(ctx, v) })
	case "deadlines":
		return each(g, func(v loop.Schedule) error {
			stored, err := r.Store.Schedule(ctx)
			if err == nil && stored.Version > 0 {
				err = apperr.ErrChanged
			}
			if err == nil {
				v.Version = 0
				_, err = r.Store.PutSchedule(ctx, v)
			}
			return r.created(g.kind, err)
		})
	case "practice":
		return each(g, func(v loop.Practice) error {
			stored, err := r.Store.Practice(ctx)
			if err == nil && stored.Version > 0 {
				err = apperr.ErrChanged
			}
			if err == nil {
				v.Version = 0
				_, err = r.Store.PutPractice(ctx, v)
			}
			return r.created(g.kind, err)
		})
	case "themes":
		return each(g, func(v themesLine) error {
			v.Themes = v.Themes.Tidy()
			if err := v.Themes.Check(); err != nil {
				return apperr.New(apperr.Invalid, "restore_line", "", "Line", g.first)
			}
			_, _, own, err := r.Store.Themes(ctx)
			if err == nil && own {
				err = apperr.ErrChanged
			}
			if err == nil {
				_, err = r.Store.PutThemes(ctx, v.Themes, 0)
			}
			return r.created(g.kind, err)
		})
	case "staff":
		return r.staff(ctx, g)
	case "column":
		return each(g, func(v columnLine) error {
			_, err := r.Store.SayDimensions(ctx, v.Audience, survey.Dimensions{v.Column: {Use: v.Segment, Chosen: v.Chosen}})
			r.did(g.kind, err == nil, 1)
			return err
		})
	case "contact":
		return each2(ctx, g, func(ctx context.Context, v contactLine) error { return r.contact(ctx, v) })
	case "campaign":
		return each(g, func(v survey.Campaign) error { return r.campaign(ctx, v) })
	case "mailing":
		return each(g, func(l mailingLine) error {
			v := l.Mailing
			v.Version, v.Carry, v.Cells = 0, nil, ""
			if v.State != survey.MailingDone {
				v.State, v.Shard = survey.MailingDone, survey.ContactShards
			}
			_, err := r.Store.SaveMailing(ctx, v)
			return r.created(g.kind, err)
		})
	case "asked":
		return each(g, func(v askedLine) error { return r.asked(ctx, v) })
	case "invitation":
		return r.invitations(ctx, g)
	case "answer":
		return r.answers(ctx, g)
	case "quote":
		return each(g, func(v quoteLine) error {
			r.did(g.kind, true, 1)
			return r.Store.PutQuote(ctx, v.Campaign, v.Contact, v.Quote)
		})
	case "case":
		return each2(ctx, g, func(ctx context.Context, v caseLine) error { return r.caseOf(ctx, v) })
	}
	r.passed(g.kind, len(g.lines))
	return nil
}

type themesLine struct {
	Themes themes.Dictionary `json:"themes"`
}

// each calls take for every line.
func each[T any](g group, take func(T) error) error {
	for i, line := range g.lines {
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return apperr.New(apperr.Invalid, "restore_line", "", "Line", g.first+i)
		}
		if err := take(v); err != nil {
			return err
		}
	}
	return nil
}

// each2 is each with several at once.
func each2[T any](ctx context.Context, g group, take func(context.Context, T) error) error {
	run, ctx := errgroup.WithContext(ctx)
	run.SetLimit(atOnce)
	err := each(g, func(v T) error {
		run.Go(func() error { return take(ctx, v) })
		return ctx.Err()
	})
	return errors.Join(run.Wait(), err)
}

// read reads all lines.
func read[T any](g group) (all []T, err error) {
	err = each(g, func(v T) error { all = append(all, v); return nil })
	return all, err
}

func (r *restoring) settings(ctx context.Context, v survey.Settings) error {
	stored, err := r.Store.Settings(ctx)
	if err == nil && stored.Version > 0 {
		err = apperr.ErrChanged
	}
	if err == nil {
		v.Version = 0
		_, err = r.Store.PutSettings(ctx, v)
	}
	return r.created("settings", err)
}

func (r *restoring) staff(ctx context.Context, g group) error {
	all, err := read[survey.Staff](g)
	if err != nil {
		return err
	}
	fresh := 0
	for some := range slices.Chunk(all, 90) {
		n := 0
		err := r.Store.ChangeStaff(ctx, func(stored []survey.Staff) ([]survey.Staff, error) {
			n = 0
			var add []survey.Staff
			for _, m := range some {
				if !slices.ContainsFunc(stored, func(s survey.Staff) bool { return sameStaff(s, m) }) {
					add = append(add, m)
				}
			}
			n = len(add)
			return add, nil
		})
		if err != nil {
			return err
		}
		fresh += n
	}
	r.did("staff", true, fresh)
	r.did("staff", false, len(all)-fresh)
	return nil
}
