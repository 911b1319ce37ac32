package feedback

import (
	"context"
	"errors"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/ses"
	"onetap/internal/survey"
)

// blocked counts a letter that was refused because of its sender, and halts the campaign when there are as many as say that
// the others will fare no better. A campaign that stands still already counts no more; the sender tells the administrators.
func (f *Handler) blocked(ctx context.Context, of survey.Invitation, r ses.Report) error {
	for range tries {
		c, err := f.store.Campaign(ctx, of.Campaign)
		if isUnknown(err) {
			return nil
		}
		if err != nil {
			return err
		}
		halted, going := c.Halt(strings.TrimSpace(survey.StoppedRefused+" "+r.Status), f.now())
		if !going || !r.Sent.IsZero() && r.Sent.Before(c.Resumed) {
			return nil
		}
		refusal := survey.SenderRefusal{Batch: survey.BatchPlace(r.Tag("batch")), Sent: r.Sent}
		all, err := f.store.AddRefusal(ctx, of.Campaign, of.Mailing, r.Message, refusal, f.now())
		if err != nil || !survey.SenderRefused(all, c.Resumed) {
			return err
		}
		_, err = f.store.SaveCampaign(ctx, halted)
		if errors.Is(err, apperr.ErrChanged) {
			continue // somebody else halts it, or the sender moves it on
		}
		if err == nil {
			f.log.Error("mail systems refuse the sender; the campaign is paused", "campaign", c.ID, "reason", halted.Stopped)
		}
		return err
	}
	return errors.New("the campaign changed too often to be halted")
}
