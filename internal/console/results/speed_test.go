package results_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// A campaign of 100,000 answers in 10,000 teams is no slower to open than a small one: its page reads a few figures. The
// times are printed for docs/benchmarks.md; only sizes and what is shown are held here.
func TestFirstViewOfManyAnswers(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 100,000 answers' figures")
	}
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	const answers, teams = 100_000, 10_000
	a := w.Asks("manyaaaa", survey.Customers, "Много", 2)
	for i := range answers {
		at := a.C.Launched.Add(time.Duration(i) * 10 * time.Second)
		r := survey.Response{
			Campaign: a.C.ID, Contact: consoletest.ContactNumber(i), Audience: a.C.Audience, Owner: fmt.Sprintf("staff %d", i%500), Team: fmt.Sprintf("Команда №%d", i%teams),
			Language: "ru", Score: i % 11, Verified: true, First: at, Counted: at, Version: 1,
		}
		survey.MarkOf(r, time.UTC).Count(a.Figures, a.C.ID, 1)
	}
	a.Counted()
	v := w.Visitor("executive", "ru")
	for _, path := range []string{"/results/manyaaaa", "/", "/results", "/results/manyaaaa/by/team"} {
		n := 200
		if path == "/results/manyaaaa/by/team" { // no first view: reads 10,000 teams
			n = 10
		}
		var took []time.Duration
		size := 0
		for range n {
			began := time.Now()
			status, page := v.Get(path)
			took = append(took, time.Since(began))
			if size = len(page); status != 200 {
				t.Fatal(path, status)
			}
		}
		slices.Sort(took)
		t.Logf("%s: median %s, p99 %s, %d KB", path, took[n/2], took[n*99/100], size>>10)
	}
	_, page := v.Get("/results/manyaaaa")
	v.Says(page, "100\u00a0000\u00a0ответов", "NPS по дням")
	_, page = v.Get("/results/manyaaaa/by/team")
	v.Says(page, "Ещё 9\u00a0940\u00a0строк")
	_, page, _ = v.Post("/results/manyaaaa/by/team", "find", "№9999")
	v.Says(page, "<bdi>Команда №9999</bdi>", "Подходит 1\u00a0из 10")
}
