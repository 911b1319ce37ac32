package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"onetap/internal/local/attack"
	"onetap/internal/local/drive"
)

// ballots is what the director knows of the campaign of employees, of which a history has one at most.
type ballots struct {
	campaign
	people int             // on the list
	paper  bool            // asked by cards alone
	voted  []string        // contacts of those who have answered, or what stands for a card, in the order in which they first did
	cards  map[string]card // that somebody has, by what stands for it
}

// card is a ballot on paper.
type card struct{ Code, URL string }

// boxStep does what happens to the campaign of employees; ok is false for another step.
func (d *director) boxStep(ctx context.Context, s Step, r *rand.Rand) (ok bool, err error) {
	if s.Do == "ask" {
		return true, d.ask(ctx, s.N == onPaper)
	}
	switch s.Do {
	case "cards", "votes", "revotes", "vote-scans", "vote-scripts":
	case "box-pause", "box-resume", "box-close", "box-cancel", "box-remind":
	default:
		return false, nil
	}
	switch {
	case d.box == nil: // left out of the history
		return true, nil
	case s.Do[:4] == "box-":
		return true, d.act(ctx, &d.box.campaign, s.Do[4:])
	case s.Do == "cards":
		return true, d.cards(ctx, s, r)
	}
	return true, d.votes(ctx, s, r)
}

// colleague is the n-th employee's address.
func colleague(n int) string { return fmt.Sprintf("colleague%d@example.com", n) }

// onPaper is N of the step that asks employees by cards alone.
const onPaper = 1

// ask uploads the employees and launches their campaign, by letters or on paper alone.
func (d *director) ask(ctx context.Context, paper bool) error {
	var list bytes.Buffer
	list.WriteString("Email;Name;Team;Language\n")
	for i := range d.history.Employees {
		fmt.Fprintf(&list, "%s;Colleague %d;%s;%s\n", colleague(i), i, []string{"north", "north", "south", "west"}[i%4], []string{"en", "en", "en", "ru"}[i/4%4])
	}
	err := d.insist(ctx, func() error {
		return d.company.Upload(ctx, "POST", "/contacts?audience=employees", "text/csv; charset=utf-8", list.Bytes(), nil)
	})
	if err != nil {
		return err
	}
	var made struct{ ID string }
	err = d.must(ctx, "POST", "/campaigns", map[string]any{
		"name": "Employees", "audience": "employees", "company": "Example Shop", "language": "en", "quiet_days": 0, "groups": []string{"team"}, "paper": paper,
		"closes_at": d.now().AddDate(0, 0, 60).UTC().Format(time.RFC3339),
	}, &made)
	if err != nil {
		return err
	}
	d.box = &ballots{people: d.history.Employees, paper: paper, cards: map[string]card{}}
	d.box.id, d.box.audience = made.ID, d.history.Employees
	if err := d.must(ctx, "POST", "/campaigns/"+made.ID+"/launch", nil, nil); err != nil && !refused(err, http.StatusConflict) {
		return err
	}
	d.box.launched = true
	return nil
}

// votes lets some employees answer, one after another: whoever watches them knows who clicked when.
func (d *director) votes(ctx context.Context, s Step, r *rand.Rand) error {
	var letters []drive.Letter
	for waited := 0; len(letters) < s.N && waited < 12; waited++ {
		if err := d.readInbox(ctx); err != nil {
			return err
		}
		if letters = d.ballotLetters(s.Do); len(letters) >= s.N {
			break
		}
		if err := sleep(ctx, 150*time.Millisecond); err != nil {
			return err
		}
	}
	r.Shuffle(len(letters), func(i, j int) { letters[i], letters[j] = letters[j], letters[i] })
	for _, l := range letters[:min(s.N, len(letters))] {
		p := &respondent{director: d, campaign: &d.box.campaign, letter: l, answer: d.answerOf(d.box.id, l.Tags["contact"]), random: r}
		link, _ := l.Ballot()
		if err := p.vote(ctx, s.Do, l.Tags["contact"], link); err != nil {
			return err
		}
	}
	_, err := d.watch.Look(ctx)
	return err
}

// cards makes cards for a group and has some people answer who draw one: every other one scans it, the others type its digits. Some answer twice. What the answer
// to the making of cards was lost of stays counted, and nobody has it.
func (d *director) cards(ctx context.Context, s Step, r *rand.Rand) error {
	path := "/campaigns/" + d.box.id + "/cards"
	var at struct{ Groups []struct{ Number int } }
	var made struct {
		Cards []card
		At    string `json:"type_at"`
	}
	err := d.must(ctx, "GET", path, nil, &at)
	if err == nil {
		group := at.Groups[r.IntN(len(at.Groups))].Number
		err = d.must(ctx, "POST", path, map[string]any{"group": group, "count": leastAnswers + s.N, "language": []string{"en", "ru"}[r.IntN(2)]}, &made)
	}
	if refused(err, http.StatusConflict) { // not now
		return nil
	}
	if err != nil {
		return err
	}
	r.Shuffle(len(made.Cards), func(i, j int) { made.Cards[i], made.Cards[j] = made.Cards[j], made.Cards[i] })
	for n, c := range made.Cards[:r.IntN(len(made.Cards)+1)] {
		key := "card " + c.Code
		d.box.cards[key] = c
		p := &respondent{director: d, campaign: &d.box.campaign, answer: d.answerOf(d.box.id, key), random: r}
		for range 1 + r.IntN(2) {
			link := c.URL
			if n%2 == 1 {
				page, err := d.company.Post(ctx, made.At, url.Values{"code": {c.Code}})
				if err != nil || page.Status >= 500 { // somebody tries another day
					if ctx.Err() != nil {
						return err
					}
					continue
				}
				if link = page.URL; link == made.At {
					d.broke("lost", 1, "the code of a card leads nowhere: status %d", page.Status)
					continue
				}
			}
			if err := p.vote(ctx, "votes", key, link); err != nil {
				return err
			}
		}
	}
	_, err = d.watch.Look(ctx)
	return err
}

// ballotLetters are the letters with ballots for which the step is one.
func (d *director) ballotLetters(step string) (all []drive.Letter) {
	for _, l := range d.letters {
		if _, token := l.Ballot(); l.Kind != "survey" || l.Tags["campaign"] != d.box.id || token == "" || l.Outcome != "delivered" {
			continue
		}
		if voted := slices.Contains(d.box.voted, l.Tags["contact"]); step == "vote-scans" || step == "vote-scripts" || voted == (step == "revotes") {
			all = append(all, l)
		}
	}
	return all
}

// vote is one person at a ballot's page, or what reads their mail. Who stands for the person: a contact, or a card.
func (p *respondent) vote(ctx context.Context, step, who, link string) error {
	if step == "vote-scans" {
		if _, err := p.company.Open(ctx, link); err != nil && ctx.Err() != nil {
			return err
		}
		return nil
	}
	why := fmt.Sprintf("opinion %d of many", p.random.IntN(1_000_000_000))
	one := post{score: p.score(), why: &why, digest: p.digest()}
	form := url.Values{"gesture": {"button"}, "score": {strconv.Itoa(*one.score)}, "why": {why}}
	if step == "vote-scripts" {
		form.Set("gesture", "script")
		_, _, err := p.say(ctx, link, form, "text/html")
		if ctx.Err() != nil {
			return err
		}
		return nil
	}
	r, err := p.form(ctx, link, form, "text/html")
	if err != nil || r == no {
		return err
	}
	p.answer.note(one, r == saved)
	if !slices.Contains(p.box.voted, who) {
		p.box.voted = append(p.box.voted, who)
	}
	return nil
}

// openBox ends the campaign of employees and waits until its box has been opened.
func (d *director) openBox(ctx context.Context) error {
	if d.box == nil {
		return nil
	}
	if err := d.act(ctx, &d.box.campaign, "resume"); err != nil { // a paused one has letters to write
		return err
	}
	if err := d.sent(ctx, &d.box.campaign); err != nil {
		d.broke("broken", 1, "campaign of employees: %v", err)
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if _, err := d.watch.Look(ctx); err != nil {
		return err
	}
	if err := d.act(ctx, &d.box.campaign, "close"); err != nil {
		return err
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.stack.Tick(ctx, "send"); err != nil { // who says that nothing is in flight any more
		return err
	}
	d.pass(time.Hour)
	state, looks := "", 0
	err := drive.Until(ctx, maxWait, "the box of employees to be opened", func() (bool, error) {
		if looks++; looks < 10 { // a table between two calls of an opening
			if _, err := d.watch.Look(ctx); err != nil {
				return false, err
			}
		}
		table, err := d.watch.Read(ctx)
		if err != nil {
			return false, err
		}
		var box opened
		state, box, err = boxOf(table, d.box.id)
		return !box.Opened.IsZero(), err
	})
	if err != nil {
		return fmt.Errorf("%w: it is %s", err, state)
	}
	return nil
}

// opened is what the campaign says came out of its box.
type opened struct {
	Opened               time.Time
	Kept, Words, Spoiled int
	Surplus              int
}

// boxOf reads a campaign's state and what it says of its box.
func boxOf(table []attack.Item, id string) (state string, _ opened, err error) {
	var c struct {
		State string
		Box   opened
	}
	for _, i := range table {
		if string(i["pk"]) == "CAMPAIGN#"+id && string(i["sk"]) == "CAMPAIGN" {
			err = json.Unmarshal(i["campaign"], &c)
		}
	}
	return c.State, c.Box, err
}
