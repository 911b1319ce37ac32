package console

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Two campaigns: what differs, by how much at least and at most, and whether that is more than chance.
func TestComparePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	spring(w)
	harvest(w)
	alien := w.asks("alienaaa", survey.Candidates, "Кандидаты", 1)
	alien.answer("Север", 9, 0, nil)
	alien.counted()
	v := w.visitor("analyst", "ru")
	_, page := v.get("/results/compare?a=autumnaa&b=springaa") // the later one is what has changed, however they are named
	v.says(page, `<span class="big">+50</span>`, "Значимо лучше", "менее чем 0,1", "Весна &lt;b&gt;", "Осень 2026", "+25,0 п. п.", "−25,0 п. п.")
	if strings.Index(page, "Осень 2026") < strings.Index(page, "Весна") || strings.Contains(page, "Запад") {
		t.Error("the earlier campaign comes first, and a team of one of them is not compared")
	}
	if status, page := v.get("/results/compare?a=alienaaa&b=springaa"); status != 409 || !strings.Contains(page, "аудитории между собой не сравнивают") {
		t.Errorf("two audiences are compared: %d", status)
	}
	if status, _ := v.get("/results/compare?a=springaa&b=springaa"); status != 409 {
		t.Errorf("a campaign is compared with itself: %d", status)
	}
	if status, _ := v.get("/results/compare?a=nonesuch&b=springaa"); status != 404 {
		t.Errorf("a campaign that there is not: %d", status)
	}
	got := w.must("GET", "/api/v1/campaigns/autumnaa/compare?with=springaa", "", nil)
	whole := got["whole"].(map[string]any)["comparison"].(map[string]any)
	if whole["difference"] != 50.0 || whole["real"] != true || len(got["teams"].([]any)) != 2 || got["teams"].([]any)[0].(map[string]any)["value"] == "Запад" {
		t.Errorf("the API answers %v", got)
	}
}

// The API tells of days and columns what the pages show.
func TestResultsByAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	spring(w)
	got := w.must("GET", "/api/v1/campaigns/springaa/results?by=location", "", nil)
	if days := got["days"].([]any); len(days) != 10 || days[0].(map[string]any)["value"] != "2026-10-09" || days[0].(map[string]any)["answers"] != 6.0 {
		t.Errorf("days are %v", days)
	}
	by := got["by"].(map[string]any)
	if rows := by["rows"].([]any); len(rows) != 3 || rows[0].(map[string]any)["answers"] != 20.0 || by["at"] == nil || fmt.Sprint(got["parts"]) != "[location attr:Сегмент]" {
		t.Errorf("by location: %v, of %v", by, got["parts"])
	}
	if status, _ := w.call("GET", "/api/v1/campaigns/springaa/results?by=product", "", nil); status != 400 {
		t.Errorf("a column that is no part: %d", status)
	}
	if status, _ := w.call("POST", "/api/v1/campaigns/springaa/results/count", "", nil); status != 200 {
		t.Errorf("counting: %d", status)
	}
	harvest(w)
	if status, answer := w.call("POST", "/api/v1/campaigns/autumnaa/results/count", "", nil); status != 409 {
		t.Errorf("counting by no columns: %d %v", status, answer)
	}
}

// Of more answers than are read to show a page there is the last count, and when it was; until then a button.
func TestManyAnswersAreCountedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	a := spring(w)
	if err := w.store.AddFigures(context.Background(), survey.Deltas{{Scope: string(a.c.ID), Kind: survey.KindWeek, Value: "2026-W42"}: {"s9": insight.CountedAtOnce}}); err != nil {
		t.Fatal(err)
	}
	v := w.visitor("analyst", "en")
	_, page := v.get("/results/springaa/by/part-0")
	v.says(page, "Count now")
	if strings.Contains(page, "Москва") {
		t.Error("it was counted")
	}
	v.post("/results/springaa/count/part-0")
	_, page = v.get("/results/springaa/by/part-0")
	v.says(page, "Москва", "As of Friday, 20 November 2026, 12:00", "Count anew")
}

// Each role finds its own on its home page, and where there is nothing, what to do.
func TestHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	for staff, want := range map[string]string{"executive": "Результатов пока нет", "owner": "Вас ничего не ждёт", "manager": "Когда клиент поставит", "marketing": "Загрузить контакты",
		"administrator": "Составить и запустить", "analyst": "Результатов пока нет"} {
		v := w.visitor(staff, "ru")
		status, page := v.get("/")
		if v.says(page, want); status != 200 {
			t.Error(staff, status)
		}
	}
	spring(w)
	a := harvest(w)
	for i, c := range []loop.Case{
		{Owner: "owner", State: loop.Open, Deadline: w.now().Add(-time.Hour)}, {Owner: "owner", State: loop.Acknowledged, Deadline: w.now().Add(time.Hour)},
		{Owner: "manager", State: loop.Open, Deadline: w.now().Add(30 * time.Hour)}, {Owner: "owner", State: loop.Resolved, Deadline: w.now()},
		{Owner: "stranger", State: loop.Open, Deadline: w.now().Add(time.Hour)}} {
		c.Campaign, c.Contact, c.Audience, c.Latest, c.Opened = a.c.ID, contactNumber(i+1), survey.Customers, 3, w.now()
		if _, err := w.store.CreateCase(context.Background(), c); err != nil {
			t.Fatal(err)
		}
	}
	for staff, want := range map[string][]string{
		"executive":     {"На этой неделе", "Последние четыре недели", "Значимо лучше", "Доля ответивших", "NPS за последние 13 недель", `<span class="big">4</span> открыто`, `late">1</span> просрочено`},
		"administrator": {"На этой неделе", `<span class="big">4</span> открыто`, "Осень 2026", "Смотреть результаты"},
		"manager":       {"Обращения вашей команды", `<span class="big">3</span> открыто`, "Вера Орлова", "На этой неделе"},
		"owner":         {"Ваши обращения", `<span class="big">2</span> открыто`, "/cases/autumnaa-" + string(contactNumber(1)), "Клиент №1"},
		"marketing":     {"Осень 2026", "Весна", "Смотреть результаты"},
		"analyst":       {"Осень 2026", "Смотреть результаты"},
	} {
		v := w.visitor(staff, "ru")
		_, page := v.get("/")
		v.says(page, want...)
		if staff == "owner" && (strings.Index(page, contactNumberText(1)) > strings.Index(page, contactNumberText(2)) || strings.Contains(page, contactNumberText(5))) {
			t.Error("an owner's cases are not by deadline, or another's are among them")
		}
		if (staff == "analyst" || staff == "marketing") && strings.Contains(page, "Клиент №") {
			t.Errorf("%s sees names", staff)
		}
	}
}

func contactNumberText(n int) string { return "autumnaa-" + string(contactNumber(n)) }
