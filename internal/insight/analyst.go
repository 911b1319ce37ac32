package insight

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/insight/themes"
	"onetap/internal/survey"
	"onetap/internal/waves"
)

// Analyst reads all answers of a campaign, and of the one before it, and keeps what they come to: once the campaign has ended, each night while it goes on,
// and whenever somebody asks. A run that dies is done again, and comes to the same.
type Analyst struct {
	Store AnalystStore
	Log   *slog.Logger
	Now   func() time.Time
}

// AnalystStore is what it needs of the table.
type AnalystStore interface {
	ThemeStore
	// Campaigns lists an audience's campaigns, the latest first, up to limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// Analysed reads which of an audience's campaigns were analysed; zero before the first.
	Analysed(ctx context.Context, a survey.Audience) (waves.Looked, error)
	// SaveAnalysed is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveAnalysed(ctx context.Context, l waves.Looked) error
	// SaveAnalysis writes an analysis in place of the last one.
	SaveAnalysis(ctx context.Context, a waves.Analysis) error
	// TalliesOf reads the figures of a campaign's one kind. Consistent.
	TalliesOf(ctx context.Context, scope, kind string) (map[survey.TallyKey]survey.Counts, error)
	// Asked reads whom the campaign asks, by the columns of the contacts.
	Asked(ctx context.Context, c survey.CampaignID) (survey.Asked, error)
	// WalkAnswers calls each for every answer of one shard, verified or not, after a contact, until it returns false; words are opened.
	WalkAnswers(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error
}

// ThemeStore reads the company's dictionary of themes.
type ThemeStore interface {
	// Themes reads it and its version; ok is false, and the version 0, while the company has none of its own.
	Themes(ctx context.Context) (d themes.Dictionary, version int, ok bool, err error)
}

// Dictionary is the company's dictionary of themes, the default one while it has none of its own, and its version.
func Dictionary(ctx context.Context, s ThemeStore) (themes.Dictionary, int, error) {
	d, version, ok, err := s.Themes(ctx)
	if err == nil && !ok {
		d = themes.Default()
	}
	return d, version, err
}

// Run analyses what is due. What is wrong with one audience's stops no other.
func (a *Analyst) Run(ctx context.Context) error {
	var failed []error
	for _, audience := range survey.Audiences {
		if audience.Anonymous() { // nobody knows who of them answered twice, and their words are apart from their scores
			continue
		}
		if err := a.look(ctx, audience); err != nil && !errors.Is(err, apperr.ErrChanged) { // another run is at it
			failed = append(failed, fmt.Errorf("analyse %s: %w", audience, err))
		}
	}
	return errors.Join(failed...)
}

func (a *Analyst) look(ctx context.Context, audience survey.Audience) error {
	known, err := a.Store.Analysed(ctx, audience)
	if err != nil || !known.Due(a.Now()) {
		return err
	}
	dictionary, version, err := Dictionary(ctx, a.Store)
	if err != nil {
		return err
	}
	all, err := a.Store.Campaigns(ctx, audience, waves.Campaigns)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(c survey.Campaign) bool { return c.Launched.IsZero() })
	slices.SortStableFunc(all, func(a, b survey.Campaign) int { return b.Launched.Compare(a.Launched) }) // past waves may have come later
	for i, c := range all {
		answers, err := a.answers(ctx, c.ID)
		if err != nil {
			return err
		}
		if !known.DueOf(c, answers, version, a.Now()) {
			continue
		}
		before, err := a.before(ctx, all[i+1:])
		if err != nil {
			return err
		}
		done, err := a.of(ctx, c, before, dictionary)
		if err != nil {
			return fmt.Errorf("campaign %s: %w", c.ID, err)
		}
		done.Dictionary = version
		if err := a.Store.SaveAnalysis(ctx, done); err != nil {
			return err
		}
		known = known.With(c.ID, waves.Done{At: done.At, Answers: answers, Dictionary: version})
		if err := a.Store.SaveAnalysed(ctx, known); err != nil {
			return err
		}
		known.Version++
		a.Log.InfoContext(ctx, "a wave was analysed", "campaign", string(c.ID), "answers", done.Whole.Answers(), "comments", done.Comments, "both", done.Movement.Both())
	}
	known.At = a.Now().UTC()
	return a.Store.SaveAnalysed(ctx, known)
}

func (a *Analyst) answers(ctx context.Context, c survey.CampaignID) (n int64, err error) {
	weeks, err := a.Store.TalliesOf(ctx, string(c), survey.KindWeek)
	for _, counts := range weeks {
		t := counts.Tally()
		n += t.Answers()
	}
	return n, err
}

// before is the latest of some earlier campaigns that has answers; nil: none has.
func (a *Analyst) before(ctx context.Context, earlier []survey.Campaign) (*survey.Campaign, error) {
	for i := range earlier {
		n, err := a.answers(ctx, earlier[i].ID)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			return &earlier[i], nil
		}
	}
	return nil, nil
}

// of reads the answers of a campaign, and of the one before it.
func (a *Analyst) of(ctx context.Context, c survey.Campaign, before *survey.Campaign, d themes.Dictionary) (out waves.Analysis, err error) {
	kinds := append([]string{survey.KindTeam, survey.KindLanguage}, Named(c)...)
	m := waves.NewMaker(c.ID, "", kinds, d)
	if before != nil {
		m = waves.NewMaker(c.ID, before.ID, kinds, d)
		if err := a.walk(ctx, *before, kinds, m.Earlier); err != nil {
			return out, err
		}
	}
	if err := a.walk(ctx, c, kinds, m.Answer); err != nil {
		return out, err
	}
	if err := a.asked(ctx, c, m); err != nil {
		return out, err
	}
	return m.Done(d, a.Now()), nil
}

// asked tells the maker who was asked: by team and language who was written to, by columns of the contacts who was planned to be.
func (a *Analyst) asked(ctx context.Context, c survey.Campaign, m *waves.Maker) error {
	sent := int64(0)
	for _, kind := range []string{survey.KindTeam, survey.KindLanguage} {
		all, err := a.Store.TalliesOf(ctx, string(c.ID), kind)
		if err != nil {
			return err
		}
		people := map[string]int64{}
		for k, counts := range all {
			if t := counts.Tally(); t.Sent > 0 {
				people[k.Value] = t.Sent
			}
		}
		m.Asked(kind, people)
		sent = 0
		for _, n := range people {
			sent += n
		}
	}
	columns := Named(c)
	if len(columns) == 0 {
		return nil
	}
	asked, err := a.Store.Asked(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, kind := range columns {
		if known := asked[kind]; known != nil && len(known.Values) > 0 {
			people := map[string]int64{}
			for v, n := range known.Values {
				people[v] = int64(n)
			}
			if without := sent - int64(known.People); without > 0 {
				people[""] = without
			}
			m.Asked(kind, people)
		}
	}
	return nil
}

func (a *Analyst) walk(ctx context.Context, c survey.Campaign, kinds []string, take func(survey.Response, []string)) error {
	values := make([]string, len(kinds))
	for shard := range survey.ContactShards {
		err := a.Store.WalkAnswers(ctx, c.ID, shard, "", func(r survey.Response) (bool, error) {
			if r.Verified {
				for i, kind := range kinds {
					values[i] = Value(c, kind, r)
				}
				take(r, values)
			}
			return true, ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}
