package survey

import (
	"slices"
	"strings"
	"time"
)

// FormerValue is what a contact was worth before a list, or a person, said something else.
type FormerValue struct {
	Value string    `json:"value"` // as it was written; "": nothing was said
	Until time.Time `json:"until"` // to the second
}

// MaxFormer is how many former values a contact keeps. Of more the two that were closest in time become one: what was long ago is known less precisely.
const MaxFormer = 12

// Following is a contact that takes another's place at some time: it keeps what that was worth. again says that the same list wrote it, and is read
// again: what it said the first time was never so.
func (c Contact) Following(was Contact, again bool, now time.Time) Contact {
	former, value := slices.Clone(was.Former), was.Value
	if n := len(former) - 1; again && n >= 0 && former[n].Until.Equal(was.Updated.Truncate(time.Second)) {
		former, value = former[:n], former[n].Value
	}
	if strings.TrimSpace(value) != strings.TrimSpace(c.Value) {
		former = append(former, FormerValue{value, now.UTC().Truncate(time.Second)})
	}
	if len(former) > MaxFormer {
		closest := 1
		for i := 2; i < len(former); i++ {
			if former[i].Until.Sub(former[i-1].Until) < former[closest].Until.Sub(former[closest-1].Until) {
				closest = i
			}
		}
		former = slices.Delete(former, closest, closest+1)
	}
	if c.Former = former; len(former) == 0 {
		c.Former = nil
	}
	return c
}

// ValueAt is what was said of a contact's worth at some time.
func (c Contact) ValueAt(t time.Time) string {
	for _, f := range c.Former {
		if t.Before(f.Until) {
			return f.Value
		}
	}
	return c.Value
}
