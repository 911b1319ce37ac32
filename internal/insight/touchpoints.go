package insight

import (
	"context"

	"golang.org/x/sync/errgroup"

	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/waves"
)

// TouchpointFigure is how people have found one touchpoint in one campaign.
type TouchpointFigure struct {
	Touchpoint survey.Touchpoint // as the company calls it now
	Then       survey.Touchpoint // as the campaign did
	Count      survey.RatingCount
	Own        survey.RatingCount // within the reader's reach; all, where that is everybody's
	Withheld   bool               // too few to be shown to this reader
	Direction  int                // +1 and −1: better, and worse, than in the campaign before that asked of it, by more than chance
}

// Share is how many of those who rated it did so.
func (f TouchpointFigure) Share(r survey.Rating) nps.Share { return RatingShare(f.Count, r) }

// RatingShare is how many of some ratings are one of them.
func RatingShare(n survey.RatingCount, r survey.Rating) nps.Share {
	return nps.Share{Of: n.All(), Did: n.Of(r)}
}

// TouchpointWave is how one campaign's touchpoints were found.
type TouchpointWave struct {
	Campaign survey.Campaign
	Figures  []TouchpointFigure // in the campaign's order
}

// Of is one touchpoint's figure; ok is false where the campaign did not ask of it.
func (w TouchpointWave) Of(id survey.TouchpointID) (f TouchpointFigure, ok bool) {
	for _, f := range w.Figures {
		if f.Then.ID == id {
			return f, true
		}
	}
	return f, false
}

// Touchpoints are those of one campaign, and of campaigns before it.
type Touchpoints struct {
	TouchpointWave
	Part     bool             // Own is of less than everybody
	Earlier  []TouchpointWave // the latest first
	Segments []waves.Rated    // by segments, as of the campaign's analysis; none for who may not know the people, and before there is one
}

// Touchpoints reads how the campaign's touchpoints were found, and in which of some campaigns before it, the latest first. A few items are read, however many the answers.
// Who may not know the people sees no rating of fewer than LeastFigures. Problem: ErrWholeOnly of employees, who are not asked.
func (o *Reading) Touchpoints(ctx context.Context, earlier []survey.Campaign) (t Touchpoints, err error) {
	if !o.view.Compared() {
		return t, ErrWholeOnly
	}
	set, err := o.results.Store.Settings(ctx)
	if err != nil {
		return t, err
	}
	reach, err := o.reach(ctx)
	if err != nil {
		return t, err
	}
	t.Part, t.Earlier = !reach.all, make([]TouchpointWave, len(earlier))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		t.TouchpointWave, err = o.results.rated(ctx, o.view, o.campaign, set.Touchpoints)
		if err != nil || reach.all {
			return err
		}
		kind, values := survey.KindOwner, reach.owners
		if reach.team != "" {
			kind, values = survey.KindTeam, []string{reach.team}
		}
		own, err := o.results.countsOf(ctx, o.campaign, kind, values)
		for i, f := range t.Figures {
			for _, counts := range own {
				f.Own.Add(counts.Rated(f.Then.ID))
			}
			if t.Figures[i].Own = f.Own; f.Withheld || !o.view.People() && f.Own.All() < LeastFigures {
				t.Figures[i].Own = survey.RatingCount{}
			}
		}
		return err
	})
	for i, c := range earlier {
		g.Go(func() (err error) {
			t.Earlier[i], err = o.results.rated(ctx, o.results.View(o.who, c), c, set.Touchpoints)
			return err
		})
	}
	if o.view.People() {
		g.Go(func() error {
			a, _, err := o.results.Store.Analysis(ctx, o.campaign.ID)
			for _, one := range a.Rated {
				if o.seesKind(one.Kind) {
					t.Segments = append(t.Segments, one)
				}
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return t, err
	}
	for i, f := range t.Figures {
		for _, w := range t.Earlier {
			if was, ok := w.Of(f.Then.ID); ok && was.Count.All() > 0 {
				t.Figures[i].Direction = direction(was, f)
				break
			}
		}
	}
	return t, nil
}

// direction says whether a touchpoint is found better or worse than before by more than chance, and not both.
func direction(was, now TouchpointFigure) (d int) {
	if c, ok := nps.CompareShares(was.Share(survey.Wow), now.Share(survey.Wow)); ok && c.Real {
		d += sign(c.Difference)
	}
	if c, ok := nps.CompareShares(was.Share(survey.Poor), now.Share(survey.Poor)); ok && c.Real {
		d -= sign(c.Difference)
	}
	return sign(float64(d))
}

func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// seesKind reports whether a reader may see segments of a dimension.
func (o *Reading) seesKind(kind string) bool {
	for _, one := range append([]string{survey.KindTeam, survey.KindLanguage}, o.Dimensions()...) {
		if one == kind {
			return true
		}
	}
	return false
}

// rated reads one campaign's ratings.
func (r *Results) rated(ctx context.Context, view View, c survey.Campaign, catalogue []survey.Touchpoint) (w TouchpointWave, err error) {
	if w.Campaign = c; len(c.Touchpoints) == 0 {
		return w, nil
	}
	weeks, err := r.Store.TalliesOf(ctx, string(c.ID), survey.KindWeek)
	for _, t := range c.Touchpoints {
		f := TouchpointFigure{Touchpoint: t, Then: t}
		if now, ok := survey.TouchpointOf(catalogue, t.ID); ok {
			f.Touchpoint = now
		}
		for _, counts := range weeks {
			f.Count.Add(counts.Rated(t.ID))
		}
		if n := f.Count.All(); !view.People() && n > 0 && n < LeastFigures {
			f.Count, f.Withheld = survey.RatingCount{}, true
		}
		f.Own = f.Count
		w.Figures = append(w.Figures, f)
	}
	return w, err
}
