package cost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/local/drive"
)

// visitors are the respondents' browsers and the scanners.
var visitors = &http.Client{
	Timeout:       time.Minute,
	Transport:     &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// campaign runs the campaign, and the idle minutes after it.
func (r *run) campaign(ctx context.Context) error {
	stop, err := r.start(ctx, "campaign", long, 0)
	if err != nil {
		return err
	}
	defer func() { stop() }()
	size := r.cfg.Sizes
	whole := Scale / float64(size.Contacts)
	if err := r.site.Upload(ctx, "POST", "/staff", "text/csv", staff(), nil); err != nil {
		return err
	}
	if err := r.phase(ctx, Upload, whole, func() error { return r.upload(ctx, "customers", size.Contacts) }); err != nil {
		return err
	}
	var id string
	err = r.phase(ctx, Sending, whole, func() (err error) {
		id, err = r.launch(ctx, "customers")
		return err
	})
	if err != nil {
		return err
	}
	people, err := r.people(ctx, id, size.Contacts)
	if err != nil {
		return err
	}
	if err := r.phase(ctx, Scanning, whole, func() error { return together(ctx, people, scan) }); err != nil {
		return err
	}
	if err := r.answers(ctx, people, whole); err != nil {
		return err
	}
	if err := r.check(ctx, id, people); err != nil {
		return err
	}
	if size.Ticks == 0 {
		return nil
	}
	stop()
	stop, err = r.start(ctx, "campaign", time.Second, 0)
	if err != nil {
		return err
	}
	const month = 30 * 24 * 60
	err = r.phase(ctx, Idle, 0, func() error {
		time.Sleep(time.Duration(size.Ticks) * time.Second)
		return nil
	})
	if err == nil {
		r.result.Phases[len(r.result.Phases)-1].Weight = month / float64(size.Ticks)
	}
	return err
}

// upload brings a list of contacts, in parts as the API takes them.
func (r *run) upload(ctx context.Context, audience string, n int) error {
	var im struct {
		ID    string
		Total struct{ New, Refused int }
	}
	if err := r.site.Call(ctx, "POST", "/imports", map[string]string{"audience": audience}, &im); err != nil {
		return err
	}
	list, part := contacts(n), 1
	for ; len(list) > 0; part++ {
		k := min(len(list), 5<<20)
		if err := r.site.Upload(ctx, "PUT", "/imports/"+im.ID+"/parts/"+strconv.Itoa(part), "text/csv", list[:k], nil); err != nil {
			return err
		}
		list = list[k:]
	}
	if err := r.site.Call(ctx, "POST", "/imports/"+im.ID+"/finish", nil, &im); err != nil {
		return err
	}
	if im.Total.New != n || im.Total.Refused != 0 {
		return fmt.Errorf("of %d contacts %d are new and %d refused", n, im.Total.New, im.Total.Refused)
	}
	return nil
}

func (r *run) launch(ctx context.Context, audience string) (id string, err error) {
	var c struct{ ID string }
	err = r.site.Call(ctx, "POST", "/campaigns", map[string]any{
		"name": "Autumn", "audience": audience, "company": "Example Shop", "language": "en", "quiet_days": 30,
		"closes_at": time.Now().AddDate(0, 0, 14).UTC().Format(time.RFC3339),
	}, &c)
	if err == nil {
		err = r.site.Call(ctx, "POST", "/campaigns/"+c.ID+"/launch", nil, nil)
	}
	return c.ID, err
}

// person is one who got a letter; what they do follows from their number in the list.
type person struct {
	drive.SurveyLinks
	scanned  bool
	answers  bool
	score    int
	words    bool
	oneByOne bool
}

// people are all who were written to, in the order of the list.
func (r *run) people(ctx context.Context, campaign string, n int) ([]person, error) {
	all := make([]person, n)
	found := 0
	after := ""
	for {
		letters, err := r.site.LettersAfter(ctx, after)
		if err != nil {
			return nil, err
		}
		for _, l := range letters {
			after = l.ID
			links, ok := l.Survey()
			i, err := strconv.Atoi(strings.TrimPrefix(strings.Split(l.To[0], "@")[0], "client"))
			if !ok || err != nil || l.Tags["campaign"] != campaign {
				return nil, errors.New("a letter is no survey of the campaign")
			}
			all[i] = act(i, links)
			found++
		}
		if len(letters) == 0 {
			break
		}
	}
	if found != n {
		return nil, fmt.Errorf("%d letters for %d people", found, n)
	}
	oneByOne := 0
	for i := range all {
		if all[i].answers && oneByOne < r.cfg.Sizes.OneByOne {
			all[i].oneByOne = true
			oneByOne++
		}
	}
	return all, nil
}

// act says what the i-th of the list does: 30 of 100 are scanned, 20 answer, 3 of those 20 are unhappy, half leave words.
func act(i int, links drive.SurveyLinks) person {
	p := person{SurveyLinks: links, scanned: i%10 == 1 || i%10 == 4 || i%10 == 7, answers: i%5 == 0}
	switch k := i / 5 % 20; {
	case k < 3:
		p.score = (i / 100) % 7
	case k < 8:
		p.score = 7 + k%2
	default:
		p.score = 9 + k%2
	}
	p.words = i/5%2 == 0
	return p
}

// scan opens every link of a letter, as mail scanners do.
func scan(ctx context.Context, p person) error {
	if !p.scanned {
		return nil
	}
	for _, link := range append(p.Scores[:], p.Unsubscribe) {
		if err := visit(ctx, http.MethodGet, link, nil); err != nil {
			return err
		}
	}
	return nil
}

// answer is a person with an ordinary browser: the page, the tap that its script sends, and perhaps words, before which
// pause is called: writing them takes longer than counting the tap.
func (p person) answer(ctx context.Context, pause func() error) error {
	link := p.Scores[p.score]
	if err := visit(ctx, http.MethodGet, link, nil); err != nil {
		return err
	}
	page := strings.TrimSuffix(link, "/"+strconv.Itoa(p.score))
	if err := visit(ctx, http.MethodPost, page, url.Values{"score": {strconv.Itoa(p.score)}, "gesture": {"gesture"}, "digest": {"a"}}); err != nil {
		return err
	}
	if !p.words {
		return nil
	}
	if err := pause(); err != nil {
		return err
	}
	return visit(ctx, http.MethodPost, page, url.Values{"why": {"Delivery took a week, support answered at once."}, "why_was": {"0"}, "gesture": {"button"}, "digest": {"aw"}})
}

// visit makes a request as a browser does; whatever is not 200 is an error. The address is not in it: it is a link.
func visit(ctx context.Context, method, address string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("a link is no address")
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "application/json")
	}
	answer, err := visitors.Do(r)
	if err != nil {
		return fmt.Errorf("%s a page failed", method)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return fmt.Errorf("%s a page: %w", method, err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s a page answered %d", method, answer.StatusCode)
	}
	return nil
}

// answers plays the answers: some one by one, the others as fast as they go, and then the alerts that waited for words.
func (r *run) answers(ctx context.Context, people []person, whole float64) error {
	var burst, single []person
	for _, p := range people {
		switch {
		case !p.answers:
		case p.oneByOne:
			single = append(single, p)
		default:
			burst = append(burst, p)
		}
	}
	all := float64(len(burst) + len(single))
	r.result.Answers = int(all)
	if len(single) > 0 {
		err := r.phase(ctx, Trickle, whole*all/float64(len(single)), func() error {
			for _, p := range single {
				if err := p.answer(ctx, func() error { return r.settle(ctx) }); err != nil {
					return err
				}
				if err := r.settle(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(burst) > 0 {
		err := r.phase(ctx, Burst, whole*all/float64(len(burst)), func() error {
			return together(ctx, burst, func(ctx context.Context, p person) error { return p.answer(ctx, func() error { return nil }) })
		})
		if err != nil {
			return err
		}
	}
	unspoken := time.Now()
	if !r.cfg.Sizes.Silent {
		return nil
	}
	r.say("waiting %s for the alerts without words", wordsWait)
	select {
	case <-time.After(time.Until(unspoken.Add(wordsWait + time.Second))):
	case <-ctx.Done():
		return ctx.Err()
	}
	return r.phase(ctx, Alerting, whole, func() error { return r.stack.Tick(ctx, "clock") })
}

// check compares the figures and the alerts with what the people did.
func (r *run) check(ctx context.Context, campaign string, people []person) error {
	var got struct {
		Whole struct {
			Scores   [11]int
			Comments int
		}
	}
	if err := r.site.Call(ctx, "GET", "/campaigns/"+campaign+"/results", nil, &got); err != nil {
		return err
	}
	want, words, alerts := [11]int{}, 0, 0
	for _, p := range people {
		if !p.answers {
			continue
		}
		want[p.score]++
		if p.words {
			words++
		}
		if p.score <= 6 && (p.words || r.cfg.Sizes.Silent) {
			alerts++
		}
	}
	if got.Whole.Scores != want || got.Whole.Comments != words {
		return fmt.Errorf("figures are %+v, people answered %v with %d words", got.Whole, want, words)
	}
	letters, err := r.site.Letters(ctx)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if l.Kind == "alert" {
			r.result.Alerts++
		}
	}
	if r.result.Alerts != alerts {
		return fmt.Errorf("%d alerts for %d detractors", r.result.Alerts, alerts)
	}
	return nil
}

// together runs f for each person, eight at a time.
func together(ctx context.Context, people []person, f func(context.Context, person) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, p := range people {
		g.Go(func() error { return f(ctx, p) })
	}
	return g.Wait()
}
