package campaigns_test

import (
	"net/url"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// reminded is an open campaign whose first reminder is sent; people are as in running.
func reminded(t *testing.T, people ...consoletest.Person) (*consoletest.World, *consoletest.Visitor) {
	t.Helper()
	w, v, _ := running(t, survey.Open, people...)
	m := survey.NewMailing("abcdefgh", survey.MailingReminder, w.Now())
	m.State = survey.MailingDone
	if _, err := w.Store.SaveMailing(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	w.Become("abcdefgh", func(c *survey.Campaign) { c.RemindAt = w.Now() })
	return w, v
}

// The second reminder is shown before it is sent, with whom it goes to and its words as they are typed; it goes once.
func TestSecondReminder(t *testing.T) {
	t.Parallel()
	w, v := reminded(t, personOf(0, "sent"), personOf(1, "sent"), personOf(2, "failed"), personOf(3, "uncertain"))
	_, page := v.Get("/campaigns/abcdefgh")
	v.Says(page, `href="/campaigns/abcdefgh/remind-again" data-show="remind-again">`)
	_, page = v.Get("/campaigns/abcdefgh/remind-again")
	v.Says(page, "Send to 3 people", "Now that is 3 people.", "Последнее напоминание", "wave=2")

	typed := []string{"second_reminder.ru", "Once more", "second_reminder_text.ru", "In our own words.", "language", "ru"}
	_, page, _ = v.Post("/campaigns/abcdefgh/remind-again", append(typed, "go", "show")...)
	v.Says(page, "In our own words.", "Once more</dd>", "data-refused") // shown, and not saved: what is typed stays kept
	_, frame, ok := strings.Cut(page, `<iframe src="`)
	frame, _, _ = strings.Cut(frame, `"`)
	if !ok {
		t.Fatal("the page shows no letter")
	}
	_, letter := v.Get(strings.ReplaceAll(frame, "&amp;", "&"))
	v.Says(letter, "In our own words.")
	if c := w.Campaign("abcdefgh"); !c.SecondAt.IsZero() || c.Wording["ru"].Second != "" {
		t.Errorf("looking has stored something: %+v", c)
	}
	status, page, _ := v.Post("/campaigns/abcdefgh/remind-again", "second_reminder.ru", "{{no}}", "second_reminder_text.ru", "x")
	if v.Says(page, `aria-invalid="true"`, "Double braces"); status != 400 {
		t.Errorf("words that cannot be sent: %d", status)
	}
	status, _, to := v.Post("/campaigns/abcdefgh/remind-again", typed...)
	if u, err := url.Parse(to); err != nil || status != 303 || u.Fragment != "sending-title" {
		t.Errorf("sent: %d %s", status, to)
	}
	c := w.Campaign("abcdefgh")
	if c.SecondAt.IsZero() || c.Wording["ru"].Second != "Once more" || c.Wording["ru"].SecondText != "In our own words." {
		t.Errorf("%v, %+v", c.SecondAt, c.Wording["ru"])
	}
	if status, page, _ = v.Post("/campaigns/abcdefgh/remind-again", typed...); status != 409 {
		t.Errorf("a third: %d", status)
	}
	v.Says(page, "There is no third.")
	if out := w.Must("GET", "/api/v1/campaigns/abcdefgh", "", nil); out["second_remind_at"] == nil || out["second_reminder"] != nil {
		t.Errorf("the API: %v", out)
	}
}

// The API counts and sends as the page does.
func TestSecondReminderByAPI(t *testing.T) {
	t.Parallel()
	w, _ := reminded(t, personOf(0, "sent"), personOf(1, "sent"))
	if out := w.Must("GET", "/api/v1/campaigns/abcdefgh/remind-again", "", nil); out["invited"] != 2.0 || out["whole"] != true {
		t.Errorf("counted: %v", out)
	}
	body := []byte(`{"words":{"ru":{"subject":"Ещё раз","text":"Своими словами"}}}`)
	for _, want := range []int{200, 409} {
		if status, out := w.Call("POST", "/api/v1/campaigns/abcdefgh/remind-again", "application/json", body); status != want {
			t.Errorf("%d, want %d: %v", status, want, out)
		}
	}
	if c := w.Campaign("abcdefgh"); c.Wording["ru"].SecondText != "Своими словами" {
		t.Errorf("%+v", c.Wording)
	}
}

// The first reminder says what it is told to, and other words of the campaign stay as they are.
func TestRemindersWords(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 3)
	w.Become(c.ID, func(c *survey.Campaign) {
		c.Wording = map[string]survey.Wording{"en": {Second: "Third time", SecondText: "Kept."}}
	})
	page := "/campaigns/" + string(c.ID) + "/edit?step=words&language=en"
	_, shown := v.Get(page)
	v.Says(shown, "We wrote to you a few days ago")
	status, _, _ := v.Post("/campaigns/"+string(c.ID)+"/edit", "step", "words", "language_of_words", "en", "version", "2", "reminder_text", "A nudge, {name}.", "go", "")
	if now := w.Campaign(c.ID).Wording["en"]; status != 303 || now.ReminderText != "A nudge, {name}." || now.SecondText != "Kept." {
		t.Errorf("%d, %+v", status, now)
	}
	_, letter := v.Get("/campaigns/" + string(c.ID) + "/letter?language=en&reminder=1")
	v.Says(letter, "A nudge, ")
}
