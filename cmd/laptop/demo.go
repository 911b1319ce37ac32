package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/attack"
	"onetap/internal/local/cloud"
	"onetap/internal/local/drive"
	"onetap/internal/local/story"
)

// demo plays the main job on fresh data and free ports and exits non-zero when a promise is broken.
func demo(args []string) int {
	flags := flag.NewFlagSet("laptop demo", flag.ContinueOnError)
	seed := flags.Uint64("seed", 1, "who answers what")
	template := flags.String("template", "template.yaml", "the template")
	functions := flags.String("functions", filepath.Join(".local", "skewed"), "folder of the functions' binaries, whose clocks can be set")
	samples := flags.String("samples", "samples", "folder of the sample lists")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	summary, err := tellDemo(ctx, os.Stdout, *template, *functions, *samples, *seed)
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
	}
	fmt.Println(summary)
	if err != nil {
		return 1
	}
	return 0
}

// tellDemo starts a laptop of its own in a temporary folder and plays the story. A scheduled minute lasts a second
// there, an alert without words waits three seconds for them, those that follow one wait five, boxes are opened three
// seconds after the end, and SES takes 200 recipients a second.
func tellDemo(ctx context.Context, out io.Writer, template, functions, samples string, seed uint64) (s story.Summary, err error) {
	data, err := os.MkdirTemp("", "onetap-demo-")
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(data)
	onlooker := &attack.Onlooker{}
	var shift atomic.Int64 // nanoseconds by which days have passed for the functions
	clocks := cloud.Faults{Clock: func(string) time.Duration { return time.Duration(shift.Load()) }}
	stack, err := local.Start(ctx, local.Config{
		Template: template, Functions: functions, Data: data, Minute: time.Second, MailRate: 200, MailQuota: 50_000, Onlooker: onlooker, Faults: clocks,
		Parameters: map[string]string{"AlertWaitSeconds": "3", "AlertTogetherSeconds": "5", "BoxWaitSeconds": "3"},
	})
	if err != nil {
		return s, err
	}
	defer func() {
		if closed := stack.Close(); err == nil {
			err = closed
		}
	}()
	teller := &story.Teller{
		Company: drive.New(stack.Site(), stack.Inbox(), stack.Token()), Onlooker: onlooker, Samples: os.DirFS(samples), Out: out, Seed: seed,
		MaxWait: time.Minute, Pass: func(by time.Duration) {
			shift.Add(int64(by))
			stack.Cloud().Recycle()
		},
	}
	return teller.Tell(ctx)
}
