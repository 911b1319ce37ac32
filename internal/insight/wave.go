package insight

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/insight/themes"
	"onetap/internal/nps"
	"onetap/internal/stats"
	"onetap/internal/survey"
	"onetap/internal/waves"
)

// Wave is what a whole campaign came to, held against the one before it, as one reader may see it. All readers see the company's figures there.
type Wave struct {
	a          waves.Analysis
	view       View
	leads      bool // to the people behind a number
	kinds      []string
	dictionary themes.Dictionary
	version    int  // of the dictionary
	keeps      bool // the reader keeps the dictionary
}

// ErrNoWave says that a campaign was not analysed yet.
var ErrNoWave = apperr.New(apperr.Conflict, "wave_not_yet", "")

// Wave reads what was kept of the campaign. Problems: ErrWholeOnly, ErrNoWave.
func (o *Reading) Wave(ctx context.Context) (*Wave, error) {
	d, version, err := Dictionary(ctx, o.results.Store)
	if err != nil {
		return nil, err
	}
	return o.wave(ctx, d, version)
}

func (o *Reading) wave(ctx context.Context, d themes.Dictionary, version int) (*Wave, error) {
	if !o.view.Compared() {
		return nil, ErrWholeOnly
	}
	a, ok, err := o.results.Store.Analysis(ctx, o.campaign.ID)
	if err != nil {
		return nil, err
	}
	if !ok || !o.view.People() && a.Whole.Answers() < LeastFigures {
		return nil, ErrNoWave
	}
	kinds := append([]string{survey.KindTeam, survey.KindLanguage}, o.Dimensions()...)
	keeps := o.who.Can(authz.WriteSettings) && o.who.Can(authz.ReadPeople)
	return &Wave{a: a, view: o.view, leads: o.view.People() && o.who.All(), kinds: kinds, dictionary: d, version: version, keeps: keeps}, nil
}

// AskWave has the campaign analysed within some minutes. Problem: ErrWholeOnly.
func (o *Reading) AskWave(ctx context.Context) error {
	if !o.view.Compared() {
		return ErrWholeOnly
	}
	return AskAnalysis(ctx, o.results.Store, o.campaign)
}

// AskStore is what asking for an analysis needs of the table.
type AskStore interface {
	Analysed(ctx context.Context, a survey.Audience) (waves.Looked, error)
	SaveAnalysed(ctx context.Context, l waves.Looked) error
}

// AskAnalysis marks a campaign to be analysed by the next run.
func AskAnalysis(ctx context.Context, s AskStore, c survey.Campaign) error {
	known, err := s.Analysed(ctx, c.Audience)
	if err != nil {
		return err
	}
	done := known.Of[c.ID]
	if done.Asked {
		return nil
	}
	done.Asked = true
	return s.SaveAnalysed(ctx, known.With(c.ID, done))
}

// Analysis is when and of how many answers and comments it was made.
func (w *Wave) Analysis() (a waves.Analysis) {
	return waves.Analysis{Campaign: w.a.Campaign, Before: w.a.Before, At: w.a.At, Comments: w.shownComments(), Damaged: w.a.Damaged}
}

func (w *Wave) shownComments() int {
	if w.FewComments() {
		return 0
	}
	return w.a.Comments
}

// FewComments reports whether the reader may not see how many comments there are: there are some, and too few.
func (w *Wave) FewComments() bool {
	return !w.view.People() && w.a.Comments > 0 && w.a.Comments < LeastWords
}

// Stale reports whether the dictionary of themes was changed since.
func (w *Wave) Stale() bool { return w.a.Dictionary != w.version }

// Answers is of how many it was made.
func (w *Wave) Answers() int64 { return w.a.Whole.Answers() }

// Change is the campaign against the one before, knowing who answered both; ok is false where there is none, or where one may not be seen.
func (w *Wave) Change() (c nps.Comparison, ok bool) {
	if !w.may(w.a.Earlier.Answers(), w.a.Whole.Answers()) {
		return c, false
	}
	return w.a.Change()
}

// Paired is of those who answered both, each against what they themselves said before, and how many they are.
func (w *Wave) Paired() (c nps.Comparison, both int64, ok bool) {
	if both = w.a.Movement.Both(); !w.may(both) {
		return c, 0, false
	}
	c, ok = w.a.Movement.Compare()
	return c, both, ok
}

// Apart is of those who answered only one of the two: left before, came now.
func (w *Wave) Apart() (c nps.Comparison, left, came int64, ok bool) {
	if left, came = w.a.Left.Answers(), w.a.Came.Answers(); !w.may(left, came) {
		return c, 0, 0, false
	}
	c, ok = w.a.Apart()
	return c, left, came, ok
}

// Movement is who went from which group to which. ok is false without an earlier wave, and for who may not know the people where any number is of few.
func (w *Wave) Movement() (m stats.Movement, ok bool) {
	m = w.a.Movement
	if w.a.Before == "" || m == (stats.Movement{}) {
		return m, false
	}
	numbers := append(append([]int64{}, m.Came[:]...), m.Left[:]...)
	for _, row := range m.People {
		numbers = append(numbers, row[:]...)
	}
	return m, w.may(numbers...)
}

// may reports whether numbers of people may be seen: none is of fewer than LeastFigures but of nobody.
func (w *Wave) may(numbers ...int64) bool {
	return w.view.People() || !slices.ContainsFunc(numbers, func(n int64) bool { return n > 0 && n < LeastFigures })
}

// Leads reports whether the reader may see who is behind a number.
func (w *Wave) Leads() bool { return w.leads }

// Mixes are what segments did to the change, by dimension, that first of which one segment did most for its size; for who may know the people.
func (w *Wave) Mixes() (all []waves.Mix) {
	if !w.view.People() {
		return nil
	}
	for _, mix := range w.a.Mixes {
		if slices.Contains(w.kinds, mix.Kind) {
			all = append(all, mix)
		}
	}
	return waves.ByOddity(all)
}

// ThemeFigure is one theme of a campaign's comments.
type ThemeFigure struct {
	Theme     themes.Theme // zero: the comments that fit none
	Tally     nps.Tally    // of whose comment mentions it
	Share     nps.Share    // of all comments
	Earlier   nps.Share    // in the wave before; Of is 0 where there is none
	New       bool         // nobody mentioned it before
	Withheld  bool         // too few to be shown to this reader
	Direction int          // +1 and −1: mentioned more, or less, often than before by more than chance
}

// Themes are those that are mentioned, the most often first, and the comments that fit none.
func (w *Wave) Themes() (list []ThemeFigure, none ThemeFigure) {
	for _, m := range w.a.Themes {
		theme, ok := w.dictionary.Of(m.Theme)
		if !ok || theme.Hidden || m.Now.Answers() == 0 && m.Earlier.Answers() == 0 {
			continue
		}
		list = append(list, w.figure(theme, m))
	}
	slices.SortStableFunc(list, func(a, b ThemeFigure) int { return int(b.Share.Did - a.Share.Did) })
	return list, w.unthemed()
}

// figure is one theme as the reader may see it.
func (w *Wave) figure(theme themes.Theme, m waves.Mentioned) ThemeFigure {
	f := ThemeFigure{Theme: theme, Tally: m.Now}
	f.Share, f.Earlier = w.a.Share(m)
	f.New = m.Earlier.Answers() == 0 && m.Comments > 0 && m.Now.Answers() > 0
	if !w.view.People() && (m.Now.Answers() < LeastWords || m.Earlier.Answers() > 0 && m.Earlier.Answers() < LeastWords) {
		return ThemeFigure{Theme: theme, Withheld: true}
	}
	if c, ok := nps.CompareShares(f.Earlier, f.Share); ok && c.Real {
		f.Direction = 1
		if c.Difference < 0 {
			f.Direction = -1
		}
	}
	return f
}

// unthemed are the comments that fit no theme.
func (w *Wave) unthemed() ThemeFigure {
	if !w.view.People() && w.a.Unthemed.Answers() < LeastWords {
		return ThemeFigure{Withheld: true}
	}
	return ThemeFigure{Tally: w.a.Unthemed, Share: nps.Share{Of: int64(w.a.Comments), Did: w.a.Unthemed.Answers()}}
}

// Theme is one theme, or with NoTheme the comments that fit none. Problem: no_such_page for a theme that there is not, or that is hidden.
func (w *Wave) Theme(id string) (ThemeFigure, error) {
	if id == NoTheme {
		return w.unthemed(), nil
	}
	theme, ok := w.dictionary.Of(id)
	if !ok || theme.Hidden {
		return ThemeFigure{}, apperr.New(apperr.Unknown, "no_such_page", "")
	}
	m := waves.Mentioned{Theme: id}
	if i := slices.IndexFunc(w.a.Themes, func(m waves.Mentioned) bool { return m.Theme == id }); i >= 0 {
		m = w.a.Themes[i]
	}
	return w.figure(theme, m), nil
}

// ThemeAt is a theme in one campaign of its trend.
type ThemeAt struct {
	Campaign survey.Campaign
	Stale    bool // it was analysed by another dictionary
	ThemeFigure
}

// trended is over how many campaigns a theme's trend is shown.
const trended = 24

// ThemeTrend is a theme over the campaigns of the audience that were analysed, until this one, the earliest first. Problems: ErrWholeOnly, those of Theme.
func (o *Reading) ThemeTrend(ctx context.Context, id string) ([]ThemeAt, error) {
	all, err := o.results.Store.Campaigns(ctx, o.campaign.Audience, waves.Campaigns)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c survey.Campaign) bool { return c.Launched.IsZero() || c.Launched.After(o.campaign.Launched) })
	slices.SortStableFunc(all, func(a, b survey.Campaign) int { return a.Launched.Compare(b.Launched) })
	all = all[max(0, len(all)-trended):]
	d, version, err := Dictionary(ctx, o.results.Store)
	if err != nil {
		return nil, err
	}
	found, read := make([]*ThemeAt, len(all)), errgroup.Group{}
	read.SetLimit(8)
	for i, c := range all {
		read.Go(func() error {
			other := &Reading{o.results, c, o.who, o.results.View(o.who, c), o.page, o.budget}
			w, err := other.wave(ctx, d, version)
			if errors.Is(err, ErrNoWave) {
				return nil
			}
			if err != nil {
				return err
			}
			f, err := w.Theme(id)
			found[i] = &ThemeAt{c, w.Stale(), f}
			return err
		})
	}
	if err := read.Wait(); err != nil {
		return nil, err
	}
	var out []ThemeAt
	for _, one := range found {
		if one != nil {
			out = append(out, *one)
		}
	}
	return out, nil
}

// Suggested are words that no theme knows, that occur together, and that tell the groups or the waves apart: for who keeps the dictionary, with its version.
// What was put into a theme since is left out.
func (w *Wave) Suggested() (all []waves.Suggestion, version int) {
	if !w.keeps {
		return nil, 0
	}
	for _, s := range w.a.Suggested {
		s.Words = slices.DeleteFunc(slices.Clone(s.Words), func(one waves.Word) bool {
			return slices.ContainsFunc(w.dictionary, func(t themes.Theme) bool { return slices.Contains(t.Words, one.Word) })
		})
		if len(s.Words) > 0 {
			all = append(all, s)
		}
	}
	return all, w.version
}

// Dictionary is the company's dictionary of themes.
func (w *Wave) Dictionary() themes.Dictionary { return w.dictionary }

// Mover is somebody who is in one cell of the movement.
type Mover struct {
	Answer  Answer // of this campaign; of who left, of the one before
	Contact survey.Contact
	Before  int // their score then; −1: they did not answer
	Now     int // and now
}

const (
	moversLookedAt = 3000
	moversShown    = 100
)

// Movers lists who went from one group to another: "" stands for those who did not answer. It looks at a bounded number of answers; partly says that there
// may be others. For who may know the people and sees all of them. Problems: ErrWholeOnly, ErrNoWave, ErrNarrow.
func (o *Reading) Movers(ctx context.Context, earlier survey.Campaign, from, to nps.Group) (all []Mover, partly bool, err error) {
	w, err := o.Wave(ctx)
	switch {
	case err != nil:
		return nil, false, err
	case !w.leads || !o.who.Can(authz.ReadPeople):
		return nil, false, ErrNarrow
	case w.a.Before == "" || w.a.Before != earlier.ID || from == "" && to == "":
		return nil, false, ErrNoWave
	}
	walked, other, group := o.campaign, earlier, to
	if to == "" {
		walked, other, group = earlier, o.campaign, from
	}
	var cursor survey.Cursor
	for looked := 0; looked < moversLookedAt && len(all) < moversShown; {
		found, n, next, err := o.results.Store.FindResponses(ctx, walked.ID, cursor, moversShown, moversLookedAt-looked, func(r survey.Response) bool { return r.Verified && r.Group() == group })
		if err != nil {
			return nil, false, err
		}
		looked += n
		ids := make([]survey.ContactID, len(found))
		for i, r := range found {
			ids[i] = r.Contact
		}
		places, err := o.results.Store.Places(ctx, []survey.CampaignID{other.ID}, ids)
		if err != nil {
			return nil, false, err
		}
		people, err := o.results.Store.Contacts(ctx, o.campaign.Audience, ids)
		if err != nil {
			return nil, false, err
		}
		for _, r := range found {
			one := Mover{Contact: people[r.Contact], Before: -1, Now: r.Score}
			place := places[r.Contact][other.ID]
			switch {
			case to == "" && !place.Answered:
				one.Before, one.Now = r.Score, -1
			case to == "":
				continue
			case from == "" && !place.Answered:
			case from != "" && place.Answered && nps.Score(place.Score).Group() == from:
				one.Before = place.Score
			default:
				continue
			}
			shown, err := o.results.shown(ctx, o.who, walked, []survey.Response{r})
			if err != nil {
				return nil, false, err
			}
			if one.Answer = shown[0]; len(all) < moversShown {
				all = append(all, one)
			} else {
				partly = true
			}
		}
		if next == nil {
			return all, partly, nil
		}
		cursor = *next
	}
	return all, true, nil
}
