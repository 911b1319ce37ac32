package cloud

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/local/cloud/template"
)

// A frozen process stands still after its call was made, and does not know it afterwards.
func TestFreeze(t *testing.T) {
	t.Parallel()
	db := &served{}
	l := newLab(t, fnResource("F", ""), func(c *Config) {
		c.DynamoDB = db
		c.Faults.Call = func(call Call) CallFault {
			if call.N == 1 {
				return CallFault{Freeze: 300 * time.Millisecond}
			}
			return CallFault{}
		}
	})
	begin := time.Now()
	var answers []string
	l.must(&answers, "F", map[string]any{"do": "calls", "n": 2, "text": putItem})
	if took := time.Since(begin); took < 300*time.Millisecond {
		t.Errorf("took %v, and stood still for 300 ms", took)
	}
	if db.list() != `{"n":1} {"n":2}` || len(answers) != 2 || !strings.HasPrefix(answers[0], "200") {
		t.Errorf("done %s, answers %q", db.list(), answers)
	}
}

// A function over its time is told of its deadline before, and is killed.
func TestTimeIsShort(t *testing.T) {
	t.Parallel()
	var short atomic.Bool
	l := newLab(t, fnResource("F", ""), func(c *Config) {
		c.Faults.Time = func(function string) time.Duration {
			if short.Load() && function == "F" {
				return 200 * time.Millisecond
			}
			return 0
		}
	})
	var o struct{ Left int }
	l.must(&o, "F", map[string]any{"do": "context"})
	if o.Left < 5000 {
		t.Errorf("%d ms left, want the template's 10 s", o.Left)
	}
	short.Store(true)
	l.must(&o, "F", map[string]any{"do": "context"})
	if o.Left > 200 {
		t.Errorf("%d ms left, want 200", o.Left)
	}
	if answer, failed := l.call("F", map[string]any{"do": "sleep", "n": 5000}); !failed || !strings.Contains(answer, "Task timed out after 0.20 seconds") {
		t.Errorf("failed %v with %s", failed, answer)
	}
}

// An asynchronous event may come more often than once.
func TestEventComesTwice(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", ""), func(c *Config) {
		c.Faults.Event = func(string) int { return 1 }
	})
	l.functions["F"].async.enqueue([]byte(`{"a":1}`))
	l.settle()
	if n := len(l.notes()); n != 2 {
		t.Errorf("the event came %d times, want 2", n)
	}
}

func TestKillFunction(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", "")+fnResource("G", ""))
	var g int
	l.must(&g, "G", map[string]any{"do": "pid"})
	go func() {
		l.eventually("F to run", func() bool { return len(l.running()) == 2 })
		time.Sleep(50 * time.Millisecond)
		if n := l.KillFunction("F"); n != 1 {
			t.Errorf("killed %d processes, want 1", n)
		}
	}()
	if answer, failed := l.call("F", map[string]any{"do": "sleep", "n": 10000}); !failed || !strings.Contains(answer, "signal: killed") {
		t.Errorf("failed %v with %s", failed, answer)
	}
	var again int
	if l.must(&again, "G", map[string]any{"do": "pid"}); again != g {
		t.Error("another function's process was killed")
	}
}

// A binary that is built with the overlay takes a wrong clock, and is given its deadline by it; one that is not does not.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	overlay, err := exec.Command("sh", "../clocks/overlay.sh", folder).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, overlay)
	}
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-overlay", filepath.Join(folder, "overlay.json"), "-o", filepath.Join(folder, "f", "bootstrap"), "./testdata/fn")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var own template.Function
	l := newLab(t, fnResource("F", ""), func(c *Config) {
		own = *c.Template.Functions[0]
		c.Functions = folder
		c.Template.Functions[0].Folder = "f"
		c.Faults.Clock = func(string) time.Duration { return -3 * time.Hour }
	})
	if own.ID != "F" {
		t.Fatal("another function")
	}
	var o struct{ Left int }
	l.must(&o, "F", map[string]any{"do": "context"})
	if o.Left < 5000 || o.Left > 10_000 {
		t.Errorf("%d ms left by its own clock, want nearly 10 s", o.Left)
	}
	r := l.functions["F"].invoke(context.Background(), []byte(`{"do":"clock"}`))
	at, err := time.Parse(`"`+time.RFC3339+`"`, string(r.payload))
	if err != nil {
		t.Fatalf("%v: %s", err, r.payload)
	}
	if off := time.Since(at); off < 3*time.Hour-time.Minute || off > 3*time.Hour+time.Minute {
		t.Errorf("its clock is off by %v, want -3 h", -off)
	}
}
