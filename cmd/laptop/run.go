package main

import (
	"cmp"
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
	"time"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/faults"
)

// run starts the laptop, says where everything is, and waits for Ctrl-C.
func run(args []string) int {
	if err := runUntilInterrupted(args, os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		fmt.Fprintln(os.Stderr, "laptop:", err)
		return 1
	}
	return 0
}

func runUntilInterrupted(args []string, out, errs io.Writer) error {
	cfg, o, err := settings(args, errs)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	stack, err := local.Start(ctx, cfg)
	if err != nil {
		return err
	}
	company := drive.New(stack.Site(), stack.Inbox(), stack.Token())
	if stack.Fresh() && !o.empty {
		samples := os.DirFS(filepath.Join(filepath.Dir(cfg.Template), "samples"))
		err := loadSample(ctx, stack, company, samples)
		if err != nil {
			return errors.Join(fmt.Errorf("load the sample workspace: %w", err), stack.Close())
		}
	}
	if err := stack.MarkBegun(); err != nil {
		return errors.Join(err, stack.Close())
	}
	welcome(out, stack, cfg, stack.Fresh() && o.empty)
	<-ctx.Done()
	stop() // a second Ctrl-C ends this program at once, and with it, by the kernel's hand, the functions
	fmt.Fprintln(out, "\nshutting down; the data stays in", cfg.Data)
	err = stack.Close()
	if o.meter {
		err = errors.Join(err, stack.Cloud().Meter().Report(time.Now()).Print(out))
	}
	return err
}

// options are what run itself does with its arguments.
type options struct{ meter, empty bool }

// settings come from the environment, and flags go before it.
func settings(args []string, errs io.Writer) (local.Config, options, error) {
	cfg := local.Config{
		Start: env("ONETAP_START", "127.0.0.1:8088"),
		Site:  env("ONETAP_SITE", "127.0.0.1:8080"), Links: env("ONETAP_LINKS", "127.0.0.1:8081"), Inbox: env("ONETAP_INBOX", "127.0.0.1:8025"), AWS: env("ONETAP_AWS", "127.0.0.1:4566"),
		Parameters: map[string]string{}, Notices: errs,
	}
	var o options
	flags := flag.NewFlagSet("laptop run", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&cfg.Data, "data", env("ONETAP_DATA", ".local"), "folder of the data (ONETAP_DATA)")
	flags.StringVar(&cfg.Template, "template", env("ONETAP_TEMPLATE", "template.yaml"), "the template (ONETAP_TEMPLATE)")
	flags.StringVar(&cfg.Functions, "functions", env("ONETAP_FUNCTIONS", filepath.Join(".local", "functions")), "folder of the functions' binaries (ONETAP_FUNCTIONS)")
	minute := flags.String("minute", env("ONETAP_MINUTE", "60s"), "how long a scheduled minute lasts (ONETAP_MINUTE)")
	verbose := flags.Bool("v", false, "show what the functions log")
	flags.BoolVar(&o.meter, "meter", false, "at the end, show what the functions used")
	flags.BoolVar(&o.empty, "empty", os.Getenv("ONETAP_SAMPLE") == "empty", "on the first start, do not load the sample workspace: it begins with the administrator (ONETAP_SAMPLE=empty)")
	flags.Func("set", "a parameter of the template, as in -set CaseHours=24 (may be repeated)", func(s string) error {
		name, value, ok := strings.Cut(s, "=")
		if !ok {
			return errors.New("needs Name=value")
		}
		cfg.Parameters[name] = value
		return nil
	})
	var bad []faults.Rule
	flags.Func("fault", "what shall go wrong, as in kill-after@send.SendBulkEmail#2 or throttle@*~0.02 (may be repeated); go doc onetap/internal/local/faults lists all", func(s string) error {
		rule, err := local.ParseFault(s)
		bad = append(bad, rule)
		return err
	})
	seed := flags.Uint64("fault-seed", 1, "of the faults that are left to chance")
	if err := flags.Parse(args); err != nil {
		return cfg, o, err
	}
	if len(bad) > 0 {
		injector := faults.New(bad, *seed)
		cfg.Faults, cfg.MailEntry = injector.Cloud(), injector.Entry
	}
	if flags.NArg() > 0 {
		return cfg, o, fmt.Errorf("%q is no option", flags.Arg(0))
	}
	if v := os.Getenv("ONETAP_SAMPLE"); v != "" && v != "empty" {
		return cfg, o, fmt.Errorf("ONETAP_SAMPLE=%q: \"empty\" begins without the sample workspace, and without the variable it is loaded", v)
	}
	var err error
	if cfg.Minute, err = time.ParseDuration(*minute); err != nil || cfg.Minute <= 0 {
		return cfg, o, fmt.Errorf("ONETAP_MINUTE=%q is no duration such as 60s or 500ms", *minute)
	}
	if cfg.MailRate, err = strconv.ParseFloat(env("ONETAP_SES_RATE", "14"), 64); err != nil || cfg.MailRate < 0 {
		return cfg, o, fmt.Errorf("ONETAP_SES_RATE=%q is no number of recipients a second (0: no limit)", os.Getenv("ONETAP_SES_RATE"))
	}
	if cfg.MailQuota, err = strconv.Atoi(env("ONETAP_SES_QUOTA", "50000")); err != nil || cfg.MailQuota < 0 {
		return cfg, o, fmt.Errorf("ONETAP_SES_QUOTA=%q is no number of recipients a day (0: no limit)", os.Getenv("ONETAP_SES_QUOTA"))
	}
	if *verbose {
		cfg.Verbose = errs
	}
	return cfg, o, nil
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// welcome says where to begin. The last line, "ready", is for programs that wait for it.
func welcome(out io.Writer, s *local.Stack, cfg local.Config, empty bool) {
	there := "be each role, read every email, find the API token"
	if empty {
		there = fmt.Sprintf("sign in as the administrator, %s: the home page says what to set up first", cmp.Or(cfg.Parameters["AdminEmail"], local.FirstAdmin))
	}
	fmt.Fprintf(out, `Onetap runs on this machine. Open

  %s

and %s. The data is in %s.
Ctrl-C ends it; the data stays.
ready
`, s.First(), there, cfg.Data)
}
