package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/survey"
)

const (
	mostHanding = 3 // promoters take a link to hand on and say whether they may be quoted
	mostMarked  = 4 // answers are marked for the inbox
	mostAgreed  = 4 // things are agreed in a huddle
	huddleTeam  = "west"
)

// besides has promoters hand on links and be quoted, answers marked and answered by email, and a team agree on things, while the functions are killed:
// what was confirmed is there, once, and nobody has two emails.
func (d *director) besides(ctx context.Context, r *rand.Rand) error {
	if !d.history.Beside {
		return nil
	}
	if err := d.staff(ctx); err != nil {
		return err
	}
	if err := d.must(ctx, "POST", "/staff", []map[string]string{{"id": "lead1", "email": "lead1@example.com", "role": "manager", "manager": "top1", "team": huddleTeam}}, nil); err != nil {
		return err
	}
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	link, err := startpage.Link(ctx, table, "admin1", d.now())
	if err != nil {
		return err
	}
	desk, err := drive.NewBrowser(ctx, d.stack.Site(), link)
	if err != nil {
		return err
	}
	d.faults.Set(true)
	err = d.promoters(ctx, r, table)
	if err == nil {
		err = d.inbox(ctx, r, table, desk)
	}
	if err == nil {
		err = d.huddle(ctx, r, table, desk)
	}
	d.calm()
	if err == nil {
		err = d.settle(ctx)
	}
	if err != nil {
		return err
	}
	if err := d.replay(ctx); err != nil {
		d.broke("lost", 1, "%v", err)
	}
	return d.settle(ctx)
}

// postUntil sends a form until it is answered with something that is not the function's death. Refusals are returned as their status.
func (d *director) postUntil(ctx context.Context, address string, form url.Values) (status int, err error) {
	err = d.insist(ctx, func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := d.visitors.Do(req)
		if err != nil {
			return err
		}
		res.Body.Close()
		if status = res.StatusCode; status >= 500 {
			return fmt.Errorf("a form: status %d", status)
		}
		return nil
	})
	return status, err
}

var handedOn = regexp.MustCompile(`/i/[0-9A-Za-z_-]+`)

// promoters has some take their link and newcomers come by it, and say whether they may be quoted, twice: nothing is there that was not said, nothing is lost or doubled.
func (d *director) promoters(ctx context.Context, r *rand.Rand, table *store.Store) error {
	done := 0
	for _, c := range d.campaigns {
		if !c.launched || c.ended {
			continue
		}
		for _, p := range d.readers(c, "") {
			id := survey.ContactID(p.letter.Tags["contact"])
			response, there, err := table.Response(ctx, survey.CampaignID(c.id), id)
			if err != nil {
				return err
			}
			if done == mostHanding || !there || !response.Promotes() || d.gone(string(id)) || done > 0 && !response.Quotable() {
				continue
			}
			done++
			page := strings.TrimSuffix(p.links.Scores[0], "/0")
			if err := d.handOn(ctx, r, table, c, id, page); err != nil {
				return err
			}
			if err := d.beQuoted(ctx, r, table, c, response, page); err != nil {
				return err
			}
		}
	}
	return nil
}

// handOn takes a link, twice, and has a newcomer leave how they are reached, twice by the same form.
func (d *director) handOn(ctx context.Context, r *rand.Rand, table *store.Store, c *campaign, id survey.ContactID, page string) error {
	for range 2 {
		d.killSoon(r, 0.4, "RespondFunction", 25)
		if status, err := d.postUntil(ctx, page, url.Values{"recommend": {"take"}, "gesture": {"button"}}); err != nil || status != http.StatusSeeOther {
			d.broke("lost", 1, "a promoter's link to hand on cannot be taken: status %d", status)
			return err
		}
	}
	var link string
	err := d.insist(ctx, func() error {
		got, err := d.company.Open(ctx, page)
		if err == nil && got.Status >= 500 {
			err = fmt.Errorf("a promoter's page: status %d", got.Status)
		}
		link = handedOn.FindString(got.Body)
		return err
	})
	if err != nil {
		return err
	}
	if link == "" {
		d.broke("lost", 1, "a promoter has taken a link and is not shown it")
		return nil
	}
	newcomers := 1 + r.IntN(2)
	for n := range newcomers {
		form := url.Values{
			"gesture": {"button"}, "digest": {fmt.Sprintf("new%d", n)}, "name": {"Somebody New"}, "reach": {fmt.Sprintf("new%d@example.com", n)},
			"words": {"Please call."}, "agree": {"1"},
		}
		for range 2 {
			d.killSoon(r, 0.5, "RespondFunction", 25)
			status, err := d.postUntil(ctx, strings.TrimSuffix(d.stack.Site(), "/")+link, form)
			if err == nil && status == http.StatusTooManyRequests { // this network has left enough within the hour
				d.pass(time.Hour)
				status, err = d.postUntil(ctx, strings.TrimSuffix(d.stack.Site(), "/")+link, form)
			}
			if err != nil {
				return err
			}
			if status != http.StatusSeeOther {
				d.broke("lost", 1, "a newcomer cannot leave how they are reached: status %d", status)
			}
		}
	}
	handed, err := table.Recommendation(ctx, survey.CampaignID(c.id), id)
	if err != nil {
		return err
	}
	items, err := table.CampaignItems(ctx, survey.CampaignID(c.id))
	if err != nil {
		return err
	}
	left := 0
	for _, i := range items {
		if i.Recommended && i.Contact == id {
			left++
		}
	}
	for where, n := range map[string]int{"by a promoter's link": len(handed.Leads), "in the inbox": left} {
		switch {
		case n < newcomers:
			d.broke("lost", newcomers-n, "%d newcomers have left how they are reached; %s are %d", newcomers, where, n)
		case n > newcomers:
			d.broke("doubled", n-newcomers, "%d newcomers have left how they are reached; %s are %d", newcomers, where, n)
		}
	}
	return nil
}

// beQuoted says whether a promoter may be quoted and perhaps takes it back: what was said last stands.
func (d *director) beQuoted(ctx context.Context, r *rand.Rand, table *store.Store, c *campaign, response survey.Response, page string) error {
	if !response.Quotable() {
		return nil
	}
	said := ""
	for n := range 1 + r.IntN(3) {
		said = []string{"named", "unnamed", "withdraw"}[(n+r.IntN(2))%3]
		d.killSoon(r, 0.5, "RespondFunction", 25)
		status, err := d.postUntil(ctx, page, url.Values{"quote": {said}, "gesture": {"button"}})
		if err != nil {
			return err
		}
		if status != http.StatusSeeOther {
			d.broke("lost", 1, "whether somebody may be quoted was refused: status %d", status)
			return nil
		}
	}
	q, err := table.Quote(ctx, survey.CampaignID(c.id), response.Contact)
	if err != nil {
		return err
	}
	if may := said != "withdraw"; q.Given() != may || may && (q.Named != (said == "named") || q.Words != response.Words() || q.Wording == "") {
		d.broke("lost", 1, "somebody said last %q to being quoted; what stands: given %v, named %v", said, q.Given(), q.Named)
	}
	return nil
}

// inbox marks some answers, twice, and answers them by email, as a person does who gets no answer: who looks at the item, and sends nothing again.
func (d *director) inbox(ctx context.Context, r *rand.Rand, table *store.Store, desk *drive.Browser) error {
	type answered struct {
		item loop.Item
		text string
		sure bool
	}
	var all []answered
	for _, c := range d.campaigns {
		if !c.launched {
			continue
		}
		for _, p := range d.readers(c, "") {
			id := survey.ContactID(p.letter.Tags["contact"])
			response, there, err := table.Response(ctx, survey.CampaignID(c.id), id)
			if err != nil {
				return err
			}
			if len(all) == mostMarked || !there || !response.Verified || len(response.Kept.Why) == 0 || d.gone(string(id)) {
				continue
			}
			kind := loop.ItemKinds[r.IntN(len(loop.ItemKinds))]
			form := url.Values{"campaign": {c.id}, "contact": {string(id)}, "kind": {string(kind)}, "to": {"/inbox"}}
			for range 2 {
				d.killSoon(r, 0.4, "DeskFunction", 40)
				err := d.insist(ctx, func() error { _, err := desk.Load(ctx, http.MethodPost, "/inbox", form); return err })
				if err != nil {
					return err
				}
			}
			name := loop.Item{Campaign: survey.CampaignID(c.id), Shard: id.Shard(), Name: loop.MarkName(id, kind)}.ID()
			i, there, err := table.Item(ctx, name)
			if err != nil {
				return err
			}
			if !there || !i.Waits() {
				d.broke("lost", 1, "an answer was marked as %s, and the inbox has none that waits", kind)
				continue
			}
			one := answered{item: i, text: "About what you wrote, number " + strconv.Itoa(len(all)) + ": yes, from Monday on."}
			d.killSoon(r, 0.6, "DeskFunction", 60)
			if one.sure, err = d.answerItem(ctx, table, desk, i, one.text); err != nil {
				return err
			}
			all = append(all, one)
		}
	}
	if err := d.readInbox(ctx); err != nil {
		return err
	}
	for _, one := range all {
		emails := 0
		for _, l := range d.letters {
			if l.Tags["kind"] == "reply" && strings.Contains(l.Text, one.text) {
				emails++
			}
		}
		i, _, err := table.Item(ctx, one.item.ID())
		if err != nil {
			return err
		}
		switch {
		case emails > 1:
			d.broke("doubled", emails-1, "what somebody wrote was answered by %d emails", emails)
		case emails == 0 && (one.sure || i.State == loop.ItemAnswered):
			d.broke("lost", 1, "the inbox says that somebody was answered, and there is no email")
		case one.sure && i.State != loop.ItemAnswered:
			d.broke("lost", 1, "an answer went out, and the item is %s", i.State)
		case emails == 1 && i.Waits() && i.Begun.IsZero():
			d.broke("lost", 1, "an answer went out, and the item does not know that it was begun")
		}
	}
	return nil
}

// answerItem answers an item; sure is false where nobody knows whether the email went out, or the customer cannot be written to.
func (d *director) answerItem(ctx context.Context, table *store.Store, desk *drive.Browser, i loop.Item, text string) (sure bool, err error) {
	for range mostTries {
		_, err := desk.Load(ctx, http.MethodPost, "/inbox/"+i.ID(), url.Values{"answer": {text}, "version": {strconv.Itoa(i.Version)}})
		var refusal *drive.Refusal
		switch {
		case err == nil:
			return true, nil
		case ctx.Err() != nil:
			return false, ctx.Err()
		case errors.As(err, &refusal) && refusal.Status < 500 && refusal.Status != http.StatusTooManyRequests: // begun already, or stopped
			return false, nil
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return false, err
		}
		now, there, err := table.Item(ctx, i.ID())
		if err != nil || !there || !now.Waits() {
			return false, err
		}
	}
	return false, fmt.Errorf("nobody answers a call to answer an item, %d times", mostTries)
}

// huddle has a team agree on things, two people at once, and end some: each is there once, what was kept is kept, and what is open comes back on the sheet of the next week.
func (d *director) huddle(ctx context.Context, r *rand.Rand, table *store.Store, desk *drive.Browser) error {
	due := d.now().AddDate(0, 0, 14).Format(time.DateOnly)
	of := func(h loop.Huddle, what string) (found []loop.Agreement) {
		for _, a := range h.Agreed {
			if a.What == what {
				found = append(found, a)
			}
		}
		return found
	}
	// save sends a form, and again only where what it asks for is not there.
	save := func(ctx context.Context, form url.Values, there func(loop.Huddle) bool) error {
		form.Set("team", huddleTeam)
		return d.insist(ctx, func() error {
			h, err := table.Huddle(ctx, huddleTeam)
			if err != nil || there(h) {
				return err
			}
			_, err = desk.Load(ctx, http.MethodPost, "/cases/huddle", form)
			return err
		})
	}
	what := func(n int) string { return fmt.Sprintf("Agreed in the huddle, number %d.", n) }
	for n := 0; n < mostAgreed; n += 2 {
		d.killSoon(r, 0.6, "DeskFunction", 40)
		g, gctx := errgroup.WithContext(ctx)
		for k := range 2 {
			g.Go(func() error {
				return save(gctx, url.Values{"what": {what(n + k)}, "who": {"lead1"}, "due": {due}}, func(h loop.Huddle) bool { return len(of(h, what(n+k))) > 0 })
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	h, err := table.Huddle(ctx, huddleTeam)
	if err != nil {
		return err
	}
	for n := range mostAgreed / 2 {
		found := of(h, what(n))
		if len(found) == 0 {
			continue
		}
		d.killSoon(r, 0.5, "DeskFunction", 40)
		do := []string{"kept", "dropped"}[n%2]
		form := url.Values{"do": {do}, "agreement": {strconv.Itoa(found[0].N)}}
		if err := save(ctx, form, func(h loop.Huddle) bool { a := of(h, what(n)); return len(a) > 0 && !a[0].Ended.IsZero() }); err != nil {
			return err
		}
	}
	if h, err = table.Huddle(ctx, huddleTeam); err != nil {
		return err
	}
	sheet := ""
	err = d.insist(ctx, func() (err error) {
		sheet, err = desk.Load(ctx, http.MethodGet, "/cases/huddle?team="+huddleTeam, nil)
		return err
	})
	if err != nil {
		return err
	}
	for n := range mostAgreed {
		found := of(h, what(n))
		switch {
		case len(found) == 0:
			d.broke("lost", 1, "what a team has agreed is not there")
		case len(found) > 1:
			d.broke("doubled", len(found)-1, "what a team has agreed once is there %d times", len(found))
		case (n < mostAgreed/2) == found[0].Ended.IsZero() || found[0].Kept != (n == 0):
			d.broke("lost", 1, "of what a team has agreed, number %d has ended: %v, kept: %v", n, !found[0].Ended.IsZero(), found[0].Kept)
		case found[0].Ended.IsZero() && !strings.Contains(sheet, what(n)):
			d.broke("lost", 1, "what a team has agreed does not come back on its sheet")
		}
	}
	return nil
}
