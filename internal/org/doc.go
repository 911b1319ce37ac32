// Package org keeps what a company says of itself: its staff and their roles, its settings, the tokens of its programs, and
// the list of who did what. It reads lists of staff with the reader of package contacts.
package org

import (
	"context"
	"log/slog"
	"time"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

// Company is the work on all of that. It is safe for concurrent use.
type Company struct {
	Store   Store
	Now     func() time.Time
	Senders survey.Senders // whom letters may come from
	Keys    IDs
}

// Note writes down what somebody has done. It is done by then, so that it cannot be undone for want of a note: a failure
// is only logged. object is an id, "" where there is none; no personal data.
func (c *Company) Note(ctx context.Context, who authz.Who, action, object string) {
	e := authz.AuditEntry{Who: who.Token, Token: true, Action: action, Object: object, At: c.Now().UTC()}
	if who.Token == "" {
		e.Who, e.Token = who.Staff.ID, false
	}
	if err := c.Store.AddAudit(ctx, e); err != nil {
		slog.ErrorContext(ctx, "audit entry not written", "error", err.Error(), "action", action)
	}
}
