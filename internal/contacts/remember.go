package contacts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/survey"
)

// HeadingSet names a set of headings, in whatever order they stand: a list with the same ones is taken for the next of its kind.
func HeadingSet(headings []string) string {
	var all []string
	for _, h := range headings {
		if h = celltext.Clean(h); h != "" {
			all = append(all, h)
		}
	}
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\x1f")))
	return hex.EncodeToString(sum[:8])
}

// corrected is what people know better of the columns under these headings: what is said of this list, and of the others what was
// said of the last list that had them.
func (im *Import) corrected(headings []string) map[string]Field {
	if len(im.Memory) == 0 {
		return im.Map
	}
	last := im.Memory[HeadingSet(headings)].Fields
	if len(last) == 0 {
		return im.Map
	}
	all, given := map[string]Field{}, map[Field]bool{}
	for heading, f := range im.Map {
		all[heading], given[f] = f, true
	}
	for heading, said := range last {
		f := Field(said)
		if _, now := all[heading]; !now && slices.Contains(im.mayHold(), f) && (f.repeats() || !given[f]) {
			all[heading] = f
		}
	}
	return all
}

// mayHold are the fields that columns can be said to hold.
func (im *Import) mayHold() []Field {
	if im.fields != nil {
		return im.fields
	}
	return Fields
}

// recall notes which of the columns hold what they hold because somebody said so of the last list with these headings, and what is
// to be remembered for the next one: what was said of it and was not guessed.
func (im *Import) recall(guessed []Column) {
	im.Set = HeadingSet(im.Heading)
	last := im.Memory[im.Set].Fields
	im.Memory, im.AsLast = nil, nil
	for _, c := range im.Columns {
		if f, ok := last[c.Heading]; ok && Field(f) == c.Field {
			im.AsLast = append(im.AsLast, c.Heading)
		}
	}
	if len(im.Map) == 0 {
		return
	}
	im.learned = maps.Clone(last)
	if im.learned == nil {
		im.learned = map[string]string{}
	}
	for _, c := range guessed {
		f, said := im.Map[c.Heading]
		if isSegment(f) { // which is remembered by itself: see survey.Dimensions
			f = FieldAttribute
		}
		switch {
		case said && f != c.Field:
			im.learned[c.Heading] = string(f)
		case said:
			delete(im.learned, c.Heading)
		}
	}
}

// learn keeps what was said of the columns of a list for the next one with the same headings.
func (l *Lists) learn(ctx context.Context, im *Import) error {
	if im.learned == nil {
		return nil
	}
	return l.Store.ChangeColumnMemory(ctx, im.Audience, func(m survey.ColumnMemory) bool {
		return m.Remember(im.Set, im.learned, l.Now().UTC())
	})
}

// Corrections reads how people have put right the columns of an audience's lists.
func (l *Lists) Corrections(ctx context.Context, a survey.Audience) (survey.ColumnMemory, error) {
	return l.Store.ColumnMemory(ctx, a)
}

// ForgetCorrections forgets what was said of the columns of lists with a set of headings. Problem: corrections_unknown.
func (l *Lists) ForgetCorrections(ctx context.Context, a survey.Audience, set string) error {
	forgotten := false
	err := l.Store.ChangeColumnMemory(ctx, a, func(m survey.ColumnMemory) bool {
		forgotten = m.Remember(set, nil, l.Now().UTC())
		return forgotten
	})
	if err == nil && !forgotten {
		err = apperr.New(apperr.Unknown, "corrections_unknown", "set")
	}
	return err
}
