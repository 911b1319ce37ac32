package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"

	"onetap/internal/replay"
)

// replayLetters runs the dead letters of a laptop that runs, or of a queue on AWS, once more.
func replayLetters(args []string) int {
	cfg := replay.Config{Out: os.Stdout}
	flags := flag.NewFlagSet("laptop replay", flag.ContinueOnError)
	address := flags.String("aws", env("ONETAP_AWS", "127.0.0.1:4566"), "the AWS endpoint of the laptop (ONETAP_AWS)")
	flags.StringVar(&cfg.Queue, "queue", "", "URL of a queue on AWS instead: DeadLettersUrl of the stack; credentials from the environment")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := place(&cfg, *address); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := replay.Run(ctx, cfg)
	if err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
	}
	fmt.Printf("replay: replayed=%d failed=%d\n", s.Replayed, s.Failed)
	if err != nil || s.Failed > 0 {
		return 1
	}
	return 0
}

// place is the laptop, or AWS where the queue's address is there: https://sqs.<region>.amazonaws.com/….
func place(cfg *replay.Config, address string) error {
	if cfg.Queue == "" {
		cfg.Endpoint = "http://" + strings.TrimPrefix(address, "http://")
		return nil
	}
	u, err := url.Parse(cfg.Queue)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	parts := strings.Split(u.Host, ".")
	if len(parts) < 4 || parts[0] != "sqs" || parts[2] != "amazonaws" {
		cfg.Endpoint = u.Scheme + "://" + u.Host // a queue of the laptop
		return nil
	}
	if os.Getenv("AWS_ACCESS_KEY_ID") == "" {
		return errors.New(`no credentials: eval "$(aws configure export-credentials --format env)"`)
	}
	cfg.Region = parts[1]
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken: os.Getenv("AWS_SESSION_TOKEN"), Source: "environment",
		}, nil
	})
	return nil
}
