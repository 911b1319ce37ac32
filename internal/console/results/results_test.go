package results_test

import (
	"context"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// Every figure of a campaign is on its page, and leads to the answers that it is made of.
func TestResultPage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	v := w.Visitor("executive", "ru")
	status, page := v.Get("/results/springaa")
	if status != 200 {
		t.Fatal(status, page)
	}
	v.Says(page, "Весна &lt;b&gt;2026&lt;/b&gt;", `<span class="big">+25</span>`, "от +3 до +44", "60\u00a0ответов", "50 %", "25 %", "2\u00a0ответа с\u00a0комментарием", "60 из 122",
		"1\u00a0ответ нельзя отличить", "NPS по неделям", "NPS по дням", `href="/results/springaa/answers?group=detractor"`, `href="/results/springaa/answers?score=3"`,
		`href="/results/springaa/answers?day=2026-10-10"`, "Сегмент", "Город")
	for path, want := range map[string]int{
		"?group=detractor": 15, "?score=3": 15, "?day=2026-10-10": 6, "?team=%D0%A1%D0%B5%D0%B2%D0%B5%D1%80": 30, "?unverified=1": 1, "?words=1": 2, "?wish=1": 1,
		"?owner=somebody+else": 1, "?language=ru&group=promoter": 30, "?week=2026-W41": 0, "?part=none-team": 0,
	} {
		if path == "?week=2026-W41" { // 5 to 11 October: the first two days and the third
			want = 18
		}
		found := 0
		_, page := v.Get("/results/springaa/answers" + path)
		for {
			found += strings.Count(page, `<li class="card">`)
			_, after, more := strings.Cut(page, `name="after" value="`)
			if !more {
				break
			}
			after, _, _ = strings.Cut(after, `"`)
			_, page = v.Get("/results/springaa/answers" + path + "&after=" + after)
		}
		if found != want {
			t.Errorf("%s leads to %d answers, want %d", path, found, want)
		}
	}
}

// What the answers in no figure would say is set beside those that are: from five on, with what it would change.
func TestUnverifiedBesideTheVerified(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	for name, c := range map[string]struct {
		unverified int
		score      int
		says       string
	}{
		"few":  {4, 2, "Их слишком мало, чтобы сравнивать с остальными: нужно хотя бы 5."},
		"same": {8, 0, "Разница в пределах случайности"},
		"low":  {20, 1, "с ними NPS изменился бы на −41,7."},
	} {
		a := w.Asks(survey.CampaignID("camp"+(name + "a")[:4]), survey.Customers, name, 2)
		for i := range 40 {
			a.Answer("Север", []int{10, 9, 7, 3}[i%4], 1, nil)
		}
		for i := range c.unverified {
			a.Answer("Север", []int{c.score, 10, 9, 7}[i%4*(1-min(1, c.score))], 1, func(r *survey.Response, _ *survey.Contact) { r.Verified, r.Unhappy = false, false })
		}
		a.Counted()
		v := w.Visitor("executive", "ru")
		_, page := v.Get("/results/camp" + (name + "a")[:4])
		v.Says(page, c.says)
		if name == "low" {
			v.Says(page, "Их собственный NPS — −100", "20 ответов), остальных — +25")
		}
		if _, page := w.Visitor("analyst", "ru").Get("/results/camp" + (name + "a")[:4]); name == "few" && strings.Contains(page, "Их собственный NPS") {
			t.Error("four answers are told apart")
		}
	}
}

// Breakdowns: what the contact list says of those who answered, with links to them; nothing of it is in an address.
func TestByPages(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	v := w.Visitor("analyst", "ru")
	for kind, want := range map[string][]string{
		"team": {"Север", "Юг", "+50", "0 %"}, "owner": {"2\u00a0группы не показаны"}, "language": {"Русский", "+25"},
		"part-0": {"Москва", "Казань", "По состоянию на", "100 %"}, "part-1": {"Сегмент", "<bdi>A</bdi>", "<bdi>B</bdi>"},
	} {
		status, page := v.Get("/results/springaa/by/" + kind)
		if status != 200 {
			t.Fatal(kind, status, page)
		}
		v.Says(page, want...)
		if strings.Contains(page, "value=%D0") {
			t.Errorf("%s has a contact's data in an address", kind)
		}
	}
	_, page := v.Get("/results/springaa/by/part-0")
	_, href, _ := strings.Cut(page, `/answers?part=0&amp;value=`)
	href, _, _ = strings.Cut(href, `"`)
	if _, page = v.Get("/results/springaa/answers?part=0&value=" + href); strings.Count(page, `<li class="card">`) != 20 {
		t.Errorf("a town leads to %d answers, want 20", strings.Count(page, `<li class="card">`))
	}
	v.Says(page, "Город: ")
	if status, _ := v.Get("/results/springaa/by/part-2"); status != 404 {
		t.Errorf("a part that there is not: %d", status)
	}
	status, _, to := w.Visitor("executive", "ru").Post("/results/springaa/count/part-1")
	if status != 303 || to != "/results/springaa/by/part-1?done=counted" {
		t.Errorf("counted: %d, to %s", status, to)
	}
	if kept, ok, err := w.Store.SavedDimensionCount(context.Background(), "springaa", 1); err != nil || !ok || kept.Values["A"].Answers() != 30 {
		t.Errorf("kept: %+v, %v, %v", kept.Values, ok, err)
	}
	_, page, _ = v.Post("/results/springaa/by/team", "find", "юг")
	v.Says(page, "Подходит 1\u00a0из 2")
	if strings.Contains(page, "<bdi>Север</bdi>") {
		t.Error("what was not looked for is listed")
	}
}

// Who gave an answer is told only to those who may know it; owners see their own customers' answers and nobody else's.
func TestAnswersTellNames(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	for staff, named := range map[string]bool{"executive": true, "administrator": true, "manager": true, "owner": true, "analyst": false, "marketing": false} {
		v := w.Visitor(staff, "ru")
		_, page, _ := v.Post("/results/springaa/answers", "search", "ДОЛГО везли")
		v.Says(page, "&lt;script&gt;", "долго везли 🐢", "Быстрая доставка")
		if got := strings.Contains(page, "Клиент №4"); got != named {
			t.Errorf("%s sees the name: %v, want %v", staff, got, named)
		}
		if got := strings.Contains(page, "/cases/springaa-"); got != named {
			t.Errorf("%s sees the way to the case: %v, want %v", staff, got, named)
		}
		if strings.Contains(page, "<script>alert") {
			t.Error("a comment became a script")
		}
	}
	v := w.Visitor("owner", "ru")
	_, page := v.Get("/results/springaa/answers?owner=somebody+else")
	v.Says(page, "Ответов не нашлось", "Показаны только ответы ваших клиентов")
	if _, page := v.Get("/results/springaa/by/owner"); strings.Contains(page, "somebody else") {
		t.Error("an owner sees another's figures")
	}
}

// Search looks at a bounded number of answers and goes on from there when asked, so that nothing is missed.
func TestFindResponsesGoesOn(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	consoletest.Spring(w)
	found, looked := map[survey.ContactID]bool{}, 0
	for from := new(survey.Cursor); from != nil; {
		rs, n, next, err := w.Store.FindResponses(context.Background(), "springaa", *from, 2, 7, func(r survey.Response) bool { return r.Score == 10 })
		if err != nil || n > 7 || len(rs) > 2 {
			t.Fatal(rs, n, err)
		}
		for _, r := range rs {
			found[r.Contact] = true
		}
		looked, from = looked+n, next
	}
	if len(found) != 15 || looked != 61 {
		t.Errorf("found %d, looked at %d; want 15 and 61", len(found), looked)
	}
}
