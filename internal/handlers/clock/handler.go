// Package clock handles the schedule: what is due by time, alerts that were waiting.
package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"onetap/internal/followup"
	"onetap/internal/resealing"
	"onetap/internal/rights"
	"onetap/internal/seal"
)

// margin is kept between the last task and the function's deadline.
const margin = 5 * time.Second

// task is one thing that the clock looks after. It must come to an end when its context does, and leave what it has not
// done for the next minute.
type task struct {
	name  string
	limit time.Duration // the longest that one run may take
	run   func(context.Context) error
}

// Words is what is done about what respondents write: the pair of keys that it is sealed with is made, once in a deployment's life, and
// what was sealed with it is sealed again.
type Words struct {
	Pairs interface {
		MakePair(ctx context.Context, p seal.Purpose) error
	}
	Resealer *resealing.Resealer
}

func (w Words) pair(ctx context.Context) error { return w.Pairs.MakePair(ctx, seal.Words) }

// Handler runs the tasks.
type Handler struct {
	tasks []task
	log   *slog.Logger
}

// New lists the tasks, the most urgent first.
func New(alerts *followup.Alerts, people *rights.Rights, retention *rights.Retention, resealer *rights.Resealer, words Words, disclosure *rights.Disclosure, log *slog.Logger) *Handler {
	return &Handler{log: log, tasks: []task{
		{"keys for words", 5 * time.Second, words.pair},
		{"settle alerts", 50 * time.Second, alerts.SendDue},
		{"tell what is overdue", 30 * time.Second, alerts.Mornings},
		{"tell how the week went", 30 * time.Second, alerts.Weeks},
		{"seal words again", 30 * time.Second, words.Resealer.Run},
		{"erase people", 60 * time.Second, people.Settle},
		{"delete what is old", 30 * time.Second, retention.Run},
		{"seal again", 30 * time.Second, resealer.Run},
		{"say what is kept", 10 * time.Second, disclosure.Run},
	}}
}

// Handle runs the tasks one after another until the time is up. One that fails, hangs on its context or panics does not
// stop the others; the errors are returned together, which raises the alarm.
func (c *Handler) Handle(ctx context.Context) error {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-margin))
		defer cancel()
	}
	var failed []error
	for _, t := range c.tasks {
		if ctx.Err() != nil {
			failed = append(failed, fmt.Errorf("%s: no time was left", t.name))
			continue
		}
		if err := c.one(ctx, t); err != nil {
			c.log.Error("task failed", "task", t.name, "error", err)
			failed = append(failed, fmt.Errorf("%s: %w", t.name, err))
		}
	}
	return errors.Join(failed...)
}

func (c *Handler) one(ctx context.Context, t task) (err error) {
	ctx, cancel := context.WithTimeout(ctx, t.limit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("task panicked", "task", t.name, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return t.run(ctx)
}
