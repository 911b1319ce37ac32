package chaos

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/local/drive"
)

// together is how many people act at a time.
const together = 4

// respondent is somebody with a letter.
type respondent struct {
	*director
	campaign *campaign
	letter   drive.Letter
	links    drive.SurveyLinks
	answer   *answer
	random   *rand.Rand
}

// people lets some of a campaign's respondents, or what reads their mail, do one kind of thing.
func (d *director) people(ctx context.Context, c *campaign, s Step, r *rand.Rand) error {
	candidates := d.readers(c, s.Do)
	for waited := 0; len(candidates) < s.N && (waited < 6 || len(d.letters) == 0 && waited < 100 && !c.ended && !c.paused); waited++ {
		if err := sleep(ctx, 150*time.Millisecond); err != nil { // sending may have begun just now, or its sender was killed
			return err
		}
		if err := d.readInbox(ctx); err != nil {
			return err
		}
		candidates = d.readers(c, s.Do)
	}
	r.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for _, p := range candidates[:min(s.N, len(candidates))] {
		p.random = rand.New(rand.NewPCG(r.Uint64(), 7))
		g.Go(func() error { return p.do(ctx, s.Do) })
	}
	return g.Wait()
}

// readers are those who have a letter of a campaign in their mailbox, each once, and for whom the step is one.
func (d *director) readers(c *campaign, step string) []*respondent {
	var all []*respondent
	seen := map[string]bool{}
	for _, l := range d.letters {
		contact := l.Tags["contact"]
		if l.Kind != "survey" || l.Tags["campaign"] != c.id || seen[contact] || (l.Outcome != "delivered" && l.Outcome != "complained") {
			continue
		}
		seen[contact] = true
		links, whole := l.Survey()
		if !whole {
			d.broke("broken", 1, "a letter lacks a link")
			continue
		}
		a := d.answerOf(c.id, contact)
		if answered := a.answered(); (step == "edits") != answered && (step == "edits" || step == "taps") {
			continue
		}
		all = append(all, &respondent{director: d, campaign: c, letter: l, links: links, answer: a})
	}
	return all
}

func (d *director) answerOf(campaign, contact string) *answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := campaign + "/" + contact
	if d.answers[key] == nil {
		d.answers[key] = newAnswer()
	}
	return d.answers[key]
}

func (p *respondent) do(ctx context.Context, what string) error {
	switch what {
	case "scans":
		return p.scan(ctx)
	case "unsubscribe":
		return p.unsubscribe(ctx)
	case "scripts":
		return p.send(ctx, post{score: p.score(), script: true, digest: p.digest()})
	case "edits":
		if p.random.Float64() < 0.5 {
			return p.words(ctx)
		}
		return p.tap(ctx)
	}
	if p.random.Float64() < 0.1 { // a scanner's browser was there before
		if err := p.send(ctx, post{score: p.score(), script: true, digest: p.digest()}); err != nil {
			return err
		}
	}
	if err := p.tap(ctx); err != nil || p.random.Float64() < 0.5 {
		return err
	}
	return p.words(ctx)
}

// score draws one, a detractor's in one of three.
func (p *respondent) score() *int {
	n := p.random.IntN(11)
	if p.random.Float64() < 0.5 {
		n = 7 + p.random.IntN(4)
	}
	return &n
}

func (p *respondent) digest() string { return fmt.Sprintf("%016x", p.random.Uint64()) }

// tap posts a score: once, twice, with another in a second tab, or through the page as a browser without a script.
func (p *respondent) tap(ctx context.Context) error {
	one := post{score: p.score(), digest: p.digest()}
	switch x := p.random.Float64(); {
	case x < 0.1:
		if err := p.send(ctx, one); err != nil {
			return err
		}
		return p.send(ctx, one)
	case x < 0.17:
		return p.twoTabs(ctx, one, post{score: p.score(), digest: p.digest()})
	case x < 0.3:
		return p.throughPage(ctx, *one.score)
	}
	return p.send(ctx, one)
}

func (p *respondent) words(ctx context.Context) error {
	why := "Because of " + strconv.Itoa(p.random.IntN(1000))
	return p.send(ctx, post{why: &why, digest: p.digest()})
}

// reply is what a respondent was told.
type reply int

const (
	saved   reply = iota // the page said so
	unknown              // the page broke: it may have been saved
	no                   // the page said that it was not
)

// send posts and notes what the page said.
func (p *respondent) send(ctx context.Context, one post) error {
	r, err := p.post(ctx, one)
	if err == nil && r != no {
		p.answer.note(one, r == saved)
	}
	return err
}

func (p *respondent) twoTabs(ctx context.Context, one, two post) error {
	var first, second reply
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { first, err = p.post(gctx, one); return })
	g.Go(func() (err error) { second, err = p.post(gctx, two); return })
	if err := g.Wait(); err != nil {
		return err
	}
	switch {
	case first != no && second != no:
		p.answer.together(one, two, first == saved, second == saved)
	case first != no:
		p.answer.note(one, first == saved)
	case second != no:
		p.answer.note(two, second == saved)
	}
	return nil
}

// throughPage opens the letter's link and presses the page's button.
func (p *respondent) throughPage(ctx context.Context, score int) error {
	page, err := p.company.Open(ctx, p.links.Scores[score])
	if err != nil || page.Status >= 500 || page.Action == "" {
		return nil // a page that does not open is looked at another day
	}
	form := page.Fields
	form.Set("score", strconv.Itoa(score))
	r, err := p.form(ctx, page.Action, form, "text/html")
	if err == nil && r != no {
		one := post{score: &score, digest: form.Get("digest")}
		if why := form.Get("why"); form.Has("why") && why != "" {
			one.why = &why
		}
		p.answer.note(one, r == saved)
	}
	return err
}

func (p *respondent) post(ctx context.Context, one post) (reply, error) {
	form := url.Values{"gesture": {"button"}, "digest": {one.digest}}
	if one.script {
		form.Set("gesture", "script")
	}
	if one.score != nil {
		form.Set("score", strconv.Itoa(*one.score))
	}
	if one.why != nil {
		form.Set("why", *one.why)
	}
	link := strings.TrimSuffix(p.links.Scores[0], "/0")
	return p.form(ctx, link, form, "application/json")
}

// form posts a form as a page does, and reads what it is told.
func (p *respondent) form(ctx context.Context, address string, form url.Values, accept string) (reply, error) {
	status, body, err := p.say(ctx, address, form, accept)
	switch {
	case err != nil || status >= 500 || status == http.StatusConflict || status == http.StatusTooManyRequests:
		return unknown, ctx.Err()
	case body == asked:
		return no, nil
	case status == http.StatusOK || status == http.StatusSeeOther:
		return saved, nil
	case status == http.StatusGone && p.campaign.ended, status == http.StatusNotFound && p.gone(p.letter.Tags["contact"]):
		return no, nil
	case status == http.StatusBadRequest && !form.Has("score"):
		return no, nil // words of somebody whose score was not saved
	}
	p.broke("lost", 1, "an answer was refused with %d: %s", status, body)
	return no, nil
}

// asked is what a page says that was older than the answer: it shows that, and whether to change it is another post.
const asked = "asked"

func (p *respondent) say(ctx context.Context, address string, form url.Values, accept string) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", accept)
	answer, err := p.visitors.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	if strings.Contains(answer.Header.Get("Location"), "chosen=") {
		return answer.StatusCode, asked, nil
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return 0, "", err
	}
	return answer.StatusCode, string(text[:min(len(text), 200)]), nil
}

func (p *respondent) unsubscribe(ctx context.Context) error {
	p.mu.Lock()
	p.unsubscribed[p.letter.Tags["contact"]] = true
	p.mu.Unlock()
	status, body, err := p.say(ctx, p.links.Unsubscribe, url.Values{"List-Unsubscribe": {"One-Click"}}, "text/html")
	switch {
	case err != nil || status >= 500:
		return ctx.Err() // it may have been taken
	case status == http.StatusOK:
		p.stop(p.letter.To[0])
	default:
		p.broke("lost", 1, "an unsubscription was refused with %d: %s", status, body)
	}
	return nil
}

// scan opens every link of a letter as mail scanners do: it writes nothing.
func (p *respondent) scan(ctx context.Context) error {
	for _, link := range append(p.links.Scores[:], p.links.Unsubscribe) {
		if _, err := p.company.Open(ctx, link); err != nil && ctx.Err() != nil {
			return err
		}
		if p.random.Float64() < 0.3 {
			if _, err := p.company.Head(ctx, link); err != nil && ctx.Err() != nil {
				return err
			}
		}
	}
	return nil
}
