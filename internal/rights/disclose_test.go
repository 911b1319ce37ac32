package rights_test

import (
	"strings"
	"testing"

	"onetap/internal/rights"
	"onetap/internal/survey"
)

// What respondents read is what the company has said: it promises no month in which nothing is deleted, is written anew when something else
// is said, and otherwise not at all.
func TestDisclosure(t *testing.T) {
	t.Parallel()
	w := open(t)
	d := &rights.Disclosure{Store: w.store}
	page := func(a survey.Audience, language string) string {
		t.Helper()
		w.must(d.Run(t.Context()))
		all, err := w.store.Disclosed(t.Context(), a, language)
		w.must(err)
		var b strings.Builder
		for _, s := range all {
			b.WriteString(s.Title + "\n" + s.Text + "\n" + s.Link + "\n")
		}
		return strings.ReplaceAll(b.String(), "\u00a0", " ")
	}
	says := func(page string, want ...string) {
		t.Helper()
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("it does not say %q:\n%s", text, page)
			}
		}
	}
	says(page(survey.Customers, "en"), "The company that wrote to you", "has not stated it", "no shorter time has been set", "Reply to the email")
	says(page(survey.Employees, "ru"), "Ответ с вами не связан", "/anonymity?lang=ru")
	p := survey.Privacy{
		Retention: survey.Retention{Comments: 24, Contacts: 6}, Controller: "ООО «Ромашка»\r\nТверь, Мира, 1",
		Grounds: map[survey.Audience]survey.Ground{survey.Customers: {Purpose: "Чтобы не ждали мастера", Basis: survey.BasisConsent}},
	}
	w.must(w.store.PutPrivacy(t.Context(), p))
	_, err := w.store.PutSettings(t.Context(), survey.Settings{Company: "Ромашка", Contact: "privacy@example.ru"})
	w.must(err)
	ru := page(survey.Customers, "ru")
	says(ru, "ООО «Ромашка», Тверь, Мира, 1", "Чтобы не ждали мастера", "Ваше согласие", "отзываете и согласие", "privacy@example.ru", "меньший срок не задан")
	if en := page(survey.Candidates, "en"); strings.Contains(en, "withdraws") || strings.Contains(ru, "24 месяца") {
		t.Error("it says what is not so")
	}
	p.On, p.Version = true, 1
	w.must(w.store.PutPrivacy(t.Context(), p))
	says(page(survey.Customers, "ru"), "Комментарии — 24 месяца.", "6 месяцев после того", "Остальное")
}
