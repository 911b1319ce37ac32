package mailing

import (
	"time"

	"onetap/internal/survey"
)

// Became is what a reminder's settings have come to.
type Became string

// What becomes of a reminder. Those from BecameSent on have been written, some of them perhaps not to all.
const (
	BecameHand      Became = "hand"      // it goes only by hand, and nobody has asked for it
	BecameLetters   Became = "letters"   // it waits until the invitations are out
	BecameDays      Became = "days"      // of a month of a continuous survey: each day's go so many days after its letters
	BecameFirst     Became = "first"     // the second waits until the first is out
	BecameWaits     Became = "waits"     // it waits until At
	BecamePaused    Became = "paused"    // it is due and waits until the campaign goes on
	BecameLate      Became = "late"      // it will not go: the campaign closes at or before At
	BecameDue       Became = "due"       // it is going out
	BecameOff       Became = "off"       // it did not go: it was not set, and nobody asked for it
	BecameClosed    Became = "closed"    // it did not go: the campaign was closed before
	BecameCancelled Became = "cancelled" // it did not go: the campaign was cancelled before
	BecameNobody    Became = "nobody"    // it did not go: nobody was left to remind
	BecameSent      Became = "sent"      // it was sent at At
	BecamePart      Became = "part"      // the campaign ended while it went out
)

// Reminding is what a reminder's settings have come to.
type Reminding struct {
	Number int       `json:"wave"`
	Became Became    `json:"became"`
	At     time.Time `json:"at,omitzero"` // when it is due, would have been, or was sent
	Days   int       `json:"days,omitempty"`
	People int       `json:"people"` // to whom it was sent
	// Since are the answers that have come after it began: those of people who had not answered and got it, and of the few who
	// had not answered and could no longer be reminded. nil: it has not begun, or that was not noted.
	Since *int `json:"answered_since,omitempty"`
}

// Reminders says what has become of a campaign's reminders, of which the ledgers are read. answers are the campaign's verified
// ones; negative: who asks may not know them. A draft has none, nor has a campaign on paper.
func (cs *Campaigns) Reminders(c survey.Campaign, l Ledgers, answers int) []Reminding {
	if c = c.At(cs.Now()); c.Launched.IsZero() || c.Withheld() || c.Paper {
		return nil
	}
	ledgers := map[int]*survey.Ledger{survey.MailingReminder: l.Reminder, survey.MailingSecond: l.Second}
	var all []Reminding
	for _, number := range survey.Reminders {
		r := Reminding{Number: number, At: c.ReminderAt(number), Days: c.RemindDays}
		if number == survey.MailingSecond {
			r.Days = c.SecondDays
		}
		if c.Continuous() && c.Live() && c.State != survey.Paused && r.Days > 0 {
			r.Became, r.At = BecameDays, time.Time{}
			if g := ledgers[number]; g != nil {
				r.People = g.Sent + g.Uncertain
			}
		} else if m, begun := l.Mailings[number]; begun && ledgers[number] != nil {
			r.begun(c, m, *ledgers[number], answers)
		} else {
			r.Became = notBegun(c, r, l, cs.Now())
		}
		all = append(all, r)
	}
	return all
}

// notBegun is what became of a reminder of which nothing is planned.
func notBegun(c survey.Campaign, r Reminding, l Ledgers, now time.Time) Became {
	set := r.Days > 0 || !r.At.IsZero()
	switch {
	case !c.Live() && !set:
		return BecameOff
	case c.State == survey.Cancelled:
		return BecameCancelled
	case !c.Live():
		return BecameClosed
	case !set:
		return BecameHand
	case r.At.IsZero() && r.Number == survey.MailingSecond && l.Mailings[survey.MailingReminder].State != survey.MailingDone:
		return BecameFirst
	case r.At.IsZero():
		return BecameLetters
	case !c.ClosesAt.IsZero() && !r.At.Before(c.ClosesAt):
		return BecameLate
	case now.Before(r.At):
	case c.State == survey.Paused:
		return BecamePaused
	case c.State == survey.Open:
		return BecameDue
	}
	return BecameWaits
}

// begun says what became of a reminder that is planned.
func (r *Reminding) begun(c survey.Campaign, m survey.Mailing, g survey.Ledger, answers int) {
	r.People = g.Sent + g.Uncertain
	done := m.State == survey.MailingDone
	switch {
	case done && r.People+g.Failed == 0:
		r.Became, r.At = BecameNobody, m.Finished
		return
	case done:
		r.Became, r.At = BecameSent, m.Finished
	case c.State == survey.Paused:
		r.Became = BecamePaused
	case c.Live():
		r.Became = BecameDue
	case r.People == 0 && c.State == survey.Cancelled:
		r.Became = BecameCancelled
		return
	case r.People == 0:
		r.Became = BecameClosed
		return
	default:
		r.Became = BecamePart
	}
	if m.Heard == nil || answers < 0 || m.State == survey.MailingPlanning {
		return
	}
	while := g.Skipped[survey.SkipAnswered] - m.Skipped[survey.SkipAnswered] // answered between the plan and their turn
	since := max(0, answers-*m.Heard-while)
	r.Since = &since
}
