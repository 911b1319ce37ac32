package delivery

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/keys"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// Reports takes what is reported of survey letters.
type Reports struct {
	Store Store
	Keys  *keys.Keys // makes a contact's ids in other audiences
	Log   *slog.Logger
	Now   func() time.Time
	Wait  func(time.Duration)
}

// maxTries is how often an invitation that is not there yet is looked for: a report may come before the sender has written it.
const maxTries = 6

// errNotWritten makes Lambda try again, after one minute and after two more.
var errNotWritten = errors.New("the invitation is not written yet")

// Apply does what a report of an invitation's letter asks for. of names the invitation (mail.Report.Invitation). After an error
// the report is to be brought again, which changes nothing where it was done.
func (d *Reports) Apply(ctx context.Context, of survey.Invitation, r mail.Report) (err error) {
	what := r.Event
	if what.Stops() != "" {
		if erased, err := d.isErased(ctx, of); erased || err != nil {
			return err
		}
		err = d.stop(ctx, of, r, survey.SuppressionCause(r.Status))
	}
	if err == nil {
		err = d.settle(ctx, of, mailbox(of, r), what)
	}
	if errors.Is(err, errNotWritten) {
		if erased, failed := d.isErased(ctx, of); erased || failed == nil && d.isOfNoCampaign(ctx, of, r) {
			return nil
		}
	}
	switch {
	case err != nil:
	case what == survey.EventSoftBounce:
		err = d.soft(ctx, of, r)
	case what == survey.EventBlocked:
		err = d.blocked(ctx, of, r)
	}
	return err
}

// isErased reports whether a letter was to somebody who was erased since: what is reported of it concerns nobody.
func (d *Reports) isErased(ctx context.Context, of survey.Invitation) (bool, error) {
	blocks, err := d.Store.BlockedAmong(ctx, []string{d.Keys.Erased(of.Contact)})
	return len(blocks) > 0, err
}

// longWritten is how old a letter is whose invitation is surely written, unless its sender died.
const longWritten = 5 * time.Minute

// isOfNoCampaign reports whether a letter is of a campaign that is not there, so that no invitation will ever be. The campaign is
// looked for only when the letter is old: young letters are often reported before their invitation is written.
func (d *Reports) isOfNoCampaign(ctx context.Context, of survey.Invitation, r mail.Report) bool {
	if d.Now().Sub(r.Sent) < longWritten {
		return false
	}
	_, err := d.Store.Campaign(ctx, of.Campaign)
	if isUnknown(err) {
		d.Log.Warn("an event of a campaign that is not there", "event", r.Event, "campaign", of.Campaign)
		return true
	}
	return false
}

// settle corrects the invitation; the figures follow by the stream.
func (d *Reports) settle(ctx context.Context, of survey.Invitation, box survey.ContactID, what survey.DeliveryEvent) error {
	if what == survey.EventDelivered {
		if done, err := d.delivered(ctx, of); done || err != nil {
			return err
		}
	}
	for try := range maxTries {
		if try > 0 {
			d.Wait(100 * time.Millisecond << try)
		}
		i, ok, err := d.Store.Invitation(ctx, of.Campaign, of.Mailing, of.Contact)
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
			if err := d.Store.DropSoftBounces(ctx, i.Audience, box); err != nil {
				return err
			}
		}
		if err = d.Store.SaveInvitation(ctx, after); !errors.Is(err, apperr.ErrChanged) {
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
func (d *Reports) delivered(ctx context.Context, of survey.Invitation) (done bool, err error) {
	i, ok, err := d.Store.GlanceInvitation(ctx, of.Campaign, of.Mailing, of.Contact)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, errNotWritten
	}
	_, changes := i.Settle(survey.EventDelivered)
	return !changes, nil
}
