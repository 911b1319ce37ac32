package insight

import (
	"context"
	"slices"
	"strings"

	"onetap/internal/survey"
)

// Said is what one person wrote, who is not known, beside no score and no time. Only this package makes them.
type Said struct{ why, wish string }

// Comment is why they gave the score.
func (s Said) Comment() string { return s.why }

// Wish is what they wish for.
func (s Said) Wish() string { return s.wish }

// Words are what people of one group wrote.
type Words struct {
	Group []string // values of the campaign's columns and the language that all of them have in common; "" is not said
	Said  []Said
}

// Words lists what people wrote whose answers came out of a box, by the groups that the opening has made: each of LeastWords answers
// and more. The order within a group says nothing, names, addresses and telephones are hidden. It is the same for every reader. Problem:
// ErrWholeOnly where words are not listed apart.
func (o *Reading) Words(ctx context.Context) ([]Words, error) {
	if !o.view.Words() {
		return nil, ErrWholeOnly
	}
	all, err := o.results.Store.WordsOf(ctx, o.campaign.ID)
	if err != nil {
		return nil, err
	}
	mask, err := o.results.mask(ctx)
	if err != nil {
		return nil, err
	}
	var groups []Words
	for _, w := range all {
		i := slices.IndexFunc(groups, func(g Words) bool { return slices.Equal(g.Group, w.Values) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, Words{Group: w.Values})
		}
		groups[i].Said = append(groups[i].Said, Said{mask.Hide(w.Why), mask.Hide(w.Wish)})
	}
	slices.SortFunc(groups, func(a, b Words) int {
		return strings.Compare(strings.Join(a.Group, "\x00"), strings.Join(b.Group, "\x00"))
	})
	return groups, nil
}

// Columns are the names of what Words.Group says, the language last.
func (o *Reading) Columns() []string {
	return append(slices.Clone(o.campaign.Columns()), survey.KindLanguage)
}
