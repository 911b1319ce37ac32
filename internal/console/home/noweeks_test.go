package home_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// Who may not know the people sees the campaigns one after the other in place of all campaigns' weeks, with the reason; the
// campaign's page has the weeks that may be shown, and says why others, and days, are missing.
func TestNoWeeksWithAReason(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	even := []int{10, 9, 8, 3}
	asked(w, "firstaaa", "Первая", 6, map[string][]int{"Север": even, "Юг": even, "Запад": even})
	for _, reader := range []string{"marketing", "analyst"} {
		v := w.Visitor(reader, "ru")
		_, page := v.Get("/")
		v.Says(page, "Недели всех кампаний вместе вашей роли не показаны")
		if strings.Contains(page, "NPS по кампаниям") {
			t.Errorf("%s: one campaign is drawn", reader)
		}
	}
	asked(w, "secondaa", "Вторая", 1, map[string][]int{"Север": {0, 3}, "Юг": even, "Запад": even})
	a := w.Asks("smallaaa", survey.Customers, "Малая", 1)
	for i := range 12 { // each week has six, and a team of each three
		a.Answer([]string{"Север", "Юг"}[i%2], i%11, i/6*7, nil)
	}
	a.Counted()
	a = w.Asks("wideaaaa", survey.Candidates, "Долгая", 4)
	for i := range 120 {
		a.Answer([]string{"Север", "Юг"}[i%2], i%11, i/2%3*7, nil)
	}
	a.Counted()
	for _, reader := range []string{"marketing", "analyst"} {
		v := w.Visitor(reader, "ru")
		_, page := v.Get("/")
		v.Says(page, "NPS по кампаниям", "Недели всех кампаний вместе вашей роли не показаны", `<bdi class="soft small">Первая</bdi>`, `<bdi class="soft small">Вторая</bdi>`)
		if n := answersUnder(t, page, "NPS по кампаниям"); n != 252 {
			t.Errorf("%s: the campaigns have %d answers", reader, n)
		}
		if strings.Contains(page, "?week=") {
			t.Errorf("%s is led to a week", reader)
		}
		_, page = v.Get("/results/wideaaaa")
		v.Says(page, "NPS по неделям", "По дням ваша роль результаты не видит")
		_, page = v.Get("/results/smallaaa")
		v.Says(page, "Отдельные недели не показаны", "По времени", "По дням ваша роль результаты не видит")
	}
	v := w.Visitor("executive", "ru")
	_, page := v.Get("/")
	v.Says(page, "NPS по неделям, все кампании вместе")
	if strings.Contains(page, "вашей роли") {
		t.Error("the executive is told that weeks are missing")
	}
}
