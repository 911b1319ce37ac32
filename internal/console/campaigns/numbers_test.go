package campaigns_test

import (
	"strconv"
	"testing"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

// Pausing and closing say what they come to before they are pressed.
func TestActsSayNumbers(t *testing.T) {
	t.Parallel()
	_, v, _ := running(t, survey.Sending, personOf(0, "sent"), personOf(1, "sent"), personOf(2, "waiting"))
	_, page := v.Get("/campaigns/abcdefgh")
	v.Says(page, "2 of 3 sent, 1 waiting", "Answered: 0. Can no longer answer: 2.", "At most 2 people get it")
}

// The list of who did what calls a campaign by its name; its id stands behind it.
func TestAuditNamesCampaigns(t *testing.T) {
	t.Parallel()
	w, _, _ := running(t, survey.Sending)
	v := w.Visitor("administrator", "en")
	_, page := v.Get("/settings/audit")
	v.Says(page, `title="abcdefgh" dir="auto">Autumn</a>`)
}

// … and a case or a contact by the customer, for who may see people; one that is gone says so.
func TestAuditNamesCustomers(t *testing.T) {
	t.Parallel()
	w, _, _ := running(t, survey.Sending)
	c := w.Detractor(1, "owner", "Север", "Анна Смирнова", "долго", 3, w.Now())
	owner := w.Visitor("owner", "en")
	if status, page, _ := owner.Post("/cases/"+c.ID(), "version", strconv.Itoa(c.Version), "note", "called"); status != 303 {
		t.Fatal(status, page)
	}
	w.Desk.Company.Note(t.Context(), authz.Who{Staff: survey.Staff{ID: "administrator"}}, "suppressions", "aaaaaaaaaaaaaaaa")
	w.Desk.Company.Note(t.Context(), authz.Who{Staff: survey.Staff{ID: "administrator"}}, "suppressions", "") // of many at once
	_, page := w.Visitor("administrator", "en").Get("/settings/audit")
	w.Visitor("administrator", "en").Says(page, `href="/cases/`+c.ID()+`" title="`+c.ID()+`" dir="auto">Анна Смирнова</a>`, `title="aaaaaaaaaaaaaaaa">`)
}
