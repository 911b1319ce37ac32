package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/alert"
	"onetap/internal/link"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// report is what is read of an SES event (EventBridge's detail). Everything else in it, headers and subjects among it,
// is personal and is not looked at.
type report struct {
	EventType string `json:"eventType"`
	Mail      struct {
		MessageID string              `json:"messageId"`
		Tags      map[string][]string `json:"tags"`
	} `json:"mail"`
	Bounce struct {
		BounceType        string      `json:"bounceType"`
		BouncedRecipients []recipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		ComplainedRecipients []recipient `json:"complainedRecipients"`
	} `json:"complaint"`
}

type recipient struct {
	Address string `json:"emailAddress"`
}

type feedback struct {
	store  *store.Store
	keys   *link.Keys
	alerts *alert.Alerts
	log    *slog.Logger
	now    func() time.Time
	wait   func(time.Duration)
}

// tries is how often an invitation that is not there yet is looked for: SES may report before the sender has written.
const tries = 6

// errNotWritten makes Lambda try again, after one minute and after two more.
var errNotWritten = errors.New("the invitation is not written yet")

// handle takes one event. An error makes Lambda try again, and in the end puts the event into the dead-letter queue.
func (f *feedback) handle(ctx context.Context, e events.EventBridgeEvent) error {
	var r report
	if err := json.Unmarshal(e.Detail, &r); err != nil {
		return fmt.Errorf("read %s event: %w", e.DetailType, err)
	}
	what := r.event()
	if what == "" {
		return nil
	}
	i, ofSurvey := r.invitation()
	if !ofSurvey {
		return f.letter(ctx, r, what)
	}
	if err := f.suppress(ctx, r, what); err != nil {
		return err
	}
	return f.settle(ctx, i, what)
}

// letter looks after a letter that is no survey: an alert that came back goes to the next one responsible.
func (f *feedback) letter(ctx context.Context, r report, what survey.DeliveryEvent) error {
	if what != survey.EventBounced && what != survey.EventRejected {
		return nil
	}
	campaign, contact, isCase := loop.ParseID(r.tag("case"))
	if !isCase {
		f.log.Warn("a letter that is no survey was not delivered", "event", what, "kind", r.tag("kind"))
		return nil
	}
	return f.alerts.Begin(ctx).Bounced(ctx, campaign, contact, r.Mail.MessageID)
}

// event names what happened; "" for what is of no interest.
func (r report) event() survey.DeliveryEvent {
	switch r.EventType {
	case "Bounce":
		if r.Bounce.BounceType == "Permanent" {
			return survey.EventBounced
		}
		return survey.EventSoftBounce
	case "Complaint":
		return survey.EventComplained
	case "Delivery":
		return survey.EventDelivered
	case "Reject":
		return survey.EventRejected
	case "Rendering Failure":
		return survey.EventUnrendered
	}
	return ""
}

func (r report) tag(name string) string {
	if v := r.Mail.Tags[name]; len(v) == 1 {
		return v[0]
	}
	return ""
}

// invitation names the invitation by the message's tags; ok is false for alerts, test sends and strangers' mail.
func (r report) invitation() (i survey.Invitation, ok bool) {
	wave, err := strconv.Atoi(r.tag("wave"))
	if err != nil || r.tag("kind") != "survey" || len(r.tag("campaign")) != 8 || len(r.tag("contact")) != 16 {
		return i, false
	}
	return survey.Invitation{Campaign: survey.CampaignID(r.tag("campaign")), Contact: survey.ContactID(r.tag("contact")), Wave: wave}, true
}

// suppress stops the addresses of a hard bounce or a complaint in every audience, at once (D8).
func (f *feedback) suppress(ctx context.Context, r report, what survey.DeliveryEvent) error {
	var who []recipient
	var why survey.SuppressionReason
	switch what {
	case survey.EventBounced:
		who, why = r.Bounce.BouncedRecipients, survey.Bounced
	case survey.EventComplained:
		who, why = r.Complaint.ComplainedRecipients, survey.Complained
	}
	for _, p := range who {
		email, err := survey.NormalizeEmail(p.Address)
		if err != nil {
			return errors.New("the address of a bounce or complaint does not parse")
		}
		if err := f.store.Suppress(ctx, f.keys.ContactIDs(email), why, f.now()); err != nil {
			return err
		}
	}
	return nil
}

// settle corrects the invitation; the figures follow by the stream.
func (f *feedback) settle(ctx context.Context, of survey.Invitation, what survey.DeliveryEvent) error {
	if what == survey.EventDelivered {
		if done, err := f.delivered(ctx, of); done || err != nil {
			return err
		}
	}
	for try := range tries {
		if try > 0 {
			f.wait(100 * time.Millisecond << try)
		}
		i, ok, err := f.store.Invitation(ctx, of.Campaign, of.Wave, of.Contact)
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
		if err = f.store.SaveInvitation(ctx, after); !errors.Is(err, store.ErrChanged) {
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
func (f *feedback) delivered(ctx context.Context, of survey.Invitation) (done bool, err error) {
	i, ok, err := f.store.GlanceInvitation(ctx, of.Campaign, of.Wave, of.Contact)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, errNotWritten
	}
	_, changes := i.Settle(survey.EventDelivered)
	return !changes, nil
}
