package bench

import (
	"context"
	"fmt"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/cloud"
	"onetap/internal/local/drive"
)

// measureSend sends one campaign at the rate of the account, and a larger one to an SES that knows no rate.
func measureSend(ctx context.Context, l *lab) ([]Figure, error) {
	n, rate := l.cfg.Sizes.Recipients, l.cfg.Sizes.MailRate
	paced, err := l.send(ctx, "campaign", n, rate)
	if err != nil {
		return nil, err
	}
	// A call's recipients are all sent at once: what is kept between the first and the last call are those after the first.
	kept := paced.rate() / rate
	figures := []Figure{
		single(fmt.Sprintf("send: part of SES's %v/s kept, first to last message", rate), atLeast(95), 100*kept, "%", "rate", n, "recipients"),
		single("send: launch to first message", Bound{}, ms(paced.first.Sub(paced.began)), "ms", "once", 1, "launch"),
		single("send: write units a recipient", atMost(2.2), paced.of(paced.usage.WriteUnits), "", "mean", n, "recipients"),
		single("send: read units a recipient", Bound{}, paced.of(paced.usage.ReadUnits), "", "mean", n, "recipients"),
		single("send: recipients a call of SES", atLeast(49), paced.call(), "", "mean", int(paced.usage.MailCalls), "calls").
			remark("At most 50; the last call of each language is not full."),
		single("send: addresses written to twice", atMost(0), float64(paced.doubled), "", "count", n, "recipients"),
	}
	if paced.function.known {
		figures = append(figures, single("send: CPU time of the function", Bound{}, paced.of(paced.function.cpu.Seconds())*1000, "s/1,000 recipients", "mean", n, "recipients"),
			single("send: memory of the function", Bound{}, float64(paced.function.memory)/(1<<20), "MB", "peak", n, "recipients"))
	}
	n = l.cfg.Sizes.Unlimited
	free, err := l.send(ctx, "unlimited", n, 0)
	if err != nil {
		return figures, err
	}
	figures = append(figures,
		single("send: without a limit of SES, first to last message", atLeast(3000), free.rate(), "recipients/s", "rate", n, "recipients").
			remark("From the plan in the table on. The stand-ins of AWS and the counting share the machine with it; with the deliveries' reports, which begin 30 s later, all of it together took %.2f s of CPU time a 1,000 recipients.", free.of(free.all.Seconds())*1000),
		single("send: without a limit, addresses written to twice", atMost(0), float64(free.doubled), "", "count", n, "recipients"))
	if free.function.known {
		figures = append(figures, single("send: without a limit, CPU time of the function", atMost(0.10), free.of(free.function.cpu.Seconds())*1000, "s/1,000 recipients", "mean", n, "recipients"))
	}
	return figures, nil
}

// sending is one campaign that was sent.
type sending struct {
	n                  int
	began, first, last time.Time // launch, first message, last message
	doubled            int       // messages to an address that had one
	function           used      // by the send function, planning included
	usage              cloud.Usage
	all                time.Duration // CPU time of this process and all functions, from the launch until nothing is under way
}

func (s sending) of(x float64) float64 { return x / float64(s.n) }

func (s sending) call() float64 { return float64(s.usage.Messages) / float64(s.usage.MailCalls) }

// rate is recipients a second between the first and the last call.
func (s sending) rate() float64 {
	return (float64(s.n) - s.call()) / s.last.Sub(s.first).Seconds()
}

// send sends a campaign to n people on a laptop of its own; rate 0 is no limit.
func (l *lab) send(ctx context.Context, name string, n int, rate float64) (r sending, err error) {
	s, err := l.start(ctx, name, func(c *local.Config) {
		c.MailRate = rate
		if rate == 0 { // reports come after the sending, as in a mailing of many minutes they do on other machines
			c.EventDelay = 30 * time.Second
		}
	})
	if err != nil {
		return r, err
	}
	defer l.clean(name)
	defer s.Close()
	if err := s.people(ctx, n, l.cfg.Seed); err != nil {
		return r, err
	}
	if err := s.settle(ctx); err != nil {
		return r, err
	}
	s.Cloud().Meter().Reset(time.Now())
	binary, _ := s.Cloud().Environment("SendFunction", "")
	if rate > 0 {
		l.say("%d recipients at %v a second", n, rate)
	} else {
		l.say("%d recipients without a limit", n)
	}
	before, everything := processes(binary), family()
	r.n, r.began = n, time.Now()
	id, err := s.campaign(ctx, "")
	if err != nil {
		return r, err
	}
	if err := s.sent(ctx, id, n); err != nil {
		return r, err
	}
	r.all, r.function = family()-everything, processes(binary)
	if r.function.cpu, err = r.function.since(before); err != nil {
		return r, err
	}
	r.usage = s.Cloud().Meter().Report(time.Now()).Of("SendFunction")
	r.first, r.last, r.doubled, err = s.sendingTimes(ctx)
	return r, err
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
