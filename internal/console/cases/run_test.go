package cases_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
)

// ran fills a company with a quarter's figures of cases of some owners.
func ran(t *testing.T, w *consoletest.World) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	sum := map[loop.FiguresOf]loop.Figures{}
	for n, owner := range []string{"owner", "owner2", "manager", ""} {
		for i := range []int{60, 44, 13, 6}[n] {
			opened := w.Now().Add(-time.Duration(i*97%(90*24)) * time.Hour)
			c := loop.Case{Owner: owner, Team: []string{"Север", "Юг & Ко"}[n%2], Level: loop.LevelOwner, State: loop.Open, Opened: opened, Deadline: opened.Add(48 * time.Hour)}
			if n > 1 {
				c.Level = loop.LevelManager
			}
			if i > 7 {
				c.State, c.Spoke = loop.Contacted, opened.Add(time.Duration(random.IntN(60+20*n))*time.Hour)
			}
			if i > 12 {
				c.State, c.Causes, c.Outcome = loop.Resolved, []loop.Cause{[]loop.Cause{"price", "speed", "people"}[i%3]}, loop.Outcomes[i%4]
				c.Promises = []loop.Promise{{By: opened.AddDate(0, 0, 9), Done: []loop.What{loop.Kept, loop.Kept, loop.Broken, ""}[i%4]}}
			}
			for of, f := range (loop.CaseChange{Now: &c}).Deltas(time.UTC) {
				if sum[of] == nil {
					sum[of] = loop.Figures{}
				}
				sum[of].Add(f, 1)
			}
		}
	}
	for of, f := range sum {
		if err := w.Store.PutCaseFigures(t.Context(), of, loop.Figures{}, f, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
}

// How the loop runs: everybody sees their own part of it, and nobody is ranked for a handful of cases.
func TestHowTheLoopRuns(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	ran(t, w)
	for staff, want := range map[string][]string{
		"owner":     {"Your own cases.", `<span class="big">13</span> open`, "By cause", "59</li>"},
		"manager":   {"The cases of the people you answer for.", "By owner"},
		"executive": {"All cases.", "By owner", "By team", "By level", "Handed", "Ranked from 10"},
	} {
		v := w.Visitor(staff, "en")
		status, page := v.Get("/cases/run")
		if status != 200 {
			t.Fatal(staff, status)
		}
		if staff == "executive" {
			want = want[:len(want)-2]
			want = append(want, "121</li>", "Ranked from 10")
			if few := page[strings.LastIndex(page[:strings.Index(page, "Ranked from")], "<tr>"):]; !strings.Contains(few, `data-label="Rank" class="num">–`) {
				t.Error("six cases are ranked")
			}
		}
		v.Says(page, want...)
		if staff == "owner" && strings.Contains(page, "By owner") {
			t.Error("an owner sees others")
		}
		if _, narrowed := v.Get("/cases/run?weeks=4&level=handed"); staff == "executive" && !strings.Contains(narrowed, "There are no cases yet") {
			t.Error("nothing is narrowed")
		}
		_, form, _ := v.Post("/cases/run/download", "format", "csv", "weeks", "13")
		if !strings.Contains(form, "In time, %") || staff == "owner" && strings.Contains(form, "By owner") {
			t.Errorf("%s downloads %.300s", staff, form)
		}
	}
}

func TestBrowserRun(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	ran(t, w)
	b := w.Tab("executive", 390, "ru")
	for n, look := range []struct {
		language string
		width    int64
	}{{"ru", 390}, {"en", 1280}} {
		b.Look(look.width, n > 0, look.language)
		b.Go("/cases/run")
		b.Sound("run")
		consoletest.Shoot(b, fmt.Sprint("run-", look.language))
	}
}
