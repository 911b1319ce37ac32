// Package feedback handles SES's events of messages, as EventBridge brings them.
package feedback

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/delivery"
	"onetap/internal/followup"
	"onetap/internal/ses"
)

// Handler brings SES's reports to those who act on them.
type Handler struct {
	surveys *delivery.Reports // of survey letters
	alerts  *followup.Alerts  // of all others
}

// New handles events.
func New(surveys *delivery.Reports, alerts *followup.Alerts) *Handler {
	return &Handler{surveys, alerts}
}

// Handle takes one event. An error makes Lambda try again, and in the end puts the event into the dead-letter queue.
func (h *Handler) Handle(ctx context.Context, e events.EventBridgeEvent) error {
	r, err := ses.ReadReport(e.Detail)
	if err != nil {
		return fmt.Errorf("%s: %w", e.DetailType, err)
	}
	if r.At.IsZero() {
		r.At = e.Time
	}
	if r.Event == "" {
		return nil
	}
	if i, ofSurvey := r.Invitation(); ofSurvey {
		return h.surveys.Apply(ctx, i, r)
	}
	return h.alerts.Reported(ctx, r)
}
