package loop

import (
	"fmt"
	"hash/fnv"
	"time"

	"onetap/internal/survey"
)

const (
	// ClaimTTL is how long a claim of an alert keeps others away from it. It is longer than a sending may take
	// (SendLimit) by more than machines' clocks differ.
	ClaimTTL = time.Minute
	// SendLimit is the longest that one sending may take.
	SendLimit = 20 * time.Second
	// maxLetters of one opening: the alert, and one more with words that it did not hold.
	maxLetters = 2
)

// Alert is what the responsible has been told and is still to be told. A sending is claimed, made, and recorded. A process
// that dies in between leaves a claim that grows old, and the letter goes out again: at least once, rarely twice.
type Alert struct {
	Due     time.Time `json:"due,omitzero"`     // when the clock looks after it; zero: nothing is due
	Claim   string    `json:"claim,omitempty"`  // who is sending: random; "": nobody
	Claimed time.Time `json:"claimed,omitzero"` // by the claimer's clock
	Tries   int       `json:"tries,omitempty"`  // sendings begun of what is due
	Letters int       `json:"letters,omitempty"`
	Sent    time.Time `json:"sent,omitzero"`     // the last letter
	Message string    `json:"message,omitempty"` // its id at SES
	Answer  int       `json:"answer,omitempty"`  // version of the response that it held
	Words   string    `json:"words,omitempty"`   // fingerprint of the words that it held; "": none
	Old     string    `json:"old,omitempty"`     // fingerprint of the words that stood before the score fell; "": none
	Held    bool      `json:"held,omitempty"`    // until Due, for others of the same owner were written about just now
	Reopens time.Time `json:"reopens,omitzero"`  // when the score of a resolved case fell again; the claim opens it
}

// Ready reports whether a letter should go out: the answer has settled. Either its time has come, or the respondent has
// sent words with the score and no letter held any. Words from before the score fell say nothing about the fall, which
// may be a slip.
func (c Case) Ready(now time.Time) bool {
	a := c.Alert
	return !a.Due.IsZero() && (!now.Before(a.Due) || !a.Held && a.Reopens.IsZero() && a.Words == "" && c.Words != "" && c.Words != a.Old)
}

// Claimable reports whether a sending may begin: the letter is ready, and no claim of it is younger than ClaimTTL. Each try
// that came to nothing doubles that time, to half an hour.
func (c Case) Claimable(now time.Time) bool {
	if !c.Ready(now) || c.Alert.Claim == "" {
		return c.Ready(now)
	}
	age := now.Sub(c.Alert.Claimed).Abs() // a claim from the future is a clock that was wrong
	return age >= ClaimTTL<<min(max(c.Alert.Tries-1, 0), 5)
}

// Claim returns the case with its sending claimed under a random id; one that was over and whose score fell again is open again, with the
// times that its Rules.Plan says.
func (c Case) Claim(id string, now time.Time) Case {
	if at := c.Alert.Reopens; !at.IsZero() {
		c.note(c.timed(Event{At: at, What: Reopened}, clockFrom(at, now)))
		c.begin(at)
	}
	c.Alert.Claim, c.Alert.Claimed = id, now
	c.Alert.Tries++
	return c
}

// FollowUp reports whether what is due is the letter after the alert.
func (c Case) FollowUp() bool { return c.Alert.Letters > 0 }

// Says reports whether a letter with this answer, as it is when the letter is written, has something to say. An alert
// has while the answer is a detractor's, a follow-up if there are other words as well. Once the score has risen, only
// somebody to whom the case was handed, or for whom it was opened again, is written to.
func (c Case) Says(r survey.Response) bool {
	words := Fingerprint(r)
	switch {
	case !c.low(r.Score):
		return (c.Level == LevelHanded || c.ByHand) && !c.FollowUp()
	case !c.FollowUp():
		return true
	}
	return words != "" && words != c.Alert.Words
}

// Unsettled reports whether a case, with the answer r as it is now, never became one: the score rose again before a letter
// was sent or anybody did anything about it. claim is the caller's own, "" for none; under another claim, or after an earlier
// try, a letter may be on its way.
func (c Case) Unsettled(r survey.Response, claim string) bool {
	return !c.low(r.Score) && c.Alert.Letters == 0 && c.Alert.Claim == claim &&
		(c.Alert.Tries == 0 || claim != "" && c.Alert.Tries == 1) && !c.Touched
}

// Sent records a letter that held the answer r and went to who, under the claim with which it was sent; a claim that is
// no longer there changes nothing: the letter is recorded already, or somebody else took over.
func (c Case) Sent(claim, message string, r survey.Response, who Responsible, now time.Time) (after Case, changed bool) {
	if claim == "" || c.Alert.Claim != claim {
		return c, false
	}
	what := Alerted
	if c.FollowUp() {
		what = Followed
	}
	c.Alert = Alert{Letters: c.Alert.Letters + 1, Sent: now, Message: message, Answer: r.Version, Words: Fingerprint(r)}
	c.note(Event{At: now, What: what, To: who.Staff.ID, Level: who.Level})
	c.follow(now)
	return c, true
}

// Unneeded drops what is due under a claim: the words went back to what the responsible has read, or the score rose.
func (c Case) Unneeded(claim string) (after Case, changed bool) {
	if claim == "" || c.Alert.Claim != claim {
		return c, false
	}
	c.Alert.drop(time.Time{})
	return c, true
}

// drop forgets a sending that came to nothing; due is when the clock looks again, zero: never.
func (a *Alert) drop(due time.Time) {
	a.Due, a.Claim, a.Claimed, a.Tries, a.Held = due, "", time.Time{}, 0, false
}

// Refuse records that who's address takes no letter and makes next the responsible, whose letter is due at once.
func (c Case) Refuse(claim string, next Responsible, now time.Time) (after Case, changed bool) {
	if claim == "" || c.Alert.Claim != claim {
		return c, false
	}
	c.note(Event{At: now, What: Refused, From: c.Owner, To: next.Staff.ID, Level: next.Level})
	c.Alert.drop(now)
	return c, true
}

// Bounced records that the letter of that message id came back, and makes next the responsible, to whom the alert is
// due from the beginning. Another letter's bounce, or the same one's again, changes nothing.
func (c Case) Bounced(message string, next Responsible, now time.Time) (after Case, changed bool) {
	if message == "" || c.Alert.Message != message {
		return c, false
	}
	c.note(Event{At: now, What: Refused, From: c.Owner, To: next.Staff.ID, Level: next.Level})
	c.Alert = Alert{Due: now, Reopens: c.Alert.Reopens}
	return c, true
}

// follow makes a second letter due if the last one lacks words that are there now: at once if it held none, after a
// while, in which the respondent may go on writing, if it held others.
func (c *Case) follow(at time.Time) {
	a := &c.Alert
	if !c.low(c.Latest) || !a.Due.IsZero() || a.Letters == 0 || a.Letters >= maxLetters || c.Answer <= a.Answer || c.Words == "" || c.Words == a.Words {
		return
	}
	a.Due = at
	if a.Words != "" {
		a.Due = at.Add(c.Rules.Wait)
	}
}

// Fingerprint is a hash of an answer's words, by which a change of them shows; "" without words.
func Fingerprint(r survey.Response) string {
	if !r.HasWords() {
		return ""
	}
	h := fnv.New64a()
	if kept := r.Kept; len(kept.Why)+len(kept.Wish) > 0 { // whoever opens them and whoever cannot come to the same
		h.Write([]byte(survey.Whole(kept.Why, nil) + "\x00" + survey.Whole(kept.Wish, nil)))
		return fmt.Sprintf("%016x", h.Sum64())
	}
	h.Write([]byte(r.Why + "\x00" + r.Wish))
	return fmt.Sprintf("%016x", h.Sum64())
}
