package story

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"onetap/internal/local/drive"
)

// person is a respondent and what they will have done; the story's own record of the truth.
type person struct {
	address string
	contact string
	links   drive.SurveyLinks

	scanned      bool   // a mail scanner opens every link first
	scores       []int  // posted one after another by a person; empty: never answers
	script       bool   // only a script posts
	why          string // with the last score
	twice        bool   // every post is sent twice
	unsubscribes bool
	complained   bool
	bounced      bool // permanently
}

// last is the score that counts; ok is false for who never answered as a person.
func (p person) last() (score int, ok bool) {
	if len(p.scores) == 0 {
		return 0, false
	}
	return p.scores[len(p.scores)-1], true
}

// unhappy tells whether a case must have been opened, the score that counts is a detractor's, and whether it may be: one
// of them was. A score that rises before anybody was told of it leaves none.
func (p person) unhappy() (must, may bool) {
	for _, s := range p.scores {
		must = s <= 6
		may = may || must
	}
	return must, may
}

// cast decides who does what.
func (t *Teller) cast(letters []drive.Letter) []*person {
	var people []*person
	for _, l := range letters {
		p := &person{address: l.To[0], contact: l.Tags["contact"], complained: l.Outcome == "complained", bounced: l.Outcome == "bounced" || l.Outcome == "suppressed"}
		p.links, _ = l.Survey()
		people = append(people, p)
		if l.Outcome != "delivered" && l.Outcome != "complained" {
			continue // nobody reads it
		}
		p.scanned = t.random.Float64() < 0.3
		switch x := t.random.Float64(); {
		case x < 0.08:
			p.script = true
		case x < 0.60:
			p.scores = append(p.scores, t.score())
			if t.random.Float64() < 0.15 {
				p.scores = append(p.scores, t.score())
			}
			if t.random.Float64() < 0.6 {
				p.why = "Причина № " + strconv.Itoa(t.random.IntN(1000))
			}
			p.twice = t.random.Float64() < 0.2
		case x < 0.63:
			p.unsubscribes = true
		}
	}
	return people
}

// score draws one with many promoters and some detractors.
func (t *Teller) score() int {
	switch x := t.random.Float64(); {
	case x < 0.55:
		return 9 + t.random.IntN(2)
	case x < 0.8:
		return 7 + t.random.IntN(2)
	}
	return t.random.IntN(7)
}

// respond lets scanners and people at the letters.
func (t *Teller) respond(ctx context.Context, letters []drive.Letter) ([]*person, error) {
	people := t.cast(letters)
	scanned := 0
	err := together(ctx, people, func(ctx context.Context, p *person) error {
		if !p.scanned {
			return nil
		}
		mu.Lock()
		scanned++
		mu.Unlock()
		return t.scan(ctx, p)
	})
	if err != nil {
		return nil, err
	}
	t.say("7. Mail scanners open every link of %d letters, scores and unsubscribe: GET and HEAD.", scanned)
	answers, scripts, changed, gone := 0, 0, 0, 0
	err = together(ctx, people, func(ctx context.Context, p *person) error {
		mu.Lock()
		if len(p.scores) > 0 {
			answers++
			changed += len(p.scores) - 1
		}
		if p.script {
			scripts++
		}
		if p.unsubscribes {
			gone++
		}
		mu.Unlock()
		return t.play(ctx, p)
	})
	t.say("8. %d people answer by one tap, %d of them change their mind, some post twice; %d pages only run a script; %d unsubscribe with one click.",
		answers, changed, scripts, gone)
	return people, err
}

func (t *Teller) scan(ctx context.Context, p *person) error {
	for _, link := range append(p.links.Scores[:], p.links.Unsubscribe) {
		page, err := t.Company.Open(ctx, link)
		if err != nil {
			return err
		}
		head, err := t.Company.Head(ctx, link)
		if err != nil {
			return err
		}
		mu.Lock()
		t.promise(page.Status == http.StatusOK && head.Status == http.StatusOK, "a scanner's GET and HEAD got %d and %d", page.Status, head.Status)
		mu.Unlock()
	}
	return nil
}

// play does what one person does.
func (t *Teller) play(ctx context.Context, p *person) error {
	if p.unsubscribes {
		return t.expect(t.Company.Post(ctx, p.links.Unsubscribe, url.Values{"List-Unsubscribe": {"One-Click"}}))
	}
	if p.script {
		page, err := t.Company.Open(ctx, p.links.Scores[3])
		if err != nil {
			return err
		}
		return t.submit(ctx, p, page, map[string]string{"score": "3", "gesture": "script"})
	}
	for i, score := range p.scores {
		page, err := t.Company.Open(ctx, p.links.Scores[score])
		if err != nil {
			return err
		}
		if err := t.submit(ctx, p, page, map[string]string{"score": strconv.Itoa(score)}); err != nil {
			return err
		}
		if p.why == "" || i < len(p.scores)-1 {
			continue
		}
		if page, err = t.Company.Open(ctx, p.links.Scores[score]); err != nil {
			return err
		}
		if err := t.submit(ctx, p, page, map[string]string{"why": p.why}); err != nil {
			return err
		}
	}
	return nil
}

func (t *Teller) submit(ctx context.Context, p *person, page drive.Page, set map[string]string) error {
	if page.Action == "" {
		return fmt.Errorf("the page has no form, status %d", page.Status)
	}
	next, err := t.Company.Submit(ctx, page, set)
	if err := t.expect(next, err); err != nil {
		return err
	}
	if strings.Contains(next.URL, "chosen=") { // the page was older than the answer, and asks
		if err := t.expect(t.Company.Submit(ctx, next, set)); err != nil {
			return err
		}
	}
	if !p.twice {
		return nil
	}
	time.Sleep(time.Millisecond)
	return t.expect(t.Company.Submit(ctx, page, set))
}

func (t *Teller) expect(p drive.Page, err error) error {
	if err == nil && p.Status != http.StatusOK {
		return fmt.Errorf("a page answered %d, want 200", p.Status)
	}
	return err
}
