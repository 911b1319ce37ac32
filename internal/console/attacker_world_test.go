package console_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"onetap/internal/ballot"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/opening"
	"onetap/internal/seal"
	"onetap/internal/seal/sealtest"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// hired is the column of the staff list that tells people apart best.
const hired = "Принят"

// member is an employee, with what only this test knows: who answered, and what.
type member struct {
	survey.Contact
	answered bool
	score    int
	said     string // no two said the same, and nobody a digit
}

// ballotWorld is a desk with one campaign of employees of a random organisation.
type ballotWorld struct {
	*consoletest.World
	id      survey.CampaignID
	members []member // in the order in which those who answered did
	kms     *sealtest.KMS
	lie     []string          // what those said whose sealed answers lay in the table, in its order
	answers []survey.Response // as the opening wrote them
}

// letters is a number in letters.
func letters(n int) string {
	var word []byte
	for range 5 {
		word = append(word, byte('a'+n%26))
		n /= 26
	}
	return string(word)
}

// newBallotWorld plans, writes to and hears an organisation, up to the moment before its box is opened: what the sender and the
// respondent's page would have written, by the planner's own rules.
func newBallotWorld(t *testing.T, seed uint64) *ballotWorld {
	t.Helper()
	random := mathrand.New(mathrand.NewPCG(seed, 12))
	w := &ballotWorld{World: consoletest.New(t, dynamo.Options{}), id: "ballotaa", kms: sealtest.NewKMS()}
	w.Staffed()
	ctx, at := t.Context(), w.Now().AddDate(0, 0, -14)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	boxes := seal.New(seal.Options{Rings: w.Store, KMS: w.kms, Now: time.Now})
	must(boxes.MakePair(ctx, seal.Ballots.Of(string(w.id))))
	must(storetest.Sealer(w.Store).MakePair(ctx, seal.Words))
	c := survey.Campaign{
		ID: w.id, Name: "Осенний опрос", Audience: survey.Employees, State: survey.Closed, Language: "ru", Ballots: true, Created: at, Launched: at, Opened: at, ClosesAt: w.Now(), Ended: w.Now(),
		Groups: []string{survey.GroupTeam, survey.DimensionAttribute(hired), survey.DimensionLocation}, Dimensions: []string{survey.DimensionAttribute(hired), survey.DimensionLocation},
	}
	must(w.Store.CreateCampaign(ctx, c))

	teams, towns := []string{"Склад", "Продажи", "Бухгалтерия", "Доставка"}[:2+random.IntN(2)], []string{"Тверь", "Казань", "Пермь"}
	for i := range 34 + random.IntN(12) {
		date := fmt.Sprintf("%d-03-01", 2019+random.IntN(2))
		if random.IntN(6) == 0 { // one's own
			date = fmt.Sprintf("2023-%02d-%02d", 1+i%12, 1+i%28)
		}
		email := fmt.Sprintf("worker%s@example.ru", letters(i*977%1009))
		m := member{
			Contact: survey.Contact{
				ID: w.Desk.Keys.ContactID(survey.Employees, email), Audience: survey.Employees, Person: survey.Person{Email: email, Name: "Работник " + letters(i*613%997)}, Language: []string{"ru", "ru", "en"}[random.IntN(3)],
				Team: teams[int(float64(len(teams))*random.Float64()*random.Float64())], Location: towns[random.IntN(len(towns))], Attrs: map[string]string{hired: date}, Created: at, Updated: at,
			},
			answered: random.IntN(8) > 0, score: random.IntN(11), said: "мысль " + letters(5000+i*31),
		}
		if i < 2 { // two of whom everything is the same, but that one answers
			m.Language, m.Team, m.Location, m.Attrs, m.answered = "ru", teams[0], towns[0], map[string]string{hired: "2020-03-01"}, i == 0
		}
		w.members = append(w.members, m)
	}
	var people []survey.Contact
	known, figures := map[string]int{}, survey.Deltas{}
	var cells []ballot.Cell
	var weights []ballot.Weight
	var of [][]int
	for i, m := range w.members {
		people = append(people, m.Contact)
		cell := ballot.Cell{Language: m.Language, Values: survey.GroupValues(m.Contact, c.Columns())}
		name := fmt.Sprintf("%q", append([]string{cell.Language}, cell.Values...))
		n, ok := known[name]
		if !ok {
			n = len(cells)
			known[name], cells, weights, of = n, append(cells, cell), append(weights, ballot.Weight{}), append(of, nil)
		}
		weights[n].People++
		of[n] = append(of[n], i)
	}
	must(w.Store.PutContacts(ctx, people))
	m, err := w.Store.SaveMailing(ctx, survey.Mailing{Campaign: w.id, Number: survey.MailingInvitation, State: survey.MailingPlanning})
	must(err)
	begun := m.Clone()
	kept := []ballot.Planned{ballot.Everybody: {Cell: ballot.Cell{Values: make([]string, len(c.Columns()))}}}
	carries := map[int]ballot.Number{}
	var batches []survey.Batch
	for _, g := range ballot.Plan(cells, weights) {
		var ids []survey.ContactID
		for _, member := range g.Members {
			for _, i := range of[member] {
				ids = append(ids, w.members[i].ID)
				carries[i] = ballot.Number(len(kept))
			}
		}
		b := m.Deal(ids, "ru", len(kept))
		for _, id := range ids {
			b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: id, State: survey.InvitationSent, MessageID: "m-" + string(id)})
		}
		b.State, b.At = survey.BatchDone, at
		batches = append(batches, b)
		must(w.Store.AddInvitations(ctx, b.Invitations(survey.Employees), func() bool { return true }))
		survey.CountBatch(figures, b, survey.Employees, time.UTC)
		kept = append(kept, ballot.Planned{Cell: g.Cell, People: len(ids)})
	}
	m.EndWhole("plan")
	must(w.Store.PutCells(ctx, w.id, "plan", kept))
	_, err = w.Store.SavePlan(ctx, begun, m, batches)
	must(err)
	said := map[string]string{}
	for i, p := range w.members {
		if p.answered {
			box := letters(i) + "-" + strings.Repeat("x", 20) // whoever saw the clicks knows whose is whose
			said[box] = p.said
			a := ballot.Answer{Cell: carries[i], Score: p.score, Why: p.said}
			sealed, err := boxes.SealTo(ctx, seal.Ballots.Of(string(w.id)), w.Store.BallotPlace(w.id, box), a.Plain())
			must(err)
			must(w.Store.PutBallot(ctx, w.id, ballot.Cast{Box: box, Sealed: sealed}, 0))
		}
	}
	must(w.Store.WalkBox(ctx, w.id, func(b ballot.Cast) error {
		w.lie = append(w.lie, said[b.Box])
		return nil
	}))
	must(w.Store.AddFigures(ctx, figures))
	return w
}

// open opens the box, as the function ballots does.
func (w *ballotWorld) open(t *testing.T) {
	t.Helper()
	o := &opening.Opener{
		Store: w.Store, Seal: seal.New(seal.Options{Rings: w.Store, KMS: w.kms, Now: time.Now}), Now: func() time.Time { return w.Now().Add(time.Hour) },
		Random: rand.Reader, Log: slog.New(slog.DiscardHandler), Wait: 10 * time.Minute,
	}
	if err := o.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for shard := range survey.ContactShards {
		err := w.Store.WalkResponses(context.Background(), w.id, shard, "", func(r survey.Response) (bool, error) {
			w.answers = append(w.answers, r)
			return true, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// count adds some of the opened answers to the figures, as the function recompute does.
func (w *ballotWorld) count(t *testing.T, some []survey.Response) {
	t.Helper()
	figures := survey.Deltas{}
	for _, r := range some {
		survey.MarkOf(r, time.UTC).Count(figures, w.id, 1)
	}
	if err := w.Store.AddFigures(t.Context(), figures); err != nil {
		t.Fatal(err)
	}
}
