package results_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
)

var scorePattern = regexp.MustCompile(`<span class="score \w+">(\d+)</span>`)

// The page's filters stand in its address, which gives the same answers to whoever opens it; the words that are looked for do not.
func TestAnswersAddressHoldsFilters(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := consoletest.Spring(w)
	v := w.Visitor("executive", "ru")
	day := func(n int) string { return a.C.Launched.AddDate(0, 0, n).Format("2006-01-02") }
	for _, test := range []struct {
		fields []string
		want   int // answers on the first page
	}{
		{[]string{"group", "detractor"}, 15},
		{[]string{"from", day(0), "until", day(1)}, 12},
		{[]string{"from", day(9)}, 6},
		{[]string{"owner", w.Desk.Handle("somebody else")}, 1},
		{[]string{"s0", insight.SegmentSum("Москва"), "s1", insight.SegmentSum("A")}, 10},
		{[]string{"team", "Север", "s0", insight.SegmentSum("Москва"), "sort", "score"}, 10},
	} {
		status, _, to := v.Post("/results/springaa/answers", test.fields...)
		if status != http.StatusSeeOther || !strings.HasPrefix(to, "/results/springaa/answers?") {
			t.Fatalf("%v leads to %d %q", test.fields, status, to)
		}
		_, page := v.Get(to)
		if got := strings.Count(page, `<li class="card">`); got != test.want {
			t.Errorf("%s shows %d answers, want %d", to, got, test.want)
		}
		v.Says(page, `href="/contacts/customers/`)
		if status, _, again := v.Post("/results/springaa/answers", append(test.fields, "search", "везли")...); status != http.StatusTemporaryRedirect || again != to {
			t.Errorf("with words %v leads to %d %q, want %q", test.fields, status, again, to)
		}
	}
	for query, want := range map[string]int{"from=yesterday": 400, "from=" + day(3) + "&until=" + day(1): 400, "s7=0": 404, "sort=time&after=x": 400, "sort=nothing": 200} {
		if status, _ := v.Get("/results/springaa/answers?" + query); status != want {
			t.Errorf("%s: %d, want %d", query, status, want)
		}
	}
	// Whoever may not know the people asks by one property, and never by time.
	n := w.Visitor("analyst", "ru")
	for query, want := range map[string]int{
		"sort=score": 200, "sort=time": 403, "from=" + day(0): 403, "until=" + day(3): 403, "s1=" + insight.SegmentSum("A"): 200, "s7=1": 403,
		"s0=" + insight.SegmentSum("Москва") + "&s1=" + insight.SegmentSum("A"): 403, "team=%D0%A1%D0%B5%D0%B2%D0%B5%D1%80&s1=" + insight.SegmentSum("A"): 403,
	} {
		if status, page := n.Get("/results/springaa/answers?" + query); status != want || strings.Contains(page, "/contacts/") && want == 200 {
			t.Errorf("an analyst asks for %s: %d, want %d", query, status, want)
		}
	}
}

// Answers stand in the order that is asked for, over all pages.
func TestAnswersAreSorted(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	v := w.Visitor("executive", "ru")
	for by, want := range map[string]string{"score": strings.Repeat("3 ", 15) + strings.Repeat("7 ", 15) + strings.Repeat("9 ", 15) + strings.Repeat("10 ", 15), "time": strings.Repeat("3 7 9 10 ", 15)} {
		got := ""
		for after := ""; ; {
			_, page := v.Get("/results/springaa/answers?sort=" + by + after)
			for _, m := range scorePattern.FindAllStringSubmatch(page, -1) {
				got += m[1] + " "
			}
			m := afterPattern.FindStringSubmatch(page)
			if m == nil {
				break
			}
			after = "&after=" + m[1]
		}
		if got != want {
			t.Errorf("by %s: %s", by, got)
		}
	}
}
