package consoletest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"onetap/internal/survey"
)

// Asked is a campaign that is being answered in a test's world: its figures are what recompute would have counted.
type Asked struct {
	w       *World
	C       survey.Campaign
	random  *rand.Rand
	Figures survey.Deltas // that Counted has not written yet
	n       int
	plan    survey.Asked
}

// Asks launches a campaign so many weeks ago.
func (w *World) Asks(id survey.CampaignID, a survey.Audience, name string, weeks int, parts ...string) *Asked {
	w.T.Helper()
	at := w.Now().AddDate(0, 0, -7*weeks)
	c := survey.Campaign{ID: id, Name: name, Audience: a, State: survey.Open, Language: "ru", Created: at, Launched: at, Opened: at, Dimensions: parts}
	if err := w.Store.CreateCampaign(context.Background(), c); err != nil {
		w.T.Fatal(err)
	}
	return &Asked{w, c, rand.New(rand.NewPCG(1, uint64(weeks))), survey.Deltas{}, 0, survey.Asked{}}
}

// ContactNumber is the id of the n-th contact that answered.
func ContactNumber(n int) survey.ContactID {
	id := []byte("aaaacontactaaaaa")
	for i := 0; n > 0; i, n = i+1, n/26 {
		id[i] = 'a' + byte(n%26)
	}
	return survey.ContactID(id)
}

// Answer is what somebody of a team answered, so many days after the launch; change may alter it before it is stored.
func (a *Asked) Answer(team string, score, day int, change func(*survey.Response, *survey.Contact)) {
	a.w.T.Helper()
	a.n++
	at := a.C.Launched.Add(time.Duration(day)*24*time.Hour + time.Duration(a.n)*time.Second)
	person := survey.Contact{
		ID: ContactNumber(a.n), Audience: a.C.Audience, Person: survey.Person{Email: fmt.Sprintf("person%d@example.com", a.n), Name: fmt.Sprintf("Клиент №%d", a.n)},
		Owner: "owner", Team: team, Location: []string{"Москва", "Казань", "Тверь"}[a.n%3],
	}
	r := survey.Response{
		Campaign: a.C.ID, Contact: person.ID, Audience: a.C.Audience, Owner: "owner", Team: team, Language: "ru", Score: score, Verified: true,
		First: at, Counted: at, Updated: at, Version: 1, Unhappy: score <= 6,
	}
	if change != nil {
		change(&r, &person)
	}
	if !r.Verified {
		r.Counted = time.Time{}
	}
	if len(a.C.Dimensions) > 0 {
		r.Segments = survey.SegmentsOf(person, a.C.Dimensions)
	}
	r.Account = person.Account
	ctx := context.Background()
	if _, err := a.w.Store.UpsertContacts(ctx, []survey.Contact{person}, survey.UploadMark{}, at); err != nil {
		a.w.T.Fatal(err)
	}
	if err := a.w.Store.SaveResponse(ctx, r, 0); err != nil {
		a.w.T.Fatal(err)
	}
	survey.MarkOf(r, time.UTC).Count(a.Figures, a.C.ID, 1)
	survey.CountBatch(a.Figures, survey.Batch{Campaign: a.C.ID, Language: "ru", State: survey.BatchDone, At: a.C.Launched, Outcomes: []survey.Outcome{
		{Contact: person.ID, State: survey.InvitationSent, Owner: r.Owner, Team: r.Team}, {Contact: "nobody", State: survey.InvitationSent, Owner: r.Owner, Team: r.Team},
	}}, a.C.Audience, time.UTC)
	a.plan.Count(person)
}

// Counted writes the figures.
func (a *Asked) Counted() {
	a.w.T.Helper()
	ctx := context.Background()
	if err := a.w.Store.AddFigures(ctx, a.Figures); err != nil {
		a.w.T.Fatal(err)
	}
	if err := a.w.Store.PutAsked(ctx, a.C.ID, 0, a.plan); err != nil {
		a.w.T.Fatal(err)
	}
	a.Figures = survey.Deltas{}
}

// Spring is a campaign of 60 answers of two teams over ten days: 30 promoters, 15 passives, 15 detractors, one of whom
// says what no page may take for its own.
func Spring(w *World) *Asked {
	a := w.Asks("springaa", survey.Customers, "Весна <b>2026</b>", 6, survey.DimensionLocation, survey.DimensionAttribute("Сегмент"))
	for i := range 60 {
		score := []int{10, 9, 7, 3}[i%4]
		a.Answer([]string{"Север", "Юг"}[i%2], score, i/6, func(r *survey.Response, c *survey.Contact) {
			c.Attrs = map[string]string{"Сегмент": string(rune('A' + i%2))}
			switch i {
			case 3:
				r.Why, r.Wish = "<script>alert('x')</script> долго везли 🐢", "Быстрая доставка"
			case 4:
				r.Why, c.Person.Name = "Отлично! "+strings.Repeat("очень ", 200), "\u202eمحمد"
			case 5:
				r.Owner = "somebody else"
			}
		})
	}
	a.Answer("Север", 2, 1, func(r *survey.Response, _ *survey.Contact) { r.Verified, r.Unhappy = false, false })
	a.Counted()
	return a
}

// Harvest is a later campaign, in which all are happier.
func Harvest(w *World) *Asked {
	a := w.Asks("autumnaa", survey.Customers, "Осень 2026", 1)
	for i := range 80 {
		a.Answer([]string{"Север", "Юг", "Запад"}[i%3], []int{10, 9, 10, 8}[i%4], i/16, nil)
	}
	a.Counted()
	return a
}

// Become writes a campaign's state as the sender or a person would have left it.
func (a *Asked) Become(change func(*survey.Campaign)) {
	a.w.T.Helper()
	ctx := context.Background()
	c, err := a.w.Store.Campaign(ctx, a.C.ID)
	if err != nil {
		a.w.T.Fatal(err)
	}
	change(&c)
	if a.C, err = a.w.Store.SaveCampaign(ctx, c); err != nil {
		a.w.T.Fatal(err)
	}
}

// ContactNumberText is the id of the case of the n-th contact that answered in Harvest.
func ContactNumberText(n int) string { return "autumnaa-" + string(ContactNumber(n)) }

// Place writes that a contact was sent the campaign's letter.
func (w *World) Place(a *Asked, c survey.Contact, state survey.InvitationState) {
	w.T.Helper()
	i := survey.Invitation{
		Campaign: a.C.ID, Contact: c.ID, Audience: c.Audience, State: state, Decided: state, Owner: c.Owner, Team: c.Team, Language: "ru", At: a.C.Launched, Version: 1,
		With: survey.With{Account: c.Account},
	}
	if err := w.Store.AddInvitations(context.Background(), []survey.Invitation{i}, func() bool { return true }); err != nil {
		w.T.Fatal(err)
	}
}
