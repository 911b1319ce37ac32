package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"onetap/internal/local/bench"
	"onetap/internal/local/cost"
)

// costs runs a campaign and prints what AWS would bill for it. Only a wrong result exits non-zero.
func costs(args []string) int {
	cfg := cost.Config{Sizes: cost.Full(), Out: os.Stderr}
	flags := flag.NewFlagSet("laptop cost", flag.ContinueOnError)
	flags.IntVar(&cfg.Sizes.Contacts, "contacts", cfg.Sizes.Contacts, "how many are surveyed")
	flags.StringVar(&cfg.Template, "template", "template.yaml", "the template")
	flags.StringVar(&cfg.Functions, "functions", filepath.Join(".local", "functions"), "folder of the functions' binaries")
	write := flags.String("write", "", "put the bill into this document, for example docs/benchmarks.md")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil || flags.NArg() > 0 {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if cfg.Data, err = os.MkdirTemp("", "onetap-cost-"); err == nil {
		defer os.RemoveAll(cfg.Data)
		var r cost.Result
		if r, err = cost.Run(ctx, cfg); err == nil {
			err = r.Print(os.Stdout)
			if err == nil && *write != "" {
				err = writeBill(*write, r)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		return 1
	}
	return 0
}

// writeBill puts a bill between its marks in a document.
func writeBill(path string, r cost.Result) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Counted on %s by `make cost`.\n\n```\n", time.Now().UTC().Format("2 January 2006"))
	if err := r.Print(&b); err != nil {
		return err
	}
	b.WriteString("```\n")
	return bench.Replace(path, "<!-- bill: begin -->\n", "<!-- bill: end -->\n", b.Bytes())
}
