package campaigns_test

import (
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// The check before a launch says how many people live by another clock; while they wait for their morning, the campaign's page says how many, where, and until when. A month of a
// continuous survey says of its reminders that each day has its own.
func TestWhoWaitsForTheirMorning(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	w.People(5)
	if _, err := w.Store.PutSettings(t.Context(), survey.Settings{Company: "Shop", Zone: "Europe/Moscow", Hours: survey.Hours{From: 9, Until: 20}}); err != nil {
		t.Fatal(err)
	}
	far := survey.Contact{Audience: survey.Customers, Person: survey.Person{Email: "anna@example.com"}, Zone: "Asia/Vladivostok"}
	far.ID = w.Desk.Keys.ContactID(far.Audience, far.Person.Email)
	if err := w.Store.PutContacts(t.Context(), []survey.Contact{far}); err != nil {
		t.Fatal(err)
	}
	g := w.As(t, "administrator")
	made := w.Must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Autumn","audience":"customers","language":"en","remind_days":3}`))
	id := survey.CampaignID(made["id"].(string))
	g.Get("/campaigns/"+string(id)+"/edit?step=check").Want(t, 200, "1 person lives by another clock")

	now := w.Now()
	local := now.In(survey.ZoneOf("Asia/Vladivostok"))
	c := w.Become(id, func(c *survey.Campaign) {
		c.State, c.Launched, c.Zone, c.Hours = survey.Sending, now, "Europe/Moscow", survey.Hours{From: (local.Hour() + 2) % 22, Until: (local.Hour()+2)%22 + 1}
	})
	m := survey.NewMailing(id, survey.MailingInvitation, now)
	m.Invite("a", "en", "")
	for range 3 {
		m.Invite("b", "en", m.ZoneFor(c, "Asia/Vladivostok"))
	}
	m.Rest()
	m.State = survey.MailingSending
	if _, err := w.Store.SaveMailing(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	g.Get("/campaigns/"+string(id)).Want(t, 200, "3 people wait for their own morning: Asia/Vladivostok 3, until")

	w.Become(id, func(c *survey.Campaign) {
		c.State, c.Month, c.Every, c.ClosesAt = survey.Open, "2026-11", 90, now.Add(9*24*time.Hour)
	})
	g.Get("/campaigns/"+string(id)).Want(t, 200, "Each day’s goes 3 days later.")
}
