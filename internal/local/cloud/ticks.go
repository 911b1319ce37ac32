package cloud

import (
	"encoding/json"
	"time"

	"onetap/internal/local/cloud/template"
)

// firstTick is how soon after the start a rate schedule is due for the first time.
const firstTick = 50 * time.Millisecond

func (c *Cloud) startSchedules() {
	for _, t := range c.cfg.Template.Functions {
		for _, s := range t.Schedules {
			if !s.Disabled {
				f := c.functions[t.ID]
				c.work(func() { c.tick(f, s) })
			}
		}
	}
}

// tick calls a function when its schedule is due. Schedules live on a clock that starts at the real time and runs as
// much faster as cfg.Minute is shorter than a minute; events carry the real time.
func (c *Cloud) tick(f *function, s template.Schedule) {
	start := c.now()
	faster := float64(time.Minute) / float64(c.cfg.Minute)
	last := start
	wait := firstTick
	if isCron := s.Expression[0] == 'c'; isCron {
		last = s.When.Next(start)
		wait = time.Duration(float64(last.Sub(start)) / faster)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for !last.IsZero() {
		select {
		case <-timer.C:
		case <-c.quit:
			return
		}
		c.meter.count(func(r *Report) *int64 { return &r.Schedules }, 1)
		f.async.enqueue(c.scheduledEvent(f, s))
		now := start.Add(time.Duration(float64(c.now().Sub(start)) * faster))
		if last = s.When.Next(last); last.Before(now) {
			last = s.When.Next(now) // the machine slept or was busy: what was missed is not made up for
		}
		timer.Reset(time.Duration(float64(last.Sub(now)) / faster))
	}
}

// scheduledEvent is what a function gets: of EventBridge Scheduler with detail as a string, of a rule as an object.
func (c *Cloud) scheduledEvent(f *function, s template.Schedule) []byte {
	if s.Input != nil {
		return s.Input
	}
	t := c.cfg.Template
	event := map[string]any{
		"version": "0", "id": newID(), "detail-type": "Scheduled Event", "account": t.Account, "region": t.Region,
		"time": c.now().UTC().Format("2006-01-02T15:04:05Z"),
	}
	if s.Scheduler {
		event["source"], event["detail"] = "aws.scheduler", "{}"
		event["resources"] = []string{"arn:aws:scheduler:" + t.Region + ":" + t.Account + ":schedule/default/" + s.Name}
	} else {
		event["source"], event["detail"] = "aws.events", struct{}{}
		event["resources"] = []string{"arn:aws:events:" + t.Region + ":" + t.Account + ":rule/" + s.Name}
	}
	payload, _ := json.Marshal(event)
	return payload
}
