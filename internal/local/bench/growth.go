package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/counting"
	"onetap/internal/local/drive"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// measureGrowth measures what one row, recipient, request and answer costs on top of ever more contacts and answers, and
// how long the results of all those answers take.
//
// One table grows from size to size. Its contacts are written into the file while the laptop is off: to bring a million
// through the import would take longer than everything else here. Its answers too, but those are counted by the
// function, so that recompute is measured with as many as there are. Costs are CPU time of the function, which hardly
// depends on what else the machine does; the lesser of two rounds.
func measureGrowth(ctx context.Context, l *lab) (figures []Figure, err error) {
	b, err := l.table(ctx, "table", 5)
	if err != nil {
		return nil, err
	}
	defer l.clean("table")
	g := &growth{lab: l, backlog: b, costs: map[string][]cost{}}
	for _, size := range l.cfg.Sizes.Grow {
		l.say("%d contacts and answers", size)
		if err := g.grow(ctx, size); err != nil {
			return figures, err
		}
	}
	return g.figures(), nil
}

// growth is a table that grows.
type growth struct {
	*lab
	backlog  *backlog
	contacts int    // in the table
	imported int    // of them, by the import
	round    int    // counts them all
	letter   string // the last one seen

	costs map[string][]cost // by what is measured, one for each size
}

// cost is what one of something takes.
type cost struct {
	size, n int
	ms      float64 // CPU time of the function; of results, the time until they are there
	note    string
}

// What is measured, and what of.
var grown = []struct{ name, unit, of string }{
	{"recompute: all of them counted", "ms/answer", "answers"},
	{"recompute: answers on top", "ms/answer", "answers"},
	{"import: rows on top", "ms/row", "rows"},
	{"send: planning", "ms/contact", "contacts"},
	{"send: recipients on top", "ms/recipient", "recipients"},
	{"respond: pages opened and scores posted", "ms/request", "requests"},
	{"results page", "ms", "loads"},
	{"nightly recount", "ms/answer", "answers"},
}

// grow fills the table up to a size and measures everything on it.
func (g *growth) grow(ctx context.Context, size int) error {
	if err := g.fill(ctx, size-g.contacts); err != nil {
		return err
	}
	if n := size - int(g.backlog.answers.made); n > 0 {
		c, err := g.backlog.count(ctx, g.lab, n)
		if err != nil {
			return err
		}
		g.note(grown[0].name, cost{size, n, 1000 * c.cpu, fmt.Sprintf("%s answers a second", number(c.rate))})
	}
	for range 2 {
		c, err := g.backlog.count(ctx, g.lab, g.cfg.Sizes.Some)
		if err != nil {
			return err
		}
		g.note(grown[1].name, cost{size, g.cfg.Sizes.Some, 1000 * c.cpu, fmt.Sprintf("%s answers a second", number(c.rate))})
	}
	s, err := g.start(ctx, g.backlog.name, nil)
	if err != nil {
		return err
	}
	if size == g.cfg.Sizes.Grow[0] {
		err = s.Upload(ctx, "POST", "/staff", "text/csv", staffList(), nil)
	}
	for range 2 {
		if err == nil {
			err = g.measure(ctx, s, size)
		}
	}
	if err == nil {
		err = g.recount(ctx, s, size)
	}
	return errors.Join(err, s.Close())
}

// note keeps a round's cost; of rounds on the same size the lesser.
func (g *growth) note(name string, c cost) {
	all := g.costs[name]
	if last := len(all) - 1; last >= 0 && all[last].size == c.size {
		if c.ms < all[last].ms {
			all[last] = c
		}
		return
	}
	g.costs[name] = append(all, c)
}

// fill writes n contacts into the table's file, without records in its stream. They are of a team of their own.
func (g *growth) fill(ctx context.Context, n int) (err error) {
	if n <= 0 {
		return nil
	}
	db, err := dynamo.Open(filepath.Join(g.backlog.data, "table.db"), dynamo.Options{Unstreamed: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s := storeOver(db, g.backlog.table)
	random := rand.New(rand.NewPCG(g.cfg.Seed+uint64(g.contacts), 6))
	now := time.Now()
	tasks, ctx := errgroup.WithContext(ctx)
	tasks.SetLimit(8)
	for begin := 0; begin < n && ctx.Err() == nil; begin += 100 {
		some := make([]survey.Contact, min(100, n-begin))
		for i := range some {
			var id [10]byte
			binary.BigEndian.PutUint64(id[:], random.Uint64())
			binary.BigEndian.PutUint16(id[8:], uint16(random.Uint32()))
			number := g.contacts + begin + i
			some[i] = survey.Contact{
				ID: survey.ContactID(contactIDs.EncodeToString(id[:])), Audience: survey.Customers,
				Person: survey.Person{Email: fmt.Sprintf("filled%d@example.com", number), Name: "Clara Carver", Phone: "+7 900 555-00-00"},
				Owner:  fmt.Sprintf("o%d", number%owners), Team: "Filled", Location: "Oslo", Product: "Plus", Tier: "B", Language: "en", Value: "1000",
				Attrs: map[string]string{"Contract": fmt.Sprintf("C-%06d", number)}, Created: now, Updated: now,
			}
		}
		tasks.Go(func() error { return s.PutContacts(ctx, some) })
	}
	if err := tasks.Wait(); err != nil {
		return err
	}
	g.contacts += n
	return nil
}

// measure imports, sends, answers and looks at the results once, on a laptop that runs.
func (g *growth) measure(ctx context.Context, s *stage, size int) error {
	n := g.cfg.Sizes.Some
	g.round++
	team := fmt.Sprintf("Round %d", g.round)
	if err := g.imports(ctx, s, size, n, team); err != nil {
		return err
	}
	if err := g.sends(ctx, s, size, n, team); err != nil {
		return err
	}
	if err := g.answers(ctx, s, size, n); err != nil {
		return err
	}
	return g.results(ctx, s, size)
}

func (g *growth) imports(ctx context.Context, s *stage, size, n int, team string) error {
	binary, _ := s.Cloud().Environment("DeskFunction", "")
	s.Cloud().Meter().Reset(time.Now())
	before, began := processes(binary), time.Now()
	if err := s.upload(ctx, customerRange(g.imported, n, maxPart, g.cfg.Seed, team), n); err != nil {
		return err
	}
	took := time.Since(began)
	cpu, err := processes(binary).since(before)
	if err != nil {
		return err
	}
	units := s.Cloud().Meter().Report(time.Now()).Of("DeskFunction")
	g.imported, g.contacts = g.imported+n, g.contacts+n
	g.note(grown[2].name, cost{size, n, ms(cpu) / float64(n), fmt.Sprintf("%s rows a second, %.2f write and %.2f read units a row",
		number(float64(n)/took.Seconds()), units.WriteUnits/float64(n), units.ReadUnits/float64(n))})
	return s.settle(ctx)
}

// sends sends a campaign to one team's customers: its planning looks at everybody.
func (g *growth) sends(ctx context.Context, s *stage, size, n int, team string) error {
	binary, _ := s.Cloud().Environment("SendFunction", "")
	s.Cloud().Meter().Reset(time.Now())
	before, began := processes(binary), time.Now()
	id, err := s.campaign(ctx, team)
	if err != nil {
		return err
	}
	// The plan is done when the first letter goes to SES. The meter is asked often and takes
	// nothing of the functions' time; the API could be asked so seldom that the sending were over.
	var planned used
	var planning time.Duration
	if err := until(ctx, func() (bool, error) {
		if s.Cloud().Meter().Report(time.Now()).Of("SendFunction").MailCalls == 0 {
			return false, nil
		}
		planned, planning = processes(binary), time.Since(began)
		return true, nil
	}); err != nil {
		return err
	}
	if err := s.sent(ctx, id, n); err != nil {
		return err
	}
	toPlan, err := planned.since(before)
	if err != nil {
		return err
	}
	toSend, err := processes(binary).since(planned)
	if err != nil {
		return err
	}
	units := s.Cloud().Meter().Report(time.Now()).Of("SendFunction")
	g.note(grown[3].name, cost{size, g.contacts, ms(toPlan) / float64(g.contacts), fmt.Sprintf("%.1f s from the launch", planning.Seconds())})
	g.note(grown[4].name, cost{size, n, ms(toSend) / float64(n), fmt.Sprintf("with planning %.2f write units a recipient", units.WriteUnits/float64(n))})
	return nil
}

// answers has some of those who were written to last open the page and post a score.
func (g *growth) answers(ctx context.Context, s *stage, size, n int) error {
	const warm = 20
	var links []drive.SurveyLinks
	last, err := s.letters(ctx, g.letter, false, func(m drive.Letter) error {
		if who, ok := m.Survey(); ok && len(links) < min(n, 1000+warm) {
			links = append(links, who)
		}
		return nil
	})
	if err != nil {
		return err
	}
	g.letter = last
	visits := func(links []drive.SurveyLinks) error {
		tasks, ctx := errgroup.WithContext(ctx)
		tasks.SetLimit(4)
		for i, who := range links {
			tasks.Go(func() error {
				if err := open(ctx, who.Scores[9]); err != nil {
					return err
				}
				return tap(ctx, who, 9, fmt.Sprintf("g%d-%d", g.round, i))
			})
		}
		return tasks.Wait()
	}
	binary, _ := s.Cloud().Environment("RespondFunction", "")
	if err := visits(links[:min(warm, len(links)/2)]); err != nil {
		return err
	}
	nine := 9 // the audience's figures, which are checked, hold these answers too
	r, _, err := survey.Response{Campaign: "others", Audience: survey.Customers}.Apply(survey.Post{Score: &nine, Gesture: survey.ByGesture, Digest: "g"}, time.Now())
	if err != nil {
		return err
	}
	for range links {
		survey.MarkOf(r, time.UTC).Count(g.backlog.answers.total, r.Campaign, 1)
	}
	links = links[min(warm, len(links)/2):]
	s.Cloud().Meter().Reset(time.Now())
	before := processes(binary)
	if err := visits(links); err != nil {
		return err
	}
	cpu, err := processes(binary).since(before)
	if err != nil {
		return err
	}
	units := s.Cloud().Meter().Report(time.Now()).Of("RespondFunction")
	requests := 2 * len(links)
	g.note(grown[5].name, cost{size, requests, ms(cpu) / float64(requests), fmt.Sprintf("%.2f write and %.2f read units a request",
		units.WriteUnits/float64(requests), units.ReadUnits/float64(requests))})
	return s.settle(ctx)
}

// results asks for the results of the campaign that has all the answers.
func (g *growth) results(ctx context.Context, s *stage, size int) error {
	var got struct{ Whole struct{ Answers int64 } }
	load := func() error {
		err := s.Call(ctx, "GET", "/campaigns/"+string(g.backlog.answers.campaign)+"/results", nil, &got)
		if err == nil && got.Whole.Answers != g.backlog.answers.made {
			err = fmt.Errorf("the results have %d answers of %d", got.Whole.Answers, g.backlog.answers.made)
		}
		return err
	}
	if err := load(); err != nil {
		return err
	}
	s.Cloud().Meter().Reset(time.Now())
	n := g.cfg.Sizes.Loads
	var took []time.Duration
	for range n {
		began := time.Now()
		if err := load(); err != nil {
			return err
		}
		took = append(took, time.Since(began))
	}
	units := s.Cloud().Meter().Report(time.Now()).Of("DeskFunction")
	g.note(grown[6].name, cost{size, n, ms(quantile(took, 0.5)), fmt.Sprintf("p99 %.1f ms; %.0f calls of the table, %.1f read units",
		ms(quantile(took, 0.99)), float64(units.DynamoDB)/float64(n), units.ReadUnits/float64(n))})
	return nil
}

// recount has the function recompute compare the figures of all campaigns with their answers, as it does every night, run after run until
// it is done.
func (g *growth) recount(ctx context.Context, s *stage, size int) error {
	table := storeOver(s.Table(), g.backlog.table)
	c, err := table.Campaign(ctx, g.backlog.answers.campaign)
	if err == nil && c.Launched.IsZero() { // a night looks at no draft
		c.State, c.Launched, c.Opened = survey.Open, time.Now(), time.Now()
		_, err = table.SaveCampaign(ctx, c)
	}
	if err != nil {
		return err
	}
	night, err := table.SeeRecount(ctx, "night")
	if err != nil {
		return err
	}
	campaigns, err := counting.RecentCampaigns(ctx, table, time.Now())
	if err != nil {
		return err
	}
	scopes := []string{"night"}
	for _, c := range campaigns {
		scopes = append(scopes, string(c.ID))
	}
	if err := until(ctx, func() (bool, error) { // the schedule's own clock may be at it
		night, err = table.SeeRecount(ctx, "night")
		return night.Done || night.Night == "" || !night.Holder.After(time.Now()), err
	}); err != nil {
		return err
	}
	for _, scope := range scopes {
		state, err := table.SeeRecount(ctx, scope)
		if err != nil {
			return err
		}
		state.Night, state.Sums, state.Done = "", nil, false // as if it were another night
		if _, err := table.SaveRecount(ctx, state); err != nil {
			return err
		}
	}
	binary, _ := s.Cloud().Environment("RecomputeFunction", "")
	s.Cloud().Meter().Reset(time.Now())
	before, began := processes(binary), time.Now()
	var longest time.Duration
	runs := 0
	for night.Done = false; !night.Done; runs++ {
		run := time.Now()
		if err := s.Tick(ctx, "recompute"); err != nil {
			return err
		}
		longest = max(longest, time.Since(run))
		if night, err = table.SeeRecount(ctx, "night"); err != nil {
			return err
		}
	}
	took := time.Since(began)
	cpu, err := processes(binary).since(before)
	if err != nil {
		return err
	}
	units := s.Cloud().Meter().Report(time.Now()).Of("RecomputeFunction")
	answers := int(g.backlog.answers.made)
	g.note(grown[7].name, cost{size, answers, ms(cpu) / float64(answers), fmt.Sprintf("%.1f s in %d runs of recompute, the longest %.1f s of its 300; %d campaigns, %.2f read units an answer",
		took.Seconds(), runs, longest.Seconds(), len(campaigns), units.ReadUnits/float64(answers))})
	return g.backlog.answers.check(ctx, table)
}

// figures are a line for each thing and size, and one for how the last size's cost compares with that at 10,000 (or, in a
// run without it, at the first).
func (g *growth) figures() (all []Figure) {
	const from, to, most = 10_000, 1_000_000, 115
	for _, what := range grown {
		costs := g.costs[what.name]
		if len(costs) == 0 {
			continue
		}
		first, last := costs[0], costs[len(costs)-1]
		for _, c := range costs {
			if c.size == from {
				first = c
			}
			asked := Bound{}
			if what.name == grown[6].name && c.size == to {
				asked = atMost(50)
			}
			stat := "mean"
			if what.name == grown[6].name {
				stat = "median"
			}
			all = append(all, single(fmt.Sprintf("growth: %s, at %s", what.name, number(float64(c.size))), asked, c.ms, what.unit, stat, c.n, what.of).remark("%s.", c.note))
		}
		if first.ms == 0 { // less than the kernel counts in, or a system that does not tell
			continue
		}
		asked := Bound{}
		if first.size == from && last.size == to && what.name != grown[6].name {
			asked = atMost(most)
		}
		all = append(all, single(fmt.Sprintf("growth: %s, %s compared with %s", what.name, number(float64(last.size)), number(float64(first.size))),
			asked, 100*last.ms/first.ms, "%", "mean", len(costs), "sizes"))
	}
	return all
}
