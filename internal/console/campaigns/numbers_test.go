package campaigns_test

import (
	"testing"

	"onetap/internal/survey"
)

// Pausing and closing say what they come to before they are pressed.
func TestActsSayNumbers(t *testing.T) {
	t.Parallel()
	_, v, _ := running(t, survey.Sending, personOf(0, "sent"), personOf(1, "sent"), personOf(2, "waiting"))
	_, page := v.Get("/campaigns/abcdefgh")
	v.Says(page, "2 of 3 sent, 1 waiting", "Answered: 0. Can no longer answer: 2.")
}

// The list of who did what calls a campaign by its name; its id stands behind it.
func TestAuditNamesCampaigns(t *testing.T) {
	t.Parallel()
	w, _, _ := running(t, survey.Sending)
	v := w.Visitor("administrator", "en")
	_, page := v.Get("/settings/audit")
	v.Says(page, `title="abcdefgh" dir="auto">Autumn</a>`)
}
