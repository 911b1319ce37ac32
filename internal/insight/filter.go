package insight

import (
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// Filter is what answers are looked for; "" asks for nothing. Words, Wish and Unverified are asked for by any text.
type Filter struct {
	Group, Score          string
	Team, Owner, Language string
	Week, Day             string // "2026-W47", "2026-11-16": when they were counted, UTC
	Dimension             string // one of the campaign's by its number, or "none-team", "none-owner", "none-language": those without
	Segment               string // SegmentSum of the dimension's value
	Words, Wish           string // only those with words, with a wish
	Unverified            string // only those that are in no figure
	Search                string // what must be found in what they wrote, as package text finds it
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

// check refuses a dimension that the campaign has not, or that the reader may not see: a filter that is passed over would
// answer as if there were none.
func (f Filter) check(c survey.Campaign) error {
	i, ok := f.dimension()
	switch {
	case ok && (i < 0 || i >= len(c.Dimensions)):
		return apperr.New(apperr.Unknown, "no_such_page", "")
	case ok && c.Dimensions[i] == "":
		return ErrPersonal
	}
	return nil
}

// match returns whether an answer fits all that is asked for.
func (f Filter) match() func(survey.Response) bool {
	wanted := text.NewQuery(f.Search)
	dimension, bySegment := f.dimension()
	return func(a survey.Response) bool {
		switch {
		case a.Verified == (f.Unverified != ""),
			f.Group != "" && string(a.Group()) != f.Group,
			f.Score != "" && strconv.Itoa(a.Score) != f.Score,
			f.Team != "" && !strings.EqualFold(a.Team, f.Team), f.Dimension == "none-team" && a.Team != "",
			f.Owner != "" && !strings.EqualFold(a.Owner, f.Owner), f.Dimension == "none-owner" && a.Owner != "",
			f.Dimension == "none-language" && a.Language != "",
			f.Language != "" && a.Language != f.Language,
			f.Week != "" && survey.Week(a.Counted) != f.Week,
			f.Day != "" && a.Counted.UTC().Format(time.DateOnly) != f.Day,
			bySegment && SegmentSum(a.Segment(dimension)) != f.Segment,
			f.Words != "" && a.Why == "" && a.Wish == "",
			f.Wish != "" && a.Wish == "":
			return false
		}
		return wanted.Match(a.Why, a.Wish)
	}
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
	if i, ok := f.dimension(); ok && f.check(p.campaign) == nil {
		kind := p.campaign.Dimensions[i]
		for _, one := range p.groups.shown[kind] {
			if SegmentSum(one.value) == f.Segment {
				asked = append(asked, Segment{kind, one.value})
			}
		}
	}
	switch {
	case f.Week != "", f.Day != "", f.Unverified != "", len(asked) > 1, len(asked) == 0 && f.Dimension != "", len(asked) == 1 && p.groups.kept:
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
