// Package chaos plays random campaigns on laptops that suffer random faults, and holds every promise of Onetap against
// what is left when the faults are over.
//
// What it checks with shares nothing with the functions: it reads the table through DynamoDB's wire protocol, the inbox
// through its own, and keeps its own list of what respondents did and were told.
package chaos

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/local"
	"onetap/internal/local/attack"
	"onetap/internal/local/drive"
	"onetap/internal/local/faults"
)

// Config says how many histories to play, and with what.
type Config struct {
	Template  string
	Functions string // folder of binaries built with the overlay of internal/local/clocks
	Seed      uint64 // of the first run; each run has the next one
	Runs      int
	Together  int     // runs at a time; most of a run is waiting. 0: 6
	Calm      bool    // no faults
	Rate      float64 // recipients a second that SES takes in Big; 0: no limit
	Shrink    int     // how many times a failing history is played again to find a shorter one; 0: not at all
	Out       io.Writer
	Verbose   bool // say what each run does
	Keep      bool // keep the data of runs that failed
}

// Summary is the last line.
type Summary struct {
	Runs, Failed, Lost, Doubled, Drift int
	Linkable                           int // employees whom the attacker names better than by guessing among five
	Boxes, Erased                      int // campaigns of employees, and people erased
}

func (s Summary) String() string {
	return fmt.Sprintf("chaos: runs=%d failed=%d lost=%d doubled=%d drift=%d linkable=%d boxes=%d erased=%d",
		s.Runs, s.Failed, s.Lost, s.Doubled, s.Drift, s.Linkable, s.Boxes, s.Erased)
}

// Run plays the histories of Runs seeds. The error is of the laptop's own; broken promises are in the summary.
func Run(ctx context.Context, cfg Config) (s Summary, err error) {
	if cfg.Together == 0 {
		cfg.Together = 6
	}
	var mu sync.Mutex
	var letters, answers atomic.Int64
	fired := map[string]int{}
	began := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(cfg.Together)
	for n := range cfg.Runs {
		g.Go(func() error {
			h := Invent(cfg.Seed + uint64(n))
			if cfg.Calm {
				h.Faults = nil
			}
			r, err := Play(gctx, cfg, h)
			if err != nil && gctx.Err() != nil {
				return err
			}
			letters.Add(int64(r.Letters))
			answers.Add(int64(r.Answers))
			mu.Lock()
			for what, n := range r.Fired {
				fired[what] += n
			}
			s.add(r, err)
			fmt.Fprintf(cfg.Out, "seed %d: %d contacts, %d steps, %d faults, %d letters, %d answers, %.0f s%s\n", h.Seed, h.Contacts, len(h.Steps), sum(r.Fired),
				r.Letters, r.Answers, r.Took.Seconds(), r.verdict(err))
			mu.Unlock()
			if (err != nil || len(r.Broken) > 0) && cfg.Shrink > 0 {
				short, why := shrink(gctx, cfg, h)
				mu.Lock()
				fmt.Fprintf(cfg.Out, "the shortest history found of seed %d that shows it (play it with: laptop chaos -play FILE):\n%s%s\n", h.Seed, short, why)
				mu.Unlock()
			}
			return nil
		})
	}
	err = g.Wait()
	fmt.Fprintf(cfg.Out, "%d letters, %d answers, %d faults in %.0f s:", letters.Load(), answers.Load(), sum(fired), time.Since(began).Seconds())
	for _, what := range faults.Kinds() {
		fmt.Fprintf(cfg.Out, " %s %d", what, fired[what])
	}
	fmt.Fprintln(cfg.Out)
	return s, err
}

func sum(fired map[string]int) (n int) {
	for _, k := range fired {
		n += k
	}
	return n
}

func (s *Summary) add(r Result, err error) {
	s.Runs++
	s.Boxes += r.Boxes
	s.Erased += r.Erased
	if err != nil || len(r.Broken) > 0 {
		s.Failed++
	}
	for _, b := range r.Broken {
		switch b.kind {
		case "lost":
			s.Lost += b.n
		case "doubled":
			s.Doubled += b.n
		case "drift":
			s.Drift += b.n
		case "linkable":
			s.Linkable += b.n
		}
	}
}

// Result is what one history came to.
type Result struct {
	Broken           []finding
	Fired            map[string]int // faults, by what they are
	Letters, Answers int
	Boxes, Erased    int
	Took             time.Duration
}

func (r Result) verdict(err error) string {
	var b strings.Builder
	if err != nil {
		fmt.Fprintf(&b, "\n  ✗ not played to its end: %v", err)
	}
	for i, f := range r.Broken {
		if i == 12 {
			fmt.Fprintf(&b, "\n  ✗ and %d more", len(r.Broken)-i)
			break
		}
		fmt.Fprintf(&b, "\n  ✗ %s: %s", f.kind, f.what)
	}
	return b.String()
}

// minute is how long a scheduled minute lasts in a run.
const minute = 2 * time.Second

// Play plays one history on a laptop of its own and checks what is left.
func Play(ctx context.Context, cfg Config, h History) (r Result, err error) {
	began := time.Now()
	data, err := os.MkdirTemp("", "onetap-chaos-")
	if err != nil {
		return r, err
	}
	defer func() {
		if cfg.Keep && (err != nil || len(r.Broken) > 0) {
			fmt.Fprintf(cfg.Out, "seed %d: the data stays in %s\n", h.Seed, data)
			return
		}
		os.RemoveAll(data)
	}()
	d := &director{history: h, faults: faults.New(h.Faults, h.Seed), answers: map[string]*answer{}, stopped: map[string]time.Time{}, unsubscribed: map[string]bool{}, watch: &attack.Onlooker{}}
	d.log = func(string, ...any) {}
	if cfg.Verbose {
		d.log = func(format string, args ...any) {
			fmt.Fprintf(cfg.Out, "seed %d %6.1f s: %s\n", h.Seed, time.Since(began).Seconds(), fmt.Sprintf(format, args...))
		}
	}
	bad := d.faults.Cloud()
	skew := bad.Clock
	bad.Clock = func(function string) time.Duration { return skew(function) + time.Duration(d.shift.Load()) }
	d.stack, err = local.Start(ctx, local.Config{
		Template: cfg.Template, Functions: cfg.Functions, Data: filepath.Join(data, "laptop"), Minute: minute,
		MailRate: h.Rate, MailEntry: d.faults.Entry, Faults: bad, Clock: d.now, Processes: 6, Onlooker: d.watch,
	})
	if err != nil {
		return r, err
	}
	defer func() {
		if closed := d.stack.Close(); err == nil {
			err = closed
		}
	}()
	d.company = drive.New(d.stack.Site(), d.stack.Inbox(), d.stack.Token())
	d.visitors = &http.Client{
		Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 8},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if err = d.play(ctx); err == nil {
		if err = d.rest(ctx); err == nil {
			if err = d.check(ctx); err == nil {
				err = d.afterwards(ctx)
			}
		}
	}
	r = Result{Broken: d.broken, Fired: d.faults.Fired(), Letters: len(d.letters), Took: time.Since(began), Erased: len(d.erased)}
	if d.box != nil {
		r.Boxes = 1
	}
	for _, a := range d.answers {
		if a.answered() {
			r.Answers++
		}
	}
	return r, err
}

// afterwards works on what came of the campaigns; each part is in a share of the histories.
func (d *director) afterwards(ctx context.Context) error {
	for _, part := range []struct {
		luck uint64
		do   func(context.Context, *rand.Rand) error
	}{{11, d.besides}, {10, d.closeLoops}, {9, d.climb}, {12, d.silent}, {8, d.retain}} {
		if err := part.do(ctx, rand.New(rand.NewPCG(d.history.Seed, part.luck))); err != nil {
			return err
		}
	}
	return nil
}

// Again plays one history that was written down.
func Again(ctx context.Context, cfg Config, h History) (s Summary, err error) {
	r, err := Play(ctx, cfg, h)
	s.add(r, err)
	fmt.Fprintf(cfg.Out, "%d faults, %d letters, %d answers, %.0f s%s\n", sum(r.Fired), r.Letters, r.Answers, r.Took.Seconds(), r.verdict(err))
	return s, nil
}
