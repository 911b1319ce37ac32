package insight

import (
	"context"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/insight/themes"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// Filter is what answers are looked for; "" asks for nothing. Words, Wish and Unverified are asked for by any text.
type Filter struct {
	Group, Score          string
	Team, Owner, Language string
	Week, Day             string                // "2026-W47", "2026-11-16": when they were counted, UTC
	Dimension             string                // one of the campaign's by its number, or "none-team", "none-owner", "none-language": those without
	Segment               string                // SegmentSum of the dimension's value
	Segments              [MaxDimensions]string // SegmentSum of values of further dimensions, by their number
	From, Until           time.Time             // they answered from then on, and before then; zero: whenever
	Sort                  string                // SortTime, SortScore, SortScoreDown; "": in no order
	Words, Wish           string                // only those with words, with a wish
	Unverified            string                // only those that are in no figure
	Search                string                // what must be found in what they wrote, as package text finds it
	Theme                 string                // the id of a theme of the dictionary that they speak of, or NoTheme

	Touched survey.TouchpointID // that they have rated, and how: Rating; "": in any way
	Rating  survey.Rating

	finder *themes.Finder // set with Theme
}

// NoTheme asks for words that fit no theme.
const NoTheme = "none"

// MaxDimensions is how many dimensions a campaign may have.
const MaxDimensions = 8

// The orders of answers.
const (
	SortTime      = "time"       // the latest first
	SortScore     = "score"      // the lowest first
	SortScoreDown = "score-down" // the highest first
)

// When is when an answer was given; of one that is in no figure, when it was first posted.
func When(r survey.Response) time.Time {
	if r.Counted.IsZero() {
		return r.First
	}
	return r.Counted
}

// SegmentSum stands for a segment in an address: what a contact's column says may be personal.
func SegmentSum(value string) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(value))), 16)
}

// dimension is the number of the dimension that is asked for.
func (f Filter) dimension() (int, bool) {
	i, err := strconv.Atoi(f.Dimension)
	return i, f.Dimension != "" && err == nil
}

// segments are the sums of values that are asked for, by the number of their dimension.
func (f Filter) segments() map[int]string {
	all := map[int]string{}
	for i, sum := range f.Segments {
		if sum != "" {
			all[i] = sum
		}
	}
	if i, ok := f.dimension(); ok {
		all[i] = f.Segment
	}
	return all
}

// check refuses a dimension that the campaign has not, or that the reader may not see: a filter that is passed over would
// answer as if there were none.
func (f Filter) check(c survey.Campaign) error {
	for i := range f.segments() {
		switch {
		case i < 0 || i >= len(c.Dimensions):
			return apperr.New(apperr.Unknown, "no_such_page", "")
		case c.Dimensions[i] == "":
			return ErrPersonal
		}
	}
	return nil
}

// match returns whether an answer of a campaign with a clock fits all that is asked for.
func (f Filter) match(clock *time.Location) func(survey.Response) bool {
	wanted := text.NewQuery(f.Search)
	segments := f.segments()
	return func(a survey.Response) bool {
		switch {
		case a.Verified == (f.Unverified != ""),
			f.Group != "" && string(a.Group()) != f.Group,
			f.Score != "" && strconv.Itoa(a.Score) != f.Score,
			f.Team != "" && !strings.EqualFold(a.Team, f.Team), f.Dimension == "none-team" && a.Team != "",
			f.Owner != "" && !strings.EqualFold(a.Owner, f.Owner), f.Dimension == "none-owner" && a.Owner != "",
			f.Dimension == "none-language" && a.Language != "",
			f.Language != "" && a.Language != f.Language,
			f.Week != "" && survey.Week(a.Counted.In(clock)) != f.Week,
			f.Day != "" && a.Counted.In(clock).Format(time.DateOnly) != f.Day,
			!f.From.IsZero() && When(a).Before(f.From),
			!f.Until.IsZero() && !When(a).Before(f.Until),
			f.Touched != "" && (a.Ratings.Of(f.Touched) == "" || f.Rating != "" && a.Ratings.Of(f.Touched) != f.Rating),
			f.Words != "" && a.Why == "" && a.Wish == "",
			f.Wish != "" && a.Wish == "":
			return false
		}
		for i, sum := range segments {
			if SegmentSum(a.Segment(i)) != sum {
				return false
			}
		}
		return wanted.Match(a.Why, a.Wish) && f.speaks(a)
	}
}

func (f Filter) speaks(a survey.Response) bool {
	if f.finder == nil {
		return true
	}
	found := f.finder.Find(wordsIn(a))
	if f.Theme == NoTheme {
		return len(found) == 0 && wordsIn(a) != "\n"
	}
	return slices.Contains(found, f.Theme)
}

// wordsIn is all that somebody wrote, as themes are looked for in it.
func wordsIn(a survey.Response) string { return a.Why + "\n" + a.Wish }

// themed readies a filter that asks for a theme. Problem: no_such_page for a theme that there is not.
func (r *Results) themed(ctx context.Context, f *Filter) error {
	if f.Theme == "" {
		return nil
	}
	d, _, err := Dictionary(ctx, r.Store)
	if err != nil {
		return err
	}
	if _, ok := d.Of(f.Theme); !ok && f.Theme != NoTheme {
		return apperr.New(apperr.Unknown, "no_such_page", "")
	}
	f.finder = themes.NewFinder(d)
	return nil
}

// Segment is the answers with one value of a dimension; no Kind: all answers.
type Segment struct{ Kind, Value string }

// segmentOf is the one property by which somebody who may not know the people looks at answers. More than one, a time, or
// a group too small for words is ErrNarrow.
func (p *Report) segmentOf(f Filter) (s Segment, err error) {
	var asked []Segment
	for _, one := range []Segment{{survey.KindTeam, f.Team}, {survey.KindOwner, f.Owner}, {survey.KindLanguage, f.Language}} {
		if one.Value != "" {
			asked = append(asked, one)
		}
		if f.Dimension == "none-"+one.Kind {
			asked = append(asked, Segment{Kind: one.Kind})
		}
	}
	segments := f.segments()
	for i, sum := range segments {
		if f.check(p.campaign) != nil {
			return s, ErrNarrow
		}
		kind := p.campaign.Dimensions[i]
		for _, one := range p.groups.shown[kind] {
			if SegmentSum(one.value) == sum {
				asked = append(asked, Segment{kind, one.value})
			}
		}
	}
	switch {
	case f.Week != "", f.Day != "", f.Unverified != "", !f.From.IsZero(), !f.Until.IsZero(), f.Sort == SortTime, len(segments) > 1, len(asked) > 1, len(asked) == 0 && (f.Dimension != "" || len(segments) > 0), len(asked) == 1 && p.groups.kept:
		return s, ErrNarrow
	case len(asked) == 0:
		return s, nil
	}
	g, ok := p.groups.withWords(asked[0].Kind, asked[0].Value)
	if !ok {
		return s, ErrNarrow
	}
	return Segment{asked[0].Kind, g.value}, nil
}
