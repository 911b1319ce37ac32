// Package feedback handles what SES reports of messages: it settles invitations and stops addresses.
package feedback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/apperr"
	"onetap/internal/followup"
	"onetap/internal/keys"
	"onetap/internal/loop"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// Handler takes SES's reports.
type Handler struct {
	store  *store.Store
	keys   *keys.Keys
	alerts *followup.Alerts
	log    *slog.Logger
	now    func() time.Time
	wait   func(time.Duration)
}

// New handles reports of letters whose ids and addresses are sealed with ks.
func New(s *store.Store, ks *keys.Keys, alerts *followup.Alerts, log *slog.Logger) *Handler {
	return &Handler{store: s, keys: ks, alerts: alerts, log: log, now: time.Now, wait: time.Sleep}
}

// tries is how often an invitation that is not there yet is looked for: SES may report before the sender has written.
const tries = 6

// errNotWritten makes Lambda try again, after one minute and after two more.
var errNotWritten = errors.New("the invitation is not written yet")

// Handle takes one event. An error makes Lambda try again, and in the end puts the event into the dead-letter queue.
func (f *Handler) Handle(ctx context.Context, e events.EventBridgeEvent) error {
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
	i, ofSurvey := r.Invitation()
	if !ofSurvey {
		return f.letter(ctx, r)
	}
	what := r.Event
	if what.Stops() != "" {
		err = f.stop(ctx, i, r, survey.SuppressionCause(r.Status))
	}
	if err == nil {
		err = f.settle(ctx, i, what)
	}
	if errors.Is(err, errNotWritten) && f.strange(ctx, i, r) {
		return nil
	}
	switch {
	case err != nil:
	case what == survey.EventSoftBounce:
		err = f.soft(ctx, i, r)
	case what == survey.EventBlocked:
		err = f.blocked(ctx, i, r)
	}
	return err
}

// longWritten is how old a letter is whose invitation is surely written, unless its sender died.
const longWritten = 5 * time.Minute

// strange reports whether a letter is of a campaign that is not there, so that no invitation will ever be. The campaign is
// looked for only when the letter is old: young letters are often reported before their invitation is written.
func (f *Handler) strange(ctx context.Context, of survey.Invitation, r ses.Report) bool {
	if f.now().Sub(r.Sent) < longWritten {
		return false
	}
	_, err := f.store.Campaign(ctx, of.Campaign)
	if isUnknown(err) {
		f.log.Warn("an event of a campaign that is not there", "event", r.Event, "campaign", of.Campaign)
		return true
	}
	return false
}

// letter looks after a letter that is no survey: an alert that came back goes to the next one responsible.
func (f *Handler) letter(ctx context.Context, r ses.Report) error {
	switch r.Event {
	case survey.EventBounced, survey.EventRejected, survey.EventBlocked:
	default:
		return nil
	}
	campaign, contact, isCase := loop.ParseID(r.Tag("case"))
	if !isCase {
		f.log.Warn("a letter that is no survey was not delivered", "event", r.Event, "kind", r.Tag("kind"))
		return nil
	}
	return f.alerts.Begin(ctx).Bounced(ctx, campaign, contact, r.Message)
}

// settle corrects the invitation; the figures follow by the stream.
func (f *Handler) settle(ctx context.Context, of survey.Invitation, what survey.DeliveryEvent) error {
	if what == survey.EventDelivered {
		if done, err := f.delivered(ctx, of); done || err != nil {
			return err
		}
	}
	for try := range tries {
		if try > 0 {
			f.wait(100 * time.Millisecond << try)
		}
		i, ok, err := f.store.Invitation(ctx, of.Campaign, of.Mailing, of.Contact)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		after, changed := i.Settle(what)
		if !changed {
			return nil
		}
		if i.SoftBounced() && !after.SoftBounced() && after.State == survey.InvitationSent { // it has arrived after all
			if err := f.store.DropSoftBounces(ctx, i.Audience, i.Contact); err != nil {
				return err
			}
		}
		if err = f.store.SaveInvitation(ctx, after); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return errNotWritten
}

// delivered looks whether a delivery says anything new, as cheaply as can be: there are as many as letters, and all but
// those of uncertain invitations say nothing. done is false where something is to be written.
//
// At a slow rate SES reports the first letters of a batch before the sender has decided it, which takes it until the last
// letter's turn. Waiting for that here would be billed, a tenth of a second at 14 letters a second as much as all other
// work of this function; Lambda's own retry a minute later is not.
func (f *Handler) delivered(ctx context.Context, of survey.Invitation) (done bool, err error) {
	i, ok, err := f.store.GlanceInvitation(ctx, of.Campaign, of.Mailing, of.Contact)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, errNotWritten
	}
	_, changes := i.Settle(survey.EventDelivered)
	return !changes, nil
}
