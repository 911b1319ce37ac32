package cloud

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// served is a DynamoDB that notes what it did.
type served struct {
	mu   sync.Mutex
	done []string
}

func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = append(s.done, string(body))
	fmt.Fprintf(w, "did %s", body)
}

func (s *served) list() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.done, " ")
}

const putItem = "DynamoDB_20120810.PutItem"

// A function that makes three calls has a bad one: what was done, what the function saw, and how it ended.
func TestCallFaults(t *testing.T) {
	t.Parallel()
	all := `{"n":1} {"n":2} {"n":3}`
	tests := []struct {
		name    string
		fault   CallFault
		done    string
		answer  []string // nil: the process died
		elapsed time.Duration
	}{
		{"none", CallFault{}, all, []string{`200 did {"n":1}`, `200 did {"n":2}`, `200 did {"n":3}`}, 0},
		{"kill before", CallFault{KillBefore: true}, `{"n":1}`, nil, 0},
		{"kill after", CallFault{KillAfter: true}, `{"n":1} {"n":2}`, nil, 0},
		{"lose the reply", CallFault{LoseReply: true}, all, []string{`200 did {"n":1}`, "no answer", `200 did {"n":3}`}, 0},
		{"delay", CallFault{Delay: 100 * time.Millisecond}, all, []string{`200 did {"n":1}`, `200 did {"n":2}`, `200 did {"n":3}`}, 100 * time.Millisecond},
		{"throttle", CallFault{Refuse: &Refusal{}}, `{"n":1} {"n":3}`, []string{`200 did {"n":1}`, `#ProvisionedThroughputExceededException"`, `200 did {"n":3}`}, 0},
		{"refuse", CallFault{Refuse: &Refusal{Status: 400, Kind: "TransactionConflictException", Message: "busy"}}, `{"n":1} {"n":3}`, []string{`200 did {"n":1}`, `400 {"Message":"busy","__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException"`, `200 did {"n":3}`}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db := &served{}
			var asked atomic.Int64
			l := newLab(t, fnResource("F", ""), func(c *Config) {
				c.DynamoDB = db
				c.Faults.Call = func(call Call) CallFault {
					asked.Add(1)
					if call.Function != "F" || call.Service != "DynamoDB" || call.Operation != "PutItem" || len(call.RequestID) != 36 {
						t.Errorf("asked about %+v", call)
					}
					if call.N == 2 {
						return test.fault
					}
					return CallFault{}
				}
			})
			begin := time.Now()
			if test.answer == nil {
				answer, failed := l.call("F", map[string]any{"do": "calls", "n": 3, "text": putItem})
				if !failed || !strings.Contains(answer, "signal: killed") {
					t.Errorf("failed %v with %s", failed, answer)
				}
				var pid int
				l.must(&pid, "F", map[string]any{"do": "pid"}) // the next event finds a process
			} else {
				var answer []string
				l.must(&answer, "F", map[string]any{"do": "calls", "n": 3, "text": putItem})
				for i, want := range test.answer {
					if i >= len(answer) || !strings.Contains(answer[i], want) {
						t.Errorf("call %d: %q, want %q", i+1, answer, want)
					}
				}
			}
			if got := db.list(); got != test.done {
				t.Errorf("done %s, want %s", got, test.done)
			}
			if took := time.Since(begin); took < test.elapsed {
				t.Errorf("took %v", took)
			}
			if n := l.Meter().Report(time.Now()).Of("F").Calls; n != asked.Load() {
				t.Errorf("metered %d calls, %d were made", n, asked.Load())
			}
		})
	}
}

// Calls are counted for each invocation, and calls from outside meet no faults.
func TestCallCountAndOutsiders(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var numbers []int
	l := newLab(t, fnResource("F", ""), func(c *Config) {
		c.Faults.Call = func(call Call) CallFault {
			mu.Lock()
			defer mu.Unlock()
			numbers = append(numbers, call.N)
			return CallFault{}
		}
	})
	for range 2 {
		l.call("F", map[string]any{"do": "calls", "n": 2, "text": putItem})
	}
	if status, _, body := l.post("/", map[string]string{"X-Amz-Target": putItem}, "{}"); status != 200 || body != "did {}" {
		t.Errorf("a call from outside: %d %s", status, body)
	}
	if !slices.Equal(numbers, []int{1, 2, 1, 2}) {
		t.Errorf("call numbers %v", numbers)
	}
}

func TestBatchFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault func(Batch) BatchFault
		want  []string
	}{
		{"repeat", func(Batch) BatchFault { return BatchFault{Repeat: 1} }, []string{"a b c d", "a b c d"}},
		{"split", func(b Batch) BatchFault { return BatchFault{Split: 1} }, []string{"a", "b", "c", "d"}},
		{"lose the answer once", func(b Batch) BatchFault { return BatchFault{Lose: b.Attempt == 1 && len(b.Records) == 4} }, []string{"a b c d", "a b", "c d"}},
		{"fail once", func(b Batch) BatchFault { return BatchFault{Fail: len(b.Records) == 4} }, []string{"a b", "c d"}},
		{"a record that always fails", func(b Batch) BatchFault {
			return BatchFault{Fail: slices.ContainsFunc(b.Records, func(r Record) bool { return strings.Contains(string(r.Keys), `"b"`) })}
		}, []string{"a", "c d"}},
		{"delay", func(Batch) BatchFault { return BatchFault{Delay: 50 * time.Millisecond} }, []string{"a b c d"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, mappingResource(careful), hurry, func(c *Config) { c.Faults.Batch = test.fault })
			begin := time.Now()
			l.stream.put("a", "b", "c", "d")
			l.settle()
			l.wantBatches(test.want...)
			if took := time.Since(begin); test.name == "delay" && took < 50*time.Millisecond {
				t.Errorf("took %v", took)
			}
			if letters := l.streamLetters(); (len(letters) == 1) != strings.HasPrefix(test.name, "a record") {
				t.Errorf("dead letters %q", letters)
			}
		})
	}
}

// A function that is killed while it does a batch gets the batch again.
func TestKilledInTheMiddleOfABatch(t *testing.T) {
	t.Parallel()
	l := newLab(t, mappingResource(careful), hurry)
	l.stream.put("a!slow")
	l.eventually("the batch to begin", func() bool { return len(l.batches()) == 1 })
	l.Kill()
	l.settle()
	l.wantBatches("a", "a")
}
