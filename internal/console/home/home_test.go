package home_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Each role finds its own on its home page, and where there is nothing, what to do.
func TestHome(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	for staff, want := range map[string]string{
		"executive": "Результатов пока нет", "owner": "Открытых обращений нет", "manager": "Когда клиент поставит", "marketing": "Загрузите контакты",
		"administrator": "Запустите кампанию", "analyst": "Результатов пока нет",
	} {
		v := w.Visitor(staff, "ru")
		status, page := v.Get("/")
		if v.Says(page, want); status != 200 {
			t.Error(staff, status)
		}
	}
	consoletest.Spring(w)
	a := consoletest.Harvest(w)
	for i, c := range []loop.Case{
		{Owner: "owner", State: loop.Open, Deadline: w.Now().AddDate(0, 0, -1)},
		{Owner: "owner", State: loop.Acknowledged, Deadline: w.Now().Add(time.Hour)},
		{Owner: "manager", State: loop.Open, Deadline: w.Now().Add(30 * time.Hour)},
		{Owner: "owner", State: loop.Resolved, Deadline: w.Now()},
		{Owner: "stranger", State: loop.Open, Deadline: w.Now().Add(time.Hour)},
	} {
		c.Campaign, c.Contact, c.Audience, c.Latest, c.Opened = a.C.ID, consoletest.ContactNumber(i+1), survey.Customers, 3, w.Now()
		if _, err := w.Store.CreateCase(context.Background(), c); err != nil {
			t.Fatal(err)
		}
	}
	w.CasesCounted(a.C.ID)
	for staff, want := range map[string][]string{
		"executive":     {"Осень 2026", "Весна &lt;b&gt;2026", "Значимо лучше", "80 из 160", "60 из 122", "NPS за последние 13\u00a0недель", `<span class="big">4</span> открыто`, `late">1</span> просрочено`},
		"administrator": {"По сравнению с\u00a0кампанией", `<span class="big">4</span> открыто`, "Осень 2026", "Смотреть результаты"},
		"manager":       {"Обращения вашей команды", `<span class="big">3</span> открыто`, "Вера Орлова", "Показатели и\u00a0комментарии вашей команды", "27\u00a0ответов", "Вся кампания", "80\u00a0ответов"},
		"owner":         {"Ваши обращения", `<span class="big">2</span> открыто`, "/cases/autumnaa-" + string(consoletest.ContactNumber(1)), "Клиент №1", "Показатели и\u00a0комментарии ваших клиентов", "80\u00a0ответов"},
		"marketing":     {"Осень 2026", "Весна", "Смотреть результаты", "80 из 160", "Значимо лучше"},
		"analyst":       {"Осень 2026", "Смотреть результаты", "80 из 160"},
	} {
		v := w.Visitor(staff, "ru")
		_, page := v.Get("/")
		v.Says(page, want...)
		if staff == "owner" && (strings.Index(page, consoletest.ContactNumberText(1)) > strings.Index(page, consoletest.ContactNumberText(2)) || strings.Contains(page, consoletest.ContactNumberText(5))) {
			t.Error("an owner's cases are not by deadline, or another's are among them")
		}
		if (staff == "analyst" || staff == "marketing") && strings.Contains(page, "Клиент №") {
			t.Errorf("%s sees names", staff)
		}
	}
}
