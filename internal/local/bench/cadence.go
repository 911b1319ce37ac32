package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/mail"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// measureCadence plans one day of a continuous survey of audiences of growing size: what it reads is of who is due, whoever else there is.
func measureCadence(ctx context.Context, l *lab) (figures []Figure, err error) {
	for _, n := range l.cfg.Sizes.Grow {
		day, err := l.planDay(ctx, n)
		if err != nil {
			return figures, fmt.Errorf("%d contacts: %w", n, err)
		}
		if day.due == 0 { // of so few people it is nobody's day
			continue
		}
		due := float64(day.due)
		asked, fixed := atMost(2), ""
		if day.due < 100 { // every shard is looked at, however few of it are due
			asked, fixed = Bound{}, fmt.Sprintf("%.0f in all: every shard is looked at, however few of it are due.", day.reads)
		}
		figures = append(figures,
			single(fmt.Sprintf("cadence: read units a due contact, of %d", n), asked, day.reads/due, "", "mean", day.due, "people due").remark("%s", fixed),
			single(fmt.Sprintf("cadence: write units a due contact, of %d", n), Bound{}, day.writes/due, "", "mean", day.due, "people due"),
			single(fmt.Sprintf("cadence: planning the day, of %d", n), Bound{}, ms(day.took), "ms", "once", day.due, "people due"))
	}
	return figures, nil
}

// plannedDay is what planning one day came to.
type plannedDay struct {
	due           int
	reads, writes float64
	took          time.Duration
}

// planDay plans two days of a continuous survey that asks everybody each 90 days, and says what the second took.
func (l *lab) planDay(ctx context.Context, contacts int) (day plannedDay, err error) {
	table, err := l.table(ctx, "plan", 3)
	if err != nil {
		return day, err
	}
	defer l.clean("plan")
	var mu sync.Mutex
	db, err := dynamo.Open(filepath.Join(table.data, "table.db"), dynamo.Options{Meter: func(_ dynamo.Call, used dynamo.Consumed) {
		mu.Lock()
		defer mu.Unlock()
		day.reads += used.ReadUnits
		day.writes += used.WriteUnits
	}})
	if err != nil {
		return day, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s := storeOver(db, table.table)
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		return day, err
	}
	const some = 5000
	for from := 0; from < contacts; from += some {
		var cs []survey.Contact
		for i := from; i < min(from+some, contacts); i++ {
			c := survey.Contact{
				Audience: survey.Customers, Person: survey.Person{Email: fmt.Sprintf("client%d@example.com", i), Name: firstNames[i%len(firstNames)] + " " + lastNames[i%len(lastNames)]},
				Owner: fmt.Sprintf("o%d", i%owners), Team: fmt.Sprintf("Team %d", i%teams), Tier: tiers[i%len(tiers)], Product: products[i%len(products)], Location: towns[i%len(towns)], Language: "en",
			}
			c.ID = k.ContactID(c.Audience, c.Person.Email)
			cs = append(cs, c)
		}
		if err := s.PutContacts(ctx, cs); err != nil {
			return day, err
		}
	}
	l.say("%d contacts", contacts)
	monday := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
	from := survey.Campaign{Name: "Measured", Audience: survey.Customers, Language: "en", Company: "Example Shop", QuietDays: 30}
	c, err := survey.Start(survey.Continuous{}, from, survey.Cadence{Every: 90, Closes: 14}, "", "http://site.invalid", monday)
	if err != nil {
		return day, err
	}
	if _, err := s.SaveContinuous(ctx, c); err != nil {
		return day, err
	}
	for n := range 2 {
		mu.Lock()
		day = plannedDay{}
		mu.Unlock()
		began := time.Now()
		sender := mailing.Sender{
			Store: s, Mail: nobodyMail{}, Keys: k, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), From: "nps@example.com", Links: "http://site.invalid",
			Now: func() time.Time { return monday.AddDate(0, 0, n).Add(time.Since(began)) },
		}
		if err := sender.Run(ctx); err != nil {
			return day, err
		}
		day.took = time.Since(began)
	}
	if c, err = s.ContinuousOf(ctx, survey.Customers); err != nil {
		return day, err
	}
	if day.due = c.Due; c.Turns != 2 {
		return day, fmt.Errorf("%d days are planned, of %d people", c.Turns, day.due)
	}
	return day, nil
}

// nobodyMail is an account whose day's quota is used up, so that nobody is written to.
type nobodyMail struct{}

func (nobodyMail) Account(context.Context) (mail.Account, error) {
	return mail.Account{Rate: 100, Quota: 1, SentToday: 1, Enabled: true}, nil
}

func (nobodyMail) Bulk(context.Context, mail.Bulk) []mail.Outcome { return nil }
