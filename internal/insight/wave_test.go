package insight

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/insight/themes"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/waves"
)

// several is a table with some campaigns and their answers.
type several struct {
	campaigns []survey.Campaign
	answers   map[survey.CampaignID][]survey.Response
	looked    waves.Looked
	kept      map[survey.CampaignID]waves.Analysis
	reads     int
	dies      bool // with the next save of what was looked at
}

func (s *several) Themes(context.Context) (themes.Dictionary, int, bool, error) {
	return nil, 0, false, nil
}

func (s *several) Campaigns(_ context.Context, a survey.Audience, _ int) (list []survey.Campaign, err error) {
	for _, c := range s.campaigns {
		if c.Audience == a {
			list = append(list, c)
		}
	}
	return list, nil
}

func (s *several) Analysed(_ context.Context, a survey.Audience) (waves.Looked, error) {
	if a != survey.Customers {
		return waves.Looked{Audience: a, At: noon.AddDate(1, 0, 0), Of: map[survey.CampaignID]waves.Done{"x": {}}}, nil
	}
	l := s.looked
	l.Of = maps.Clone(l.Of)
	return l, nil
}

func (s *several) SaveAnalysed(_ context.Context, l waves.Looked) error {
	if s.dies {
		s.dies = false
		return errors.New("the process has died")
	}
	if l.Version != s.looked.Version {
		return apperr.ErrChanged
	}
	l.Version++
	s.looked = l
	return nil
}

func (s *several) SaveAnalysis(_ context.Context, a waves.Analysis) error {
	s.kept[a.Campaign] = a
	return nil
}

func (s *several) TalliesOf(_ context.Context, scope, _ string) (map[survey.TallyKey]survey.Counts, error) {
	figures := survey.Deltas{}
	for _, r := range s.answers[survey.CampaignID(scope)] {
		survey.MarkOf(r, time.UTC).Count(figures, r.Campaign, 1)
	}
	maps.DeleteFunc(figures, func(k survey.TallyKey, _ survey.Counts) bool { return k.Kind != survey.KindWeek || k.Scope != scope })
	return figures, nil
}

func (s *several) Asked(context.Context, survey.CampaignID) (survey.Asked, error) { return nil, nil }

func (s *several) WalkAnswers(_ context.Context, c survey.CampaignID, shard int, _ survey.ContactID, each func(survey.Response) (bool, error)) error {
	for i := shard; i < len(s.answers[c]); i += survey.ContactShards {
		s.reads++
		if more, err := each(s.answers[c][i]); err != nil || !more {
			return err
		}
	}
	return nil
}

// waved is a table with a wave a month, each of so many answers of the same people, the latest first.
func waved(of ...int) *several {
	s := &several{answers: map[survey.CampaignID][]survey.Response{}, kept: map[survey.CampaignID]waves.Analysis{}}
	for k, n := range of {
		at := noon.AddDate(0, -k-1, 0)
		c := survey.Campaign{ID: survey.CampaignID(fmt.Sprintf("wave%04d", k)), Audience: survey.Customers, State: survey.Closed, Launched: at, Ended: at.AddDate(0, 0, 14)}
		s.campaigns = append(s.campaigns, c)
		for i := range n {
			r := survey.Response{Campaign: c.ID, Audience: c.Audience, Contact: survey.ContactID(fmt.Sprintf("contact%04d", i)), Team: "One", Language: "en", Score: (i + k) % 11, Verified: true, Why: "the price", First: at, Counted: at, Version: 1}
			s.answers[c.ID] = append(s.answers[c.ID], r)
		}
	}
	return s
}

// Each wave is analysed once, against the one before it that has answers; asked for, again; a run that dies is done again and comes to the same.
func TestAnalystRunsOnce(t *testing.T) {
	t.Parallel()
	s, now := waved(40, 0, 30), noon
	a := &Analyst{Store: s, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }}
	s.dies = true
	if err := a.Run(t.Context()); err == nil {
		t.Fatal("a dead run is said to be well")
	}
	for range 3 {
		if err := a.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	latest, first := s.kept["wave0000"], s.kept["wave0002"]
	if len(s.kept) != 2 || latest.Before != "wave0002" || latest.Whole.Answers() != 40 || latest.Movement.Both() != 30 || latest.Came.Answers() != 10 || first.Before != "" || first.Comments != 30 {
		t.Errorf("%d kept: %+v and %+v", len(s.kept), latest, first)
	}
	before := s.reads
	if err := a.Run(t.Context()); err != nil || s.reads != before {
		t.Errorf("read %d more answers, %v", s.reads-before, err)
	}
	if err := AskAnalysis(t.Context(), s, s.campaigns[0]); err != nil {
		t.Fatal(err)
	}
	if err := a.Run(t.Context()); err != nil || s.reads != before+70 || s.looked.Of["wave0000"].Asked {
		t.Errorf("asked for: %d more answers, %v", s.reads-before, err)
	}
	if again := s.kept["wave0000"]; again.Movement != latest.Movement || again.Whole != latest.Whole {
		t.Errorf("%+v, before %+v", again, latest)
	}
}

// Who may not know the people sees no number of few, no segments, and no theme of few comments; employees' waves nobody sees.
func TestWaveByRole(t *testing.T) {
	t.Parallel()
	for _, role := range roles {
		m := crowd(7, survey.Customers, 120)
		maker := waves.NewMaker(m.campaign.ID, "before", []string{survey.KindTeam, survey.DimensionTier}, themes.Default())
		for i, r := range m.answers[:100] {
			r.Score = i % 11
			maker.Earlier(r, []string{r.Team, r.Segment(1)})
		}
		for i, r := range m.answers[:60] {
			r.Score, r.Why = 9-9*(i/58), "fine" // of the last two a cell of few
			if i < 9 {
				r.Why = "the price"
			} else if i < 30 {
				r.Why = "rude staff"
			}
			maker.Answer(r, []string{r.Team, r.Segment(1)})
		}
		m.analysis = maker.Done(themes.Default(), noon)
		who := person(role)
		o, err := m.results().Open(t.Context(), who, m.campaign)
		if err != nil {
			t.Fatal(err)
		}
		w, err := o.Wave(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		people := Persons(survey.Customers, who)
		_, moves := w.Movement()
		list, _ := w.Themes()
		withheld := 0
		for _, theme := range list {
			if theme.Withheld {
				withheld++
				if theme.Tally != (nps.Tally{}) || theme.Share != (nps.Share{}) {
					t.Errorf("%s: %+v", role, theme)
				}
			}
		}
		if _, ok := w.Change(); !ok || moves != people || len(w.Mixes()) > 0 != people || withheld > 0 == people || w.Leads() != (people && who.All()) {
			t.Errorf("%s, who may know the people: %v: moves %v, %d mixes, %d themes withheld, leads %v", role, people, moves, len(w.Mixes()), withheld, w.Leads())
		}
		for _, mix := range w.Mixes() {
			if mix.Kind == survey.DimensionTier && !people {
				t.Errorf("%s sees %s", role, mix.Kind)
			}
		}
		e := crowd(7, survey.Employees, 120)
		e.analysis = m.analysis
		e.closed(time.Hour)
		o, err = e.results().Open(t.Context(), who, e.campaign)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Wave(t.Context()); !errors.Is(err, ErrWholeOnly) {
			t.Errorf("%s, employees: %v", role, err)
		}
		if err := o.AskWave(t.Context()); !errors.Is(err, ErrWholeOnly) {
			t.Errorf("%s asks for employees: %v", role, err)
		}
	}
}
