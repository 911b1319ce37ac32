package insight

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/insight/themes"
	"onetap/internal/survey"
)

// Editor changes the company's dictionary of themes, and tries a theme on what people wrote. It is the administrators': a theme finds whatever word
// somebody puts into it, so who may not know the people could look for names with it.
type Editor struct {
	Store   EditorStore
	Results *Results
}

// EditorStore is what it needs of the table.
type EditorStore interface {
	ThemeStore
	AskStore
	// PutThemes writes the dictionary if it still has the version (0: none is stored), and returns the next one; apperr.ErrChanged.
	PutThemes(ctx context.Context, d themes.Dictionary, version int) (int, error)
	// Campaigns lists an audience's campaigns, the latest first, up to limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
}

// Read is the company's dictionary and its version.
func (e *Editor) Read(ctx context.Context) (themes.Dictionary, int, error) {
	return Dictionary(ctx, e.Store)
}

// Save stores a dictionary unless somebody else has since the version: then it returns apperr.ErrChanged with what is stored. Analyses that were made by
// another are made anew by themselves within half an hour, or when asked for. Problems: those of themes.Wrong, whose Where is "themes.2.words".
func (e *Editor) Save(ctx context.Context, d themes.Dictionary, version int) (themes.Dictionary, int, error) {
	d = d.Tidy()
	if err := d.Check(); err != nil {
		return d, version, refusal(d, err)
	}
	next, err := e.Store.PutThemes(ctx, d, version)
	if !errors.Is(err, apperr.ErrChanged) {
		return d, next, err
	}
	if d, version, err = e.Read(ctx); err != nil {
		return d, version, err
	}
	return d, version, apperr.ErrChanged
}

// refusal is what is wrong with a dictionary, as a person is told.
func refusal(d themes.Dictionary, err error) error {
	var wrong themes.Wrong
	if !errors.As(err, &wrong) {
		return err
	}
	where, name := "themes", ""
	if wrong.Theme > 0 && wrong.Theme <= len(d) {
		where, name = fmt.Sprintf("themes.%d.%s", wrong.Theme, wrong.Field), d[wrong.Theme-1].Name("")
	}
	return apperr.New(apperr.Invalid, wrong.Code, where, "Value", wrong.Value, "Limit", wrong.Limit, "Theme", name)
}

// Change reads the dictionary, changes it and stores it, unless somebody else has since the version: apperr.ErrChanged. Problems: those of Save and of the
// change.
func (e *Editor) Change(ctx context.Context, version int, change func(themes.Dictionary) (themes.Dictionary, error)) error {
	d, stored, err := e.Read(ctx)
	if err != nil {
		return err
	}
	if stored != version {
		return apperr.ErrChanged
	}
	next, err := change(d)
	if err != nil {
		return refusal(d, err)
	}
	_, _, err = e.Save(ctx, next, version)
	return err
}

// Theme is one theme of the dictionary. Problem: no_such_page.
func (e *Editor) Theme(ctx context.Context, id string) (themes.Theme, themes.Dictionary, int, error) {
	d, version, err := e.Read(ctx)
	if err != nil {
		return themes.Theme{}, nil, 0, err
	}
	t, ok := d.Of(id)
	if !ok {
		return t, d, version, apperr.New(apperr.Unknown, "no_such_page", "")
	}
	return t, d, version, nil
}

// Stale is how many campaigns were analysed by another dictionary than the one of this version.
func (e *Editor) Stale(ctx context.Context, version int) (n int, err error) {
	for _, a := range survey.Audiences {
		if a.Anonymous() {
			continue
		}
		known, err := e.Store.Analysed(ctx, a)
		if err != nil {
			return 0, err
		}
		for _, done := range known.Of {
			if !done.At.IsZero() && done.Dictionary != version {
				n++
			}
		}
	}
	return n, nil
}

// AskStale has all campaigns analysed anew that were by another dictionary, within some minutes. Problem: apperr.ErrChanged where that is being done.
func (e *Editor) AskStale(ctx context.Context) error {
	_, version, err := e.Read(ctx)
	if err != nil {
		return err
	}
	for _, a := range survey.Audiences {
		if a.Anonymous() {
			continue
		}
		known, err := e.Store.Analysed(ctx, a)
		if err != nil {
			return err
		}
		asked := false
		for id, done := range known.Of {
			if !done.At.IsZero() && done.Dictionary != version && !done.Asked {
				done.Asked, asked = true, true
				known = known.With(id, done)
			}
		}
		if asked {
			if err := e.Store.SaveAnalysed(ctx, known); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	// triedOn is at how many answers a trial looks, and triedShown how many comments it shows.
	triedOn, triedShown = 2000, 5
	// triedCampaigns is among how many of an audience's latest campaigns one with comments is looked for.
	triedCampaigns = 20
)

// Trial is what a theme would find.
type Trial struct {
	Why      []string // the words of the comment because of which it is found; none: it is not
	Campaign survey.Campaign
	Comments int // of it, that were looked at; 0: nobody wrote anything yet
	Partly   bool
	Found    int // of these, with the theme as it is tried
	Was      int // and with the theme as it is stored
	Examples []Answer
}

// Try says what a theme would find in a comment, and in the latest campaign with comments. Problems: those of themes.Wrong.
func (e *Editor) Try(ctx context.Context, who authz.Who, t themes.Theme, comment string) (out Trial, err error) {
	alone := themes.Dictionary{t}.Tidy()
	alone[0].Hidden = false
	if err := alone.Check(); err != nil {
		return out, refusal(alone, err)
	}
	now := themes.NewFinder(alone)
	if strings.TrimSpace(comment) != "" {
		out.Why = now.Why(t.ID, comment)
	}
	c, ok, err := e.latest(ctx, who)
	if err != nil || !ok {
		return out, err
	}
	out.Campaign = c
	stored, _, err := e.Read(ctx)
	if err != nil {
		return out, err
	}
	one, _ := stored.Of(t.ID)
	one.Hidden = false
	then := themes.NewFinder(themes.Dictionary{one})
	var found, fresh []survey.Response
	_, _, next, err := e.Results.Store.FindResponses(ctx, c.ID, survey.Cursor{}, triedOn, triedOn, func(r survey.Response) bool {
		if !r.Verified || r.Why == "" && r.Wish == "" {
			return false
		}
		out.Comments++
		is, was := len(now.Find(wordsIn(r))) > 0, len(then.Find(wordsIn(r))) > 0
		if was {
			out.Was++
		}
		if is {
			out.Found++
			if !was && len(fresh) < triedShown {
				fresh = append(fresh, r)
			} else if len(found) < triedShown {
				found = append(found, r)
			}
		}
		return false
	})
	if err != nil {
		return out, err
	}
	out.Partly = next != nil
	found = slices.Concat(fresh, found) // what it would find anew comes first
	out.Examples, err = e.Results.shown(ctx, who, c, found[:min(len(found), triedShown)])
	return out, err
}

// latest is the latest campaign with comments of those that a reader may see one by one.
func (e *Editor) latest(ctx context.Context, who authz.Who) (last survey.Campaign, ok bool, err error) {
	for _, a := range survey.Audiences {
		if a.Anonymous() || !Persons(a, who) {
			continue
		}
		all, err := e.Store.Campaigns(ctx, a, triedCampaigns)
		if err != nil {
			return last, false, err
		}
		slices.SortStableFunc(all, func(a, b survey.Campaign) int { return b.Launched.Compare(a.Launched) })
		for _, c := range all {
			if c.Launched.IsZero() || ok && c.Launched.Before(last.Launched) {
				continue
			}
			whole, err := e.Results.Whole(ctx, who, c)
			if err != nil {
				return last, false, err
			}
			if whole.Tally().Comments > 0 {
				last, ok = c, true
				break
			}
		}
	}
	return last, ok, nil
}
