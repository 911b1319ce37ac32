package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Not in the histories of cases: the company's board (one item, written over the version that was read, like a huddle's, which is in beside.go).

const (
	mostTold   = 6  // respondents are told what was done
	mostCalled = 4  // calls are written down
	inHand     = 5  // are dealt to each executive
	mostTries  = 12 // of what is answered by "try again"

	heardWords = "They wait for the invoice."
)

// telling is a case whose respondent somebody wants to be told.
type telling struct {
	id, contact string
	told        bool
	said        string // what they said to it; "": nothing
}

// closeLoops resolves some cases and tells their respondents, who say whether it is right, and has executives call others, while the desk and notify are
// killed: nobody gets a letter that nobody asked for, none of which the case knows nothing, and a "no" opens the case again.
func (d *director) closeLoops(ctx context.Context, r *rand.Rand) error {
	if !d.history.Tell {
		return nil
	}
	if err := d.staff(ctx); err != nil {
		return err
	}
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	if err := d.callThem(ctx, r); err != nil {
		return err
	}
	cases, err := d.waiting(ctx, table)
	if err != nil {
		return err
	}
	var all []*telling
	for _, c := range cases {
		if len(all) == mostTold {
			break
		}
		if d.gone(string(c.Contact)) {
			continue
		}
		err := d.must(ctx, "PATCH", "/cases/"+c.ID(), map[string]any{"state": "resolved", "causes": []string{"speed"}, "outcome": "recovered"}, nil)
		if err != nil && !refused(err, http.StatusConflict) { // the reply to this very call was lost
			return err
		}
		t := &telling{id: c.ID(), contact: string(c.Contact)}
		all = append(all, t)
		d.killSoon(r, 0.5, "DeskFunction", 60)
		if err := d.tellOne(ctx, t); err != nil {
			return err
		}
		if r.Float64() < 0.5 { // a second click
			if err := d.tellOne(ctx, t); err != nil {
				return err
			}
		}
	}
	if err := d.readInbox(ctx); err != nil {
		return err
	}
	for _, t := range all {
		for _, l := range d.letters {
			if l.Tags["kind"] != "told" || l.Tags["case"] != t.id || l.Outcome != "delivered" || t.said != "" {
				continue
			}
			t.said = []string{"no", "no", "yes", "partly"}[r.IntN(4)]
			d.killSoon(r, 0.3, "NotifyFunction", 300)
			if err := d.sayTo(ctx, l.Told(), t.said); err != nil {
				return err
			}
		}
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.replay(ctx); err != nil {
		d.broke("lost", 1, "%v", err)
	}
	d.pass(time.Hour) // claims grow old
	if err := d.nothingDue(ctx); err != nil {
		d.broke("lost", 1, "%v", err)
	}
	if err := d.readInbox(ctx); err != nil {
		return err
	}
	return d.checkTold(ctx, all)
}

// killSoon kills a function's processes within so many milliseconds, by a chance.
func (d *director) killSoon(r *rand.Rand, chance float64, function string, within int) {
	if wait := time.Duration(r.IntN(within)) * time.Millisecond; r.Float64() < chance {
		time.AfterFunc(wait, func() { d.stack.Cloud().KillFunction(function) })
	}
}

// tellOne has a respondent told, as a person would who gets no answer: where nobody knows whether the letter went out, the person looks at the case and, now and then, sends it again.
func (d *director) tellOne(ctx context.Context, t *telling) error {
	for range mostTries {
		err := d.company.Call(ctx, "POST", "/cases/"+t.id+"/tell", map[string]any{"text": "We have corrected the invoice."}, nil)
		var refusal *drive.Refusal
		switch {
		case err == nil:
			t.told = true
			return nil
		case errors.As(err, &refusal) && refusal.Status < 500 && refusal.Status != http.StatusTooManyRequests:
			return nil // it is the earlier call that may have sent it
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("nobody answers a call to tell, %d times", mostTries)
}

// sayTo answers a letter's question as its page's buttons do.
func (d *director) sayTo(ctx context.Context, link, said string) error {
	if link == "" {
		d.broke("broken", 1, "a letter that says what was done lacks its link")
		return nil
	}
	return d.insist(ctx, func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, link, strings.NewReader(url.Values{"said": {said}}.Encode()))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := d.visitors.Do(req)
		if err != nil {
			return err
		}
		res.Body.Close()
		if res.StatusCode >= 400 {
			return fmt.Errorf("what somebody says to a letter: status %d", res.StatusCode)
		}
		return nil
	})
}

func (d *director) checkTold(ctx context.Context, all []*telling) error {
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	letters, alerts := map[string][]drive.Letter{}, map[string]time.Time{}
	for _, l := range d.letters {
		for _, id := range l.Cases() {
			if l.Tags["kind"] == "told" {
				letters[id] = append(letters[id], l)
			} else {
				alerts[id] = l.Time
			}
		}
	}
	asked := map[string]bool{}
	for _, t := range all {
		asked[t.id] = true
		got := letters[t.id]
		if t.told && len(got) == 0 {
			d.broke("lost", 1, "a respondent was told, and has no letter")
		}
		if len(got) > 1 {
			d.broke("doubled", len(got)-1, "a respondent was told %d times", len(got))
		}
		c, err := table.CaseByID(ctx, t.id)
		if err != nil {
			return err
		}
		events, err := table.Events(ctx, c)
		if err != nil {
			return err
		}
		happened := map[loop.What]int{}
		for _, e := range events {
			happened[e.What]++
		}
		if len(got) > happened[loop.Telling] {
			d.broke("lost", 1, "a respondent was told, and the case does not know that it was begun")
		}
		want := map[string]loop.What{"yes": loop.SaidRight, "partly": loop.SaidPartly, "no": loop.SaidWrong}[t.said]
		switch {
		case t.said == "":
		case happened[want] == 0:
			d.broke("lost", 1, "a respondent said %q, and the case does not know it", t.said)
		case happened[want] > 1:
			d.broke("doubled", 1, "a respondent said %q once, and the case knows it %d times", t.said, happened[want])
		case t.said == "no" && c.Over():
			d.broke("lost", 1, "a respondent said no, and the case is %s", c.State)
		case t.said == "no" && (len(got) == 0 || !alerts[t.id].After(got[0].Time)):
			d.broke("lost", 1, "a respondent said no, and nobody was told")
		case t.said != "no" && c.State != loop.Resolved:
			d.broke("broken", 1, "a respondent said %q, and the case is %s", t.said, c.State)
		}
	}
	for id := range letters {
		if !asked[id] {
			d.broke("doubled", 1, "a respondent was told whom nobody wanted to be")
		}
	}
	return nil
}

// callThem deals detractors out to executives, twice, who write some calls down, while the desk is killed: nobody is dealt twice, and a call is on its case once.
func (d *director) callThem(ctx context.Context, r *rand.Rand) error {
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	for _, c := range d.campaigns {
		if !c.launched {
			continue
		}
		for range 2 {
			d.killSoon(r, 0.4, "DeskFunction", 40)
			err := d.must(ctx, "POST", "/calls", map[string]any{"campaign": c.id, "executives": []string{"top1", "top2"}, "number": inHand}, nil)
			if err != nil && !refused(err, http.StatusConflict) { // nobody is left to be dealt
				return err
			}
		}
	}
	rounds, _, err := table.Rounds(ctx)
	if err != nil {
		return err
	}
	dealt, called := map[survey.ContactID]int{}, 0
	for _, head := range rounds {
		round, _, err := table.Round(ctx, head.ID)
		if err != nil {
			return err
		}
		least, most := 1<<30, 0
		for _, h := range round.Hands {
			least, most = min(least, len(h.Contacts)), max(most, len(h.Contacts))
			for _, contact := range h.Contacts {
				dealt[contact]++
			}
			for _, contact := range h.Contacts {
				if called == mostCalled {
					break
				}
				called++
				if err := d.callOne(ctx, r, round, contact); err != nil {
					return err
				}
			}
		}
		if most-least > 1 || most > inHand {
			d.broke("broken", 1, "executives were dealt from %d to %d people", least, most)
		}
	}
	for _, n := range dealt {
		if n > 1 {
			d.broke("doubled", n-1, "somebody was dealt to executives %d times in a quarter", n)
		}
	}
	return nil
}

// callOne writes a call down, twice, as whoever gets no answer does.
func (d *director) callOne(ctx context.Context, r *rand.Rand, round loop.Round, contact survey.ContactID) error {
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	for version, left := 0, 3; left > 0; left-- { // a second click; who is told that something has changed looks at it, and keeps it again
		d.killSoon(r, 0.5, "DeskFunction", 25)
		err := d.must(ctx, "PUT", "/calls/"+round.ID+"/"+string(contact), map[string]any{"reached": true, "words": heardWords, "causes": []string{"speed"}, "version": version}, nil)
		if err != nil && !refused(err, http.StatusConflict) {
			return err
		}
		calls, err := table.Calls(ctx, round, []survey.ContactID{contact})
		if err != nil {
			return err
		}
		if version = calls[contact].Version; calls[contact].Told {
			break
		}
	}
	calls, err := table.Calls(ctx, round, []survey.ContactID{contact})
	if err != nil {
		return err
	}
	if _, ok := calls[contact]; !ok {
		d.broke("lost", 1, "an executive's call was answered as kept and is not")
	}
	c, there, err := table.Case(ctx, round.Campaign, contact)
	if err != nil || !there {
		return err
	}
	notes, err := table.Notes(ctx, c)
	if err != nil {
		return err
	}
	same := 0
	for _, n := range notes {
		if n.Text == heardWords {
			same++
		}
	}
	if c.Waits() {
		d.broke("lost", 1, "an executive has spoken to somebody, and the case waits")
	}
	if same != 1 {
		d.broke("doubled", 1, "what an executive heard is on the case %d times", same)
	}
	return nil
}
