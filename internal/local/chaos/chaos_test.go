package chaos

import (
	"context"
	"flag"
	"io"
	"reflect"
	"strings"
	"testing"

	"onetap/internal/local/faults"
	"onetap/internal/local/localtest"
)

var seed = flag.Uint64("seed", 1, "of the first of the ten runs")

// Ten random campaigns with random faults; `make chaos` plays two hundred.
func TestChaos(t *testing.T) {
	t.Parallel()
	t.Logf("seeds %d to %d", *seed, *seed+9)
	var out strings.Builder
	cfg := Config{Template: localtest.Template(t), Functions: localtest.Skewed(t), Seed: *seed, Runs: 10, Together: 5, Out: &out}
	s, err := Run(t.Context(), cfg)
	if err != nil || s.Failed > 0 {
		t.Errorf("%v, %v; again with: make chaos SEED=%d RUNS=10\n%s", s, err, *seed, out.String())
	}
}

// every is a history in which each kind of fault there is happens for sure.
const every = `seed 1
contacts 120
rate 200
fault kill-before@respond.PutItem#3
fault kill-after@recompute.TransactWriteItems#1
fault lose-reply@respond.PutItem#8
fault throttle@send.SendBulkEmail#2
fault throttle@recompute.BatchGetItem#1
fault conflict@recompute.TransactWriteItems#2
fault delay=1s@notify.PutItem#1
fault freeze=1s@respond.GetItem#5
fault time=150ms@notify#2
fault entry=ACCOUNT_THROTTLED@send~0.2
fault repeat=1@recompute#1
fault split=1@notify#1
fault hold=500ms@recompute#2
fault shuffle@recompute#3
fault lose@recompute#1
fault poison=RESPONSE#@notify#1
fault twice@send#1
fault skew=-60s@notify#1
fault throttle@analyse.BatchWriteItem#1
fault kill-after@analyse.PutItem#4
step campaign campaign=0 n=0 seed=1
step taps campaign=0 n=40 seed=2
step senders campaign=0 n=2 seed=3
step edits campaign=0 n=20 seed=4
step taps campaign=0 n=40 seed=5
step wait campaign=0 n=1500 seed=6
`

// Every fault that has a name does happen to the real functions, and none of them breaks a promise.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	h, err := Read(every)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Play(t.Context(), Config{Template: localtest.Template(t), Functions: localtest.Skewed(t), Out: io.Discard}, h)
	if err != nil || len(r.Broken) > 0 {
		t.Errorf("%v, %v", err, r.Broken)
	}
	for _, what := range faults.Kinds() {
		if r.Fired[what] == 0 {
			t.Errorf("%s did not happen", what)
		}
	}
}

// `make chaos-big`, small: the sender is killed at 40 % and at 70 % of a list, however fast the machine sends.
func TestSenderKilledTwice(t *testing.T) {
	t.Parallel()
	const people = 2000 // a fraction of a second without a rate; a sender that was killed is waited for ten seconds
	var out strings.Builder
	r, err := Big(t.Context(), Config{Template: localtest.Template(t), Functions: localtest.Skewed(t), Out: &out}, people, []float64{0.4, 0.7})
	if err != nil || r.Fails() || len(r.Kills) != 2 || r.Letters+r.Uncertain < people {
		t.Fatalf("%+v, %v\n%s", r, err, out.String())
	}
	for i, k := range r.Kills {
		if k.At < people*4/10 || k.At > people*9/10 || k.Named < 50 || k.Named > 100 {
			t.Errorf("death %d after %d letters, %d people uncertain", i+1, k.At, k.Named)
		}
	}
	t.Log("\n" + r.Markdown())
}

// Every kind of fault is among those that seeds invent.
func TestSeedsInventEveryFault(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	for seed := range uint64(200) {
		for _, f := range Invent(seed).Faults {
			met[f.What] = true
		}
	}
	for _, what := range faults.Kinds() {
		if !met[what] {
			t.Errorf("no seed invents %s", what)
		}
	}
}

// Every seed's history is written down and read again as it was.
func TestHistoriesAsText(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		h := Invent(seed)
		again, err := Read(h.String())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(h, again) {
			t.Fatalf("seed %d: %+v became %+v", seed, h, again)
		}
	}
	for _, text := range []string{"seed x", "step taps", "fault nothing@nowhere", "hello"} {
		if h, err := Read(text); err == nil {
			t.Errorf("%q became %+v", text, h)
		}
	}
}

// The list gets as short as what breaks it, and no shorter.
func TestLess(t *testing.T) {
	t.Parallel()
	all := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"}
	tries := 0
	got := less(all, func(which []int) bool {
		tries++
		has := map[int]bool{}
		for _, w := range which {
			has[w] = true
		}
		return has[2] && has[7]
	})
	if !reflect.DeepEqual(got, []string{"c", "h"}) || tries > 40 {
		t.Errorf("%v after %d tries", got, tries)
	}
}

// A history that cannot be played to its end is a failed run with its reason, and what is shortened is played again.
func TestFailuresAreToldAndShortened(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	cfg := Config{Template: "no-such-template.yaml", Functions: t.TempDir(), Seed: 1, Runs: 2, Shrink: 30, Out: &out}
	s, err := Run(context.Background(), cfg)
	if err != nil || s.Failed != 2 || !strings.Contains(out.String(), "no-such-template") || strings.Count(out.String(), "the shortest history found") != 2 {
		t.Errorf("%v, %v\n%s", s, err, out.String())
	}
	if strings.Contains(out.String(), "\nstep ") || strings.Contains(out.String(), "\nfault ") {
		t.Errorf("steps and faults are left that have no part in it:\n%s", out.String())
	}
	if _, err := Again(context.Background(), Config{Template: "none", Out: io.Discard}, History{}); err != nil {
		t.Error(err)
	}
}

// onPaperAlone and besideLetters are histories in which employees are asked by cards.
const onPaperAlone = `seed 1
contacts 60
employees 30
fault lose-reply@desk.BatchWriteItem#2
fault kill-after@respond.PutItem#3
fault lose-reply@respond.PutItem#9
step campaign campaign=0 n=0 seed=1
step ask campaign=0 n=1 seed=2
step wait campaign=0 n=3000 seed=2
step cards campaign=0 n=9 seed=3
step cards campaign=0 n=7 seed=4
step cards campaign=0 n=11 seed=6
`

// Who has a card answers by its square code and by its digits, while functions die; what comes out of the box is what they answered, with that of those who had
// letters.
func TestCards(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"on paper alone": onPaperAlone,
		"beside letters": strings.NewReplacer("ask campaign=0 n=1", "ask campaign=0 n=0", "step cards campaign=0 n=7", "step votes campaign=0 n=20").Replace(onPaperAlone),
	} {
		h, err := Read(text)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Play(t.Context(), Config{Template: localtest.Template(t), Functions: localtest.Skewed(t), Out: io.Discard}, h)
		if err != nil || len(r.Broken) > 0 || r.Boxes != 1 || r.Answers < 8 {
			t.Errorf("%s: %v, %v, %d boxes, %d answers", name, err, r.Broken, r.Boxes, r.Answers)
		}
	}
}

// beside is a history in which promoters hand on links and are quoted, answers are answered from the inbox, a team agrees on things, and the silent are asked after.
const beside = `seed 501
contacts 100
beside true
fault kill-after@desk.SendEmail#1
fault lose-reply@desk.SendEmail#2
step campaign campaign=0 n=0 seed=1
step taps campaign=0 n=50 seed=2
step campaign campaign=1 n=0 seed=3
step taps campaign=1 n=25 seed=5
`

// What is done beside cases is there once, while the functions die.
func TestBesideCases(t *testing.T) {
	t.Parallel()
	h, err := Read(beside)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Play(t.Context(), Config{Template: localtest.Template(t), Functions: localtest.Skewed(t), Out: io.Discard}, h)
	if err != nil || len(r.Broken) > 0 {
		t.Errorf("%v, %v", err, r.Broken)
	}
}
