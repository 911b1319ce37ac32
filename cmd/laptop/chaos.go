package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"onetap/internal/local/chaos"
)

// chaosRuns plays random campaigns under random faults and exits non-zero when a promise is broken.
func chaosRuns(args []string) int {
	cfg := chaos.Config{Out: os.Stdout}
	flags := flag.NewFlagSet("laptop chaos", flag.ContinueOnError)
	flags.StringVar(&cfg.Template, "template", "template.yaml", "the template")
	flags.StringVar(&cfg.Functions, "functions", filepath.Join(".local", "skewed"), "folder of the functions' binaries, built with internal/local/clocks")
	flags.Uint64Var(&cfg.Seed, "seed", uint64(time.Now().Unix()), "of the first run; each has the next one")
	flags.IntVar(&cfg.Runs, "runs", 200, "how many")
	flags.IntVar(&cfg.Together, "together", 6, "how many at a time; most of a run is waiting")
	flags.IntVar(&cfg.Shrink, "shrink", 40, "how often a failing history is played again to find a shorter one")
	flags.BoolVar(&cfg.Calm, "calm", false, "without faults")
	flags.BoolVar(&cfg.Verbose, "v", false, "say what happens")
	flags.BoolVar(&cfg.Keep, "keep", false, "keep the data of runs that failed")
	show := flags.Bool("show", false, "print the history of the seed and do nothing")
	big := flags.Int("big", 0, "instead: send to so many people and kill the sender at 40 % and at 70 %")
	flags.Float64Var(&cfg.Rate, "rate", 0, "recipients a second that SES takes with -big; 0: no limit")
	play := flags.String("play", "", "play this history instead")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *big > 0 {
		return bigRun(ctx, cfg, *big)
	}
	if *show {
		fmt.Print(chaos.Invent(cfg.Seed))
		return 0
	}
	if *play != "" {
		return playHistory(ctx, cfg, *play)
	}
	fmt.Printf("seeds %d to %d\n", cfg.Seed, cfg.Seed+uint64(cfg.Runs)-1)
	summary, err := chaos.Run(ctx, cfg)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
	fmt.Println(summary)
	if err != nil || summary.Failed > 0 {
		return 1
	}
	return 0
}

func playHistory(ctx context.Context, cfg chaos.Config, file string) int {
	text, err := os.ReadFile(file)
	if err == nil {
		var h chaos.History
		if h, err = chaos.Read(string(text)); err == nil {
			var summary chaos.Summary
			summary, err = chaos.Again(ctx, cfg, h)
			fmt.Println(summary)
			if err == nil && summary.Failed == 0 {
				return 0
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
	return 1
}

func bigRun(ctx context.Context, cfg chaos.Config, people int) int {
	report, err := chaos.Big(ctx, cfg, people, []float64{0.4, 0.7})
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		return 1
	}
	fmt.Print(report.Markdown())
	for _, b := range report.Broken {
		fmt.Println("✗", b)
	}
	fmt.Printf("chaos: recipients=%d letters=%d missed=%d doubled=%d uncertain=%d\n", report.Contacts, report.Letters, report.Missed, report.Doubled, report.Uncertain)
	if report.Fails() {
		return 1
	}
	return 0
}
