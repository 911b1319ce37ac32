package history

import (
	"context"
	"maps"
	"slices"

	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// historyLists is what the corrections of these lists' columns are remembered for, as those of contacts are for an audience.
const historyLists survey.Audience = "history"

// memory are corrections of columns: those of earlier lists, and what is to be remembered of this one.
type memory struct {
	Last    survey.ColumnMemory `json:"last,omitempty"` // until the headings are known
	Set     string              `json:"set,omitempty"`  // of headings
	Learned map[string]string   `json:"learned,omitempty"`
}

// known are the fields that columns under these headings hold by what was said of this list, and, of the others, of the last one that had them.
func (l *List) known(headings []string) map[string]Field {
	last := l.Memory.Last[contacts.HeadingSet(headings)].Fields
	if len(last) == 0 {
		return l.Said
	}
	all, given := map[string]Field{}, map[Field]bool{}
	for heading, f := range l.Said {
		all[heading], given[f] = f, f != FieldAttribute && f != FieldIgnored
	}
	for heading, text := range last {
		f := Field(text)
		if _, said := all[heading]; !said && slices.Contains(Fields, f) && !given[f] {
			all[heading] = f
		}
	}
	return all
}

// settleColumns says what the columns hold, once the headings are known, and what of that is to be remembered: what was said and was not guessed.
func (l *List) settleColumns(headings []string, below [][]string) {
	guessed, set := guess(headings, below), contacts.HeadingSet(headings)
	last := l.Memory.Last[set].Fields
	l.Columns = corrected(guessed, l.known(headings))
	l.Memory = memory{Set: set}
	for i, c := range l.Columns {
		_, said := l.Said[c.Heading]
		l.Columns[i].AsLast = !said && last[c.Heading] == string(c.Field)
	}
	if len(l.Said) == 0 {
		return
	}
	l.Memory.Learned = map[string]string{}
	maps.Copy(l.Memory.Learned, last)
	for _, c := range guessed {
		switch f, said := l.Said[c.Heading]; {
		case said && f != c.Field:
			l.Memory.Learned[c.Heading] = string(f)
		case said:
			delete(l.Memory.Learned, c.Heading)
		}
	}
}

// learn keeps what was said of the columns of a list for the next one with the same headings.
func (im *Imports) learn(ctx context.Context, m memory) error {
	if m.Learned == nil {
		return nil
	}
	return im.Store.ChangeColumnMemory(ctx, historyLists, func(all survey.ColumnMemory) bool {
		return all.Remember(m.Set, m.Learned, im.Now().UTC())
	})
}
