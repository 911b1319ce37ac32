package loop

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onetap/internal/money"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// MaxSilenceParts is how many owners, each with a team, sums of the silent are kept of; those of the fewest people are in the whole alone.
const MaxSilenceParts = 1000

// SilenceSums are all who were asked in a campaign, those who answered and those who did not, added up by whose they are, as of some time.
type SilenceSums struct {
	At       time.Time     `json:"at"`
	Currency string        `json:"currency,omitempty"` // in which values are added up; "": nobody has one
	Parts    []SilencePart `json:"parts"`
	Others   SilencePart   `json:"others"` // without Owner and Team: see MaxSilenceParts
}

// SilencePart is what is somebody's, as the invitations have it.
type SilencePart struct {
	Owner    string       `json:"owner,omitempty"`
	Team     string       `json:"team,omitempty"`
	Answered SilenceGroup `json:"answered"`
	Silent   SilenceGroup `json:"silent"`
	// Value is what the silent are worth, in hundredths: contacts without a company, and companies of which nobody has answered, each once, with whoever has
	// the contact with the largest value.
	Value int64 `json:"value,omitempty"`
}

// SilenceGroup is how some people were retained, as far as the list of contacts says.
type SilenceGroup struct {
	People int64 `json:"people"`
	Listed int64 `json:"listed"` // still in the list
	Valued int64 `json:"valued"` // of these, worth something in one currency when they were asked and now
	Fell   int64 `json:"fell"`   // of these, worth less now
	Rose   int64 `json:"rose"`
}

// Count adds a person who was asked at some time; granted is the currency of values that name none.
func (g *SilenceGroup) Count(c survey.Contact, there bool, asked time.Time, granted string) {
	g.People++
	if !there || c.Gone {
		return
	}
	g.Listed++
	was, ok := money.Parse(c.ValueAt(asked), granted)
	is, known := money.Parse(c.Value, granted)
	if !ok || !known || was.Currency != is.Currency {
		return
	}
	g.Valued++
	switch {
	case is.Minor < was.Minor:
		g.Fell++
	case is.Minor > was.Minor:
		g.Rose++
	}
}

// Plus is two groups together.
func (g SilenceGroup) Plus(h SilenceGroup) SilenceGroup {
	return SilenceGroup{g.People + h.People, g.Listed + h.Listed, g.Valued + h.Valued, g.Fell + h.Fell, g.Rose + h.Rose}
}

// InList, WorthLess and WorthMore are shares of a group.
func (g SilenceGroup) InList() nps.Share    { return nps.Share{Of: g.People, Did: g.Listed} }
func (g SilenceGroup) WorthLess() nps.Share { return nps.Share{Of: g.Valued, Did: g.Fell} }
func (g SilenceGroup) WorthMore() nps.Share { return nps.Share{Of: g.Valued, Did: g.Rose} }

// Plus is two parts together, whose they may be.
func (p SilencePart) Plus(q SilencePart) SilencePart {
	p.Answered, p.Silent, p.Value = p.Answered.Plus(q.Answered), p.Silent.Plus(q.Silent), p.Value+q.Value
	return p
}

// Of is the sum of the parts that somebody sees; of whoever sees all it has Others in it.
func (s SilenceSums) Of(all bool, sees func(owner, team string) bool) (sum SilencePart) {
	for _, p := range s.Parts {
		if all || sees(p.Owner, p.Team) {
			sum = sum.Plus(p)
		}
	}
	if all {
		sum = sum.Plus(s.Others)
	}
	return sum
}

// SumSilence makes sums of parts: those of the most people are kept by whose they are.
func SumSilence(parts []SilencePart, currency string, at time.Time) SilenceSums {
	people := func(p SilencePart) int64 { return p.Answered.People + p.Silent.People }
	slices.SortFunc(parts, func(a, b SilencePart) int {
		return cmp.Or(cmp.Compare(people(b), people(a)), strings.Compare(a.Owner, b.Owner), strings.Compare(a.Team, b.Team))
	})
	n := min(len(parts), MaxSilenceParts)
	s := SilenceSums{At: at, Currency: currency, Parts: parts[:n]}
	for _, p := range parts[n:] {
		s.Others = s.Others.Plus(p)
	}
	return s
}

// SilenceSummed says when the sums of an audience's campaigns were made.
type SilenceSummed struct {
	Audience survey.Audience
	At       time.Time // when it was last looked which are due
	Of       map[survey.CampaignID]time.Time
	Version  int // for a compare-and-swap; 0: nothing is stored
}
