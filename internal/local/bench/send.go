package bench

import (
	"context"
	"fmt"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/drive"
)

// measureSend sends one campaign at the rate of the account.
func measureSend(ctx context.Context, l *lab) ([]Figure, error) {
	n, rate := l.cfg.Sizes.Recipients, l.cfg.Sizes.MailRate
	s, err := l.start(ctx, "campaign", func(c *local.Config) { c.MailRate = rate })
	if err != nil {
		return nil, err
	}
	defer l.clean("campaign")
	defer s.Close()
	if err := s.people(ctx, n, l.cfg.Seed); err != nil {
		return nil, err
	}
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	s.Cloud().Meter().Reset(time.Now())
	binary, _ := s.Cloud().Environment("SendFunction", "")
	l.say("%d recipients at %v a second", n, rate)
	began := time.Now()
	id, err := s.campaign(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.sent(ctx, id, n); err != nil {
		return nil, err
	}
	function := processes(binary)
	usage := s.Cloud().Meter().Report(time.Now()).Of("SendFunction")
	first, last, doubled, err := s.sendingTimes(ctx)
	if err != nil {
		return nil, err
	}
	// A call's recipients are all sent at once: what is kept between the first and the last call are those after the first.
	call := float64(usage.Messages) / float64(usage.MailCalls)
	kept := (float64(n) - call) / last.Sub(first).Seconds() / rate
	of := func(x float64) float64 { return x / float64(n) }
	figures := []Figure{
		single(fmt.Sprintf("send: part of SES's %v/s kept, first to last message", rate), atLeast(95), 100*kept, "%", "rate", n, "recipients"),
		single("send: launch to first message", Bound{}, ms(first.Sub(began)), "ms", "once", 1, "launch"),
		single("send: write units a recipient", atMost(2.2), of(usage.WriteUnits), "", "mean", n, "recipients"),
		single("send: read units a recipient", Bound{}, of(usage.ReadUnits), "", "mean", n, "recipients"),
		single("send: recipients a call of SES", atLeast(49), call, "", "mean", int(usage.MailCalls), "calls").
			remark("At most 50; the last call of each language is not full."),
		single("send: addresses written to twice", atMost(0), float64(doubled), "", "count", n, "recipients"),
	}
	if function.known {
		figures = append(figures, single("send: CPU time of the function", Bound{}, of(function.cpu.Seconds())*1000, "s/1,000 recipients", "mean", n, "recipients"),
			single("send: memory of the function", Bound{}, float64(function.memory)/(1<<20), "MB", "peak", n, "recipients"))
	}
	return figures, nil
}

// sendingTimes reads from the inbox when the first and the last message came, and how many were one too many.
func (s *stage) sendingTimes(ctx context.Context) (first, last time.Time, doubled int, err error) {
	seen := map[string]bool{}
	_, err = s.letters(ctx, "", true, func(m drive.Letter) error {
		if first.IsZero() || m.Time.Before(first) {
			first = m.Time
		}
		if m.Time.After(last) {
			last = m.Time
		}
		if seen[m.To[0]] {
			doubled++
		}
		seen[m.To[0]] = true
		return nil
	})
	return first, last, doubled, err
}
