package faults

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"onetap/internal/local/cloud"
)

// Injector makes rules true while it is on. It is safe for concurrent use.
type Injector struct {
	mu     sync.Mutex
	on     bool
	random *rand.Rand
	rules  []*rule
}

type rule struct {
	Rule
	met   int // how often its place was met
	fired int
}

// New returns an injector that is on. What is left to chance follows the seed as far as the functions' own timing does.
func New(rules []Rule, seed uint64) *Injector {
	i := &Injector{on: true, random: rand.New(rand.NewPCG(seed, 3))}
	for _, r := range rules {
		i.rules = append(i.rules, &rule{Rule: r})
	}
	return i
}

// Set turns the faults on or off. Processes that were started with a wrong clock keep it until they end.
func (i *Injector) Set(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.on = on
}

// Fired tells how often faults happened, by what they are.
func (i *Injector) Fired() map[string]int {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := map[string]int{}
	for _, r := range i.rules {
		n[r.What] += r.fired
	}
	return n
}

// Kinds lists all faults that there are, in order.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// each calls do for the rules of a kind that hold here and now.
func (i *Injector) each(kind, function, operation string, do func(*rule)) {
	function = strings.ToLower(strings.TrimSuffix(function, "Function"))
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.on {
		return
	}
	for _, r := range i.rules {
		if kinds[r.What] != kind || (r.Function != "*" && r.Function != function) || (r.Operation != "" && r.Operation != operation) {
			continue
		}
		r.met++
		if (r.N > 0 && r.met != r.N) || (r.P > 0 && i.random.Float64() >= r.P) {
			continue
		}
		do(r)
	}
}

// Cloud is what the laptop's functions and streams are to suffer.
func (i *Injector) Cloud() cloud.Faults {
	return cloud.Faults{Call: i.call, Batch: i.batch, Time: i.time, Clock: i.clock, Event: i.event}
}

func (i *Injector) call(c cloud.Call) (f cloud.CallFault) {
	i.each(ofCall, c.Function, c.Operation, func(r *rule) {
		r.fired++
		switch r.What {
		case "kill-before":
			f.KillBefore = true
		case "kill-after":
			f.KillAfter = true
		case "lose-reply":
			f.LoseReply = true
		case "throttle":
			f.Refuse = &cloud.Refusal{}
		case "conflict":
			f.Refuse = conflict(c.Operation)
		case "delay":
			f.Delay = r.duration()
		case "freeze":
			f.Freeze = r.duration()
		}
	})
	return f
}

// conflict is what DynamoDB answers when another transaction has an item.
func conflict(operation string) *cloud.Refusal {
	if operation == "TransactWriteItems" {
		return &cloud.Refusal{
			Status: http.StatusBadRequest, Kind: "TransactionCanceledException",
			Message: "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",
			More:    map[string]any{"CancellationReasons": []map[string]string{{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}}},
		}
	}
	return &cloud.Refusal{Status: http.StatusBadRequest, Kind: "TransactionConflictException", Message: "Transaction is ongoing for the item"}
}

func (i *Injector) batch(b cloud.Batch) (f cloud.BatchFault) {
	i.each(ofBatch, b.Function, "", func(r *rule) {
		switch r.What {
		case "repeat":
			f.Repeat = r.number()
		case "split":
			f.Split = r.number()
		case "hold":
			f.Delay = r.duration()
		case "shuffle":
			f.Shuffle = i.random.Uint64() | 1
		case "lose":
			f.Lose = true
		case "poison":
			if !poisoned(b.Records, r.Value) {
				return
			}
			f.Fail = true
		}
		r.fired++
	})
	return f
}

func poisoned(records []cloud.Record, text string) bool {
	for _, r := range records {
		if strings.Contains(string(r.Keys), text) {
			return true
		}
	}
	return false
}

func (i *Injector) time(function string) (d time.Duration) {
	i.each(ofTime, function, "", func(r *rule) {
		r.fired++
		d = r.duration()
	})
	return d
}

func (i *Injector) clock(function string) (d time.Duration) {
	i.each(ofStart, function, "", func(r *rule) {
		r.fired++
		d += r.duration()
	})
	return d
}

func (i *Injector) event(function string) (repeat int) {
	i.each(ofEvent, function, "", func(r *rule) {
		r.fired++
		repeat++
	})
	return repeat
}

// Entry is ses.Options.Entry.
func (i *Injector) Entry(caller string, _ int) (status string) {
	i.each(ofEntry, caller, "", func(r *rule) {
		r.fired++
		status = r.Value
	})
	return status
}
