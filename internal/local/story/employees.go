package story

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"onetap/internal/local/attack"
	"onetap/internal/local/drive"
)

// colleague is an employee with a letter, and what they do.
type colleague struct {
	attack.Person
	link    string
	scores  []int // each on the page that the link leads to; the last one counts
	scanned bool
}

// box is what the API says of a campaign of employees.
type box struct {
	Withheld string         `json:"withheld"`
	Whole    figures        `json:"whole"`
	Teams    []figures      `json:"teams"`
	Hidden   map[string]int `json:"hidden"`
}

// employees asks the employees, opens the box, and lets the attacker look at everything at several moments.
func (t *Teller) employees(ctx context.Context, s *Summary) error {
	file, err := fs.ReadFile(t.Samples, "employees.csv")
	if err != nil {
		return err
	}
	var uploaded struct{ New, Refused int }
	if err := t.Company.Upload(ctx, "POST", "/contacts?audience=employees", "text/csv; charset=utf-8", file, &uploaded); err != nil {
		return err
	}
	var c campaign
	err = t.Company.Call(ctx, "POST", "/campaigns", map[string]any{
		"name": "eNPS 2026", "audience": "employees", "company": "Северный ветер", "language": "ru", "groups": []string{"team"}, "quiet_days": 0,
	}, &c)
	if err == nil {
		err = t.Company.Call(ctx, "POST", "/campaigns/"+c.ID+"/launch", nil, nil)
	}
	if err != nil {
		return err
	}
	err = drive.Until(ctx, t.MaxWait, "the employees' letters", func() (bool, error) {
		c.Ledger = &ledger{}
		err := t.Company.Call(ctx, "GET", "/campaigns/"+c.ID, nil, &c)
		return c.State == "open" && c.Ledger.Waiting == 0 && c.Ledger.Sent > 0, err
	})
	if err != nil {
		return fmt.Errorf("%w: it is %s, %+v", err, c.State, *c.Ledger)
	}
	t.promise(c.Ledger.balanced(), "the employees' ledger does not balance: %+v", *c.Ledger)
	people, err := t.colleagues(ctx, c.ID)
	if err != nil {
		return err
	}
	// Some are customers, too, and have unsubscribed as such.
	t.promise(len(people)+c.Ledger.skipped() == uploaded.New, "%d employees have %d letters, %+v", uploaded.New, len(people), *c.Ledger)
	t.say("13. Employees are asked: %d letters, in each a ballot of which nobody knows whose it is.", len(people))
	if err := t.look(ctx); err != nil {
		return err
	}
	cards, err := t.cards(ctx, c.ID)
	if err != nil {
		return err
	}
	people = append(people, cards...)
	voted, err := t.vote(ctx, people)
	if err != nil {
		return err
	}
	var got box
	if err := t.boxOf(ctx, c.ID, &got); err != nil {
		return err
	}
	t.promise(got.Withheld == "in_box" && got.Whole.Answers == 0, "before the opening the results are %+v", got)
	if err := t.look(ctx); err != nil {
		return err
	}
	return t.openBox(ctx, c, people, voted, s)
}

func (t *Teller) boxOf(ctx context.Context, id string, got *box) error {
	*got = box{}
	return t.Company.Call(ctx, "GET", "/campaigns/"+id+"/results", nil, got)
}

// colleagues reads the letters and decides who does what.
func (t *Teller) colleagues(ctx context.Context, id string) (people []*colleague, err error) {
	letters, err := t.surveyLetters(ctx, id)
	for i, l := range letters {
		p := &colleague{scanned: t.random.Float64() < 0.3}
		p.Contact, p.Address = l.Tags["contact"], l.To[0]
		p.link, p.Ballot = l.Ballot()
		t.promise(p.Ballot != "", "a letter to an employee has no ballot")
		if t.random.Float64() < 0.85 {
			p.Answered, p.Words = true, fmt.Sprintf("Мнение № %d", 1000+i)
			p.scores = append(p.scores, t.score())
			if t.random.Float64() < 0.1 {
				p.scores = append(p.scores, t.score())
			}
			p.Score = p.scores[len(p.scores)-1]
		}
		people = append(people, p)
	}
	t.random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	return people, err
}

// cards makes cards for those who have no email; all but one of them answer.
func (t *Teller) cards(ctx context.Context, id string) (people []*colleague, err error) {
	const most = 8
	var made struct {
		Cards []struct{ Code, URL string }
	}
	if err := t.Company.Call(ctx, "POST", "/campaigns/"+id+"/cards", map[string]any{"count": most, "language": "ru"}, &made); err != nil {
		return nil, err
	}
	for i, card := range made.Cards {
		p := &colleague{link: card.URL}
		p.Code = strings.ReplaceAll(card.Code, " ", "")
		_, token, _ := strings.Cut(card.URL, "/b/")
		p.Ballot, _, _ = strings.Cut(token, "?")
		if i < most-1 {
			p.Answered, p.Words, p.Score = true, fmt.Sprintf("Мнение на карточке № %d", i+1), 10-i
			p.scores = []int{p.Score}
		}
		people = append(people, p)
	}
	t.say("    For those without email %d cards are printed; %d are used.", len(people), len(people)-1)
	return people, nil
}

// vote lets scanners and people at the links, one after another: the attacker shall know who clicked when.
func (t *Teller) vote(ctx context.Context, people []*colleague) (voted int, err error) {
	scanned := 0
	for _, p := range people {
		if p.scanned {
			scanned++
			page, err := t.Company.Open(ctx, p.link)
			if err != nil {
				return voted, err
			}
			head, err := t.Company.Head(ctx, p.link)
			if err != nil {
				return voted, err
			}
			t.promise(page.Status == http.StatusOK && head.Status == http.StatusOK, "a scanner's GET and HEAD of a ballot got %d and %d", page.Status, head.Status)
		}
		for _, score := range p.scores {
			page, err := t.Company.Open(ctx, p.link)
			if err == nil {
				page, err = t.Company.Submit(ctx, page, map[string]string{"score": strconv.Itoa(score), "why": p.Words})
			}
			if err := t.expect(page, err); err != nil {
				return voted, err
			}
		}
		if p.Answered {
			voted++
		}
	}
	t.say("14. Scanners open %d of the links; %d employees answer, each answer sealed on its way in. Until the end nobody sees a figure, not even how many there are.", scanned, voted)
	return voted, nil
}

// openBox closes the campaign, waits for the opening and compares what came out with what people said.
func (t *Teller) openBox(ctx context.Context, c campaign, people []*colleague, voted int, s *Summary) error {
	if err := t.Company.Call(ctx, "POST", "/campaigns/"+c.ID+"/close", nil, nil); err != nil {
		return err
	}
	var want [11]int
	truth := make([]attack.Person, len(people))
	for i, p := range people {
		if truth[i] = p.Person; p.Answered {
			want[p.Score]++
		}
	}
	var got box
	began := time.Now()
	looks := 0
	err := drive.Until(ctx, t.MaxWait, "the box to be opened", func() (bool, error) {
		if looks++; looks < 20 {
			if err := t.look(ctx); err != nil {
				return false, err
			}
		}
		err := t.boxOf(ctx, c.ID, &got)
		return got.Withheld == "", err
	})
	if err != nil {
		return err
	}
	if err := t.look(ctx); err != nil {
		return err
	}
	t.promise(got.Whole.Scores == want, "out of the box came %v, people answered %v", got.Whole.Scores, want)
	if got.Whole.NPS == nil || got.Whole.Interval == nil {
		return fmt.Errorf("the employees' results have no eNPS: %+v", got.Whole)
	}
	s.ENPS = *got.Whole.NPS
	var teams []string
	for _, row := range got.Teams {
		t.promise(row.Answers >= 5, "a team of %d answers is shown", row.Answers)
		if row.NPS != nil {
			teams = append(teams, fmt.Sprintf("%s %.0f (%d)", cmp.Or(row.Value, "others"), *row.NPS, row.Answers))
		}
	}
	t.say("15. %.1f s after the end the box is open: eNPS %.0f, between %.0f and %.0f, of %d answers. By team: %s.",
		time.Since(began).Seconds(), s.ENPS, got.Whole.Interval.Low, got.Whole.Interval.High, got.Whole.Answers, strings.Join(teams, ", "))
	held, err := t.Onlooker.Held()
	if err != nil {
		return err
	}
	if held.Words, err = t.wordsOf(ctx, c.ID); err != nil {
		return err
	}
	t.promise(len(held.Words) > 0 || voted < 10, "of %d who answered nobody's words are shown", voted)
	linkable, how := held.Linkable(c.ID, truth)
	s.Linkable = linkable
	t.promise(linkable == 0, "%d of %d who answered are named: %v", linkable, voted, how)
	t.say("16. Somebody who holds the table at %d moments, %d records of its stream, %d events of SES and %d lines of logs, and reads all %d comments, tries to name who gave which answer: %d named better than by guessing among five.",
		len(held.Tables), len(held.Stream), len(held.Events), len(held.Logs), len(held.Words), linkable)
	return nil
}

// wordsOf is what employees wrote, as a reader is shown it.
func (t *Teller) wordsOf(ctx context.Context, id string) (all []attack.Said, err error) {
	var shown struct {
		Groups []struct {
			Group map[string]string
			Words []struct{ Why string }
		}
	}
	err = t.Company.Call(ctx, "GET", "/campaigns/"+id+"/words", nil, &shown)
	for _, g := range shown.Groups {
		for _, w := range g.Words {
			all = append(all, attack.Said{Group: []string{fmt.Sprint(g.Group)}, Why: w.Why})
		}
	}
	return all, err
}

// look lets the onlooker take the table as it is.
func (t *Teller) look(ctx context.Context) error {
	_, err := t.Onlooker.Look(ctx)
	return err
}
