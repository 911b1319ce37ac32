package survey

import (
	"math"
	"slices"
	"strings"
	"time"
)

// FormerValue is what a contact was worth before a list, or a person, said something else.
type FormerValue struct {
	Value string    `json:"value"` // as it was written; "": nothing was said
	Until time.Time `json:"until"` // to the second
}

// MaxFormer is how many former values a contact keeps. Of more two become one that are close in time, the more readily the longer ago:
// what was lately is known to the day.
const MaxFormer = 12

// Following is a contact that takes another's place at some time: it keeps what that was worth. again says that the same list wrote it, and is read
// again: what it said the first time was never so.
func (c Contact) Following(was Contact, again bool, now time.Time) Contact {
	if was.Unreadable {
		return c
	}
	if again && len(was.Former) == 0 && was.Created.Equal(was.Updated) { // the same list has made it
		return c
	}
	former, value := slices.Clone(was.Former), was.Value
	if n := len(former) - 1; again && n >= 0 && former[n].Until.Equal(was.Updated.Truncate(time.Second)) {
		former, value = former[:n], former[n].Value
	}
	if strings.TrimSpace(value) != strings.TrimSpace(c.Value) {
		former = append(former, FormerValue{value, now.UTC().Truncate(time.Second)})
	}
	if len(former) > MaxFormer {
		closest, least := 1, math.Inf(1)
		for i := 1; i < len(former); i++ {
			apart, ago := former[i].Until.Sub(former[i-1].Until), now.Sub(former[i-1].Until)
			if share := float64(apart) / float64(max(ago, 1)); share < least {
				closest, least = i, share
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
