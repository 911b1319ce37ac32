package campaigns_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// The second reminder is set beside the first, with its words; one that would come after the closing is refused.
func TestSecondReminderIsSet(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 3)
	edit := "/campaigns/" + string(c.ID) + "/edit"
	post := func(closing, second string) (int, string) {
		status, page, _ := v.Post(edit, "step", "time", "version", "1", "zone", "UTC", "start", "now", "closes_at", closing, "remind_days", "3", "second_remind_days", second, "go", "next")
		return status, page
	}
	soon := w.Now().UTC().AddDate(0, 0, 7).Format(survey.LocalFormat)
	for second, says := range map[string]string{"many": "Enter a whole number of days", "-1": "from 0 to 365"} {
		if status, page := post(soon, second); status != 400 || !consoletest.Says(page, says) || w.Campaign(c.ID).SecondDays != 0 {
			t.Errorf("%s: %d, stored %d", second, status, w.Campaign(c.ID).SecondDays)
		}
	}
	for n, second := range []string{"5", "3"} { // a draft may be stored that cannot be launched yet
		status, page, _ := v.Post(edit, "step", "time", "version", strconv.Itoa(n+1), "zone", "UTC", "start", "now", "closes_at", soon, "remind_days", "3", "second_remind_days", second, "go", "next")
		if status != 303 {
			t.Fatalf("%d %s", status, page)
		}
		_, page = v.Get(edit + "?step=check")
		if too := "The second reminder would go out after closing"; consoletest.Says(page, too) != (second == "5") || second == "5" && !strings.Contains(page, edit+"?step=time") {
			t.Errorf("%s days after the first of 3, and 7 until the closing", second)
		}
	}
	if got := w.Campaign(c.ID); got.RemindDays != 3 || got.SecondDays != 3 {
		t.Errorf("%+v", got)
	}
	_, page := v.Get(edit + "?step=time")
	v.Says(page, `id="second_remind_days"`, `href="`+edit+`?step=words#reminders"`)
	_, page = v.Get(edit + "?step=check")
	v.Says(page, "3 days after the first")
	status, _, _ := v.Post(edit, "step", "words", "language_of_words", "en", "version", "3", "second_reminder", "Once more", "second_reminder_text", "In our own words.", "go", "")
	if got := w.Campaign(c.ID).Wording["en"]; status != 303 || got.Second != "Once more" || got.SecondText != "In our own words." {
		t.Errorf("%d, %+v", status, got)
	}
	out := w.Must("PATCH", "/api/v1/campaigns/"+string(c.ID), "application/json", []byte(`{"version": 4, "second_remind_days": 2}`))
	if out["second_remind_days"] != 2.0 || w.Campaign(c.ID).SecondDays != 2 {
		t.Errorf("the API: %v", out)
	}
}

// A campaign's page says what has become of its reminders, and leads to whom one went to where the role may know.
func TestRemindersSayWhatHappened(t *testing.T) {
	t.Parallel()
	w, v, talk := running(t, survey.Open, personOf(0, "sent"), personOf(1, "sent"), personOf(2, "sent"))
	ru, manager := w.Visitor("administrator", "ru"), w.Visitor("administrator", "en")
	w.Become("abcdefgh", func(c *survey.Campaign) { c.RemindDays, c.SecondDays, c.RemindAt = 7, 5, w.Now().Add(48*time.Hour) })
	_, page := v.Get("/campaigns/abcdefgh")
	v.Says(page, "Waits until ", "Goes 5 days after the first reminder.")
	_, page = ru.Get("/campaigns/abcdefgh")
	ru.Says(page, "Уйдёт: ", "Уйдёт через 5 дней после первого напоминания.")

	m := survey.NewMailing("abcdefgh", survey.MailingReminder, w.Now())
	m.Audience, m.Invited = 2, 2
	m.State, m.Finished = survey.MailingDone, w.Now()
	m.Hear(1)
	if _, err := w.Store.SaveMailing(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	c := w.Become("abcdefgh", func(c *survey.Campaign) { c.RemindAt = w.Now() })
	sent := survey.Deltas{{Scope: "abcdefgh", Kind: survey.KindMailing, Value: "1"}: {"sent": 2}}
	if err := w.Store.AddFigures(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	for n := range 2 { // one before the reminder, one after
		one := personOf(n+1, "")
		one.Score, one.Verified = 9, true
		if _, err := talk.Answer(c, one); err != nil {
			t.Fatal(err)
		}
	}
	_, page = v.Get("/campaigns/abcdefgh")
	v.Says(page, "Sent on ", "to 2 people")
	if strings.Contains(page, "part=sent&amp;wave=1") || consoletest.Says(page, "1 answer since") { // and two answers are too few for marketing
		t.Error("marketing may not know who has not answered, and is led there")
	}
	_, page = manager.Get("/campaigns/abcdefgh")
	manager.Says(page, `part=sent&amp;wave=1" data-live="r.to"`, "1 answer since")
	_, page = ru.Get("/campaigns/abcdefgh")
	ru.Says(page, "Отправлено: ", "2 людям", "1 ответ с тех пор")
	w.Become("abcdefgh", func(c *survey.Campaign) { c.State = survey.Closed })
	_, page = v.Get("/campaigns/abcdefgh")
	v.Says(page, "Not sent: the campaign closed first.")
	out := w.Must("GET", "/api/v1/campaigns/abcdefgh", "", nil)
	all, _ := out["reminders"].([]any)
	if len(all) != 2 || all[0].(map[string]any)["became"] != "sent" || all[1].(map[string]any)["became"] != "closed" {
		t.Errorf("the API: %v", out["reminders"])
	}
}
