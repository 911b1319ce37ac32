package survey

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// TouchpointID is "t" and a number, given once and never again, so that whatever a touchpoint is called it stays the same one in every wave.
type TouchpointID string

// Touchpoint is a place where a customer meets the company.
type Touchpoint struct {
	ID      TouchpointID      `json:"id"`
	Kind    TouchpointKind    `json:"kind"`
	Names   map[string]string `json:"names"`             // by language
	Retired bool              `json:"retired,omitempty"` // no new campaign asks of it
}

// TouchpointKind says what of the company is met.
type TouchpointKind string

// TouchpointKinds are those that there are.
var TouchpointKinds = []TouchpointKind{"business", "product", "service", "staff"}

// Rating is how a touchpoint was found: one letter, as it is stored and counted.
type Rating string

// The ratings, and in their order.
const (
	Poor Rating = "p"
	Fine Rating = "f"
	Wow  Rating = "w"
)

// RatingsAll are the ratings, the worst first.
var RatingsAll = []Rating{Poor, Fine, Wow}

// Word is the rating's name: poor, fine, wow.
func (r Rating) Word() string { return map[Rating]string{Poor: "poor", Fine: "fine", Wow: "wow"}[r] }

// ParseRating reads a Word.
func ParseRating(word string) (Rating, bool) {
	for _, r := range RatingsAll {
		if r.Word() == word {
			return r, true
		}
	}
	return "", false
}

// Limits of touchpoints.
const (
	MaxTouchpoints    = 100 // that a company has, with the retired ones
	MaxAsked          = 24  // of a campaign: of their ratings, and all else, a figure keeps within a kilobyte mostly
	MaxDealt          = 8   // of one respondent
	MaxTouchpointName = 60  // characters
)

// Ratings are what somebody has said of touchpoints: "t1w t12p", in the order of the ids, so that the same ratings are the same text.
type Ratings string

// Of is the rating of a touchpoint; "" where none was given.
func (r Ratings) Of(id TouchpointID) Rating {
	for one := range strings.FieldsSeq(string(r)) {
		if n := len(one) - 1; one[:n] == string(id) {
			return Rating(one[n:])
		}
	}
	return ""
}

// Each calls for every rating.
func (r Ratings) Each(f func(TouchpointID, Rating)) {
	for one := range strings.FieldsSeq(string(r)) {
		f(TouchpointID(one[:len(one)-1]), Rating(one[len(one)-1:]))
	}
}

// With are the ratings with some others over them.
func (r Ratings) With(said map[TouchpointID]Rating) Ratings {
	if len(said) == 0 {
		return r
	}
	all := maps.Clone(said)
	r.Each(func(id TouchpointID, was Rating) {
		if all[id] == "" {
			all[id] = was
		}
	})
	ids := slices.SortedFunc(maps.Keys(all), func(a, b TouchpointID) int {
		return cmp.Or(len(a)-len(b), cmp.Compare(a, b))
	})
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id) + string(all[id])
	}
	return Ratings(strings.Join(texts, " "))
}

// Dealt are the touchpoints that one respondent of a campaign is asked of: all, or MaxDealt of more, by a hash of the invitation, so that each is asked of
// as many people as any other, each two of them together as often as any two, and the same person is always asked of the same ones.
func (c Campaign) Dealt(id ContactID) []Touchpoint {
	if len(c.Touchpoints) <= MaxDealt || c.Audience.Anonymous() {
		return c.Touchpoints
	}
	drawn := make([]uint64, len(c.Touchpoints))
	for i, t := range c.Touchpoints {
		drawn[i] = scatter(string(c.ID) + "#" + string(id) + "#" + string(t.ID))
	}
	ordered := slices.Clone(drawn)
	slices.Sort(ordered)
	var dealt []Touchpoint
	for i, t := range c.Touchpoints {
		if drawn[i] < ordered[MaxDealt] {
			dealt = append(dealt, t)
		}
	}
	return dealt
}

// scatter is FNV-1a with the last steps of MurmurHash3, which its high bits need: neighbours in, strangers out.
func scatter(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Name is what a touchpoint is called in a language, else in any: by the order of the languages.
func (t Touchpoint) Name(language string) string {
	if name := t.Names[language]; name != "" {
		return name
	}
	for _, l := range slices.Sorted(maps.Keys(t.Names)) {
		if t.Names[l] != "" {
			return t.Names[l]
		}
	}
	return string(t.ID)
}

// TouchpointOf is the one of an id.
func TouchpointOf(all []Touchpoint, id TouchpointID) (t Touchpoint, ok bool) {
	i := slices.IndexFunc(all, func(t Touchpoint) bool { return t.ID == id })
	if i < 0 {
		return t, false
	}
	return all[i], true
}

// CheckTouchpoints brings a catalogue into shape that is to stand in place of another, and gives ids to new touchpoints; or says what is wrong with one, Where being
// "touchpoints.3.names.ru" of the third. What was there once stays: answers know it. Problems: touchpoints_many, touchpoint_unknown, touchpoint_twice, touchpoint_removed,
// touchpoint_kind, touchpoint_name, touchpoint_name_long, language_unknown, and those of CheckLine.
func CheckTouchpoints(all, was []Touchpoint) ([]Touchpoint, error) {
	if len(all) > MaxTouchpoints {
		return nil, apperr.New(apperr.Invalid, "touchpoints_many", "touchpoints", "Limit", MaxTouchpoints)
	}
	last := 0
	for _, t := range was {
		last = max(last, t.number())
		if _, there := TouchpointOf(all, t.ID); !there {
			return nil, apperr.New(apperr.Invalid, "touchpoint_removed", "touchpoints", "Name", t.Name(""), "ID", string(t.ID))
		}
	}
	var good []Touchpoint
	for n, t := range all {
		names := map[string]string{}
		for l, name := range t.Names {
			if name = strings.Join(strings.Fields(name), " "); name != "" {
				names[l] = name
			}
		}
		t.Names = names
		if _, known := TouchpointOf(was, t.ID); t.ID != "" && !known {
			return nil, touchpointWrong(n, "touchpoint_unknown", "id")
		}
		if err := t.check(n, good); err != nil {
			return nil, err
		}
		if t.ID == "" {
			last++
			t.ID = TouchpointID("t" + strconv.Itoa(last))
		}
		good = append(good, t)
	}
	return good, nil
}

func (t Touchpoint) check(n int, before []Touchpoint) error {
	if !slices.Contains(TouchpointKinds, t.Kind) {
		return touchpointWrong(n, "touchpoint_kind", "kind")
	}
	if len(t.Names) == 0 {
		return touchpointWrong(n, "touchpoint_name", "names")
	}
	for _, l := range slices.Sorted(maps.Keys(t.Names)) {
		where := "names." + l
		if !knownLanguage(l) {
			return touchpointWrong(n, "language_unknown", where, "Known", strings.Join(Languages(), ", "))
		}
		if utf8.RuneCountInString(t.Names[l]) > MaxTouchpointName {
			return touchpointWrong(n, "touchpoint_name_long", where, "Limit", MaxTouchpointName)
		}
		if err := CheckLine(t.Names[l], "touchpoints."+strconv.Itoa(n+1)+"."+where); err != nil {
			return err
		}
		for m, other := range before {
			if strings.EqualFold(other.Names[l], t.Names[l]) && !other.Retired && !t.Retired || t.ID != "" && other.ID == t.ID {
				return touchpointWrong(n, "touchpoint_twice", where, "Other", m+1)
			}
		}
	}
	return nil
}

func touchpointWrong(n int, code, field string, with ...any) error {
	return apperr.New(apperr.Invalid, code, "touchpoints."+strconv.Itoa(n+1)+"."+field, append(with, "Line", n+1)...)
}

func (t Touchpoint) number() int {
	n, _ := strconv.Atoi(strings.TrimPrefix(string(t.ID), "t"))
	return n
}

// checkTouchpoints tells what is wrong with those of a campaign: touchpoints_employees, touchpoints_asked, touchpoint_twice.
func (c Campaign) checkTouchpoints() error {
	switch {
	case len(c.Touchpoints) > 0 && c.Audience.Anonymous(): // ratings of eight things beside a score would tell one sealed answer from another
		return apperr.New(apperr.Invalid, "touchpoints_employees", "touchpoints")
	case len(c.Touchpoints) > MaxAsked:
		return apperr.New(apperr.Invalid, "touchpoints_asked", "touchpoints", "Limit", MaxAsked)
	}
	for i, t := range c.Touchpoints {
		if _, twice := TouchpointOf(c.Touchpoints[:i], t.ID); twice {
			return apperr.New(apperr.Invalid, "touchpoint_twice", "touchpoints", "Line", i+1, "Other", i)
		}
	}
	return nil
}

// Asking is a campaign that asks of its touchpoints as the company calls them now. Problem: touchpoint_unknown of one that there is not, or that is retired.
func (c Campaign) Asking(catalogue []Touchpoint) (Campaign, error) {
	var asked []Touchpoint
	for _, t := range c.Touchpoints {
		now, ok := TouchpointOf(catalogue, t.ID)
		if !ok || now.Retired {
			return c, apperr.New(apperr.Invalid, "touchpoint_not_asked", "touchpoints", "ID", string(t.ID), "Name", t.Name(""))
		}
		asked = append(asked, now)
	}
	c.Touchpoints = asked
	return c, nil
}
