// Package bench measures a whole Onetap on this machine, from a request to what people see of it: real binaries, the
// table engine, SES, streams.
//
// It drives the system from outside, as package drive does. Only what must stand in the table before a clock may start
// (answers that wait for recompute) is written with the store. No measurement fails because of a clock; a wrong result
// — a lost answer, a doubled letter — is an error.
package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/drive"
)

// Config says what to measure and where.
type Config struct {
	Template  string // path of template.yaml
	Functions string // folder with <function>/bootstrap for this machine
	Data      string // folder for the runs' data
	Sizes     Sizes
	Only      []string  // names of measurements; empty: all
	Out       io.Writer // gets a line now and then; may be nil
	Seed      uint64    // of the invented people and the pauses between taps
}

// Sizes are how much is measured.
type Sizes struct {
	ColdStarts int           // runs
	Rates      []float64     // requests a second to the public pages, one measurement each; the first is the one asked
	RateFor    time.Duration // of each
	Visitors   int           // people whose links are visited

	Rows int // of the imported list

	Recipients int     // of the paced campaign
	MailRate   float64 // recipients a second
	Unlimited  int     // recipients of the campaign that SES takes as fast as it comes

	Answers int // waiting in the table for recompute, in each round
	Earlier int // answers counted before, for the comparison; 0: no comparison
	Rounds  int // of each side of the comparison

	Taps int // of each kind

	Letters   int // sent in the workspace whose pages are loaded
	PageLoads int // of each page

	Grow  []int // contacts and answers in the table, rising
	Some  int   // rows, recipients and answers that are measured on top of each of those
	Loads int   // of the results page on each, and of each board of cases

	Cases    []int // open cases in the table, rising; the board is that of the last
	CasesDue int   // of them overdue on one morning

	Comments int // read for their themes
}

// Full are the sizes of docs/benchmarks.md.
func Full() Sizes {
	return Sizes{
		ColdStarts: 30, Rates: []float64{200, 500}, RateFor: 20 * time.Second, Visitors: 2500,
		Rows: 50_000, Recipients: 10_000, MailRate: 200, Unlimited: 30_000,
		Answers: 20_000, Rounds: 3, Taps: 200, Letters: 100_000, PageLoads: 200,
		Grow: []int{1000, 10_000, 100_000, 1_000_000}, Some: 20_000, Loads: 100,
		Cases: []int{1000, 10_000}, CasesDue: 100, Comments: 1_000_000,
	}
}

// Tiny are sizes that show only that everything still works.
func Tiny() Sizes {
	return Sizes{
		ColdStarts: 2, Rates: []float64{40}, RateFor: 500 * time.Millisecond, Visitors: 20,
		Rows: 400, Recipients: 120, MailRate: 200, Unlimited: 300,
		Answers: 150, Earlier: 300, Rounds: 1, Taps: 3, Letters: 120, PageLoads: 2,
		Grow: []int{50, 200}, Some: 40, Loads: 3,
		Cases: []int{200, 300}, CasesDue: 20, Comments: 1000,
	}
}

// measurements by name, in the order in which they run.
var measurements = []struct {
	name string
	run  func(context.Context, *lab) ([]Figure, error)
}{
	{"respond", measureRespond},
	{"import", measureImport},
	{"history", measureHistory},
	{"exports", measureExports},
	{"send", measureSend},
	{"recompute", measureRecompute},
	{"tap", measureTap},
	{"pages", measurePages},
	{"growth", measureGrowth},
	{"cadence", measureCadence},
	{"cases", measureCases},
	{"themes", measureThemes},
}

// Names lists the measurements.
func Names() []string {
	var names []string
	for _, m := range measurements {
		names = append(names, m.name)
	}
	return names
}

// Run measures. What was measured before an error is in the report.
func Run(ctx context.Context, cfg Config) (Report, error) {
	for _, name := range cfg.Only {
		if !slices.Contains(Names(), name) {
			return Report{}, fmt.Errorf("there is no measurement %q, only %s", name, strings.Join(Names(), ", "))
		}
	}
	if cfg.Out == nil {
		cfg.Out = io.Discard
	}
	r := Report{Machine: ThisMachine(), Began: time.Now(), Sizes: cfg.Sizes}
	for _, m := range measurements {
		if len(cfg.Only) > 0 && !slices.Contains(cfg.Only, m.name) {
			continue
		}
		l := &lab{cfg: cfg, name: m.name}
		began := time.Now()
		figures, err := m.run(ctx, l)
		r.Figures = append(r.Figures, figures...)
		if err != nil {
			return r, fmt.Errorf("%s: %w", m.name, err)
		}
		l.say("done in %s", time.Since(began).Round(time.Second))
	}
	r.Ended = time.Now()
	return r, nil
}

// lab is where one measurement is made.
type lab struct {
	cfg  Config
	name string
}

func (l *lab) say(format string, args ...any) {
	fmt.Fprintf(l.cfg.Out, "%s: %s\n", l.name, fmt.Sprintf(format, args...))
}

// stage is a laptop that was started for a measurement.
type stage struct {
	*local.Stack
	*drive.Company
	data string // folder
}

// start starts a laptop; the same name again finds the data of the last time.
func (l *lab) start(ctx context.Context, name string, with func(*local.Config)) (*stage, error) {
	data := l.folder(name)
	cfg := local.Config{Template: l.cfg.Template, Functions: l.cfg.Functions, Data: data, Parameters: map[string]string{"AlertTogetherSeconds": "0"}}
	if with != nil {
		with(&cfg)
	}
	s, err := local.Start(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &stage{Stack: s, Company: drive.New(s.Site(), s.Inbox(), s.Token()), data: data}, nil
}

func (l *lab) folder(name string) string { return filepath.Join(l.cfg.Data, l.name+"-"+name) }

// clean removes the data of a stage: the larger ones take gigabytes.
func (l *lab) clean(name string) { os.RemoveAll(l.folder(name)) }
