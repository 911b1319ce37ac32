package feedback

import (
	"context"
	"fmt"
	"testing"
	"time"

	"onetap/internal/survey"
)

// refusal is an event of a letter of a batch that Gmail refused because of the sender.
func (w *world) refusal(n, batch int, sent time.Time) func(map[string]any) {
	return func(detail map[string]any) {
		bounceAs("Permanent", "General", "5.7.26", "smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated.")(detail)
		m := detail["mail"].(map[string]any)
		m["messageId"], m["timestamp"] = fmt.Sprintf("message-%d", n), sent.Format(time.RFC3339)
		if batch >= 0 {
			m["tags"].(map[string]any)["batch"] = []string{fmt.Sprintf("%08d", batch)}
		}
	}
}

// Five refusals of the sender among two hundred letters halt the campaign, once; nobody is struck off. Fewer, thinner, repeated
// or from before somebody resumed it do not.
func TestRefusalsOfTheSenderHalt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		batches  []int // of the refused letters
		repeated bool  // it is one letter, reported again and again
		resumed  time.Time
		state    survey.CampaignState
		want     survey.CampaignState
	}{
		"five of a batch":            {batches: []int{3, 3, 3, 3, 3}, state: survey.Sending, want: survey.Paused},
		"of an open one, too":        {batches: []int{3, 3, 3, 3, 3}, state: survey.Open, want: survey.Paused},
		"over four batches":          {batches: []int{6, 3, 5, 4, 3}, state: survey.Sending, want: survey.Paused},
		"letters without a place":    {batches: []int{-1, -1, -1, -1, -1}, state: survey.Sending, want: survey.Paused},
		"four":                       {batches: []int{3, 3, 3, 3}, state: survey.Sending, want: survey.Sending},
		"one of two hundred":         {batches: []int{0, 4, 8, 12, 16, 20}, state: survey.Sending, want: survey.Sending},
		"one letter again and again": {batches: []int{3, 3, 3, 3, 3, 3}, repeated: true, state: survey.Sending, want: survey.Sending},
		"before it was resumed":      {batches: []int{3, 3, 3, 3, 3}, resumed: noon.Add(time.Hour), state: survey.Sending, want: survey.Sending},
		"after it was resumed":       {batches: []int{3, 3, 3, 3, 3}, resumed: noon.Add(-time.Hour), state: survey.Sending, want: survey.Paused},
		"cancelled":                  {batches: []int{3, 3, 3, 3, 3}, state: survey.Cancelled, want: survey.Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			w := newWorld(t, "")
			w.stored(survey.Customers)
			w.put(survey.InvitationSent)
			c, err := w.store.Campaign(ctx, campaign)
			if err != nil {
				t.Fatal(err)
			}
			c.Version, c.State, c.Resumed = 1, tt.state, tt.resumed
			if _, err := w.store.SaveCampaign(ctx, c); err != nil {
				t.Fatal(err)
			}
			for n, batch := range tt.batches {
				if tt.repeated {
					n = 0
				}
				for range 2 {
					if err := w.Handle(ctx, w.event("ses-bounce.json", w.refusal(n, batch, noon))); err != nil {
						t.Fatal(err)
					}
				}
			}
			if c, err = w.store.Campaign(ctx, campaign); err != nil || c.State != tt.want {
				t.Errorf("the campaign is %s, %v, want %s", c.State, err, tt.want)
			}
			if halted := c.State == survey.Paused; halted != (c.Stopped == "SENDER_REFUSED 5.7.26") || halted == c.TellAt.IsZero() {
				t.Errorf("it says %q, to be told at %s", c.Stopped, c.TellAt)
			}
			if w.stopped(survey.Customers) != "" {
				t.Error("the contact is struck off for the sender's fault")
			}
			if w.state() != survey.InvitationFailed {
				t.Errorf("the invitation is %s", w.state())
			}
		})
	}
}
