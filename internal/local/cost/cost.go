// Package cost runs a campaign through a whole Onetap on this machine and works out what AWS would bill for it.
//
// Everything is counted where AWS counts it (package cloud's meter, the table engine's capacity units) and scaled to a
// million invitations. What happens at a pace of its own is measured by itself: a sender that waits for SES, answers that
// trickle in one by one, and a system that nobody uses.
package cost

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/cloud"
	"onetap/internal/local/drive"
)

// Config says what to run and where.
type Config struct {
	Template  string // path of template.yaml
	Functions string // folder with <function>/bootstrap for this machine
	Data      string // folder for the run's data
	Sizes     Sizes
	Out       io.Writer // gets a line now and then; may be nil
}

// Sizes are how large a campaign is run. Of its people 20 % answer, 15 % of those are detractors, half of them leave
// words; scanners open every link of 30 %.
type Sizes struct {
	Contacts int
	OneByOne int     // of the answers, how many come one by one, each after everything of the one before is done
	Paced    int     // people of a second campaign that is sent at PaceRate; 0: none
	PaceRate float64 // recipients a second
	Ticks    int     // idle minutes measured
	Besides  int     // customers and employees of what is measured besides; 0: it is not
	Silent   bool    // wait for the alerts that wait two minutes for words
}

// Full are the sizes of docs/benchmarks.md.
func Full() Sizes {
	return Sizes{Contacts: 20_000, OneByOne: 200, Paced: 420, PaceRate: 14, Ticks: 20, Besides: 2000, Silent: true}
}

// Scale is what figures are scaled to.
const Scale = 1_000_000

// Phase is a part of the run with what it used. Weight is how often it happens in a campaign of Scale invitations.
type Phase struct {
	Name   string
	Weight float64
	Used   cloud.Report
}

// Names of phases.
const (
	Upload   = "upload"      // the list of contacts
	Sending  = "sending"     // launch to the last delivery, SES without limit
	Waiting  = "waiting"     // what the sender uses besides while it waits for SES at 14 a second
	Scanning = "scanners"    // scanners open all links of 30 %
	Burst    = "answers"     // as they come in here: hundreds a second
	Trickle  = "one by one"  // the same number of answers, each in a stream batch of its own
	Idle     = "idle"        // a month of minutes in which nobody does anything
	Alerting = "late alerts" // detractors without words, two minutes later
)

// Result is what a run measured.
type Result struct {
	Sizes   Sizes
	Phases  []Phase
	Answers int // of the campaign, all of them counted
	Alerts  int // letters to owners
}

// Phase gives a phase by its name; the zero Phase where it was not measured.
func (r Result) Phase(name string) Phase {
	if i := slices.IndexFunc(r.Phases, func(p Phase) bool { return p.Name == name }); i >= 0 {
		return r.Phases[i]
	}
	return Phase{}
}

// run is one run under way.
type run struct {
	cfg    Config
	stack  *local.Stack
	site   *drive.Company
	result Result
}

// Run runs the campaign. A wrong result — a lost answer, an alert that is missing — is an error.
func Run(ctx context.Context, cfg Config) (Result, error) {
	if cfg.Out == nil {
		cfg.Out = io.Discard
	}
	r := &run{cfg: cfg, result: Result{Sizes: cfg.Sizes}}
	if err := r.campaign(ctx); err != nil {
		return r.result, err
	}
	if cfg.Sizes.Paced > 0 {
		if err := r.paced(ctx); err != nil {
			return r.result, err
		}
	}
	if cfg.Sizes.Besides > 0 {
		if err := r.besides(ctx); err != nil {
			return r.result, err
		}
	}
	return r.result, nil
}

// long is a scheduled minute that seldom ends within a phase: what the minutes cost is measured by itself.
const long = 5 * time.Minute

// start starts a laptop whose SES takes rate recipients a second (0: any number) and reports deliveries a second later, as
// SES does; without a rate three seconds later, when the sender has surely written down what it did.
func (r *run) start(ctx context.Context, name string, minute time.Duration, rate float64) (stop func(), err error) {
	wait := wordsWait
	if !r.cfg.Sizes.Silent {
		wait = time.Hour // longer than any run
	}
	delay := time.Second
	if rate == 0 {
		delay = 3 * time.Second
	}
	r.stack, err = local.Start(ctx, local.Config{
		Template: r.cfg.Template, Functions: r.cfg.Functions, Data: r.cfg.Data + "/" + name,
		Minute: minute, MailRate: rate, EventDelay: delay,
		Parameters: map[string]string{"AlertWaitSeconds": strconv.Itoa(int(wait / time.Second)), "BoxWaitSeconds": "0"},
	})
	if err != nil {
		return nil, err
	}
	r.site = drive.New(r.stack.Site(), r.stack.Inbox(), r.stack.Token())
	time.Sleep(200 * time.Millisecond) // the schedules' first minute is over
	return func() { r.stack.Close() }, r.settle(ctx)
}

// phase does something, waits until everything that it set off is done, and notes what was used.
func (r *run) phase(ctx context.Context, name string, weight float64, do func() error) error {
	began := time.Now()
	r.stack.Cloud().Meter().Reset(began)
	err := do()
	if err == nil {
		err = r.settle(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	used := r.stack.Cloud().Meter().Report(time.Now())
	if used.DeadLetter > 0 {
		return fmt.Errorf("%s: %d dead letters", name, used.DeadLetter)
	}
	r.result.Phases = append(r.result.Phases, Phase{name, weight, used})
	r.say("%s: %s", name, time.Since(began).Round(time.Millisecond))
	return nil
}

func (r *run) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	return r.stack.Settle(ctx)
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.cfg.Out, format+"\n", args...) }

// wordsWait is how long an alert waits for words here.
const wordsWait = 5 * time.Second
