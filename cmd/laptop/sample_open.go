package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/local/drive"
	"onetap/internal/local/sample"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// The open wave of the sample asks the customers of two teams in the cities of the further customers.
var (
	openTeams  = []string{"Корпоративные клиенты", "Enterprise"}
	openCities = []string{sample.City, "Пермь", "Челябинск", "Уфа", "Ростов-на-Дону", "Leeds", "Bristol", "Glasgow", "Chicago"}
)

const (
	openStays  = 8 * 24 * time.Hour // how long the open wave is open yet
	atOnce     = 6                  // customers of the sample who answer side by side
	sampleWait = 30 * time.Second   // until what the functions do is done
)

// openWave launches a campaign, has its letters go out and about half of them answered, by the links in the inbox. SES's rate waits until
// then: it is for what a newcomer sends.
func (w *workspace) openWave(ctx context.Context) error {
	if slices.Contains(w.there, w.world.Names[sample.Waves]) {
		return nil
	}
	w.stack.UnlimitedMail(true)
	defer w.stack.UnlimitedMail(false)
	var c struct {
		ID     survey.CampaignID
		State  string
		Ledger struct{ Waiting, Sent int }
	}
	err := w.company.Call(ctx, "POST", "/campaigns", map[string]any{
		"name": w.world.Names[sample.Waves], "audience": "customers", "company": "North Wind", "language": "ru",
		"filter": map[string]any{"teams": openTeams, "locations": openCities}, "quiet_days": 30, "remind_days": 7,
		"closes_at": time.Now().UTC().Add(openStays).Truncate(time.Hour).Format(time.RFC3339),
	}, &c)
	if err == nil {
		err = w.company.Call(ctx, "POST", "/campaigns/"+string(c.ID)+"/launch", nil, nil)
	}
	if err != nil {
		return err
	}
	path := "/campaigns/" + string(c.ID)
	err = drive.Until(ctx, sampleWait, "the open wave to be sent", func() (bool, error) {
		err := w.company.Call(ctx, "GET", path, nil, &c)
		return c.State == "open" && c.Ledger.Waiting == 0, err
	})
	if err != nil {
		return err
	}
	unhappy, err := w.replies(ctx)
	if err != nil {
		return err
	}
	var cases []loop.Case
	err = drive.Until(ctx, sampleWait, "the cases of the open wave", func() (bool, error) {
		var err error
		cases, err = w.table.Cases(ctx, c.ID)
		return len(cases) >= unhappy, err
	})
	if err != nil {
		return err
	}
	if err := w.work(ctx, cases); err != nil {
		return err
	}
	return w.age(ctx, c.ID, cases)
}

// replies lets those answer who do, and returns how many are unhappy.
func (w *workspace) replies(ctx context.Context) (unhappy int, err error) {
	letters, err := w.company.Letters(ctx)
	if err != nil {
		return 0, err
	}
	letters = slices.DeleteFunc(letters, func(l drive.Letter) bool { return l.Kind != "survey" || l.Outcome != "delivered" })
	slices.SortFunc(letters, func(a, b drive.Letter) int { return strings.Compare(a.To[0], b.To[0]) })
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, l := range letters {
		reply, ok := w.world.Reply(l.To[0])
		if !ok {
			continue
		}
		if reply.Score <= 6 {
			unhappy++
		}
		w.about[survey.ContactID(l.Tags["contact"])] = reply.About
		g.Go(func() error { return respond(ctx, w.company, l, reply) })
	}
	return unhappy, g.Wait()
}

// respond is a customer who opens the link of a score, presses the button, and says why.
func respond(ctx context.Context, company *drive.Company, l drive.Letter, a sample.Answer) error {
	links, ok := l.Survey()
	if !ok {
		return errors.New("a letter of the sample has no scores")
	}
	page, err := company.Open(ctx, links.Scores[a.Score])
	if err != nil {
		return err
	}
	set := map[string]string{"score": strconv.Itoa(a.Score), "gesture": string(survey.ByButton)}
	if a.Why != "" {
		set["why"] = a.Why
	}
	if a.Wish != "" {
		set["wish"] = a.Wish
	}
	status, err := company.Press(ctx, page, set)
	if err == nil && status != http.StatusSeeOther {
		err = fmt.Errorf("an answer of the sample: %d", status)
	}
	return err
}
