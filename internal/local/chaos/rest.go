package chaos

import (
	"context"
	"fmt"
	"strings"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
)

// maxWait is how long anything is waited for once the faults are over. A sender that was killed is waited for ten
// seconds by the next one; several may have been, and the machine may be busy with something else.
const maxWait = 4 * time.Minute

// quietHour ends the faults for a while: everything that is on its way comes to its end. Whoever bounced or complained
// by then is known to have.
func (d *director) quietHour(ctx context.Context) error {
	d.calm()
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.replay(ctx); err != nil { // whose report is among those is not known
		d.log("not all dead letters were replayed yet: %v", err)
	} else if err := d.learn(ctx); err != nil {
		return err
	}
	d.faults.Set(true)
	return nil
}

// calm ends the faults and the processes that were born with a wrong clock.
func (d *director) calm() {
	d.faults.Set(false)
	d.stack.Cloud().Recycle()
}

func (d *director) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	return d.stack.Settle(ctx)
}

// learn notes who bounced or complained.
func (d *director) learn(ctx context.Context) error {
	if err := d.readInbox(ctx); err != nil {
		return err
	}
	for _, l := range d.letters {
		if l.Kind == "survey" && (l.Outcome == "bounced" || l.Outcome == "complained" || l.Outcome == "suppressed") {
			d.stop(l.To[0])
		}
	}
	return nil
}

// replay runs the dead letters once more until none is left. One that still fails stays.
func (d *director) replay(ctx context.Context) error {
	for round := 0; ; round++ {
		left, failed := 0, error(nil)
		for _, q := range d.stack.Cloud().Queues() {
			messages, err := q.Messages()
			if err != nil {
				return err
			}
			for _, m := range messages {
				left++
				if err := d.stack.Cloud().Replay(ctx, q, m.ID); err != nil {
					failed = err
				}
			}
		}
		if left == 0 {
			return nil
		}
		if round == 3 {
			return fmt.Errorf("dead letters are left: %w", failed)
		}
		if err := d.settle(ctx); err != nil {
			return err
		}
	}
}

// rest ends the faults for good and waits until everything has come to its end: what is to be sent, what is due.
func (d *director) rest(ctx context.Context) error {
	d.calm()
	defer d.log("rests")
	for i, c := range d.campaigns {
		if err := d.sent(ctx, c); err != nil {
			d.broke("broken", 1, "campaign %d: %v", i, err)
		}
	}
	d.log("all is sent")
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.replay(ctx); err != nil {
		d.broke("lost", 1, "%v", err)
	}
	d.log("all is settled")
	// A claim of somebody who died while sending an alert grows old by up to 32 minutes; an alert waits two for words.
	for range 3 {
		d.pass(time.Hour)
		if err := d.nothingDue(ctx); err != nil {
			d.broke("lost", 1, "%v", err)
		}
	}
	if err := d.errandsDone(ctx); err != nil {
		d.broke("lost", 1, "%v", err)
	}
	if err := d.openBox(ctx); err != nil {
		d.broke("lost", 1, "%v", err)
	}
	if err := d.forgotten(ctx); err != nil {
		d.broke("broken", 1, "%v", err)
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.indexed(ctx); err != nil {
		d.broke("lost", 1, "%v", err)
	}
	return d.settle(ctx)
}

// errandsDone waits until the sender has done what the respondent's page left to it: an answer that came before its invitation was
// written is counted from then on.
func (d *director) errandsDone(ctx context.Context) error {
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	return drive.Until(ctx, maxWait, "the page's errands to be done", func() (bool, error) {
		left, err := table.Errands(ctx, 1000)
		for _, e := range left {
			a, ok, err := table.ClosedResponse(ctx, e.Campaign, e.Contact)
			if err != nil || e.Kind == survey.StopPerson || ok && a.Early {
				return false, err
			}
		}
		return true, err
	})
}

// sent waits until a campaign has nothing to send any more.
func (d *director) sent(ctx context.Context, c *campaign) error {
	var got struct {
		State            string
		Ledger, Reminder *ledger
		Second           *ledger `json:"second_reminder"`
	}
	err := drive.Until(ctx, maxWait, "it to be sent", func() (bool, error) {
		got.Ledger, got.Reminder, got.Second = nil, nil, nil
		if err := d.company.Call(ctx, "GET", "/campaigns/"+c.id, nil, &got); err != nil {
			return false, err
		}
		switch got.State {
		case "paused", "cancelled", "closed":
			return true, nil
		case "open":
			return got.Ledger != nil && got.Ledger.Waiting == 0 && (!c.reminded || got.Reminder == nil || got.Reminder.Waiting == 0) &&
				(!c.again || got.Second == nil || got.Second.Waiting == 0), nil
		}
		return false, nil
	})
	if err != nil {
		return fmt.Errorf("%w: it is %s, %+v, reminders %+v and %+v", err, got.State, got.Ledger, got.Reminder, got.Second)
	}
	return nil
}

// nothingDue waits until the clock has looked after everything that is due at the functions' time. What a process left behind that died lets
// the next one wait: a claim up to 32 minutes, a hint of which its case knows nothing five. Time moves by itself as slowly as here; so it is
// moved on.
func (d *director) nothingDue(ctx context.Context) error {
	const tries = 8
	for n := 1; ; n++ {
		err := d.allLookedAt(ctx, maxWait/tries)
		if err == nil || n == tries || ctx.Err() != nil {
			return err
		}
		d.pass(10 * time.Minute)
	}
}

func (d *director) allLookedAt(ctx context.Context, patience time.Duration) error {
	due, doubted := 0, 0
	err := drive.Until(ctx, patience, "nothing to be due", func() (bool, error) {
		all, err := scan(ctx, d.stack.AWS(), d.stack.TableName())
		if err != nil {
			return false, err
		}
		now := d.now()
		due, doubted = 0, 0
		for _, r := range all {
			if !strings.HasPrefix(r.text("pk"), "DUE#") {
				continue
			}
			at, err := time.Parse(time.RFC3339Nano, r.text("sk")[:24])
			if err != nil {
				return false, err
			}
			if at.Before(now) {
				due++
				if r.text("doubted") != "" {
					doubted++
				}
			}
		}
		return due == 0, nil
	})
	if err != nil {
		err = fmt.Errorf("%w: %d are, %d of them doubted", err, due, doubted)
	}
	return err
}
