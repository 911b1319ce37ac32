package survey

import "time"

// AskedParts is into how many parts at most it is kept whom a campaign asks: an audience's shards, or the days of a month.
const AskedParts = 99

// TurnBatch says which batches of a mailing are those of one day of a continuous survey.
type TurnBatch struct {
	Number int       `json:"number"`
	Before int       `json:"before,omitempty"` // of how many people the mailing was before it
	From   int       `json:"from"`             // number of its first batch
	To     int       `json:"to"`               // and behind its last
	Sent   time.Time `json:"sent,omitzero"`    // when all of them were decided
}

// PlanTurn has a mailing planned further by the turn of that number; ok is false where that turn is in the plan already, or a later one.
func (w *Mailing) PlanTurn(number int) (ok bool) {
	switch {
	case w.Turn > number || w.Turn == number && w.State != MailingPlanning:
		return false
	case w.Turn < number:
		w.Turn, w.State, w.Shard = number, MailingPlanning, 0
		w.Turns = append(w.Turns, TurnBatch{Number: number, Before: w.Audience, From: w.Batches})
	}
	return true
}

// EndPlan is EndShard of a turn that is planned in one step.
func (w *Mailing) EndPlan() []Batch {
	w.Shard = ContactShards - 1
	return w.EndShard()
}

// Due is of how many people the newest turn is.
func (w Mailing) Due() int {
	if n := len(w.Turns); n > 0 {
		return w.Audience - w.Turns[n-1].Before
	}
	return 0
}

// TurnOf is what a turn added to the mailing.
func (w Mailing) TurnOf(number int) (t TurnBatch, ok bool) {
	for _, t := range w.Turns {
		if t.Number == number {
			return t, true
		}
	}
	return t, false
}

// endTurn notes where the batches of the turn end that was planned.
func (w *Mailing) endTurn() {
	if n := len(w.Turns); n > 0 {
		w.Turns[n-1].To = w.Batches
	}
}

// TurnToRemind is the first turn of the invitations whose people a reminder is due to, so many days after their letters; reminded is the newest that the
// reminder's plan has, 0: none.
func (w Mailing) TurnToRemind(reminded, days int, now time.Time) (t TurnBatch, ok bool) {
	for _, t := range w.Turns {
		if t.Number > reminded && days > 0 {
			return t, !t.Sent.IsZero() && !now.Before(t.Sent.AddDate(0, 0, days))
		}
	}
	return t, false
}
