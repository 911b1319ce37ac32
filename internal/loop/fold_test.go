package loop_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// folded is what Fold says of a case: the rest is the system's own.
func folded(c loop.Case) loop.Case {
	c.Campaign, c.Contact, c.Audience, c.Team, c.Language, c.Was = "", "", "", "", "", nil
	c.Answer, c.Words, c.Rules, c.Alert, c.History, c.Pages, c.Notes, c.Version = 0, "", loop.Rules{}, loop.Alert{}, nil, 0, 0, 0
	return c
}

// life is one case to which things happen in any order, as a table would keep it.
type life struct {
	c       loop.Case
	pages   []loop.Event
	now     time.Time
	version int // of the answer
	tail    int // the most events that the case held itself
}

func (l *life) store(c loop.Case) {
	c, page := c.Turn()
	l.pages = append(l.pages, page...)
	events, err := loop.Unpack(loop.Pack(c.History))
	if err != nil {
		panic(err)
	}
	c.History, c.Version = events, l.c.Version+1
	l.c, l.tail = c, max(l.tail, len(c.History))
}

// work is anything that a person may try.
func work(t *rapid.T, now time.Time) loop.Work {
	w := loop.Work{State: rapid.SampledFrom(append([]loop.State{"", "", ""}, loop.States...)).Draw(t, "state")}
	if w.State == loop.Resolved {
		w.Causes, w.Outcome = []loop.Cause{"price"}, rapid.SampledFrom(loop.Outcomes).Draw(t, "outcome")
	}
	if rapid.Bool().Draw(t, "noted") {
		w.Note = "a note"
	}
	switch rapid.IntRange(0, 5).Draw(t, "what") {
	case 0:
		w.Tried = true
	case 1:
		w.Again = now.Add(time.Duration(rapid.IntRange(-1, 50).Draw(t, "hours")) * time.Hour)
	case 2:
		w.To = &survey.Staff{ID: rapid.SampledFrom([]string{"anna", "boris", "clara"}).Draw(t, "to")}
	case 3:
		w.Promise, w.Promised = "a call", now.Add(30*time.Hour)
	case 4:
		w.Kept = []int{rapid.IntRange(1, 3).Draw(t, "kept")}
	case 5:
		w.Broken = []int{rapid.IntRange(1, 3).Draw(t, "broken")}
	}
	return w
}

// Whatever happens to a case in whatever order: what people see of it is a function of all that happened, nothing of which is lost; it
// never holds many events itself; and there is always a way on from where it is.
func TestStateIsAFunctionOfWhatHappened(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		score := rapid.IntRange(0, 8).Draw(t, "first")
		l := &life{now: noon.Add(123456789), version: 1}
		l.store(loop.New(nil, answer(1, score, "", 0), anna, "north", rules, answer(1, score, "", 0).Updated))
		happened := 1
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				all := l.c.Happened(l.pages)
				if diff := cmp.Diff(folded(loop.Fold(all)), folded(l.c)); diff != "" {
					t.Fatalf("what happened says (-), the case (+):\n%s", diff)
				}
				if len(all) < happened || l.tail > 25 {
					t.Fatalf("%d events are left of %d; the case held %d itself", len(all), happened, l.tail)
				}
				happened = len(all)
				wayOut(t, l.c, l.now)
			},
			"answer": func(t *rapid.T) {
				l.version++
				r := answer(l.version, rapid.IntRange(0, 10).Draw(t, "score"), rapid.SampledFrom([]string{"", "slow"}).Draw(t, "words"), 0)
				r.Updated = l.now
				if c, changed := l.c.Apply(r); changed {
					l.store(c)
				}
			},
			"letter": func(t *rapid.T) {
				if !l.c.Claimable(l.now) {
					t.Skip("not possible now: another step is drawn")
				}
				who := anna
				who.Staff.ID = rapid.SampledFrom([]string{"anna", "boris"}).Draw(t, "who")
				c, _ := l.c.Claim("x", l.now).Sent("x", fmt.Sprint(l.version), answer(l.version, l.c.Latest, "", 0), who, l.now)
				l.store(c)
			},
			"bounce": func(t *rapid.T) {
				c, changed := l.c.Bounced(l.c.Alert.Message, loop.Responsible{Staff: survey.Staff{ID: "max"}, Level: loop.LevelManager}, l.now)
				if !changed {
					t.Skip("not possible now: another step is drawn")
				}
				l.store(c)
			},
			"pass": func(t *rapid.T) {
				l.now = l.now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "minutes")) * time.Minute)
			},
			"work": func(t *rapid.T) {
				before := l.c
				c, _, err := l.c.Do(work(t, l.now), rapid.SampledFrom([]string{"anna", "boris", ""}).Draw(t, "by"), l.now)
				if err != nil {
					if diff := cmp.Diff(before, c); diff != "" || apperr.As(err) == nil {
						t.Fatalf("work that was refused (%v) changed the case:\n%s", err, diff)
					}
					return
				}
				l.store(c)
			},
		})
	})
}

// wayOut follows a case from where it is to an end and back to its beginning.
func wayOut(t *rapid.T, c loop.Case, now time.Time) {
	if len(c.Steps()) == 0 {
		t.Fatalf("nothing can be done from %s", c.State)
	}
	c.Notes = 0
	if c.Over() {
		open, _, err := c.Do(loop.Work{State: loop.Open}, "anna", now)
		if err != nil || open.State != loop.Open || open.Tries != 0 || !open.Ended.IsZero() || open.Causes != nil {
			t.Fatalf("not opened again: %+v, %v", open, err)
		}
		c = open
	}
	ended, _, err := c.Do(loop.Work{State: loop.Resolved, Causes: []loop.Cause{"other"}, Outcome: loop.Lost}, "anna", now)
	if err != nil || !ended.Over() || ended.Late(now.Add(1e6*time.Hour)) {
		t.Fatalf("not resolved: %+v, %v", ended, err)
	}
}

func TestGivingUp(t *testing.T) {
	t.Parallel()
	c := opened()
	for n := range 3 {
		if _, _, err := c.Do(loop.Work{State: loop.Unreachable}, "anna", midday); !apperr.Is(err, "case_tries") || slices.Contains(c.Steps(), loop.Unreachable) {
			t.Errorf("after %d calls: %v, %v", n, err, c.Steps())
		}
		var err error
		if c, _, err = c.Do(loop.Work{Tried: true}, "anna", midday); err != nil || c.Tries != n+1 || c.State != loop.Acknowledged {
			t.Fatalf("%+v, %v", c, err)
		}
	}
	up, _, err := c.Do(loop.Work{State: loop.Unreachable}, "anna", midday)
	if err != nil || up.Spoken() || !up.Over() || up.Late(midday.Add(1000*time.Hour)) || !up.Spoke.IsZero() {
		t.Fatalf("given up: %+v, %v", up, err)
	}
	if _, _, err := up.Do(loop.Work{Again: midday.Add(time.Hour)}, "anna", midday); !apperr.Is(err, "again_state") {
		t.Errorf("called again: %v", err)
	}
	if _, _, err := up.Do(loop.Work{State: loop.Acknowledged}, "anna", midday); !apperr.Is(err, "case_over") {
		t.Errorf("taken: %v", err)
	}
	back, _, err := up.Do(loop.Work{State: loop.Contacted}, "anna", midday)
	if err != nil || !back.Spoken() || !back.Ended.IsZero() {
		t.Errorf("they called back: %+v, %v", back, err)
	}
	up, _ = up.Apply(survey.Response{Score: 9, Verified: true, Version: 8, Updated: midday})
	up, _ = up.Apply(survey.Response{Score: 2, Verified: true, Version: 9, Updated: midday})
	if up = up.Claim("x", midday); up.State != loop.Open || up.Tries != 0 {
		t.Errorf("a new low score: %+v", up)
	}
}

func TestPromises(t *testing.T) {
	t.Parallel()
	by := midday.Add(30 * time.Hour)
	c, notes, err := opened().Do(loop.Work{State: loop.Contacted, Note: "long talk", Promise: " a new offer ", Promised: by}, "anna", midday)
	if err != nil || len(notes) != 2 || !notes[1].Promise || notes[1].Text != "a new offer" || len(c.Promises) != 1 || c.Promises[0].Note != 2 {
		t.Fatalf("%+v %+v, %v", c, notes, err)
	}
	if !c.Next().Equal(by) || !c.Owes() || c.Breaks(by) || !c.Breaks(by.Add(time.Second)) {
		t.Errorf("before the day: %+v", c)
	}
	c, _, err = c.Do(loop.Work{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: loop.Upsold}, "anna", midday)
	if err != nil || !c.Owes() {
		t.Errorf("resolved, and still owed: %+v, %v", c, err)
	}
	kept, _, err := c.Do(loop.Work{Kept: []int{1}}, "anna", midday)
	if err != nil || kept.Owes() || kept.Promises[0].Done != loop.Kept || c.Promises[0].Done != "" {
		t.Errorf("kept: %+v, %v", kept.Promises, err)
	}
	if broken, _, err := kept.Do(loop.Work{Broken: []int{1}}, "anna", midday); err != nil || broken.Promises[0].Done != loop.Broken {
		t.Errorf("said by mistake: %+v, %v", broken.Promises, err)
	}
	if _, _, err := kept.Do(loop.Work{Kept: []int{2}}, "anna", midday); !apperr.Is(err, "promise_unknown") {
		t.Errorf("a promise that there is not: %v", err)
	}
}

// A passive's case is one while the score stands at 7 or 8, and a detractor's from the fall on.
func TestPassives(t *testing.T) {
	t.Parallel()
	if loop.Opens(answer(1, 7, "", 0), false) || !loop.Opens(answer(1, 7, "", 0), true) || loop.Opens(answer(1, 9, "", 0), true) {
		t.Error("passives are followed up by the setting alone")
	}
	c := loop.New(nil, answer(1, 8, "", 0), anna, "north", rules, answer(1, 8, "", 0).Updated)
	if c.Is() != loop.OfPassive || !c.Says(answer(1, 8, "", 0)) || c.Says(answer(1, 9, "", 0)) {
		t.Errorf("opened: %+v", c)
	}
	other, _ := c.Apply(answer(2, 7, "", time.Minute))
	if history(other) != "opened:8 scored:7" || other.Is() != loop.OfPassive {
		t.Errorf("another passive score: %s", history(other))
	}
	fell, _ := c.Apply(answer(2, 3, "", time.Minute))
	if history(fell) != "opened:8 fell:3" || fell.Is() != loop.OfDetractor {
		t.Errorf("a fall: %s of %s", history(fell), fell.Is())
	}
	rose, _ := c.Apply(answer(2, 9, "", time.Minute))
	if history(rose) != "opened:8 rose:9" || !rose.Unsettled(answer(2, 9, "", 0), "") {
		t.Errorf("a rise: %s", history(rose))
	}
}

func TestCauses(t *testing.T) {
	t.Parallel()
	named := func(name string) map[string]string { return map[string]string{"en": name, "ru": ""} }
	c := loop.StandardCauses()
	c, err := c.Change([]loop.CauseChange{{ID: "price"}, {ID: "speed", Names: named("Late again")}, {Names: named(" The  lift ")}, {}})
	if err != nil || len(c) != 10 || !slices.Equal(c.Offered(), []loop.Cause{"price", "speed", "own1"}) {
		t.Fatalf("%v, %v", c.Offered(), err)
	}
	if k, ok := c.Kind("own1"); !ok || k.Names["en"] != "The lift" {
		t.Errorf("%+v", k)
	}
	if k, ok := c.Kind("quality"); !ok || !k.Gone {
		t.Errorf("a cause that is not offered any more is not known any more: %+v", k)
	}
	next, err := c.Change([]loop.CauseChange{{ID: "price"}, {Names: named("The door")}})
	if err != nil || !slices.Equal(next.Offered(), []loop.Cause{"price", "own2"}) {
		t.Errorf("ids of causes that are gone come again: %v, %v", next.Offered(), err)
	}
	for code, said := range map[string][]loop.CauseChange{
		"cause_name_twice":   {{Names: named("Lift")}, {Names: named("LIFT")}},
		"cause_name_missing": {{ID: "own1"}},
		"cause_name_long":    {{Names: named(fmt.Sprintf("%61s", "x") + "y")}},
		"cause_unknown":      {{ID: "own9", Names: named("x")}},
		"causes_none":        {{ID: "price", Gone: true}},
	} {
		if code == "cause_name_long" {
			long := make([]rune, 61)
			for i := range long {
				long[i] = 'ж'
			}
			said[0].Names["en"] = string(long)
		}
		if _, err := c.Change(said); !apperr.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// What older versions stored is read as it was meant.
func TestOldOutcomes(t *testing.T) {
	t.Parallel()
	for was, want := range map[loop.Outcome]loop.Outcome{"solved": "kept", "agreed": "kept", "explained": "kept", "lost": "lost", "unreached": "unreached", "upsold": "upsold", "": ""} {
		if got := was.Now(); got != want {
			t.Errorf("%q is %q, want %q", was, got, want)
		}
	}
}
