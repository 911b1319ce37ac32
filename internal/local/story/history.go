package story

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"onetap/internal/local/drive"
)

// broughtAnswers is how many answers the company has of its former survey service.
const broughtAnswers = 480

// wave is a campaign that was brought in, as the API says of it.
type wave struct {
	ID, Name string
	Answers  int
}

// history brings in what a former survey service exported: six quarters become past campaigns. Once more it changes nothing; taken back, it is gone,
// figures included; and it comes again.
func (t *Teller) history(ctx context.Context, s *Summary) error {
	listing, want, err := t.listing()
	if err != nil {
		return err
	}
	var got struct {
		Import    string
		New       int
		Unchanged int
		Campaigns []wave
	}
	bring := func() error {
		return t.Company.Upload(ctx, "POST", "/history?audience=customers&into=quarter", "application/json", listing, &got)
	}
	letters, err := t.Company.Letters(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := bring(); err != nil {
		return err
	}
	took := time.Since(began)
	s.Imported = got.New
	t.promise(got.New == broughtAnswers && len(got.Campaigns) == len(want), "%d of %d answers were brought in, as %d campaigns", got.New, broughtAnswers, len(got.Campaigns))
	trend, err := t.trend(ctx, got.Campaigns, want)
	if err != nil {
		return err
	}
	t.say("19. %d answers of six quarters come from the former survey service in %.1f s and are past campaigns: NPS %s.", got.New, took.Seconds(), strings.Join(trend, ", "))
	first := got.Import
	if err := bring(); err != nil {
		return err
	}
	t.promise(got.New == 0 && got.Unchanged == broughtAnswers, "the same answers again: %d new, %d unchanged", got.New, got.Unchanged)
	again := got.Unchanged
	if err := t.takeBack(ctx, first, got.Campaigns); err != nil {
		return err
	}
	if err := bring(); err != nil {
		return err
	}
	if _, err := t.trend(ctx, got.Campaigns, want); err != nil {
		return err
	}
	after, err := t.Company.Letters(ctx)
	t.promise(err == nil && len(after) == len(letters), "%d letters came of old answers", len(after)-len(letters))
	t.say("20. Brought in again: %d unchanged. Taken back: no answer and no figure of them is left. Brought in a third time, the figures are the same. Nobody was written to.", again)
	return err
}

// takeBack takes an import back and waits until its campaigns are gone.
func (t *Teller) takeBack(ctx context.Context, imported string, campaigns []wave) error {
	var undone struct {
		State   string
		Removed int
	}
	there, err := t.listed(ctx, campaigns)
	if err != nil {
		return err
	}
	t.promise(there == len(campaigns), "%d campaigns were brought in, %d are listed", len(campaigns), there)
	err = drive.Until(ctx, t.MaxWait, "an import to be taken back", func() (bool, error) {
		err := t.Company.Call(ctx, "DELETE", "/history/"+imported, nil, &undone)
		return undone.State == "undone", err
	})
	if err != nil {
		return err
	}
	left, err := t.listed(ctx, campaigns)
	if err != nil {
		return err
	}
	t.promise(undone.Removed == broughtAnswers && left == 0, "taken back were %d answers, %d of %d campaigns are left", undone.Removed, left, len(campaigns))
	return nil
}

// listed counts the campaigns that are still there.
func (t *Teller) listed(ctx context.Context, campaigns []wave) (n int, err error) {
	var page struct{ Campaigns []wave }
	err = t.Company.Call(ctx, "GET", "/campaigns?audience=customers", nil, &page)
	for _, c := range page.Campaigns {
		if slices.ContainsFunc(campaigns, func(b wave) bool { return b.ID == c.ID }) {
			n++
		}
	}
	return n, err
}

// trend waits until the figures of campaigns are those of what was given in them.
func (t *Teller) trend(ctx context.Context, campaigns []wave, want []figures) (nps []string, err error) {
	for i, c := range campaigns {
		var got results
		err := drive.Until(ctx, t.MaxWait, "old answers to be counted", func() (bool, error) {
			err := t.Company.Call(ctx, "GET", "/campaigns/"+c.ID+"/results", nil, &got)
			return got.Whole.Answers == want[i].Answers && got.Whole.NPS != nil, err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		t.promise(got.Whole.Scores == want[i].Scores, "%s has the scores %v, %v were given", c.Name, got.Whole.Scores, want[i].Scores)
		nps = append(nps, fmt.Sprintf("%.0f", *got.Whole.NPS))
	}
	return nps, nil
}

// listing is what Delighted's API lists, with the figures of each of six quarters: one answer of each is of somebody who is in the customer list.
func (t *Teller) listing() ([]byte, []figures, error) {
	file, err := fs.ReadFile(t.Samples, "customers-en.csv")
	if err != nil {
		return nil, nil, err
	}
	known := addressIn(string(file))
	quarter := time.Date(2024, 1, 1, 9, 0, 0, 0, time.UTC)
	want := make([]figures, 6)
	type person struct {
		Email string `json:"email"`
	}
	var all []map[string]any
	for i := range broughtAnswers {
		q := i * len(want) / broughtAnswers
		score := min(10, t.random.IntN(11)+t.random.IntN(3+q))
		who := person{fmt.Sprintf("former%d@example.com", i)}
		if i%(broughtAnswers/len(want)) == 0 {
			who.Email = known
		}
		at := quarter.AddDate(0, 3*q, 0).Add(time.Duration(t.random.IntN(85*24)) * time.Hour)
		all = append(all, map[string]any{
			"id": fmt.Sprint(5000 + i), "survey_type": "nps", "person": who, "score": score, "comment": "", "created_at": at.Unix(),
			"person_properties": map[string]string{"Location": []string{"Tver", "Kazan"}[i%2]},
		})
		want[q].Scores[score]++
		want[q].Answers++
	}
	b, err := json.Marshal(all)
	return b, want, err
}
