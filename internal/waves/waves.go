// Package waves is what a wave of answers came to, held against the wave before it: who went from which group to which, what made the score move, and what
// its comments are about. It is made of all answers at once, by whoever reads them, and kept, so that pages need not read them.
package waves

import (
	"cmp"
	"slices"
	"time"

	"onetap/internal/insight/themes"
	"onetap/internal/nps"
	"onetap/internal/stats"
	"onetap/internal/survey"
)

// Analysis is what one campaign came to. It names nobody.
type Analysis struct {
	Campaign survey.CampaignID `json:"-"`
	At       time.Time         `json:"at"` // its answers were read then
	Whole    nps.Tally         `json:"whole"`

	Before   survey.CampaignID `json:"before,omitempty"` // the campaign that it is held against; "": there is none
	Earlier  nps.Tally         `json:"earlier"`          // of that campaign
	Movement stats.Movement    `json:"movement"`
	Came     nps.Tally         `json:"came"` // who answered only this one
	Left     nps.Tally         `json:"left"` // who answered only the one before
	Mixes    []Mix             `json:"mixes,omitempty"`

	Standing Standing `json:"standing"`
	Sample   Sample   `json:"sample"`

	Comments   int          `json:"comments"`            // answers with words
	Unthemed   nps.Tally    `json:"unthemed"`            // of comments that fit no theme
	Themes     []Mentioned  `json:"themes"`              // in the dictionary's order, without those that nobody mentions in either
	Suggested  []Suggestion `json:"suggested,omitempty"` // words that no theme knows
	Dictionary int          `json:"dictionary"`          // the version of the dictionary
	Damaged    int          `json:"damaged,omitempty"`
	Rated      []Rated      `json:"rated,omitempty"` // touchpoints by segments
}

// Mix is what the segments of one dimension did to the change.
type Mix struct {
	Kind  string       `json:"kind"` // survey.KindTeam and so on, or a dimension
	Parts []stats.Part `json:"parts"`
	Rest  stats.Part   `json:"rest"` // of the segments that are not kept, together
	More  int          `json:"more,omitempty"`
}

// Sum is what all segments' mix and their own people's scores did.
func (m Mix) Sum() (mix, within float64) {
	for _, p := range append(slices.Clone(m.Parts), m.Rest) {
		mix += p.Mix
		within += p.Within
	}
	return mix, within
}

// keptParts is how many segments of a dimension are kept, those with the largest effect.
const keptParts = 10

// Mentioned is one theme.
type Mentioned struct {
	Theme    string    `json:"theme"`
	Now      nps.Tally `json:"now"`                // answers whose comment mentions it
	Earlier  nps.Tally `json:"earlier"`            // the same in the wave before
	Comments int       `json:"comments,omitempty"` // of that wave
}

// Rated is how the touchpoints were found by segments of one dimension.
type Rated struct {
	Kind string      `json:"kind"`
	Rows []RatedPart `json:"rows"` // those with the most ratings, the most first
	More int         `json:"more,omitempty"`
}

// RatedPart is one segment.
type RatedPart struct {
	Value string                                     `json:"v"`
	Of    map[survey.TouchpointID]survey.RatingCount `json:"t"`
}

// All is how many ratings it has.
func (p RatedPart) All() (n int64) {
	for _, c := range p.Of {
		n += c.All()
	}
	return n
}

// Maker makes an Analysis: Earlier for every answer of the wave before, Answer for every one of this, then Done.
type Maker struct {
	a       Analysis
	kinds   []string
	finder  *themes.Finder
	scores  map[survey.ContactID]nps.Score // of the wave before, until the same person's answer of this comes
	then    map[string]map[string]nps.Tally
	now     map[string]map[string]nps.Tally
	themes  map[string]*Mentioned
	earlier int // comments of the wave before
	sampled sampled
	asked   map[string]map[string]int64 // by kind and value
	unknown vocabulary
	rated   map[string]map[string]map[survey.TouchpointID]survey.RatingCount // by kind and value
}

// NewMaker begins an analysis. kinds are the dimensions by which the change is taken apart.
func NewMaker(c, before survey.CampaignID, kinds []string, d themes.Dictionary) *Maker {
	m := &Maker{
		a: Analysis{Campaign: c, Before: before}, kinds: kinds, finder: themes.NewFinder(d), scores: map[survey.ContactID]nps.Score{},
		then: map[string]map[string]nps.Tally{}, now: map[string]map[string]nps.Tally{}, themes: map[string]*Mentioned{},
		sampled: newSampled(len(kinds)), asked: map[string]map[string]int64{},
		rated: map[string]map[string]map[survey.TouchpointID]survey.RatingCount{},
	}
	for _, kind := range kinds {
		m.then[kind], m.now[kind] = map[string]nps.Tally{}, map[string]nps.Tally{}
	}
	return m
}

// Asked says how many people were asked, by the values of a dimension.
func (m *Maker) Asked(kind string, people map[string]int64) { m.asked[kind] = people }

// Earlier takes in a verified answer of the wave before, and what its dimensions say, in the order of kinds.
func (m *Maker) Earlier(r survey.Response, values []string) {
	s := nps.Score(r.Score)
	m.a.Earlier.Count(s, 1)
	m.scores[r.Contact] = s
	count(m.then, m.kinds, values, s)
	if m.words(r) {
		m.earlier++
		for _, id := range m.finder.Find(r.Why + "\n" + r.Wish) {
			m.mentioned(id).Earlier.Count(s, 1)
		}
		m.unknown.take(m.finder.Unknown(), s, false)
	}
}

// Answer takes in a verified answer of this wave.
func (m *Maker) Answer(r survey.Response, values []string) {
	s := nps.Score(r.Score)
	m.a.Whole.Count(s, 1)
	if m.a.Before != "" {
		if was, both := m.scores[r.Contact]; both {
			m.a.Movement.Count(was, s)
			delete(m.scores, r.Contact)
		} else {
			m.a.Movement.CountCame(s)
			m.a.Came.Count(s, 1)
		}
	}
	count(m.now, m.kinds, values, s)
	m.sampled.add(s.Group(), values)
	m.rate(r.Ratings, values)
	if r.Unreadable {
		m.a.Damaged++
	}
	if !m.words(r) {
		return
	}
	m.a.Comments++
	found := m.finder.Find(r.Why + "\n" + r.Wish)
	for _, id := range found {
		m.mentioned(id).Now.Count(s, 1)
	}
	m.unknown.take(m.finder.Unknown(), s, true)
	if len(found) == 0 {
		m.a.Unthemed.Count(s, 1)
	}
}

func (m *Maker) words(r survey.Response) bool { return r.Why != "" || r.Wish != "" }

func (m *Maker) mentioned(id string) *Mentioned {
	if m.themes[id] == nil {
		m.themes[id] = &Mentioned{Theme: id}
	}
	return m.themes[id]
}

func (m *Maker) rate(ratings survey.Ratings, values []string) {
	if ratings == "" {
		return
	}
	for i, kind := range m.kinds {
		if m.rated[kind] == nil {
			m.rated[kind] = map[string]map[survey.TouchpointID]survey.RatingCount{}
		}
		of := m.rated[kind][values[i]]
		if of == nil {
			of = map[survey.TouchpointID]survey.RatingCount{}
			m.rated[kind][values[i]] = of
		}
		ratings.Each(func(id survey.TouchpointID, r survey.Rating) {
			n := of[id]
			n.Count(r)
			of[id] = n
		})
	}
}

func count(all map[string]map[string]nps.Tally, kinds, values []string, s nps.Score) {
	for i, kind := range kinds {
		t := all[kind][values[i]]
		t.Count(s, 1)
		all[kind][values[i]] = t
	}
}

// Done is the analysis, once all answers were taken in.
func (m *Maker) Done(d themes.Dictionary, now time.Time) Analysis {
	a := m.a
	a.At = now.UTC()
	for _, s := range m.scores {
		a.Movement.CountLeft(s)
		a.Left.Count(s, 1)
	}
	for _, kind := range m.kinds {
		parts, ok := stats.Decompose(m.then[kind], m.now[kind])
		if a.Before == "" || !ok || len(parts) < 2 {
			continue
		}
		mix := Mix{Kind: kind, Parts: parts[:min(len(parts), keptParts)]}
		for _, p := range parts[len(mix.Parts):] {
			mix.Rest.Mix += p.Mix
			mix.Rest.Within += p.Within
			mix.Rest.Share += p.Share
			mix.More++
		}
		a.Mixes = append(a.Mixes, mix)
	}
	a.Standing = standing(a.Whole, m.kinds, m.now)
	a.Sample = m.sampled.sample(m.kinds, m.asked)
	for _, kind := range m.kinds {
		one := Rated{Kind: kind}
		for value, of := range m.rated[kind] {
			one.Rows = append(one.Rows, RatedPart{value, of})
		}
		slices.SortFunc(one.Rows, func(x, y RatedPart) int { return cmp.Or(cmp.Compare(y.All(), x.All()), cmp.Compare(x.Value, y.Value)) })
		if kept := min(len(one.Rows), keptParts); kept > 1 {
			one.Rows, one.More = one.Rows[:kept], len(one.Rows)-kept
			a.Rated = append(a.Rated, one)
		}
	}
	for _, theme := range d {
		if one := m.themes[theme.ID]; one != nil {
			one.Comments = m.earlier
			a.Themes = append(a.Themes, *one)
		}
	}
	a.Suggested = m.unknown.suggest()
	return a
}

// Odd is the segment of a dimension whose own people did most for its size, and how much more that is than for as many of everybody.
func (m Mix) Odd() (odd stats.Part, excess float64) {
	_, within := m.Sum()
	for _, p := range m.Parts {
		if e := p.Excess(within); max(e, -e) > max(excess, -excess) {
			odd, excess = p, e
		}
	}
	return odd, excess
}

// ByOddity are mixes with that first of which one segment did most for its size.
func ByOddity(all []Mix) []Mix {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(x, y Mix) int {
		_, a := x.Odd()
		_, b := y.Odd()
		return cmp.Compare(max(b, -b), max(a, -a))
	})
	return all
}

// Change is this wave against the one before, knowing who answered both; ok is false without one.
func (a Analysis) Change() (nps.Comparison, bool) {
	return nps.CompareShared(a.Earlier, a.Whole, a.Movement.Products())
}

// Apart is the unpaired comparison of those who answered only one of the two.
func (a Analysis) Apart() (nps.Comparison, bool) { return nps.Compare(a.Left, a.Came) }

// Share is how many of the comments mention a theme, now and in the wave before.
func (a Analysis) Share(m Mentioned) (now, earlier nps.Share) {
	return nps.Share{Of: int64(a.Comments), Did: m.Now.Answers()}, nps.Share{Of: int64(m.Comments), Did: m.Earlier.Answers()}
}
