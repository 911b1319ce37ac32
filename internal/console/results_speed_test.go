package console

import (
	"fmt"
	"slices"
	"testing"
	"time"

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
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	const answers, teams = 100_000, 10_000
	a := w.asks("manyaaaa", survey.Customers, "Много", 2)
	for i := range answers {
		at := a.c.Launched.Add(time.Duration(i) * 10 * time.Second)
		r := survey.Response{Campaign: a.c.ID, Contact: contactNumber(i), Audience: a.c.Audience, Owner: fmt.Sprintf("staff %d", i%500), Team: fmt.Sprintf("Команда №%d", i%teams),
			Language: "ru", Score: i % 11, Verified: true, First: at, Counted: at, Version: 1}
		survey.MarkOf(r).Count(a.figures, a.c.ID, 1)
	}
	a.counted()
	v := w.visitor("executive", "ru")
	for _, path := range []string{"/results/manyaaaa", "/", "/results", "/results/manyaaaa/by/team"} {
		n := 200
		if path == "/results/manyaaaa/by/team" { // no first view: reads 10,000 teams
			n = 10
		}
		var took []time.Duration
		size := 0
		for range n {
			began := time.Now()
			status, page := v.get(path)
			took = append(took, time.Since(began))
			if size = len(page); status != 200 {
				t.Fatal(path, status)
			}
		}
		slices.Sort(took)
		t.Logf("%s: median %s, p99 %s, %d KB", path, took[n/2], took[n*99/100], size>>10)
	}
	_, page := v.get("/results/manyaaaa")
	v.says(page, "100\u00a0000 ответов", "NPS по дням")
	_, page = v.get("/results/manyaaaa/by/team")
	v.says(page, "Ещё 9940 строк")
	_, page, _ = v.post("/results/manyaaaa/by/team", "find", "№9999")
	v.says(page, "<bdi>Команда №9999</bdi>", "Подходит 1 из 10")
}
