package cost

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/loop"
	"onetap/internal/money"
	"onetap/internal/survey"
)

// What comes of answers, and of none, each for a thousand of what it is done for.
const (
	Handing   = "recommendations: links taken, a newcomer each"
	Replying  = "inbox: answers marked and answered"
	Agreeing  = "huddles: agreements made and kept"
	Silencing = "silent customers: cases opened"
)

const (
	handed  = 8  // links: a network may leave ten newcomers within an hour
	replied = 20 // items
	agreed  = 10 // agreements: a team may have twenty
)

// offers has campaigns from now on offer their promoters a link to hand on.
func (r *run) offers(ctx context.Context) error {
	_, err := startpage.OpenTable(r.stack.AWS(), r.stack.TableName()).PutSettings(ctx, survey.Settings{Currency: "RUB", Recommend: survey.Recommend{Address: "https://shop.example.com/new"}})
	return err
}

var handedOn = regexp.MustCompile(`/i/[0-9A-Za-z_-]+`)

// promoters has some promoters of a campaign take a link, by each of which a newcomer comes.
func (r *run) promoters(ctx context.Context, some []person) error {
	return r.phase(ctx, Handing, thousand/float64(handed), func() error {
		for i, p := range some[:handed] {
			page, err := r.site.Post(ctx, strings.TrimSuffix(p.Scores[0], "/0"), url.Values{"recommend": {"take"}, "gesture": {"button"}})
			if err != nil {
				return err
			}
			link := handedOn.FindString(page.Body)
			if link == "" {
				return fmt.Errorf("a promoter's page answered %d and shows no link to hand on", page.Status)
			}
			page, err = r.site.Post(ctx, r.stack.Site()+link, url.Values{
				"gesture": {"button"}, "digest": {fmt.Sprint("n", i)}, "name": {"Nina New"}, "reach": {"nina@example.com"}, "words": {"Please call."}, "agree": {"1"},
			})
			if err != nil || page.Status != http.StatusOK {
				return fmt.Errorf("a newcomer is answered %d: %w", page.Status, err)
			}
		}
		return nil
	})
}

// desk is a browser of one of the staff, "" the administrator of a workspace without staff.
func (r *run) desk(ctx context.Context, who string) (*drive.Browser, error) {
	link, err := startpage.Link(ctx, startpage.OpenTable(r.stack.AWS(), r.stack.TableName()), who, time.Now())
	if err != nil {
		return nil, err
	}
	return drive.NewBrowser(ctx, r.stack.Site(), link)
}

// replies marks some answers of a campaign as questions and answers them by email.
func (r *run) replies(ctx context.Context, campaign string, some []person) error {
	letters, err := r.site.Letters(ctx)
	if err != nil {
		return err
	}
	of := map[string]string{} // contacts by link
	for _, l := range letters {
		if links, ok := l.Survey(); ok {
			of[links.Scores[0]] = l.Tags["contact"]
		}
	}
	desk, err := r.desk(ctx, "")
	if err != nil {
		return err
	}
	n := min(replied, len(some))
	return r.phase(ctx, Replying, thousand/float64(n), func() error {
		for _, p := range some[:n] {
			id := survey.ContactID(of[p.Scores[0]])
			if _, err := desk.Load(ctx, http.MethodPost, "/inbox", url.Values{"campaign": {campaign}, "contact": {string(id)}, "kind": {string(loop.ItemQuestion)}, "to": {"/inbox"}}); err != nil {
				return err
			}
			item := loop.Item{Campaign: survey.CampaignID(campaign), Shard: id.Shard(), Name: loop.MarkName(id, loop.ItemQuestion)}
			if _, err := desk.Load(ctx, http.MethodPost, "/inbox/"+item.ID(), url.Values{"answer": {"Yes, from Monday on."}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// huddles has a team agree on things and keep them.
func (r *run) huddles(ctx context.Context) error {
	staff := []map[string]string{{"id": "admin1", "email": "admin1@example.com", "role": "administrator"}, {"id": "lead1", "email": "lead1@example.com", "role": "manager", "team": "west"}}
	if err := r.site.Call(ctx, "POST", "/staff", staff, nil); err != nil {
		return err
	}
	desk, err := r.desk(ctx, "lead1")
	if err != nil {
		return err
	}
	due := time.Now().AddDate(0, 0, 7).Format(time.DateOnly)
	return r.phase(ctx, Agreeing, thousand/float64(agreed), func() error {
		for n := range agreed {
			for _, form := range []url.Values{{"what": {"Call back on the same day."}, "who": {"lead1"}, "due": {due}}, {"do": {"kept"}, "agreement": {fmt.Sprint(n + 1)}}} {
				form.Set("team", "west")
				if _, err := desk.Load(ctx, http.MethodPost, "/cases/huddle", form); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// silent asks all customers once more, ends both campaigns, and has cases opened of those who answered neither.
func (r *run) silent(ctx context.Context, first string) error {
	var second struct{ ID string }
	err := r.site.Call(ctx, "POST", "/campaigns", map[string]any{
		"name": "Winter", "audience": "customers", "company": "Example Shop", "language": "en", "quiet_days": 0, "closes_at": time.Now().AddDate(0, 0, 14).UTC().Format(time.RFC3339),
	}, &second)
	if err == nil {
		err = r.site.Call(ctx, "POST", "/campaigns/"+second.ID+"/launch", nil, nil)
	}
	if err == nil {
		err = r.settle(ctx)
	}
	for _, id := range []string{first, second.ID} {
		if err == nil {
			err = r.site.Call(ctx, "POST", "/campaigns/"+id+"/close", nil, nil)
		}
	}
	for _, function := range []string{"send", "clock"} { // what is on its way comes to its end, and the campaigns with it
		if err == nil {
			err = r.stack.Tick(ctx, function)
		}
	}
	if err == nil {
		err = r.settle(ctx)
	}
	if err != nil {
		return err
	}
	table := startpage.OpenTable(r.stack.AWS(), r.stack.TableName())
	p := loop.StandardPractice()
	most := min(loop.MaxSilent, r.cfg.Sizes.Besides/2)
	p.Silence = loop.Silence{Audiences: []survey.Audience{survey.Customers}, Waves: 2, Least: money.Amount{Minor: 100, Currency: "RUB"}, Most: most}
	if _, err := table.PutPractice(ctx, p); err != nil {
		return err
	}
	if err := r.phase(ctx, Silencing, thousand/float64(most), func() error { return r.stack.Tick(ctx, "analyse") }); err != nil {
		return err
	}
	cases, err := table.Cases(ctx, survey.CampaignID(second.ID))
	if err == nil && len(cases) != most {
		err = fmt.Errorf("%d cases of the silent, want %d", len(cases), most)
	}
	return err
}
