package survey

import (
	"maps"
	"time"
)

// ColumnMemory is how people have put right what the columns of an audience's lists hold, by the set of headings that a list
// has: see contacts.HeadingSet.
type ColumnMemory map[string]ColumnsSaid

// ColumnsSaid are the corrections of one set of headings.
type ColumnsSaid struct {
	Fields map[string]string `json:"fields"` // by heading: a contacts.Field
	Said   time.Time         `json:"said"`
}

// At most so many sets of headings are remembered, with so many bytes of headings in all: they stand in one item of 400 KB.
const (
	maxHeadingSets = 100
	maxHeadingText = 200_000
)

// Remember puts what was said of a set of headings in the place of what was said before, and reports whether anything changed.
// No fields forget the set. What was said longest ago goes when there is too much.
func (m ColumnMemory) Remember(set string, fields map[string]string, now time.Time) (changed bool) {
	if maps.Equal(m[set].Fields, fields) {
		return false
	}
	if len(fields) == 0 {
		delete(m, set)
		return true
	}
	m[set] = ColumnsSaid{Fields: fields, Said: now}
	for len(m) > 1 && (len(m) > maxHeadingSets || m.size() > maxHeadingText) {
		oldest := ""
		for other, said := range m {
			if other != set && (oldest == "" || said.Said.Before(m[oldest].Said) || said.Said.Equal(m[oldest].Said) && other < oldest) {
				oldest = other
			}
		}
		delete(m, oldest)
	}
	return true
}

func (m ColumnMemory) size() (bytes int) {
	for _, said := range m {
		for heading, field := range said.Fields {
			bytes += len(heading) + len(field) + 10
		}
	}
	return bytes
}
