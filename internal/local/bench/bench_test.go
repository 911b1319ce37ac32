package bench

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onetap/internal/local/localtest"
)

// The measurements at tiny sizes: all of them run, and nothing is lost, doubled or counted wrongly, or they would say so.
func TestMeasurementsRun(t *testing.T) {
	t.Parallel()
	r, err := Run(context.Background(), Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Sizes: Tiny(), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]int{}
	for _, f := range r.Figures {
		name, _, _ := strings.Cut(f.What, ":")
		said[name]++
		if f.N <= 0 || math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
			t.Errorf("%s: %v of %d", f.What, f.Value, f.N)
		}
	}
	for _, name := range Names() {
		if said[name] == 0 {
			t.Errorf("nothing of %s is in the report", name)
		}
	}
}

func TestUnknownMeasurement(t *testing.T) {
	t.Parallel()
	if _, err := Run(context.Background(), Config{Only: []string{"sned"}}); err == nil || !strings.Contains(err.Error(), `"sned"`) {
		t.Errorf("a name that is none: %v", err)
	}
}

// An open loop counts a stall for everybody whom it kept waiting.
func TestOpenLoopCountsStalls(t *testing.T) {
	t.Parallel()
	const stall = 200 * time.Millisecond
	release := time.Now().Add(stall)
	took, overdue, err := openLoop(100, 10, func(i int) error {
		time.Sleep(time.Until(release))
		if i == 9 {
			return errOverdue
		}
		return nil
	})
	if err != nil || overdue != 1 {
		t.Fatalf("%d overdue, %v; want 1 and no error", overdue, err)
	}
	for i, d := range took {
		// The i-th was due 10·i ms (and 10 ms) after the first, and nobody was served before the stall was over.
		if least := stall - time.Duration(10*i+10)*time.Millisecond - 20*time.Millisecond; d < least {
			t.Errorf("request %d took %v, which hides the stall; want %v or more", i, d, least)
		}
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	var all []time.Duration
	for i := range 100 {
		all = append(all, time.Duration(100-i)*time.Millisecond)
	}
	for _, c := range []struct {
		q    float64
		want time.Duration
	}{{0.5, 50 * time.Millisecond}, {0.99, 99 * time.Millisecond}, {1, 100 * time.Millisecond}} {
		if got := quantile(all, c.q); got != c.want {
			t.Errorf("quantile %v of 1..100 ms is %v, want %v", c.q, got, c.want)
		}
	}
	if quantile(nil, 0.5) != 0 || quantile(all[:1], 0.99) != all[0] {
		t.Error("quantiles of none and of one")
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asked Bound
		value float64
		want  string
	}{{atMost(5), 5, "reached"}, {atMost(5), 5.01, "missed"}, {atLeast(95), 95, "reached"}, {atLeast(95), 94.9, "missed"}, {Bound{}, 1, "—"}, {atMost(0), 1, "missed"}} {
		if got := single("x", c.asked, c.value, "", "", 1, "").Verdict(); got != c.want {
			t.Errorf("%v of %v: %s, want %s", c.value, c.asked, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "0", 1234567: "1,234,567", 1234.5: "1,234", 45.25: "45.2", 2.2: "2.20", 0.0593: "0.059", -1200: "-1,200"} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %q, want %q", v, got, want)
		}
	}
	if number(math.NaN()) != "" {
		t.Error("no number is not empty")
	}
}

// A list that is cut into parts is the list.
func TestListsAreCutAnywhere(t *testing.T) {
	t.Parallel()
	whole := customerLists(1000, 1<<20, 7)
	parts := customerLists(1000, 3333, 7)
	joined := ""
	for _, p := range parts {
		joined += string(p)
	}
	if len(whole) != 1 || joined != string(whole[0]) || strings.Count(joined, "\n") != 1001 {
		t.Errorf("%d parts of %d bytes do not make the list of %d bytes", len(parts), len(joined), len(whole[0]))
	}
}

// Writing replaces the table and leaves what people wrote around it.
func TestWriteKeepsTheRest(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "benchmarks.md")
	r := Report{Machine: ThisMachine(), Began: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), Figures: []Figure{
		spread("respond: cold", atMost(60), "starts", "median", []time.Duration{20 * time.Millisecond}),
		single("send: twice", atMost(0), 0, "", "count", 5, "recipients").remark("A remark."),
	}}
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Benchmarks", "on 20 November 2026", "| respond: cold | ≤ 60 | 20 ms | median | 1 starts | 20 | 20 | 33.3 % | reached |", "- send: twice: A remark."} {
		if !strings.Contains(string(first), want) {
			t.Errorf("%q is not in\n%s", want, first)
		}
	}
	if err := os.WriteFile(path, []byte("Words before.\n"+string(first)+"Words after.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.Figures = r.Figures[1:]
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	second, _ := os.ReadFile(path)
	if s := string(second); !strings.HasPrefix(s, "Words before.\n") || !strings.HasSuffix(s, "Words after.\n") || strings.Contains(s, "respond: cold") {
		t.Errorf("the second report makes of the document\n%s", s)
	}
	if err := os.WriteFile(path, []byte("no marks"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Write(path); err == nil {
		t.Error("a document without marks is overwritten")
	}
}
