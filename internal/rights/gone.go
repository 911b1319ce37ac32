package rights

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// goneStore is what knowing and deleting those needs who are gone from the lists.
type goneStore interface {
	// WholeLists lists the whole lists that are still to be compared.
	WholeLists(ctx context.Context) ([]survey.WholeList, error)
	// SaveWholeList is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveWholeList(ctx context.Context, w survey.WholeList) (survey.WholeList, error)
	// DropWholeList forgets one.
	DropWholeList(ctx context.Context, upload string) error
	// Upload reads an upload; import_unknown.
	Upload(ctx context.Context, id string) (survey.Upload, error)
	// SeenContacts reads whom an upload named, in no order.
	SeenContacts(ctx context.Context, u survey.Upload) ([]survey.SeenContact, error)
	// ContactsAged calls each for some contacts of a shard after one, with their times; next is the last of them, "" at the end.
	ContactsAged(ctx context.Context, a survey.Audience, shard int, after survey.ContactID, limit int, each func(survey.Contact)) (next survey.ContactID, err error)
	// GoneContacts reads who of a shard is gone.
	GoneContacts(ctx context.Context, a survey.Audience, shard int) ([]survey.GoneContacts, error)
	// SaveGone writes that, by the version that was read; apperr.ErrChanged.
	SaveGone(ctx context.Context, g survey.GoneContacts) error
	// Contacts reads contacts by id.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// InCampaigns tells which of up to 100 contacts have a place in one of the campaigns.
	InCampaigns(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]bool, error)
	// ForgetContact deletes a contact with what it is found by.
	ForgetContact(ctx context.Context, c survey.ErasureContact) error
}

const (
	atOnce = 100 // contacts that are asked about together
	// comparedAtOnce is how many contacts one step compares with a whole list, and so the most that are noted together.
	comparedAtOnce = 2000
	// forgottenAtOnce is after how many contacts a step of deleting ends.
	forgottenAtOnce = 500
	// unfinished is how long a whole list is waited for that is not at its end.
	unfinished = 7 * 24 * time.Hour
)

// compareWhole compares audiences with the lists of which somebody said that they are whole, in steps that are written down.
func (r *Retention) compareWhole(ctx context.Context) error {
	lists, err := r.Store.WholeLists(ctx)
	if err != nil {
		return err
	}
	for _, w := range lists {
		if err := r.compare(ctx, w); err != nil && !errors.Is(err, apperr.ErrChanged) { // another clock is at it
			return err
		}
	}
	return nil
}

func (r *Retention) compare(ctx context.Context, w survey.WholeList) error {
	u, err := r.Store.Upload(ctx, w.Upload)
	switch {
	case apperr.Is(err, "import_unknown"), err == nil && !u.Finished && r.Now().Sub(w.Sent) > unfinished:
		return r.Store.DropWholeList(ctx, w.Upload)
	case err != nil || !u.Finished:
		return err
	}
	named, err := r.Store.SeenContacts(ctx, u)
	if err != nil {
		return err
	}
	seen := make([]uint64, len(named))
	for n, c := range named {
		seen[n] = c.ID
	}
	slices.Sort(seen)
	for w.Shard < survey.ContactShards && ctx.Err() == nil {
		if w, err = r.compareSome(ctx, w, seen); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return r.Store.DropWholeList(ctx, w.Upload)
}

// compareSome notes who of some thousand contacts is not in a whole list, and is not known to be gone yet. Who came or was changed after
// the list was sent is not compared: somebody knows of them.
func (r *Retention) compareSome(ctx context.Context, w survey.WholeList, seen []uint64) (survey.WholeList, error) {
	before, err := r.Store.GoneContacts(ctx, w.Audience, w.Shard)
	if err != nil {
		return w, err
	}
	known := map[survey.ContactID]bool{}
	for _, g := range before {
		if g.Upload == w.Upload && g.From == w.After { // this step died after that
			continue
		}
		for _, id := range g.IDs {
			known[id] = true
		}
	}
	gone := survey.GoneContacts{Audience: w.Audience, Shard: w.Shard, Since: w.Sent, Upload: w.Upload, From: w.After}
	next, err := r.Store.ContactsAged(ctx, w.Audience, w.Shard, w.After, comparedAtOnce, func(c survey.Contact) {
		if _, named := slices.BinarySearch(seen, survey.SeenID(c.ID)); !named && !known[c.ID] && c.Created.Before(w.Sent) && c.Updated.Before(w.Sent) {
			gone.IDs = append(gone.IDs, c.ID)
		}
	})
	if err != nil {
		return w, err
	}
	if len(gone.IDs) > 0 {
		if err := r.Store.SaveGone(ctx, gone); err != nil {
			return w, err
		}
	}
	if w.After = next; next == "" {
		w.Shard++
	}
	return r.Store.SaveWholeList(ctx, w)
}

// gone deletes contacts that no list has named for so long, some hundred a step; place is "<n>/<name>": n counts the shards of all
// audiences. Who has an open case, or was asked in a campaign that goes on, stays until that has ended; who was changed since is not gone
// any more.
func (r *Retention) gone(ctx context.Context, run survey.RetentionRun, place string, sum *survey.RetentionSum) (next string, err error) {
	before := run.Before(run.Rules.Contacts)
	if before.IsZero() {
		return auditPart, nil
	}
	at, name, _ := strings.Cut(place, "/")
	n, _ := strconv.Atoi(at)
	for done := 0; n < len(survey.Audiences)*survey.ContactShards; n, name = n+1, "" {
		all, err := r.Store.GoneContacts(ctx, survey.Audiences[n/survey.ContactShards], n%survey.ContactShards)
		if err != nil {
			return "", err
		}
		for _, g := range all {
			if !g.Since.Before(before) || g.Name() <= name {
				continue
			}
			some, err := r.forget(ctx, run, g, forgottenAtOnce-done)
			if err != nil {
				return "", err
			}
			sum.Contacts += some.gone
			if done += some.gone; some.more {
				return gonePart + strconv.Itoa(n) + "/" + name, nil
			}
			if name = g.Name(); done >= forgottenAtOnce {
				return gonePart + strconv.Itoa(n) + "/" + name, nil
			}
		}
	}
	return auditPart, nil
}

type forgotten struct {
	gone int
	more bool // there are others in the same place
}

// forget deletes up to limit of some contacts who are gone, or counts all of them.
func (r *Retention) forget(ctx context.Context, run survey.RetentionRun, g survey.GoneContacts, limit int) (done forgotten, err error) {
	campaigns, err := r.Store.Campaigns(ctx, g.Audience, allCampaigns)
	if err != nil {
		return done, err
	}
	var ids, running []survey.CampaignID
	for _, c := range campaigns {
		if ids = append(ids, c.ID); c.Watched() {
			running = append(running, c.ID)
		}
	}
	deleting := run.Stage == survey.RetentionDeleting
	var stay []survey.ContactID
	for some := range slices.Chunk(g.IDs, atOnce) {
		if deleting && done.gone >= limit {
			done.more = true
			stay = append(stay, some...)
			continue
		}
		there, err := r.Store.Contacts(ctx, g.Audience, some)
		if err != nil {
			return done, err
		}
		open, err := r.Store.OpenCases(ctx, ids, some)
		if err != nil {
			return done, err
		}
		asked, err := r.Store.InCampaigns(ctx, running, some)
		if err != nil {
			return done, err
		}
		for _, id := range some {
			c, ok := there[id]
			switch {
			case !ok || c.Updated.After(g.Since):
				continue
			case open[id] || asked[id]:
				stay = append(stay, id)
				continue
			}
			done.gone++
			if !deleting {
				continue
			}
			if err := r.Store.ForgetContact(ctx, survey.ErasureContact{Audience: c.Audience, ID: c.ID, Mail: c.MailID(), Found: c.Found}); err != nil {
				return done, err
			}
		}
	}
	if !deleting || len(stay) == len(g.IDs) {
		return done, nil
	}
	g.IDs = stay
	return done, r.Store.SaveGone(ctx, g)
}
