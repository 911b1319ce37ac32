package loop

import "time"

// WaitsFor returns until when the letter about c waits, so that one owner gets one letter about several customers instead of one
// about each: until span has passed since the last letter about another of these cases, which are of the same owner; zero where it
// need not wait. What waits already goes when its time has come, and so does what a sender failed to send.
func (c Case) WaitsFor(others []Case, span time.Duration, now time.Time) time.Time {
	var until time.Time
	if c.Alert.Held || c.Alert.Tries > 0 {
		return until
	}
	for _, o := range others {
		if o.ID() == c.ID() {
			continue
		}
		at := o.Alert.Due
		if !o.Alert.Held {
			at = later(o.Alert.Sent, o.Alert.Claimed).Add(span)
		}
		if at.After(until) {
			until = at
		}
	}
	if !until.After(now) || until.After(now.Add(span)) { // the latter is a clock that was wrong
		return time.Time{}
	}
	return until
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Hold returns the case with its letter waiting until then. The clock sends it, together with what else is due to the same owner.
func (c Case) Hold(until time.Time) Case {
	c.Alert.Due, c.Alert.Held = until, true
	return c
}
