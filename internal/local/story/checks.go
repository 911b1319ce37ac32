package story

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"onetap/internal/local/drive"
)

// figures are the results that the API gives of a campaign or of a part of it.
type figures struct {
	Value      string    `json:"value"`
	Scores     [11]int   `json:"scores"`
	Answers    int       `json:"answers"`
	NPS        *float64  `json:"nps"`
	Interval   *interval `json:"interval"`
	Sent       int       `json:"sent"`
	Comments   int       `json:"comments"`
	Unverified int       `json:"unverified"`
}

type interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

type results struct {
	Whole     figures   `json:"whole"`
	Weeks     []figures `json:"weeks"`
	Owners    []figures `json:"owners"`
	Teams     []figures `json:"teams"`
	Languages []figures `json:"languages"`
}

// answer is one response as the API lists it.
type answer struct {
	Contact  string `json:"contact"`
	Owner    string `json:"owner"`
	Team     string `json:"team"`
	Language string `json:"language"`
	Score    int    `json:"score"`
	Verified bool   `json:"verified"`
	Comment  string `json:"comment"`
	Wish     string `json:"wish"`
}

// expected counts what the people did.
func expected(people []*person) (f figures) {
	for _, p := range people {
		if s, ok := p.last(); ok {
			f.Scores[s]++
			f.Answers++
			if p.why != "" {
				f.Comments++
			}
		}
		if p.script {
			f.Unverified++
		}
	}
	return f
}

// results waits until the figures are what the people did, and recounts every part from the list of answers.
func (t *Teller) results(ctx context.Context, c campaign, people []*person, s *Summary) error {
	want := expected(people)
	var got results
	began := time.Now()
	err := drive.Until(ctx, t.MaxWait, "the figures to be what people answered", func() (bool, error) {
		err := t.Company.Call(ctx, "GET", "/campaigns/"+c.ID+"/results", nil, &got)
		w := got.Whole
		return w.Scores == want.Scores && w.Comments == want.Comments && w.Unverified == want.Unverified, err
	})
	t.promise(err == nil, "figures %+v, people answered %+v", got.Whole, want)
	if got.Whole.NPS == nil || got.Whole.Interval == nil {
		return errors.New("the results have no NPS")
	}
	list, err := t.answers(ctx, c.ID)
	if err != nil {
		return err
	}
	s.Drift = t.drift(got, list, people)
	t.promise(s.Drift == 0, "the figures differ from a recount of the answers by %d", s.Drift)
	s.Responded, s.Unverified = got.Whole.Answers, got.Whole.Unverified
	s.NPS, s.Interval = *got.Whole.NPS, [2]float64{got.Whole.Interval.Low, got.Whole.Interval.High}
	d, p := 0, 0
	for score, n := range want.Scores {
		if score <= 6 {
			d += n
		} else if score >= 9 {
			p += n
		}
	}
	t.promise(sameRound(s.NPS, 100*float64(p-d)/float64(want.Answers)), "NPS is %.3f and should be %.3f", s.NPS, 100*float64(p-d)/float64(want.Answers))
	t.promise(s.Interval[0] < s.NPS && s.NPS < s.Interval[1], "the interval does not hold the NPS")
	t.say("9. %.1f s later the NPS is %.0f, with 95%% confidence between %.0f and %.0f, of %d answers; %d more cannot be told from a scanner's and are kept apart.",
		time.Since(began).Seconds(), s.NPS, s.Interval[0], s.Interval[1], s.Responded, s.Unverified)
	return nil
}

// answers reads the whole list of answers, page by page.
func (t *Teller) answers(ctx context.Context, campaign string) ([]answer, error) {
	var all []answer
	after := ""
	for {
		var page struct {
			Responses []answer `json:"responses"`
			Next      string   `json:"next"`
		}
		q := url.Values{"limit": {"100"}}
		if after != "" {
			q.Set("after", after)
		}
		if err := t.Company.Call(ctx, "GET", "/campaigns/"+campaign+"/responses?"+q.Encode(), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Responses...)
		if page.Next == "" {
			return all, nil
		}
		after = page.Next
	}
}

// drift is by how much all figures together differ from a recount of the answers, and the answers from what people did.
func (t *Teller) drift(got results, list []answer, people []*person) int {
	drift := 0
	truth := map[string]*person{}
	for _, p := range people {
		truth[p.contact] = p
	}
	parts := map[string]map[string]*figures{"owner": {}, "team": {}, "language": {}}
	for _, a := range list {
		p := truth[a.Contact]
		if p == nil {
			drift++
			continue
		}
		if score, ok := p.last(); ok != a.Verified || (ok && (score != a.Score || p.why != a.Comment)) {
			drift++
		}
		for kind, value := range map[string]string{"owner": a.Owner, "team": a.Team, "language": a.Language} {
			if parts[kind][value] == nil {
				parts[kind][value] = &figures{}
			}
			f := parts[kind][value]
			if !a.Verified {
				f.Unverified++
				continue
			}
			f.Scores[a.Score]++
			if a.Comment+a.Wish != "" {
				f.Comments++
			}
		}
	}
	for kind, rows := range map[string][]figures{"owner": got.Owners, "team": got.Teams, "language": got.Languages} {
		for _, row := range rows {
			f := parts[kind][row.Value]
			if f == nil {
				f = &figures{}
			}
			drift += difference(*f, row)
			delete(parts[kind], row.Value)
		}
		for _, left := range parts[kind] {
			drift += difference(*left, figures{})
		}
	}
	sent := 0
	for _, row := range got.Teams {
		sent += row.Sent
	}
	return drift + abs(sent-got.Whole.Sent)
}

func difference(a, b figures) int {
	d := abs(a.Comments-b.Comments) + abs(a.Unverified-b.Unverified)
	for i := range a.Scores {
		d += abs(a.Scores[i] - b.Scores[i])
	}
	return d
}

func abs(n int) int { return max(n, -n) }

// alerts waits until every unhappy person has a case and its owner a letter, and nobody else.
func (t *Teller) alerts(ctx context.Context, c campaign, people []*person, s *Summary) error {
	unhappy, once := map[string]*person{}, map[string]*person{} // who is, and who was at any time
	for _, p := range people {
		must, may := p.unhappy()
		if must {
			unhappy[p.contact] = p
		}
		if may {
			once[p.contact] = p
		}
	}
	var list struct {
		Cases []struct {
			Contact string `json:"contact"`
		} `json:"cases"`
	}
	alerts := map[string][]drive.Letter{}
	began := time.Now()
	err := drive.Until(ctx, t.MaxWait, "every owner to be told of an unhappy customer", func() (bool, error) {
		if err := t.Company.Call(ctx, "GET", "/campaigns/"+c.ID+"/cases?limit=500", nil, &list); err != nil {
			return false, err
		}
		letters, err := t.Company.Letters(ctx)
		clear(alerts)
		for _, l := range letters {
			for _, name := range l.Cases() {
				if id, contact, ok := strings.Cut(name, "-"); ok && id == c.ID {
					alerts[contact] = append(alerts[contact], l)
				}
			}
		}
		s.Cases, s.Alerts = 0, 0
		for _, k := range list.Cases {
			if unhappy[k.Contact] != nil {
				s.Cases++
			}
		}
		told := 0
		for contact := range unhappy {
			s.Alerts += len(alerts[contact])
			told += min(1, len(alerts[contact]))
		}
		return s.Cases >= len(unhappy) && told >= len(unhappy), err
	})
	t.promise(err == nil, "%v", err)
	for _, k := range list.Cases {
		t.promise(once[k.Contact] != nil, "a case of somebody who never was unhappy")
	}
	for contact, letters := range alerts {
		p := once[contact]
		if p == nil {
			t.promise(false, "an alert about somebody who never was unhappy")
			continue
		}
		alone := len(letters[0].Cases()) == 1 // a letter about several has nobody to reply to
		t.promise(len(letters[0].ReplyTo) == 0 && !alone || len(letters[0].ReplyTo) == 1 && letters[0].ReplyTo[0] == p.address, "a reply to an alert does not reach the customer")
	}
	t.promise(s.Cases == len(unhappy), "%d cases of %d unhappy people", s.Cases, len(unhappy))
	t.say("10. %d unhappy customers: %d cases, all told to those who look after them, the last after %.1f s: the first of an owner alone, so that a reply writes to the customer, what comes next together.",
		len(unhappy), s.Cases, time.Since(began).Seconds())
	return nil
}

// nextMailing launches a second campaign at once: the quiet period and everybody's wishes hold.
func (t *Teller) nextMailing(ctx context.Context, people []*person, leftAlone string) error {
	var c campaign
	err := t.Company.Call(ctx, "POST", "/campaigns", map[string]any{
		"name": "Too soon", "audience": "customers", "company": "Северный ветер",
		"language": "en", "quiet_days": 0,
	}, &c)
	if err != nil {
		return err
	}
	if err := t.Company.Call(ctx, "POST", "/campaigns/"+c.ID+"/launch", nil, nil); err != nil {
		return err
	}
	err = drive.Until(ctx, t.MaxWait, "the second campaign to be sent", func() (bool, error) {
		err := t.Company.Call(ctx, "GET", "/campaigns/"+c.ID, nil, &c)
		return c.State == "open" && c.Ledger.Waiting == 0, err
	})
	if err != nil {
		return err
	}
	letters, err := t.surveyLetters(ctx, c.ID)
	if err != nil {
		return err
	}
	stopped := map[string]bool{}
	for _, p := range people {
		if p.unsubscribes || p.complained || p.bounced {
			stopped[p.contact] = true
		}
	}
	for _, l := range letters {
		t.promise(!stopped[l.Tags["contact"]] && l.To[0] != leftAlone, "a second letter went to somebody who bounced, complained or unsubscribed")
	}
	t.say("11. A second campaign leaves out all of them: %s. It went to %d people.", reasons(c.Ledger.Skipped), len(letters))
	var quiet campaign
	if err := t.Company.Call(ctx, "POST", "/campaigns", map[string]any{"name": "Quiet", "audience": "customers", "quiet_days": 30}, &quiet); err != nil {
		return err
	}
	var refusal *drive.Refusal
	err = t.Company.Call(ctx, "POST", "/campaigns/"+quiet.ID+"/launch", nil, nil)
	t.promise(errors.As(err, &refusal) && refusal.Status == 409 && refusal.Where == "quiet_days", "a campaign within the quiet period of all is not refused for it: %v", err)
	third, err := t.surveyLetters(ctx, quiet.ID)
	t.promise(len(third) == 0, "%d letters within the quiet period", len(third))
	if refusal != nil {
		t.say("12. A third one with a quiet period of 30 days is refused: %s", refusal.Message)
	}
	return err
}

func reasons(m map[string]int) string {
	s := ""
	for _, r := range []string{"unsubscribed", "bounced", "complained", "quiet_period", "no_address", "not_sampled", "removed"} {
		if m[r] > 0 {
			if s != "" {
				s += ", "
			}
			s += r + " " + strconv.Itoa(m[r])
		}
	}
	return s
}
