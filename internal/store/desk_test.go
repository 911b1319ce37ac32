package store

import (
	"fmt"
	"testing"
	"time"
)

// The latest records are remembered however long ago they were counted; of many, those of the last quarter of an hour, and no more than maxSeen.
func TestSeenRecords(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	s := seen{}
	for n := range leastSeen + 3 {
		s.add(fmt.Sprint("slow ", n), now.Add(time.Duration(n)*24*time.Hour))
	}
	later := now.AddDate(0, 1, 0)
	s.forget(later)
	if s.has("slow 2") || !s.has("slow 3") || !s.has(fmt.Sprint("slow ", leastSeen+2)) {
		t.Errorf("of records long ago: %v", s)
	}
	for n := range maxSeen + 500 {
		s.add(fmt.Sprint("fast ", n), later.Add(time.Duration(n)*time.Second/2))
	}
	end := later.Add((maxSeen + 500) * time.Second / 2)
	s.forget(end)
	all := 0
	for _, names := range s {
		all += len(names)
	}
	if s.has("slow 5") || s.has("fast 0") || !s.has(fmt.Sprint("fast ", maxSeen+499)) || all > maxSeen {
		t.Errorf("of many: %d", all)
	}
}
