package insight

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/stats"
	"onetap/internal/survey"
)

// LeastRanked is of how many answers, or people asked, a team is ranked: of fewer, luck decides.
const LeastRanked = 10

// TeamsYear is how teams stand in a year, over all campaigns of an audience that were launched in it.
type TeamsYear struct {
	Audience  survey.Audience
	Year      int
	Campaigns int
	Whole     Disclosed
	ByNPS     []TeamNPS  // ranked first, by place; then those of few answers
	ByRate    []TeamRate // the same of how many answered
	Improved  []Improved // by more than chance, the surest first
}

// TeamNPS is one team's score.
type TeamNPS struct {
	Row
	Place  int          // 0: not ranked
	Shared bool         // others have the place, too
	Drawn  stats.Shrunk // towards the company's: by which teams are ordered
}

// TeamRate is one team's response rate.
type TeamRate struct {
	Team   string
	Share  nps.Share
	Place  int
	Shared bool
	Drawn  float64 // percent
}

// Improved is a team whose score rose since the year before.
type Improved struct {
	Team   string
	Change nps.Comparison // A the year before, B this one
}

// Teams ranks the teams of an audience's year, for who may know the people. Teams are in the order of their score drawn towards the company's, so that few
// answers do not win by chance; a team shares the place of the one that has it unless the two differ by more than chance. Problems: ErrWholeOnly of
// employees, audience_weeks for who may not know the people.
func (r *Results) Teams(ctx context.Context, who authz.Who, a survey.Audience, year int, campaigns []survey.Campaign) (TeamsYear, error) {
	out := TeamsYear{Audience: a, Year: year}
	switch {
	case a == survey.Employees:
		return out, ErrWholeOnly
	case !Weeks(a, who):
		return out, apperr.New(apperr.Forbidden, "audience_weeks", "audience")
	}
	set, err := r.Store.Settings(ctx)
	if err != nil {
		return out, err
	}
	var now, before []survey.Campaign
	for _, c := range campaigns {
		switch yearOf(c, set.Clock()) {
		case year:
			now = append(now, c)
		case year - 1:
			before = append(before, c)
		}
	}
	out.Campaigns = len(now)
	this, err := r.teamsOf(ctx, now)
	if err != nil {
		return out, err
	}
	last, err := r.teamsOf(ctx, before)
	if err != nil {
		return out, err
	}
	var whole nps.Tally
	for _, t := range this {
		whole.Add(t)
	}
	out.Whole = Disclosed{tally: whole, rated: true}
	out.ByNPS, out.ByRate, out.Improved = byNPS(this, whole), byRate(this), improved(last, this)
	return out, nil
}

func yearOf(c survey.Campaign, clock *time.Location) int {
	if c.Launched.IsZero() {
		return 0
	}
	return c.Launched.In(clock).Year()
}

// YearsOf are the years in which campaigns were launched, the latest first.
func (r *Results) YearsOf(ctx context.Context, campaigns []survey.Campaign) (years []int, err error) {
	set, err := r.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range campaigns {
		if y := yearOf(c, set.Clock()); y != 0 && !slices.Contains(years, y) {
			years = append(years, y)
		}
	}
	slices.SortFunc(years, func(a, b int) int { return b - a })
	return years, nil
}

// teamsOf adds up campaigns' figures by team.
func (r *Results) teamsOf(ctx context.Context, campaigns []survey.Campaign) (map[string]nps.Tally, error) {
	found := make([]map[survey.TallyKey]survey.Counts, len(campaigns))
	g, reading := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, c := range campaigns {
		g.Go(func() (err error) {
			found[i], err = r.Store.TalliesOf(reading, string(c.ID), survey.KindTeam)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return addTeams(found), nil
}

// addTeams adds up campaigns' figures by team. Answers of a campaign whose letters went out elsewhere, or that were given before its letters are known of,
// are in no response rate.
func addTeams(campaigns []map[survey.TallyKey]survey.Counts) map[string]nps.Tally {
	all := map[string]nps.Tally{}
	for _, some := range campaigns {
		for k, counts := range some {
			t := counts.Tally()
			t.Responded = min(t.Responded, t.Sent)
			all[k.Value] = all[k.Value].Plus(t)
		}
	}
	return all
}

// byNPS ranks teams; "" is who has none, and no team.
func byNPS(all map[string]nps.Tally, whole nps.Tally) (list []TeamNPS) {
	groups := make([]nps.Tally, 0, len(all))
	for _, t := range all {
		groups = append(groups, t)
	}
	strength := stats.Strength(groups)
	for team, t := range all {
		if drawn, ok := stats.Shrink(t, whole, strength); ok && team != "" && t.Answers() > 0 {
			list = append(list, TeamNPS{Row: ofSegment(team, t), Drawn: drawn})
		}
	}
	ranked := func(t TeamNPS) bool { return t.tally.Answers() >= LeastRanked }
	slices.SortFunc(list, func(a, b TeamNPS) int {
		return cmp.Or(first(ranked(a), ranked(b)), cmp.Compare(b.Drawn.NPS, a.Drawn.NPS), cmp.Compare(b.tally.Answers(), a.tally.Answers()), cmp.Compare(a.value, b.value))
	})
	place(len(list), func(i int) bool { return ranked(list[i]) }, func(i, j int) bool {
		c, ok := nps.Compare(list[i].tally, list[j].tally)
		return ok && c.Real
	}, func(i, place int, shared bool) { list[i].Place, list[i].Shared = place, shared })
	return list
}

// byRate ranks teams by how many of those who were written to have answered. An answer is drawn as a promoter and silence as a passive would be: a score
// between 0 and 100 whose variance is that of a share.
func byRate(all map[string]nps.Tally) (list []TeamRate) {
	asTally := func(s nps.Share) (t nps.Tally) {
		t.Count(10, s.Did)
		t.Count(8, s.Of-s.Did)
		return t
	}
	var groups []nps.Tally
	var whole nps.Tally
	for team, t := range all {
		if t.Sent == 0 {
			continue
		}
		s := nps.Share{Of: t.Sent, Did: min(t.Responded, t.Sent)}
		groups = append(groups, asTally(s))
		whole.Add(asTally(s))
		if team != "" {
			list = append(list, TeamRate{Team: team, Share: s})
		}
	}
	strength := stats.Strength(groups)
	for i := range list {
		drawn, _ := stats.Shrink(asTally(list[i].Share), whole, strength)
		list[i].Drawn = drawn.NPS
	}
	ranked := func(t TeamRate) bool { return t.Share.Of >= LeastRanked }
	slices.SortFunc(list, func(a, b TeamRate) int {
		return cmp.Or(first(ranked(a), ranked(b)), cmp.Compare(b.Drawn, a.Drawn), cmp.Compare(b.Share.Of, a.Share.Of), cmp.Compare(a.Team, b.Team))
	})
	place(len(list), func(i int) bool { return ranked(list[i]) }, func(i, j int) bool {
		c, ok := nps.CompareShares(list[i].Share, list[j].Share)
		return ok && c.Real
	}, func(i, place int, shared bool) { list[i].Place, list[i].Shared = place, shared })
	return list
}

// first puts what is true before what is not.
func first(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

// place gives places to those of a list in order that are ranked: who differs from the one that has the last place, for good, has the next; others share it.
func place(n int, ranked func(i int) bool, differ func(i, j int) bool, set func(i, place int, shared bool)) {
	for from := 0; from < n && ranked(from); {
		to := from + 1
		for to < n && ranked(to) && !differ(from, to) {
			to++
		}
		for i := from; i < to; i++ {
			set(i, from+1, to-from > 1)
		}
		from = to
	}
}

// improved are the teams with enough answers in both years whose score rose by more than chance, that first whose rise is surest to be large.
func improved(last, this map[string]nps.Tally) (list []Improved) {
	for team, t := range this {
		was := last[team]
		if team == "" || t.Answers() < LeastRanked || was.Answers() < LeastRanked {
			continue
		}
		if c, ok := nps.Compare(was, t); ok && c.Real && c.Difference > 0 {
			list = append(list, Improved{team, c})
		}
	}
	slices.SortFunc(list, func(a, b Improved) int {
		return cmp.Or(cmp.Compare(b.Change.Interval.Low, a.Change.Interval.Low), cmp.Compare(a.Team, b.Team))
	})
	return list
}
