package loop_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Who is worth less now is told by what the lists said when they were asked, in one currency; who is gone, or of no known value, counts nowhere.
func TestWhoIsWorthLess(t *testing.T) {
	t.Parallel()
	asked := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	was := func(then, now string) survey.Contact {
		c := survey.Contact{Value: then, Updated: asked.AddDate(0, -1, 0)}
		return survey.Contact{Value: now}.Following(c, false, asked.AddDate(0, 1, 0))
	}
	var g loop.SilenceGroup
	for _, c := range []survey.Contact{was("100", "90"), was("100", "110"), was("100", "100.00"), was("100", "$50"), was("", "5"), was("much", "5")} {
		g.Count(c, true, asked, "RUB")
	}
	gone := was("100", "90")
	gone.Gone = true
	g.Count(gone, true, asked, "RUB")
	g.Count(survey.Contact{}, false, asked, "RUB")
	if want := (loop.SilenceGroup{People: 8, Listed: 6, Valued: 3, Fell: 1, Rose: 1}); g != want {
		t.Errorf("%+v, want %+v", g, want)
	}
	g = loop.SilenceGroup{}
	if g.Count(was("100", "90"), true, asked.AddDate(0, 2, 0), "RUB"); g.Fell != 0 || g.Valued != 1 {
		t.Errorf("asked after the change: %+v", g)
	}
}

// Of many owners those of the fewest people are in the whole alone.
func TestSilenceSums(t *testing.T) {
	t.Parallel()
	var parts []loop.SilencePart
	for i := range loop.MaxSilenceParts + 7 {
		parts = append(parts, loop.SilencePart{Owner: fmt.Sprint("owner", i), Team: "Team", Silent: loop.SilenceGroup{People: int64(i + 1)}, Value: 10})
	}
	s := loop.SumSilence(parts, "RUB", time.Time{})
	whole := s.Of(true, nil)
	if n := int64(len(parts)); whole.Silent.People != n*(n+1)/2 || whole.Value != 10*n || len(s.Parts) != loop.MaxSilenceParts || s.Others.Silent.People != 28 {
		t.Errorf("%+v, %d parts, others %+v", whole, len(s.Parts), s.Others)
	}
	mine := s.Of(false, func(owner, _ string) bool { return strings.EqualFold(owner, "OWNER500") })
	if mine.Silent.People != 501 || mine.Value != 10 {
		t.Errorf("of one owner: %+v", mine)
	}
}
