package survey

import (
	"time"

	"onetap/internal/apperr"
)

// Archive puts a campaign away that has ended, off the lists; its answers and letters stay, and results and trends have them.
// Problem: archive_live.
func (c Campaign) Archive(now time.Time) (Campaign, error) {
	if state := c.At(now).State; state != Closed && state != Cancelled {
		return c, apperr.New(apperr.Conflict, "archive_live", "state")
	}
	if c.Archived.IsZero() {
		c.Archived = now
	}
	return c, nil
}

// Unarchive takes a campaign back to the lists.
func (c Campaign) Unarchive() Campaign {
	c.Archived = time.Time{}
	return c
}

// Deletable tells why a campaign cannot be deleted: one that was launched has written to people. Problem: delete_launched.
func (c Campaign) Deletable() error {
	if !c.Launched.IsZero() || c.State != Draft && c.State != Cancelled {
		return apperr.New(apperr.Conflict, "delete_launched", "state")
	}
	return nil
}
