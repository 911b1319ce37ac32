package main

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/sample"
	"onetap/internal/local/startpage"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// workspace is the sample while it is loaded.
type workspace struct {
	stack   *local.Stack
	company *drive.Company
	table   *store.Store
	files   fs.FS // the folder samples
	world   *sample.World
	opened  time.Time                   // when the open wave went out
	about   map[survey.ContactID]string // what those complain about who answer the open wave
	there   []string                    // names of campaigns that an interrupted start has left
}

// openFor is for how long the open wave of the sample has been open at the first start.
const openFor = 6 * 24 * time.Hour

// loadSample fills a new workspace through the site's API, as a person with the token would: staff, customers, six waves of answers that
// were given elsewhere, two campaigns that are ready to be launched, and a wave that is half answered. What takes days, employees' box and
// the age of the open wave, is written into the table.
func loadSample(ctx context.Context, stack *local.Stack, company *drive.Company, files fs.FS) error {
	w := &workspace{
		stack: stack, company: company, table: startpage.OpenTable(stack.AWS(), stack.TableName()), files: files, about: map[survey.ContactID]string{},
		opened: time.Now().UTC().Add(-openFor).Truncate(time.Hour),
	}
	// Where most of the sample's people are; before any launch, for a campaign keeps the zone of its launch.
	if err := stack.Set(ctx, survey.Settings{Zone: "Europe/Moscow"}); err != nil {
		return err
	}
	if err := w.people(ctx); err != nil {
		return err
	}
	if err := w.lookAround(ctx); err != nil {
		return err
	}
	g, then := errgroup.WithContext(ctx) // none of these needs another, and each waits for something
	for _, step := range []func(context.Context) error{w.past, w.drafts, w.openWave, w.employees} {
		g.Go(func() error { return step(then) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return w.begin(ctx)
}

// lookAround notes what campaigns a first start that was interrupted has made: they stay as they are. What is uploaded may come again.
func (w *workspace) lookAround(ctx context.Context) error {
	for _, a := range []survey.Audience{survey.Customers, survey.Employees} {
		all, err := w.table.Campaigns(ctx, a, 50)
		if err != nil {
			return err
		}
		for _, c := range all {
			w.there = append(w.there, c.Name)
		}
	}
	return nil
}

// people uploads the staff, the 300 customers of the samples with a few who have no address, and the further ones.
func (w *workspace) people(ctx context.Context) error {
	staff, err := fs.ReadFile(w.files, "staff.csv")
	if err != nil {
		return err
	}
	if err := w.company.Upload(ctx, "POST", "/staff", "text/csv; charset=utf-8", staff, nil); err != nil {
		return err
	}
	var lists [][]byte
	var known []sample.Customer
	for _, name := range []string{"customers-ru.csv", "customers-en.csv"} {
		list, err := fs.ReadFile(w.files, name)
		if err != nil {
			return err
		}
		some, err := sample.Read(list, staff)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		lists, known = append(lists, list), append(known, some...)
	}
	w.world = sample.Invent(sample.Seed, known, w.opened)
	for _, list := range w.world.Lists {
		lists = append(lists, list.CSV)
	}
	return sideBySide(ctx, lists, func(ctx context.Context, list []byte) error {
		return w.company.Upload(ctx, "POST", "/contacts?audience=customers", "application/octet-stream", list, nil)
	})
}

// past brings in the waves that were held elsewhere, as a person would who has another service's export.
func (w *workspace) past(ctx context.Context) error {
	return w.company.Upload(ctx, "POST", "/history?audience=customers&into=column", "text/csv; charset=utf-8", w.world.History(), nil)
}

// drafts makes two campaigns that are ready to be launched: one for those who are written to in Russian, one for those in English, each named
// in its language. Neither asks whom the other asks, or whom the open wave does, and neither keeps a quiet period.
func (w *workspace) drafts(ctx context.Context) error {
	for _, draft := range []struct{ name, company, language string }{{"First survey", "North Wind", "en"}, {"Первый опрос", "Северный ветер", "ru"}} {
		if slices.Contains(w.there, draft.name) {
			continue
		}
		err := w.company.Call(ctx, "POST", "/campaigns", map[string]any{
			"name": draft.name, "audience": "customers", "company": draft.company, "language": draft.language,
			"filter": map[string]any{"languages": []string{draft.language}, "locations": firstCities}, "quiet_days": 0, "remind_days": 7,
			"closes_at": time.Now().AddDate(0, 0, 21).UTC().Truncate(time.Hour).Format(time.RFC3339),
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// firstCities are where the customers of the samples' two lists are; the further ones are elsewhere, and in Yekaterinburg there are both.
var firstCities = []string{"Москва", "Санкт-Петербург", "Казань", "Новосибирск", "Тверь", "Самара", "Калининград", "London", "Manchester", "Dublin", "New York", "Boston", "Toronto"}

// begin notes that what was launched until now is no first round of the newcomer's own.
func (w *workspace) begin(ctx context.Context) error {
	f, err := w.table.FirstSteps(ctx)
	if err != nil {
		return err
	}
	f.Since = time.Now().UTC()
	return w.table.PutFirstSteps(ctx, f)
}
