package cost

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/local/drive"
)

// What is billed besides a campaign of customers, each for a thousand of what it is done for.
const (
	Indexing  = "index: contacts of one list"
	Resealing = "re-sealing: comments"
	Erasing   = "erasures: people"
	Minting   = "employees: emails with ballots"
	Casting   = "employees: sealed answers"
	Opening   = "employees: answers opened and counted"
	Bringing  = "history: answers brought in and counted"
	thousand  = 1000
)

// besides are those phases in the order in which they are told.
var besides = []string{Indexing, Resealing, Erasing, Minting, Casting, Opening, Bringing, Handing, Replying, Agreeing, Silencing}

// Of the employees 60 % answer; of the customers here every fourth leaves words.
const answering = 0.6

// besides measures them on a laptop of its own.
func (r *run) besides(ctx context.Context) error {
	stop, err := r.start(ctx, "besides", long, 0)
	if err != nil {
		return err
	}
	defer stop()
	size := r.cfg.Sizes
	if err := r.upload(ctx, "customers", size.Besides); err != nil {
		return err
	}
	if err := r.settle(ctx); err != nil {
		return err
	}
	if err := r.phase(ctx, Indexing, thousand/float64(size.Besides), func() error { return r.stack.Tick(ctx, "analyse") }); err != nil {
		return err
	}
	if err := r.offers(ctx); err != nil {
		return err
	}
	asked, err := r.words(ctx)
	if err != nil {
		return err
	}
	const erased = 20
	if err := r.phase(ctx, Erasing, thousand/float64(erased), func() error { return r.erase(ctx, erased) }); err != nil {
		return err
	}
	if err := r.employees(ctx); err != nil {
		return err
	}
	if err := r.phase(ctx, Bringing, thousand/float64(size.Besides), func() error { return r.bring(ctx, size.Besides) }); err != nil {
		return err
	}
	if err := r.silent(ctx, asked); err != nil {
		return err
	}
	return r.huddles(ctx)
}

// bring brings in answers that were given elsewhere, of two years, by month. Who gave them is no contact.
func (r *run) bring(ctx context.Context, n int) error {
	var list bytes.Buffer
	list.WriteString("date,score,email,comment\n")
	day := time.Date(2022, 1, 1, 6, 0, 0, 0, time.UTC)
	for i := range n {
		fmt.Fprintf(&list, "%s,%d,former%d@example.com,The parcel came a day late.\n", day.Add(time.Duration(i)*730*24*time.Hour/time.Duration(n)).Format(time.RFC3339), i%11, i)
	}
	var got struct{ New int }
	err := r.site.Upload(ctx, "POST", "/history?audience=customers&into=month", "text/csv", list.Bytes(), &got)
	if err == nil && got.New != n {
		err = fmt.Errorf("%d of %d answers were brought in", got.New, n)
	}
	if err != nil {
		return err
	}
	return r.settle(ctx)
}

// words lets every fourth customer answer with words, all happy, has the clock seal those again, and does what comes of such answers.
func (r *run) words(ctx context.Context) (id string, err error) {
	n := r.cfg.Sizes.Besides
	id, err = r.launch(ctx, "customers")
	if err == nil {
		err = r.settle(ctx)
	}
	if err != nil {
		return id, err
	}
	all, err := r.people(ctx, id, n)
	if err != nil {
		return id, err
	}
	var some []person
	for i, p := range all {
		if i%4 == 0 {
			p.score, p.words = 10, true
			some = append(some, p)
		}
	}
	err = together(ctx, some, func(ctx context.Context, p person) error { return p.answer(ctx, func() error { return nil }) })
	if err == nil {
		err = r.settle(ctx)
	}
	if err != nil {
		return id, err
	}
	if err := r.phase(ctx, Resealing, thousand/float64(len(some)), func() error { return r.stack.Tick(ctx, "clock") }); err != nil {
		return id, err
	}
	if err := r.promoters(ctx, some); err != nil {
		return id, err
	}
	return id, r.replies(ctx, id, some)
}

// erase erases the first customers who have answered: found, exported and erased, each as an administrator does it.
func (r *run) erase(ctx context.Context, n int) error {
	addresses := strings.Split(string(contacts(4*n)), "\n")[1:]
	for i := range n {
		address, _, _ := strings.Cut(addresses[4*i], ",")
		var found struct {
			People [][]struct{ ID, Audience string }
		}
		if err := r.site.Call(ctx, "POST", "/people/find", map[string]string{"whom": address}, &found); err != nil {
			return err
		}
		if len(found.People) != 1 {
			return fmt.Errorf("%d people have one address", len(found.People))
		}
		who := map[string]string{"audience": found.People[0][0].Audience, "contact": found.People[0][0].ID}
		if err := r.site.Call(ctx, "POST", "/people/export", who, nil); err != nil {
			return err
		}
		who["words"] = "erase"
		if err := r.site.Call(ctx, "POST", "/people/erase", who, nil); err != nil {
			return err
		}
	}
	return r.stack.Tick(ctx, "clock")
}

// employees asks employees, lets 60 % answer and opens the box.
func (r *run) employees(ctx context.Context) error {
	n := r.cfg.Sizes.Besides
	var list bytes.Buffer
	list.WriteString("E-mail,Name,Team,Language\n")
	for i := range n {
		fmt.Fprintf(&list, "colleague%d@example.com,Clara Carver %d,Team %d,en\n", i, i, i%teams)
	}
	if err := r.site.Upload(ctx, "POST", "/contacts?audience=employees", "text/csv", list.Bytes(), nil); err != nil {
		return err
	}
	if err := r.settle(ctx); err != nil {
		return err
	}
	known, err := r.site.Letters(ctx)
	if err != nil {
		return err
	}
	var id string
	err = r.phase(ctx, Minting, thousand/float64(n), func() (err error) {
		id, err = r.launch(ctx, "employees")
		return err
	})
	if err != nil {
		return err
	}
	letters, err := r.site.LettersAfter(ctx, known[len(known)-1].ID)
	if err != nil || len(letters) == 0 {
		return fmt.Errorf("no letters to employees: %w", err)
	}
	letters = letters[:int(answering*float64(len(letters)))]
	err = r.phase(ctx, Casting, thousand/float64(len(letters)), func() error {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(8)
		for i, l := range letters {
			g.Go(func() error { return r.cast(ctx, l, i%11) })
		}
		return g.Wait()
	})
	if err != nil {
		return err
	}
	err = r.phase(ctx, Opening, thousand/float64(len(letters)), func() error {
		err := r.site.Call(ctx, "POST", "/campaigns/"+id+"/close", nil, nil)
		for _, function := range []string{"send", "ballots"} {
			if err == nil {
				err = r.stack.Tick(ctx, function)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	var got struct{ Whole struct{ Answers int } }
	if err := r.site.Call(ctx, "GET", "/campaigns/"+id+"/results", nil, &got); err != nil || got.Whole.Answers != len(letters) {
		return fmt.Errorf("%d of %d employees are in the figures: %w", got.Whole.Answers, len(letters), err)
	}
	return nil
}

// cast is an employee at the page of a ballot.
func (r *run) cast(ctx context.Context, l drive.Letter, score int) error {
	link, _ := l.Ballot()
	page, err := r.site.Open(ctx, link)
	if err == nil {
		page, err = r.site.Submit(ctx, page, map[string]string{"score": fmt.Sprint(score), "why": "The rota changes a day before."})
	}
	if err == nil && page.Status != 200 {
		err = fmt.Errorf("a ballot's page answered %d", page.Status)
	}
	return err
}

// printBesides writes what a thousand of each come to. Work that the clock, the sender and others do besides is in it.
func (r Result) printBesides(w io.Writer) error {
	if r.Phase(Minting).Weight == 0 {
		return nil
	}
	fmt.Fprintf(w, "\nBesides a campaign of customers, for 1,000 of each, emails not included:\n\n")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "\trequests\tGB-seconds\twrite units\tread units\tKMS\tcents\t")
	for _, name := range besides {
		sum, cents := map[string]float64{}, 0.0
		for _, l := range r.Lines(name) {
			if sum[l.What] += l.Quantity; l.What != Messages {
				cents += 100 * l.Dollars
			}
		}
		fmt.Fprintf(tw, "%s", name)
		for _, what := range []string{Requests, GBSeconds, WriteUnits, ReadUnits, KeyRequests} {
			fmt.Fprintf(tw, "\t%s", number(sum[what]))
		}
		fmt.Fprintf(tw, "\t%.3f\t\n", cents)
	}
	return tw.Flush()
}
