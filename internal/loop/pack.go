package loop

import (
	"encoding/json"
	"fmt"
	"time"

	"onetap/internal/survey"
)

// packed is an event as it is stored: each byte of a case is written twice, with every write of it.
type packed struct {
	At      int64   `json:"t"` // milliseconds since 1970
	What    What    `json:"w"`
	Score   int     `json:"s,omitempty"`
	By      string  `json:"b,omitempty"`
	Kind    Kind    `json:"k,omitempty"`
	Waves   int     `json:"z,omitempty"`
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
			e.At.UnixMilli(), e.What, e.Score, e.By, e.Kind, e.Waves, e.Level, e.State, e.Causes, e.Outcome, e.From, e.To, milli(e.Until), milli(e.Half), milli(e.Top), e.Promise, e.Note, e.Version,
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
			time.UnixMilli(p.At).UTC(), p.What, p.Score, p.By, p.Kind, p.Waves, p.Level, p.State, p.Causes, p.Outcome, p.From, p.To, moment(p.Until), moment(p.Half), moment(p.Top), p.Promise, p.Note, p.Version,
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

// packedCase is a case as it is stored, without its events and what its key says.
type packedCase struct {
	Audience survey.Audience `json:"a,omitempty"`
	Kind     Kind            `json:"k,omitempty"`
	Waves    int             `json:"z,omitempty"`
	Owner    string          `json:"o,omitempty"`
	Level    Level           `json:"l,omitempty"`
	Team     string          `json:"t,omitempty"`
	Language string          `json:"g,omitempty"`
	State    State           `json:"x,omitempty"`
	Score    int             `json:"s,omitempty"`
	Was      *int            `json:"w,omitempty"`
	Latest   int             `json:"n,omitempty"`
	Answer   int             `json:"v,omitempty"`
	Words    string          `json:"h,omitempty"`
	Opened   stamp           `json:"ot,omitempty"`
	Deadline stamp           `json:"d,omitempty"`
	Half     stamp           `json:"hf,omitempty"`
	Top      stamp           `json:"tp,omitempty"`
	Again    stamp           `json:"ag,omitempty"`
	Tries    int             `json:"tr,omitempty"`
	Spoke    stamp           `json:"sp,omitempty"`
	Ended    stamp           `json:"e,omitempty"`
	Causes   []Cause         `json:"c,omitempty"`
	Outcome  Outcome         `json:"u,omitempty"`
	Promises []packedPromise `json:"p,omitempty"`
	Telling  stamp           `json:"tg,omitempty"`
	Told     stamp           `json:"td,omitempty"`
	Right    What            `json:"rt,omitempty"`
	Former   []string        `json:"f,omitempty"`
	Touched  bool            `json:"m,omitempty"`
	ByHand   bool            `json:"b,omitempty"`
	Rules    Rules           `json:"r"`
	Alert    packedAlert     `json:"al,omitzero"`
	Pages    int             `json:"pg,omitempty"`
	Notes    int             `json:"no,omitempty"`
}

type packedPromise struct {
	Note int   `json:"n"`
	Made stamp `json:"m,omitempty"`
	By   stamp `json:"b,omitempty"`
	Done What  `json:"d,omitempty"`
}

type packedAlert struct {
	Due     stamp  `json:"d,omitempty"`
	Claim   string `json:"c,omitempty"`
	Claimed stamp  `json:"ct,omitempty"`
	Tries   int    `json:"tr,omitempty"`
	Letters int    `json:"n,omitempty"`
	Sent    stamp  `json:"s,omitempty"`
	Message string `json:"m,omitempty"`
	Answer  int    `json:"v,omitempty"`
	Words   string `json:"w,omitempty"`
	Old     string `json:"o,omitempty"`
	Held    bool   `json:"h,omitempty"`
	Reopens stamp  `json:"r,omitempty"`
}

// stamp is a time as milli writes it.
type stamp int64

func stampOf(t time.Time) stamp { return stamp(milli(t)) }

func (s stamp) time() time.Time { return moment(int64(s)) }

// PackCase writes a case as text for the table, without its events and without what its key says: its campaign, contact and version.
func PackCase(c Case) string {
	a := c.Alert
	p := packedCase{
		c.Audience, c.Kind, c.Waves, c.Owner, c.Level, c.Team, c.Language, c.State, c.Score, c.Was, c.Latest, c.Answer, c.Words, stampOf(c.Opened), stampOf(c.Deadline), stampOf(c.Half), stampOf(c.Top),
		stampOf(c.Again), c.Tries, stampOf(c.Spoke), stampOf(c.Ended), c.Causes, c.Outcome, nil, stampOf(c.Telling), stampOf(c.Told), c.Right, c.Former, c.Touched, c.ByHand, c.Rules,
		packedAlert{stampOf(a.Due), a.Claim, stampOf(a.Claimed), a.Tries, a.Letters, stampOf(a.Sent), a.Message, a.Answer, a.Words, a.Old, a.Held, stampOf(a.Reopens)},
		c.Pages, c.Notes,
	}
	for _, one := range c.Promises {
		p.Promises = append(p.Promises, packedPromise{one.Note, stampOf(one.Made), stampOf(one.By), one.Done})
	}
	b, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("loop: a case does not marshal: %v", err)) // only texts and numbers are in it
	}
	return string(b)
}

// UnpackCase reads what PackCase wrote.
func UnpackCase(text string) (c Case, err error) {
	var p packedCase
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return c, fmt.Errorf("a case does not parse: %w", err)
	}
	a := p.Alert
	c = Case{
		Audience: p.Audience, Kind: p.Kind, Waves: p.Waves, Owner: p.Owner, Level: p.Level, Team: p.Team, Language: p.Language, State: p.State, Score: p.Score, Was: p.Was,
		Latest: p.Latest, Answer: p.Answer, Words: p.Words, Opened: p.Opened.time(), Deadline: p.Deadline.time(), Half: p.Half.time(), Top: p.Top.time(), Again: p.Again.time(), Tries: p.Tries,
		Spoke: p.Spoke.time(), Ended: p.Ended.time(), Causes: p.Causes, Outcome: p.Outcome, Telling: p.Telling.time(), Told: p.Told.time(), Right: p.Right, Former: p.Former, Touched: p.Touched, ByHand: p.ByHand, Rules: p.Rules,
		Alert: Alert{a.Due.time(), a.Claim, a.Claimed.time(), a.Tries, a.Letters, a.Sent.time(), a.Message, a.Answer, a.Words, a.Old, a.Held, a.Reopens.time()},
		Pages: p.Pages, Notes: p.Notes,
	}
	for _, one := range p.Promises {
		c.Promises = append(c.Promises, Promise{one.Note, one.Made.time(), one.By.time(), one.Done})
	}
	return c, nil
}
