package cases_test

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// had is a company whose team had answers last week, and cases.
func had(t *testing.T, w *consoletest.World) {
	t.Helper()
	a := w.Asks("huddleaa", survey.Customers, "Ноябрь", 1)
	for i := range 12 {
		a.Answer("Север", []int{10, 9, 8, 3}[i%4], 0, func(r *survey.Response, _ *survey.Contact) {
			r.Counted = w.Now().AddDate(0, 0, -7)
			r.First, r.Updated = r.Counted, r.Counted
			r.Why = []string{"Мастер приехал вовремя и всё объяснил, спасибо!", "", "Нормально, но долго.", "Три недели ждали ответа, потом прислали не тот счёт."}[i%4]
		})
	}
	a.Counted()
	for n := range 4 {
		w.Detractor(n, "owner", "Север", []string{"Анна Смирнова", "Борис", "Вера", "Глеб"}[n], "Долго ждали.", n, w.Now().AddDate(0, 0, -9))
	}
	w.CasesCounted("autumn22")
}

// A team's sheet has last week's score and words, its cases, a question, and what was agreed until it has ended; what the team cannot mend is answered
// by the company's board.
func TestHuddlePages(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	had(t, w)
	manager, executive, owner := w.Visitor("manager", "en"), w.Visitor("executive", "en"), w.Visitor("owner", "en")
	if status, _ := owner.Get("/cases/huddle"); status != 403 {
		t.Error("an owner sees the sheet:", status)
	}
	_, page := manager.Get("/cases/huddle")
	manager.Says(page, "Huddle: <bdi>Север</bdi>", "12 answers", "+25", "Мастер приехал вовремя", "Три недели ждали ответа", "waiting past the deadline", "4 open now", "Анна Смирнова", "Nothing is open from earlier meetings")
	if strings.Count(page, "Мастер приехал") > 3 || strings.Contains(page, "huddle.") {
		t.Error("too much, or a text is missing")
	}
	if status, page, _ := manager.Post("/cases/huddle", "team", "Север", "do", "agree", "what", "Звонить в тот же день", "due", w.Now().AddDate(0, 0, 7).Format(time.DateOnly)); status != 400 || !strings.Contains(page, "Choose who sees to it.") || !strings.Contains(page, "Звонить в тот же день") {
		t.Error(status)
	}
	manager.Post("/cases/huddle", "team", "Север", "do", "agree", "what", "Звонить в тот же день", "who", "owner", "due", w.Now().AddDate(0, 0, 7).Format(time.DateOnly))
	if status, _, _ := manager.Post("/cases/huddle", "team", "Юг", "do", "agree", "what", "x", "who", "owner", "due", w.Now().AddDate(0, 0, 7).Format(time.DateOnly)); status != 403 {
		t.Error("another team's sheet is written:", status)
	}
	manager.Post("/cases/huddle", "team", "Север", "do", "raise", "issue", "Счета приходят поздно", "cause", "documents")
	_, page = executive.Get("/cases/company")
	executive.Says(page, "Счета приходят поздно", "0 of 5 taken", "Take it")
	if status, _, _ := manager.Post("/cases/company", "issue", "1", "to", "taken", "leader", "owner"); status != 403 {
		t.Error("a manager decides:", status)
	}
	if status, page, _ := executive.Post("/cases/company", "issue", "1", "to", "declined"); status != 400 || !strings.Contains(page, "Write the answer") {
		t.Error(status)
	}
	executive.Post("/cases/company", "issue", "1", "to", "declined", "answer", "В этом году нет денег на новую систему")
	_, page = manager.Get("/cases/huddle?team=Север")
	manager.Says(page, "Звонить в тот же день", "Елена Соколова", "Not taken", "В этом году нет денег")
	manager.Post("/cases/huddle", "team", "Север", "do", "kept", "agreement", "1")
	_, page = manager.Get("/cases/huddle")
	manager.Says(page, `<span class="badge good">Done</span>`)
}

// The sheet prints on one page.
func TestBrowserHuddle(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	had(t, w)
	b := w.Tab("manager", 390, "ru")
	v := w.Visitor("manager", "ru")
	for _, what := range []string{"Звонить в тот же день, когда пришёл ответ", "Проверять счёт вдвоём перед отправкой", "Спросить у трёх клиентов, что было бы на 10"} {
		v.Post("/cases/huddle", "team", "Север", "do", "agree", "what", what, "who", "owner", "due", w.Now().AddDate(0, 0, 7).Format(time.DateOnly))
	}
	v.Post("/cases/huddle", "team", "Север", "do", "raise", "issue", "Счета приходят поздно", "cause", "documents")
	b.Go("/cases/huddle")
	b.Sound("huddle")
	consoletest.Shoot(b, "huddle-ru")
	b.Paper(false)
	if high := b.Height("main"); high > 1017 {
		t.Errorf("the sheet is %v px high, a page has 1017", high)
	}
	consoletest.Shoot(b, "huddle-paper")
	b.Look(1280, true, "en")
	b.Go("/cases/company")
	b.Sound("company")
	consoletest.Shoot(b, "company-en")
}
