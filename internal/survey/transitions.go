package survey

import (
	"time"

	"onetap/internal/apperr"
)

// Action is what a person can do with a campaign.
type Action string

const (
	ActEdit   Action = "edit" // every setting; name and closing date can be changed as long as the campaign is live
	ActLaunch Action = "launch"
	ActPause  Action = "pause"
	ActResume Action = "resume"
	ActCancel Action = "cancel"
	ActClose  Action = "close"
	ActRemind Action = "remind"
	// ActRemindAgain is the second reminder, sent by hand or before its time.
	ActRemindAgain Action = "remind-again"
	ActResend      Action = "resend" // second letters to those of whom nobody knows whether they got the first
)

// CampaignStates lists every state in the order in which a campaign goes through them.
var CampaignStates = []CampaignState{Draft, Scheduled, Planning, Sending, Paused, Open, Cancelled, Closed}

// Actions lists every action.
var Actions = []Action{ActEdit, ActLaunch, ActPause, ActResume, ActCancel, ActClose, ActRemind, ActRemindAgain, ActResend}

// refusals is the whole state machine: what each action answers in each state. "" means that it is done; anything else
// is the code with which it is refused. Where an action leads is said by the method named after it.
var refusals = map[Action]map[CampaignState]string{
	ActEdit: {
		Draft: "", Scheduled: "campaign_launched", Planning: "campaign_launched", Sending: "campaign_launched",
		Paused: "campaign_launched", Open: "campaign_launched", Cancelled: "campaign_cancelled", Closed: "campaign_closed",
	},
	ActLaunch: {
		Draft: "", Scheduled: "campaign_launched_already", Planning: "campaign_launched_already",
		Sending: "campaign_launched_already", Paused: "campaign_launched_already", Open: "campaign_launched_already",
		Cancelled: "campaign_cancelled", Closed: "campaign_closed",
	},
	ActPause: {
		Draft: "campaign_not_launched", Scheduled: "", Planning: "", Sending: "", Paused: "campaign_paused_already",
		Open: "", Cancelled: "campaign_cancelled", Closed: "campaign_closed",
	},
	ActResume: {
		Draft: "campaign_not_launched", Scheduled: "campaign_not_paused", Planning: "campaign_not_paused",
		Sending: "campaign_not_paused", Paused: "", Open: "campaign_not_paused", Cancelled: "campaign_cancelled", Closed: "campaign_closed",
	},
	ActCancel: {
		Draft: "", Scheduled: "", Planning: "", Sending: "", Paused: "", Open: "campaign_sent_close_instead",
		Cancelled: "campaign_cancelled", Closed: "campaign_closed",
	},
	ActClose: {
		Draft: "campaign_not_launched", Scheduled: "campaign_unsent_cancel_instead", Planning: "campaign_unsent_cancel_instead",
		Sending: "", Paused: "", Open: "", Cancelled: "campaign_cancelled", Closed: "campaign_closed",
	},
	ActRemind: {
		Draft: "campaign_not_launched", Scheduled: "remind_too_early", Planning: "remind_too_early", Sending: "remind_too_early",
		Paused: "campaign_paused", Open: "", Cancelled: "campaign_cancelled", Closed: "campaign_closed",
	},
	ActRemindAgain: {
		Draft: "campaign_not_launched", Scheduled: "remind_too_early", Planning: "remind_too_early", Sending: "remind_too_early",
		Paused: "campaign_paused", Open: "", Cancelled: "campaign_cancelled", Closed: "campaign_closed",
	},
	ActResend: {
		Draft: "campaign_not_launched", Scheduled: "resend_too_early", Planning: "resend_too_early", Sending: "resend_too_early",
		Paused: "campaign_paused", Open: "", Cancelled: "campaign_cancelled", Closed: "campaign_closed",
	},
}

// Allows tells why an action is not possible now: a problem of kind Conflict with a code of the table. A campaign whose
// closing date has passed is closed, even if nobody has written that down yet.
func (c Campaign) Allows(a Action, now time.Time) error {
	state := c.At(now).State
	if code := refusals[a][state]; code != "" {
		return apperr.New(apperr.Conflict, code, "state", "State", string(state))
	}
	if writes[a] && c.Withheld() {
		return apperr.New(apperr.Conflict, "employees_not_yet", "audience")
	}
	if a == ActResend && c.Audience.Anonymous() { // two ballots for one person, and the second one's answer is that person's
		return apperr.New(apperr.Conflict, "employees_sent_once", "audience")
	}
	if c.Paper && (a == ActRemind || a == ActRemindAgain) {
		return apperr.New(apperr.Conflict, "paper_no_reminder", "paper")
	}
	if c.Continuous() && (a == ActRemind || a == ActRemindAgain) {
		return apperr.New(apperr.Conflict, "continuous_reminds", "month")
	}
	if a == ActResume && (c.Stopped == StoppedSurveyPaused || c.Stopped == StoppedSurvey) {
		return apperr.New(apperr.Conflict, "continuous_resumes", "month")
	}
	return nil
}

// writes are the actions of which letters come.
var writes = map[Action]bool{ActLaunch: true, ActResume: true, ActRemind: true, ActRemindAgain: true, ActResend: true}

// Launch returns the campaign as launched at now; at says when it starts (zero: as its settings say, else at once).
// Problems besides Allows: start_in_past and those of Ready.
func (c Campaign) Launch(at time.Time, site string, now time.Time) (Campaign, error) {
	if err := c.Allows(ActLaunch, now); err != nil {
		return c, err
	}
	if !at.IsZero() {
		if at.Before(now.Add(-time.Minute)) { // a minute's difference of clocks is not a mistake
			return c, apperr.New(apperr.Invalid, "start_in_past", "at")
		}
		c.StartsAt = at
	}
	if err := c.Ready(now); err != nil {
		return c, err
	}
	c.State, c.Launched, c.Site, c.Ballots = Planning, now, site, c.Audience.Anonymous()
	if c.StartsAt.After(now) {
		c.State = Scheduled
	}
	return c, nil
}

// Pause stops sending within seconds; answers still count.
func (c Campaign) Pause(now time.Time) (Campaign, error) {
	if err := c.Allows(ActPause, now); err != nil {
		return c, err
	}
	c.State, c.Stopped, c.TellAt = Paused, "", time.Time{}
	return c, nil
}

// noticeAgain is when the administrators are written to once more if no letter to them could be sent.
const noticeAgain = time.Hour

// ClaimNotice claims the turn of writing to the administrators about a halt, once a halt; ok is false where it is not due. The
// next turn comes only if NoticeSent does not end it.
func (c Campaign) ClaimNotice(now time.Time) (claimed Campaign, ok bool) {
	if c.State != Paused || c.TellAt.IsZero() || now.Before(c.TellAt) {
		return c, false
	}
	c.TellAt = now.Add(noticeAgain)
	return c, true
}

// NoticeSent notes that the administrators know.
func (c Campaign) NoticeSent() Campaign {
	c.TellAt = time.Time{}
	return c
}

// Resume goes on where the campaign was when it was paused. That is read from the mailing of invitations (nil: never
// begun), which knows, and is not remembered apart.
func (c Campaign) Resume(w *Mailing, now time.Time) (Campaign, error) {
	if err := c.Allows(ActResume, now); err != nil {
		return c, err
	}
	c.Stopped, c.TellAt, c.Resumed = "", time.Time{}, now
	switch {
	case (w == nil || w.State == MailingPlanning) && c.StartsAt.After(now):
		c.State = Scheduled
	case w == nil || w.State == MailingPlanning:
		c.State = Planning
	case w.State == MailingSending || c.Opened.IsZero(): // done, and paused before the sender could say so
		c.State = Sending
	default:
		c.State = Open
	}
	return c, nil
}

// Cancel ends a campaign that is not sent to its end: nobody else is written to, and its links say that it is over.
func (c Campaign) Cancel(now time.Time) (Campaign, error) {
	if err := c.Allows(ActCancel, now); err != nil {
		return c, err
	}
	c.State = Cancelled
	return c, nil
}

// Close ends a campaign: answers no longer count, and its closing date is now.
func (c Campaign) Close(now time.Time) (Campaign, error) {
	if err := c.Allows(ActClose, now); err != nil {
		return c, err
	}
	c.State, c.ClosesAt = Closed, now
	return c, nil
}

// Remind makes the first reminder due at once. reminded reports whether it has begun. Problem besides
// Allows: reminded_already.
func (c Campaign) Remind(reminded bool, now time.Time) (Campaign, error) {
	if err := c.Allows(ActRemind, now); err != nil {
		return c, err
	}
	if reminded || (!c.RemindAt.IsZero() && !now.Before(c.RemindAt)) {
		return c, apperr.New(apperr.Conflict, "reminded_already", "state")
	}
	c.RemindAt = now
	return c, nil
}

// RemindAgain makes the second reminder due at once, after which there is no other. first is the first one's mailing (nil: not
// begun), reminded reports whether the second has begun. Problems besides Allows: remind_again_too_early, reminded_twice.
func (c Campaign) RemindAgain(first *Mailing, reminded bool, now time.Time) (Campaign, error) {
	if err := c.Allows(ActRemindAgain, now); err != nil {
		return c, err
	}
	if first == nil || first.State != MailingDone {
		return c, apperr.New(apperr.Conflict, "remind_again_too_early", "state")
	}
	if reminded || c.ReminderDue(MailingSecond, now) {
		return c, apperr.New(apperr.Conflict, "reminded_twice", "state")
	}
	c.SecondAt = now
	return c, nil
}

// Reminded sets when the second reminder is due, if the campaign has one by itself. first is the first one's mailing; ok is false
// where there is nothing to set, or somebody has set it.
func (c Campaign) Reminded(first Mailing) (next Campaign, ok bool) {
	if c.SecondDays <= 0 || !c.SecondAt.IsZero() || first.State != MailingDone {
		return c, false
	}
	c.SecondAt = first.Finished.AddDate(0, 0, c.SecondDays)
	return c, true
}

// ReminderAt is when a reminder is due; zero: it is not.
func (c Campaign) ReminderAt(number int) time.Time {
	if number == MailingSecond {
		return c.SecondAt
	}
	return c.RemindAt
}

// ReminderDue reports whether a reminder is to be sent by now, if it is not sent yet.
func (c Campaign) ReminderDue(number int, now time.Time) bool {
	at := c.ReminderAt(number)
	return !at.IsZero() && !now.Before(at)
}

// Step is what the sender does to a campaign by itself.
type Step string

const (
	StepBegin    Step = "begin"    // its start time has come
	StepPlanned  Step = "planned"  // its audience is in batches
	StepSent     Step = "sent"     // every invitation is sent
	StepHalt     Step = "halt"     // its letters cannot go on
	StepWithhold Step = "withhold" // nobody of its audience may be written to
	StepHush     Step = "hush"     // the continuous survey whose month it is was paused or stopped
	StepExpire   Step = "expire"   // its closing date has passed
	StepEnd      Step = "end"      // nothing of it is in flight any more
)

// Steps lists every step.
var Steps = []Step{StepBegin, StepPlanned, StepSent, StepHalt, StepWithhold, StepHush, StepExpire, StepEnd}

// leads is where each step leads from each state; "" means that there is nothing to do, because a person was faster. When
// a step is due is said by the method named after it.
var leads = map[Step]map[CampaignState]CampaignState{
	StepBegin:    {Draft: "", Scheduled: Planning, Planning: "", Sending: "", Paused: "", Open: "", Cancelled: "", Closed: ""},
	StepPlanned:  {Draft: "", Scheduled: "", Planning: Sending, Sending: "", Paused: "", Open: "", Cancelled: "", Closed: ""},
	StepSent:     {Draft: "", Scheduled: "", Planning: "", Sending: Open, Paused: "", Open: "", Cancelled: "", Closed: ""},
	StepHalt:     {Draft: "", Scheduled: "", Planning: "", Sending: Paused, Paused: "", Open: Paused, Cancelled: "", Closed: ""},
	StepWithhold: {Draft: "", Scheduled: Paused, Planning: Paused, Sending: Paused, Paused: "", Open: "", Cancelled: "", Closed: ""},
	StepHush:     {Draft: "", Scheduled: Paused, Planning: Paused, Sending: Paused, Paused: Paused, Open: Paused, Cancelled: "", Closed: ""},
	StepExpire:   {Draft: "", Scheduled: Closed, Planning: Closed, Sending: Closed, Paused: Closed, Open: Closed, Cancelled: "", Closed: ""},
	StepEnd:      {Draft: "", Scheduled: "", Planning: "", Sending: "", Paused: "", Open: "", Cancelled: Cancelled, Closed: Closed},
}

// step takes a step; ok is false where the campaign is as it was.
func (c Campaign) step(s Step) (stepped Campaign, ok bool) {
	to := leads[s][c.State]
	if to == "" {
		return c, false
	}
	c.State = to
	return c, true
}

// Begin has a scheduled campaign planned once its start time has come.
func (c Campaign) Begin(now time.Time) (begun Campaign, ok bool) {
	if now.Before(c.StartsAt) {
		return c, false
	}
	return c.step(StepBegin)
}

// Planned has a campaign sent whose whole audience is in batches. The dimensions are the columns of the contacts by which
// its answers can be looked at from now on.
func (c Campaign) Planned(dimensions []string) (planned Campaign, ok bool) {
	if c, ok = c.step(StepPlanned); ok {
		c.Dimensions = dimensions
	}
	return c, ok
}

// Sent opens a campaign whose last invitation went out, and sets when its reminder is due, if it has one.
func (c Campaign) Sent(now time.Time) (opened Campaign, ok bool) {
	if c, ok = c.step(StepSent); !ok {
		return c, false
	}
	if c.Opened.IsZero() { // else it was paused while second letters went out
		c.Opened = now
	}
	if c.RemindDays > 0 && c.RemindAt.IsZero() && !c.Continuous() { // of which each day has its own
		c.RemindAt = c.Opened.AddDate(0, 0, c.RemindDays)
	}
	return c, true
}

// Halt pauses a campaign by itself because its letters cannot go on, and says why: SES's word, or one of the Stopped
// reasons. The administrators are to be told. ok is false where nothing is being sent or could be, so that there is nothing
// to halt; whoever was faster has decided.
func (c Campaign) Halt(reason string, now time.Time) (halted Campaign, ok bool) {
	if c, ok = c.step(StepHalt); ok {
		c.Stopped, c.TellAt = reason, now
	}
	return c, ok
}

// Withhold pauses a campaign that was launched before its audience was Withheld; what is sent already stays open for
// answers.
func (c Campaign) Withhold() (paused Campaign, ok bool) {
	if c, ok = c.step(StepWithhold); ok {
		c.Stopped = StoppedWithheld
	}
	return c, ok
}

// Hush pauses the month of a continuous survey that was paused or stopped: StoppedSurveyPaused or StoppedSurvey says which. Answers still count. ok is false
// where it is so already, or over.
func (c Campaign) Hush(reason string) (paused Campaign, ok bool) {
	if c.Stopped == reason && c.State == Paused {
		return c, false
	}
	if paused, ok = c.step(StepHush); ok {
		paused.Stopped, paused.TellAt = reason, time.Time{}
	}
	return paused, ok
}

// Unhush has a month go on that was hushed while its survey was paused; w is as in Resume.
func (c Campaign) Unhush(w *Mailing, now time.Time) (resumed Campaign, ok bool) {
	if c.State != Paused || c.Stopped != StoppedSurveyPaused {
		return c, false
	}
	c.Stopped = ""
	resumed, err := c.Resume(w, now)
	return resumed, err == nil
}

// Expire closes a live campaign whose closing date has passed.
func (c Campaign) Expire(now time.Time) (closed Campaign, ok bool) {
	if c.ClosesAt.IsZero() || now.Before(c.ClosesAt) {
		return c, false
	}
	return c.step(StepExpire)
}

// At returns the campaign as it stands at now: one whose closing date has passed is closed, even if the sender has not
// written that down yet, which takes it up to a minute.
func (c Campaign) At(now time.Time) Campaign {
	c, _ = c.Expire(now)
	return c
}

// End notes that nothing of a cancelled or closed campaign is in flight any more, so that the sender need not look at it.
func (c Campaign) End(now time.Time) (ended Campaign, ok bool) {
	if c, ok = c.step(StepEnd); ok {
		c.Ended = now
	}
	return c, ok
}
