package loop_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// world is a respondent, a stream, a table with one case, senders that die, and the clock that looks after what is due.
type world struct {
	now     time.Time
	answer  survey.Response
	records []survey.Response // of the stream; handled are those before next
	next    int
	stored  *loop.Case
	sending []sending
	claims  int
	flood   bool // others of the same owner were written about just now

	letters     []survey.Response
	deaths      int  // senders that died after the letter went out, or were overtaken
	resolutions int  // each may bring two letters more
	content     int  // letters about somebody who was not a detractor when they were written
	detractor   bool // was a verified detractor at any time that the stream told of
}

// sending is somebody between claim and record.
type sending struct {
	claim string
	said  survey.Response
	sent  bool
}

func (w *world) claim(c loop.Case) loop.Case {
	if !c.Claimable(w.now) {
		return c
	}
	if others := []loop.Case{{Contact: "another", Alert: loop.Alert{Sent: w.now.Add(-time.Second)}}}; w.flood {
		if until := c.WaitsFor(others, 5*time.Minute, w.now); !until.IsZero() {
			return c.Hold(until)
		}
	}
	w.claims++
	id := fmt.Sprint(w.claims)
	w.sending = append(w.sending, sending{claim: id})
	return c.Claim(id, w.now)
}

// post is what a respondent does.
func (w *world) post(t *rapid.T) {
	p := survey.Post{Gesture: rapid.SampledFrom([]survey.Gesture{survey.ByButton, survey.ByGesture, survey.ByScript}).Draw(t, "gesture")}
	if rapid.Bool().Draw(t, "scored") || w.answer.Version == 0 {
		n := rapid.IntRange(0, 10).Draw(t, "score")
		p.Score = &n
	}
	if rapid.Bool().Draw(t, "worded") {
		s := rapid.SampledFrom([]string{"", "slow", "rude", "dear"}).Draw(t, "words")
		p.Why = &s
	}
	after, changed, err := w.answer.Apply(p, w.now)
	if err != nil {
		t.Fatal(err)
	}
	if changed {
		w.answer = after
		w.records = append(w.records, after)
	}
}

// handle is notify with one record.
func (w *world) handle(r survey.Response) {
	if loop.Opens(r, false) {
		w.detractor = true
	}
	switch {
	case w.stored != nil:
		c, taken := w.stored.Apply(r)
		if taken && c.Unsettled(r, "") {
			w.stored = nil
			return
		}
		c = w.claim(c)
		w.stored = &c
	case loop.Opens(r, false):
		c := w.claim(loop.New(nil, r, anna, "north", rules, r.Updated))
		w.stored = &c
	}
}

// tick is the clock looking at what is due.
func (w *world) tick() {
	if w.stored != nil && !w.stored.Alert.Due.IsZero() && !w.now.Before(w.stored.Alert.Due) {
		c := w.claim(*w.stored)
		w.stored = &c
	}
}

// work moves a sender on: the letter goes out, then it is recorded.
func (w *world) work(i int) {
	s := &w.sending[i]
	if w.stored == nil {
		w.drop(i)
		return
	}
	if !s.sent {
		if w.stored.Unsettled(w.answer, s.claim) {
			w.stored = nil
			w.drop(i)
			return
		}
		if !w.stored.Says(w.answer) {
			c, _ := w.stored.Unneeded(s.claim)
			w.stored = &c
			w.drop(i)
			return
		}
		if !loop.Opens(w.answer, false) {
			w.content++
		}
		s.said, s.sent = w.answer, true
		w.letters = append(w.letters, w.answer)
		return
	}
	c, recorded := w.stored.Sent(s.claim, "m"+s.claim, s.said, anna, w.now)
	if !recorded {
		w.deaths++ // overtaken by another
	}
	w.drop(i)
	c = w.claim(c)
	w.stored = &c
}

func (w *world) drop(i int) { w.sending = append(w.sending[:i:i], w.sending[i+1:]...) }

// TestOneCaseAtLeastOneAlert plays random answers, repeats, deaths and clocks, lets everything come to rest, and looks at
// what was told.
func TestOneCaseAtLeastOneAlert(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &world{now: noon, answer: survey.Response{Campaign: campaign, Contact: contact, Audience: survey.Customers}}
		t.Repeat(map[string]func(*rapid.T){
			"post": w.post,
			"handle": func(t *rapid.T) {
				if w.next == len(w.records) {
					t.Skip()
				}
				w.handle(w.records[w.next])
				w.next++
			},
			"repeat": func(t *rapid.T) {
				if w.next == 0 {
					t.Skip()
				}
				for i := rapid.IntRange(0, w.next-1).Draw(t, "from"); i < w.next; i++ {
					w.handle(w.records[i])
				}
			},
			"tick":  func(t *rapid.T) { w.tick() },
			"flood": func(t *rapid.T) { w.flood = !w.flood },
			"pass": func(t *rapid.T) {
				w.now = w.now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second)
			},
			"work": func(t *rapid.T) {
				if len(w.sending) == 0 {
					t.Skip()
				}
				w.work(rapid.IntRange(0, len(w.sending)-1).Draw(t, "who"))
			},
			"die": func(t *rapid.T) {
				if len(w.sending) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(w.sending)-1).Draw(t, "who")
				if w.sending[i].sent {
					w.deaths++
				}
				w.drop(i)
			},
			"resolve": func(t *rapid.T) {
				if w.stored == nil || w.stored.State == loop.Resolved {
					t.Skip()
				}
				c, err := w.stored.Move(loop.Resolved, "anna", w.now)
				if err != nil {
					t.Fatal(err)
				}
				w.stored = &c
				w.resolutions++
			},
		})
		w.rest()
		w.check(t)
	})
}

// rest handles what is left and lets the clock run for a day.
func (w *world) rest() {
	for ; w.next < len(w.records); w.next++ {
		w.handle(w.records[w.next])
	}
	for range 24 * 60 {
		for len(w.sending) > 0 {
			w.work(0)
		}
		w.now = w.now.Add(time.Minute)
		w.tick()
	}
}

func (w *world) check(t *rapid.T) {
	if w.content > 0 {
		t.Fatalf("%d letters name a score that is not a detractor's", w.content)
	}
	if now := loop.Opens(w.answer, false); now && w.stored == nil || !w.detractor && w.stored != nil {
		t.Fatalf("is a detractor: %v, was one: %v, has a case: %v", now, w.detractor, w.stored != nil)
	}
	if w.stored == nil {
		if len(w.letters) > w.deaths {
			t.Fatalf("%d letters about a case that is not there", len(w.letters))
		}
		return
	}
	if len(w.letters) == 0 && loop.Opens(w.answer, false) {
		t.Fatal("nobody was told")
	}
	if most := 2*(1+w.resolutions) + w.deaths; len(w.letters) > most {
		t.Fatalf("%d letters, %d at most make sense", len(w.letters), most)
	}
	if !w.stored.Alert.Due.IsZero() {
		t.Fatalf("still due after a day: %+v", w.stored.Alert)
	}
	if w.answer.Why != "" && loop.Opens(w.answer, false) {
		told := false
		for _, l := range w.letters {
			told = told || l.Why != ""
		}
		if !told {
			t.Fatal("there are words, and no letter held any")
		}
	}
	if w.stored.Answer != w.answer.Version && w.answer.Verified {
		t.Fatalf("the case knows version %d of %d", w.stored.Answer, w.answer.Version)
	}
}
