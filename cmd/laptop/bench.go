package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"onetap/internal/local/bench"
)

// benchmarks measures on this machine and prints the table. A missed figure is a word in it; only a wrong result exits non-zero.
func benchmarks(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, args, os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

func measure(ctx context.Context, args []string, out, errs io.Writer) (err error) {
	cfg := bench.Config{Sizes: bench.Full(), Out: errs}
	flags := flag.NewFlagSet("laptop bench", flag.ContinueOnError)
	flags.SetOutput(errs)
	only := flags.String("only", "", "measure only these, with commas between: "+strings.Join(bench.Names(), ","))
	write := flags.String("write", "", "put the table into this document, for example docs/benchmarks.md")
	tiny := flags.Bool("tiny", false, "sizes that show only that it works")
	flags.Uint64Var(&cfg.Seed, "seed", 1, "of the invented people")
	flags.StringVar(&cfg.Template, "template", "template.yaml", "the template")
	flags.StringVar(&cfg.Functions, "functions", filepath.Join(".local", "functions"), "folder of the functions' binaries")
	flags.IntVar(&cfg.Sizes.Earlier, "earlier", cfg.Sizes.Earlier, "how many earlier answers recompute's rate is compared on top of (growth compares its cost)")
	flags.IntVar(&cfg.Sizes.Rows, "rows", cfg.Sizes.Rows, "of the imported list")
	flags.IntVar(&cfg.Sizes.Recipients, "recipients", cfg.Sizes.Recipients, "of the campaign that is sent at SES's rate")
	flags.IntVar(&cfg.Sizes.Unlimited, "unlimited", cfg.Sizes.Unlimited, "recipients of the campaign that SES takes as fast as it comes")
	flags.DurationVar(&cfg.Sizes.RateFor, "for", cfg.Sizes.RateFor, "how long each rate of requests is kept up")
	flags.Func("sizes", "contacts and answers on which growth is measured, and answers of elsewhere that are brought in, rising, with commas between (default 1000,10000,100000,1000000)", func(s string) error {
		cfg.Sizes.Grow = nil
		for text := range strings.SplitSeq(s, ",") {
			n, err := strconv.Atoi(text)
			if err != nil || n <= 0 || len(cfg.Sizes.Grow) > 0 && n <= cfg.Sizes.Grow[len(cfg.Sizes.Grow)-1] {
				return errors.New("needs rising whole numbers")
			}
			cfg.Sizes.Grow = append(cfg.Sizes.Grow, n)
		}
		return nil
	})
	flags.IntVar(&cfg.Sizes.Some, "some", cfg.Sizes.Some, "rows, recipients and answers that are measured on top of each size")
	flags.Func("rates", "requests a second to the pages, with commas between (default 200,500)", func(s string) error {
		cfg.Sizes.Rates = nil
		for text := range strings.SplitSeq(s, ",") {
			rate, err := strconv.ParseFloat(text, 64)
			if err != nil || rate <= 0 {
				return errors.New("needs positive numbers")
			}
			cfg.Sizes.Rates = append(cfg.Sizes.Rates, rate)
		}
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no option", flags.Arg(0))
	}
	if *tiny {
		cfg.Sizes = bench.Tiny()
	}
	if *only != "" {
		cfg.Only = strings.Split(*only, ",")
	}
	if cfg.Data, err = os.MkdirTemp("", "onetap-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(cfg.Data)
	report, err := bench.Run(ctx, cfg)
	if len(report.Figures) > 0 {
		err = errors.Join(report.Print(out), err)
	}
	if err == nil && *write != "" {
		err = report.Write(*write)
	}
	return err
}
