package survey

import (
	"slices"
	"time"

	"onetap/internal/apperr"
)

// Trusted is who may stay signed in for long on a device that they say is their own. The zero value is nobody.
type Trusted struct {
	Roles []Role `json:"roles,omitempty"`
	Days  int    `json:"days,omitempty"`
}

// TrustedDays is how many days a company begins with, MaxTrustedDays the most there may be.
const TrustedDays, MaxTrustedDays = 30, 90

// Check brings it into shape, or says what is wrong. Problems: days_between.
func (t *Trusted) Check() error {
	if len(t.Roles) > 0 && (t.Days < 1 || t.Days > MaxTrustedDays) {
		return apperr.New(apperr.Invalid, "days_between", "trusted_days", "Least", 1, "Limit", MaxTrustedDays)
	}
	slices.Sort(t.Roles)
	t.Roles = slices.Compact(t.Roles)
	return nil
}

// Life is how long somebody of a role may stay signed in on a device of their own; 0: no longer than elsewhere.
func (t Trusted) Life(role Role) time.Duration {
	if !slices.Contains(t.Roles, role) {
		return 0
	}
	return time.Duration(t.Days) * 24 * time.Hour
}
