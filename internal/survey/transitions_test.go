package survey

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
)

var (
	midday  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	nextday = midday.Add(48 * time.Hour)
)

func campaignIn(s CampaignState) Campaign {
	c := Campaign{ID: "aaaaaaaa", Name: "Autumn", Audience: Customers, Language: "en", State: s}
	switch s {
	case Draft:
	case Open, Closed:
		c.Launched, c.Opened = midday.Add(-time.Hour), midday.Add(-time.Minute)
	default:
		c.Launched = midday.Add(-time.Hour)
	}
	return c
}

// do does an action with everything that it needs in the best of order.
func do(c Campaign, a Action, now time.Time) (Campaign, error) {
	switch a {
	case ActEdit:
		return c, c.Allows(a, now)
	case ActLaunch:
		return c.Launch(time.Time{}, "https://nps.example.com", now)
	case ActPause:
		return c.Pause(now)
	case ActResume:
		return c.Resume(&Mailing{State: MailingSending}, now)
	case ActCancel:
		return c.Cancel(now)
	case ActClose:
		return c.Close(now)
	case ActResend:
		return c, c.Allows(a, now)
	case ActRemindAgain:
		return c.RemindAgain(&Mailing{State: MailingDone}, false, now)
	}
	return c.Remind(false, now)
}

// Every action in every state: the state that it leads to, or the code with which it is refused.
func TestStateMachine(t *testing.T) {
	t.Parallel()
	const table = `
		         edit               launch                     pause                    resume                 cancel                      close                           remind                    remind-again  resend
		draft     draft              planning                   campaign_not_launched    campaign_not_launched  cancelled                   campaign_not_launched           campaign_not_launched  campaign_not_launched  campaign_not_launched
		scheduled campaign_launched  campaign_launched_already  paused                   campaign_not_paused    cancelled                   campaign_unsent_cancel_instead  remind_too_early  remind_too_early  resend_too_early
		planning  campaign_launched  campaign_launched_already  paused                   campaign_not_paused    cancelled                   campaign_unsent_cancel_instead  remind_too_early  remind_too_early  resend_too_early
		sending   campaign_launched  campaign_launched_already  paused                   campaign_not_paused    cancelled                   closed                          remind_too_early  remind_too_early  resend_too_early
		paused    campaign_launched  campaign_launched_already  campaign_paused_already  sending                cancelled                   closed                          campaign_paused  campaign_paused  campaign_paused
		open      campaign_launched  campaign_launched_already  paused                   campaign_not_paused    campaign_sent_close_instead closed                          open  open  open
		cancelled campaign_cancelled campaign_cancelled         campaign_cancelled       campaign_cancelled     campaign_cancelled          campaign_cancelled              campaign_cancelled  campaign_cancelled  campaign_cancelled
		closed    campaign_closed    campaign_closed            campaign_closed          campaign_closed        campaign_closed             campaign_closed                 campaign_closed  campaign_closed  campaign_closed`
	lines := strings.Split(strings.TrimSpace(table), "\n")
	actions := strings.Fields(lines[0])
	if len(actions) != len(Actions) || len(lines)-1 != len(CampaignStates) {
		t.Fatal("the table must have every action and every state")
	}
	for _, l := range lines[1:] {
		cells := strings.Fields(l)
		for i, name := range actions {
			c, err := do(campaignIn(CampaignState(cells[0])), Action(name), midday)
			got := string(c.State)
			if err != nil {
				p := apperr.As(err)
				if p == nil || p.Kind != apperr.Conflict {
					t.Fatalf("%s of %s: %v", name, cells[0], err)
				}
				got = p.Code
			}
			if got != cells[i+1] {
				t.Errorf("%s of a %s campaign gives %s, want %s", name, cells[0], got, cells[i+1])
			}
		}
	}
	for _, a := range Actions {
		for _, s := range CampaignStates {
			if _, ok := refusals[a][s]; !ok {
				t.Errorf("nothing is said of %s in state %s", a, s)
			}
		}
	}
}

// take takes a step that is due.
func take(c Campaign, s Step, now time.Time) (Campaign, bool) {
	switch s {
	case StepBegin:
		return c.Begin(now)
	case StepPlanned:
		return c.Planned([]string{"location"})
	case StepSent:
		return c.Sent(now)
	case StepHalt:
		return c.Halt(StoppedDisabled, now)
	case StepWithhold:
		return c.Withhold()
	case StepHush:
		return c.Hush(StoppedSurvey)
	case StepExpire:
		c.ClosesAt = now
		return c.Expire(now)
	}
	return c.End(now)
}

// Every step of the sender in every state: the state that it leads to, or "-" where a person was faster.
func TestSenderSteps(t *testing.T) {
	t.Parallel()
	const table = `
		          begin    planned sent halt   withhold hush   expire end
		draft     -        -       -    -      -        -      -      -
		scheduled planning -       -    -      paused   paused closed -
		planning  -        sending -    -      paused   paused closed -
		sending   -        -       open paused paused   paused closed -
		paused    -        -       -    -      -        paused closed -
		open      -        -       -    paused -        paused closed -
		cancelled -        -       -    -      -        -      -      cancelled
		closed    -        -       -    -      -        -      -      closed`
	lines := strings.Split(strings.TrimSpace(table), "\n")
	steps := strings.Fields(lines[0])
	if len(steps) != len(Steps) || len(lines)-1 != len(CampaignStates) {
		t.Fatal("the table must have every step and every state")
	}
	for _, l := range lines[1:] {
		cells := strings.Fields(l)
		for i, name := range steps {
			was := campaignIn(CampaignState(cells[0]))
			c, ok := take(was, Step(name), midday)
			got := string(c.State)
			if !ok {
				if c.State != was.State || c.Stopped != "" || !c.Ended.IsZero() || c.Dimensions != nil {
					t.Errorf("%s changes a %s campaign without saying so: %+v", name, cells[0], c)
				}
				got = "-"
			}
			if got != cells[i+1] {
				t.Errorf("%s of a %s campaign gives %s, want %s", name, cells[0], got, cells[i+1])
			}
		}
	}
	for _, s := range Steps {
		for _, state := range CampaignStates {
			if _, ok := leads[s][state]; !ok {
				t.Errorf("nothing is said of %s in state %s", s, state)
			}
		}
	}
}

// What the sender's steps write besides the state, and when they are not due yet.
func TestSenderStepsSayWhen(t *testing.T) {
	t.Parallel()
	c := campaignIn(Scheduled)
	c.StartsAt = nextday
	if _, ok := c.Begin(midday); ok {
		t.Error("begun before its time")
	}
	if _, ok := c.Begin(nextday); !ok {
		t.Error("not begun at its time")
	}
	c = campaignIn(Open)
	c.ClosesAt = nextday
	if _, ok := c.Expire(midday); ok {
		t.Error("closed before its time")
	}
	if _, ok := campaignIn(Open).Expire(nextday); ok {
		t.Error("closed without a closing date")
	}
	c = campaignIn(Sending)
	c.RemindDays = 3
	c, _ = c.Sent(midday)
	if !c.Opened.Equal(midday) || !c.RemindAt.Equal(midday.AddDate(0, 0, 3)) {
		t.Errorf("sent: %+v", c)
	}
	c.State, c.RemindAt = Sending, nextday // second letters, and a reminder set by hand
	if c, _ = c.Sent(nextday); !c.Opened.Equal(midday) || !c.RemindAt.Equal(nextday) {
		t.Errorf("sent again: %+v", c)
	}
	if c, _ = campaignIn(Sending).Sent(midday); !c.RemindAt.IsZero() {
		t.Errorf("a reminder that nobody wanted: %+v", c)
	}
	if c, _ = campaignIn(Planning).Planned([]string{"location"}); len(c.Dimensions) != 1 {
		t.Errorf("planned: %+v", c)
	}
	if c, _ = campaignIn(Sending).Withhold(); c.Stopped != StoppedWithheld || !c.TellAt.IsZero() {
		t.Errorf("withheld: %+v", c)
	}
	if c, _ = campaignIn(Closed).End(midday); !c.Ended.Equal(midday) {
		t.Errorf("ended: %+v", c)
	}
}

// A campaign whose closing date has passed is closed for every action, before anybody has written that down.
func TestPastClosing(t *testing.T) {
	t.Parallel()
	for _, s := range CampaignStates {
		for _, a := range Actions {
			c := campaignIn(s)
			c.ClosesAt = midday
			_, err := do(c, a, midday)
			if c.Live() && !apperr.Is(err, "campaign_closed") {
				t.Errorf("%s of a %s campaign past its closing: %v", a, s, err)
			}
		}
	}
}

// Campaigns of employees that were launched before there were ballots are written to by no action; whatever else one may do with a campaign, one may do with theirs.
func TestEmployeesAreWithheld(t *testing.T) {
	t.Parallel()
	for _, s := range CampaignStates {
		for _, a := range Actions {
			_, usual := do(campaignIn(s), a, midday)
			c := campaignIn(s)
			c.Audience, c.Launched = Employees, midday
			_, err := do(c, a, midday)
			switch writes := a == ActLaunch || a == ActResume || a == ActRemind || a == ActRemindAgain || a == ActResend; {
			case writes && usual == nil:
				if !apperr.Is(err, "employees_not_yet") {
					t.Errorf("%s of a %s campaign of employees: %v", a, s, err)
				}
			case (err == nil) != (usual == nil) || err != nil && err.Error() != usual.Error():
				t.Errorf("%s of a %s campaign of employees: %v, of customers %v", a, s, err, usual)
			}
		}
	}
}

func TestLaunch(t *testing.T) {
	t.Parallel()
	c, err := campaignIn(Draft).Launch(nextday, "https://nps.example.com", midday)
	if err != nil || c.State != Scheduled || !c.StartsAt.Equal(nextday) || !c.Launched.Equal(midday) || c.Site != "https://nps.example.com" {
		t.Errorf("launch at a time: %+v, %v", c, err)
	}
	c = campaignIn(Draft)
	c.StartsAt = nextday
	if c, err = c.Launch(time.Time{}, "", midday); err != nil || c.State != Scheduled {
		t.Errorf("launch by the draft's own start: %s, %v", c.State, err)
	}
	c = campaignIn(Draft)
	c.StartsAt = midday.Add(-24 * time.Hour)
	if c, err = c.Launch(time.Time{}, "", midday); err != nil || c.State != Planning {
		t.Errorf("a start that has passed is now: %s, %v", c.State, err)
	}
	if c, err = campaignIn(Draft).Launch(midday.Add(-30*time.Second), "", midday); err != nil || c.State != Planning {
		t.Errorf("half a minute is a difference of clocks: %s, %v", c.State, err)
	}
	if _, err = campaignIn(Draft).Launch(midday.Add(-2*time.Minute), "", midday); !apperr.Is(err, "start_in_past") {
		t.Errorf("launch in the past: %v", err)
	}
	c = campaignIn(Draft)
	c.ClosesAt, c.RemindDays = midday.AddDate(0, 0, 7), 7
	if _, err = c.Launch(time.Time{}, "", midday); !apperr.Is(err, "reminder_after_closing") {
		t.Errorf("a reminder at closing: %v", err)
	}
	c.RemindDays = 6
	if _, err = c.Launch(time.Time{}, "", midday); err != nil {
		t.Errorf("a reminder before closing: %v", err)
	}
	if _, err = c.Launch(midday.AddDate(0, 0, 2), "", midday); !apperr.Is(err, "reminder_after_closing") {
		t.Errorf("a start so late that the reminder no longer fits: %v", err)
	}
	c.ClosesAt = midday
	if _, err = c.Launch(time.Time{}, "", midday); !apperr.Is(err, "closing_in_past") {
		t.Errorf("closing at this moment: %v", err)
	}
}

// Resuming goes where the campaign was, read from its mailing.
func TestResume(t *testing.T) {
	t.Parallel()
	opened := midday.Add(-time.Minute)
	for name, tc := range map[string]struct {
		mailing        *Mailing
		starts, opened time.Time
		want           CampaignState
	}{
		"before its start":                        {nil, nextday, time.Time{}, Scheduled},
		"before planning":                         {nil, time.Time{}, time.Time{}, Planning},
		"while planning":                          {&Mailing{State: MailingPlanning}, midday.Add(-time.Hour), time.Time{}, Planning},
		"while sending":                           {&Mailing{State: MailingSending}, time.Time{}, time.Time{}, Sending},
		"when all was sent and not yet said so":   {&Mailing{State: MailingDone}, time.Time{}, time.Time{}, Sending},
		"when open":                               {&Mailing{State: MailingDone}, time.Time{}, opened, Open},
		"stopped by the mail service, with words": {&Mailing{State: MailingSending}, time.Time{}, time.Time{}, Sending},
	} {
		c := campaignIn(Paused)
		c.StartsAt, c.Opened, c.Stopped = tc.starts, tc.opened, "AccountSuspended"
		c, err := c.Resume(tc.mailing, midday)
		if err != nil || c.State != tc.want || c.Stopped != "" {
			t.Errorf("paused %s: %s (%q), %v, want %s", name, c.State, c.Stopped, err, tc.want)
		}
	}
}

// The second reminder follows the first, once, whoever asks how often.
func TestRemindAgain(t *testing.T) {
	t.Parallel()
	c := campaignIn(Open)
	for _, first := range []*Mailing{nil, {State: MailingPlanning}, {State: MailingSending}} {
		if _, err := c.RemindAgain(first, false, midday); !apperr.Is(err, "remind_again_too_early") {
			t.Errorf("the first is %+v: %v", first, err)
		}
	}
	done := &Mailing{State: MailingDone}
	if _, err := c.RemindAgain(done, true, midday); !apperr.Is(err, "reminded_twice") {
		t.Errorf("it has begun: %v", err)
	}
	c, err := c.RemindAgain(done, false, midday)
	if err != nil || !c.ReminderDue(MailingSecond, midday) || c.ReminderDue(MailingReminder, midday) {
		t.Errorf("%v, %v", c.SecondAt, err)
	}
	if _, err := c.RemindAgain(done, false, nextday); !apperr.Is(err, "reminded_twice") {
		t.Errorf("asked for twice: %v", err)
	}
	if c.Launched = midday; !c.MailedSince(midday) {
		t.Error("its letters do not count for a quiet period")
	}
}

func TestRemindAndClose(t *testing.T) {
	t.Parallel()
	c := campaignIn(Open)
	c.RemindAt = nextday
	c, err := c.Remind(false, midday)
	if err != nil || !c.RemindAt.Equal(midday) {
		t.Errorf("a reminder planned for later comes now: %v, %v", c.RemindAt, err)
	}
	if _, err := c.Remind(false, midday); !apperr.Is(err, "reminded_already") {
		t.Errorf("a second reminder: %v", err)
	}
	if _, err := campaignIn(Open).Remind(true, midday); !apperr.Is(err, "reminded_already") {
		t.Errorf("a reminder that has begun: %v", err)
	}
	c = campaignIn(Open)
	c.ClosesAt = nextday
	if c, err = c.Close(midday); err != nil || !c.ClosesAt.Equal(midday) || c.Accepts(midday) {
		t.Errorf("closed by hand: %v, %v", c.ClosesAt, err)
	}
}
