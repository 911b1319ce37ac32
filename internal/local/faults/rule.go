// Package faults says in short words what shall go wrong on a laptop, and makes it so.
//
// A rule reads what[=value]@where[.operation][#n|~p], where is a function's folder or * for any; for example:
//
//	kill-before@send.SendBulkEmail#2   the second SendBulkEmail of send is not made, and its process gets SIGKILL
//	kill-after@*~0.01                  one AWS call in a hundred, of any function, is made and its process is killed then
//	lose-reply@respond.PutItem~0.05    the call is made, and the connection breaks before the reply
//	throttle@recompute~0.02            the service's own throttling error
//	conflict@recompute.TransactWriteItems~0.1   TransactionConflict
//	delay=2s@notify.SendEmail#1        the call takes so much longer
//	freeze=12s@send.SendBulkEmail#1    the call is made and the whole process stands still
//	time=300ms@clock#3                 the third invocation has only so much time, and is killed when over it
//	entry=ACCOUNT_THROTTLED@send~0.1   SES refuses an entry of a bulk call
//	repeat=2@recompute#4               the fourth batch of stream records is delivered three times
//	split=5@notify~0.5                 a batch is delivered in two parts, the first of 5 records
//	hold=1s@recompute~0.1              a batch is delivered late
//	shuffle@recompute~0.2              records of different keys change places
//	lose@recompute~0.1                 a batch is done, and its answer counts as a failure
//	poison=RESPONSE#abc@recompute      every batch with a record whose key holds that text fails
//	twice@send~0.3                     an event (a minute, a launch, a report of SES) comes twice
//	skew=-60s@notify~0.5               a process starts with a wrong clock (see internal/local/clocks)
//
// Without #n or ~p a rule holds always.
package faults

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rule is one kind of fault at one place.
type Rule struct {
	What      string
	Value     string
	Function  string // as its folder is called; "*": any
	Operation string // of calls; "": any
	N         int    // the n-th time only; 0: see P
	P         float64
}

// kinds of faults by what they befall.
const (
	ofCall  = "call"
	ofBatch = "batch"
	ofEntry = "entry"
	ofEvent = "event"
	ofTime  = "time"
	ofStart = "start"
)

var kinds = map[string]string{
	"kill-before": ofCall, "kill-after": ofCall, "lose-reply": ofCall, "throttle": ofCall, "conflict": ofCall, "delay": ofCall, "freeze": ofCall,
	"repeat": ofBatch, "split": ofBatch, "hold": ofBatch, "shuffle": ofBatch, "lose": ofBatch, "poison": ofBatch,
	"entry": ofEntry, "twice": ofEvent, "time": ofTime, "skew": ofStart,
}

// Parse reads a rule about one of functions, by the folders that they are called by, or about all of them.
func Parse(s string, functions ...string) (Rule, error) {
	var r Rule
	what, where, ok := cutLast(s, "@")
	if !ok {
		return r, fmt.Errorf("fault %q: want what@where, as in kill-after@send.SendBulkEmail#2", s)
	}
	r.What, r.Value, _ = strings.Cut(what, "=")
	if i := strings.IndexAny(where, "#~"); i >= 0 {
		var err error
		if where[i] == '#' {
			r.N, err = strconv.Atoi(where[i+1:])
			err = orElse(err, r.N < 1)
		} else {
			r.P, err = strconv.ParseFloat(where[i+1:], 64)
			err = orElse(err, !(r.P > 0 && r.P <= 1))
		}
		if err != nil {
			return r, fmt.Errorf("fault %q: %q is neither #number nor ~probability", s, where[i:])
		}
		where = where[:i]
	}
	r.Function, r.Operation, _ = strings.Cut(where, ".")
	return r, r.check(s, functions)
}

func orElse(err error, bad bool) error {
	if err == nil && bad {
		return errors.New("out of range")
	}
	return err
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (r Rule) check(s string, functions []string) error {
	kind := kinds[r.What]
	if kind == "" {
		return fmt.Errorf("fault %q: there is no fault called %q", s, r.What)
	}
	if r.Function != "*" && !slices.Contains(functions, r.Function) {
		return fmt.Errorf("fault %q: there is no function called %q", s, r.Function)
	}
	if r.Operation != "" && kind != ofCall {
		return fmt.Errorf("fault %q: %s is not of a call and takes no operation", s, r.What)
	}
	var err error
	switch r.What {
	case "delay", "freeze", "hold", "time", "skew":
		var d time.Duration
		d, err = time.ParseDuration(r.Value)
		err = orElse(err, r.What != "skew" && d <= 0)
	case "repeat", "split":
		var n int
		n, err = strconv.Atoi(r.Value)
		err = orElse(err, n < 1)
	case "entry", "poison":
		err = orElse(nil, r.Value == "")
	default:
		err = orElse(nil, r.Value != "")
	}
	if err != nil {
		return fmt.Errorf("fault %q: %q is no value for %s", s, r.Value, r.What)
	}
	return nil
}

func (r Rule) String() string {
	s := r.What
	if r.Value != "" {
		s += "=" + r.Value
	}
	s += "@" + r.Function
	if r.Operation != "" {
		s += "." + r.Operation
	}
	switch {
	case r.N > 0:
		s += "#" + strconv.Itoa(r.N)
	case r.P > 0:
		s += "~" + strconv.FormatFloat(r.P, 'g', -1, 64)
	}
	return s
}

func (r Rule) duration() time.Duration {
	d, _ := time.ParseDuration(r.Value) // checked
	return d
}

func (r Rule) number() int {
	n, _ := strconv.Atoi(r.Value) // checked
	return n
}
