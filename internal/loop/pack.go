package loop

import (
	"encoding/json"
	"fmt"
	"time"
)

// packed is an event as it is stored: each byte of a case is written twice, with every write of it.
type packed struct {
	At      int64   `json:"t"` // milliseconds since 1970
	What    What    `json:"w"`
	Score   int     `json:"s,omitempty"`
	By      string  `json:"b,omitempty"`
	Kind    Kind    `json:"k,omitempty"`
	Level   Level   `json:"l,omitempty"`
	State   State   `json:"x,omitempty"`
	Causes  []Cause `json:"c,omitempty"`
	Outcome Outcome `json:"o,omitempty"`
	From    string  `json:"f,omitempty"`
	To      string  `json:"d,omitempty"`
	Until   int64   `json:"u,omitempty"` // as At; 0: none
	Half    int64   `json:"h,omitempty"` // as Until
	Top     int64   `json:"r,omitempty"` // …
	Promise int     `json:"p,omitempty"`
	Note    int     `json:"n,omitempty"`
	Version int     `json:"v,omitempty"`
}

// Pack writes events as text for the table.
func Pack(events []Event) string {
	all := make([]packed, len(events))
	for i, e := range events {
		all[i] = packed{
			e.At.UnixMilli(), e.What, e.Score, e.By, e.Kind, e.Level, e.State, e.Causes, e.Outcome, e.From, e.To, milli(e.Until), milli(e.Half), milli(e.Top), e.Promise, e.Note, e.Version,
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(fmt.Sprintf("loop: events do not marshal: %v", err)) // only texts and numbers are in them
	}
	return string(b)
}

// Unpack reads what Pack wrote.
func Unpack(text string) ([]Event, error) {
	var all []packed
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, fmt.Errorf("events do not parse: %w", err)
	}
	var events []Event
	for _, p := range all {
		e := Event{
			time.UnixMilli(p.At).UTC(), p.What, p.Score, p.By, p.Kind, p.Level, p.State, p.Causes, p.Outcome, p.From, p.To, moment(p.Until), moment(p.Half), moment(p.Top), p.Promise, p.Note, p.Version,
		}
		events = append(events, e)
	}
	return events, nil
}

// milli writes a time that may be zero as milliseconds since 1970; moment reads it.
func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) (t time.Time) {
	if ms == 0 {
		return t
	}
	return time.UnixMilli(ms).UTC()
}
