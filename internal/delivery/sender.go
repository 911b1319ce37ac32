package delivery

import (
	"context"
	"errors"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// blocked counts a letter that was refused because of its sender, and halts the campaign when there are as many as say that
// the others will fare no better. A campaign that stands still already counts no more; the sender tells the administrators.
func (d *Reports) blocked(ctx context.Context, of survey.Invitation, r mail.Report) error {
	for range maxTries {
		c, err := d.Store.Campaign(ctx, of.Campaign)
		if isUnknown(err) {
			return nil
		}
		if err != nil {
			return err
		}
		halted, going := c.Halt(strings.TrimSpace(survey.StoppedRefused+" "+r.Status), d.Now())
		if !going || !r.Sent.IsZero() && r.Sent.Before(c.Resumed) {
			return nil
		}
		refusal := survey.SenderRefusal{Batch: survey.BatchPlace(r.Tags["batch"]), Sent: r.Sent}
		all, err := d.Store.AddRefusal(ctx, of.Campaign, of.Mailing, r.Message, refusal, d.Now())
		if err != nil || !survey.SenderRefused(all, c.Resumed) {
			return err
		}
		_, err = d.Store.SaveCampaign(ctx, halted)
		if errors.Is(err, apperr.ErrChanged) {
			continue // somebody else halts it, or the sender moves it on
		}
		if err == nil {
			d.Log.Error("mail systems refuse the sender; the campaign is paused", "campaign", c.ID, "reason", halted.Stopped)
		}
		return err
	}
	return errors.New("the campaign changed too often to be halted")
}
