package survey

import (
	"time"

	"onetap/internal/apperr"
)

// Hours are when surveys are sent: from a full hour until another of the same day, on the company's clock. The zero value is at any time.
type Hours struct {
	From  int `json:"from"`  // 0 to 23
	Until int `json:"until"` // 1 to 24, after From
}

// IsZero reports whether surveys are sent at any time.
func (h Hours) IsZero() bool { return h == Hours{} }

// Check refuses hours of which none is left. Problem: hours_of_day.
func (h Hours) Check() error {
	if !h.IsZero() && (h.From < 0 || h.From >= h.Until || h.Until > 24) {
		return apperr.New(apperr.Invalid, "hours_of_day", "hours")
	}
	return nil
}

// Opens is when letters may go out that are due at t, whose clock counts: t itself within the hours, else the next beginning of them.
func (h Hours) Opens(t time.Time) time.Time {
	if h.IsZero() || t.Hour() >= h.From && t.Hour() < h.Until {
		return t
	}
	y, m, d := t.Date()
	if t.Hour() >= h.Until {
		d++
	}
	return time.Date(y, m, d, h.From, 0, 0, 0, t.Location())
}

// Waits is until when its letters wait for the hours in which surveys are sent; false while they need not.
func (c Campaign) Waits(now time.Time) (until time.Time, ok bool) {
	until = c.Hours.Opens(now.In(c.Clock()))
	return until, until.After(now)
}
