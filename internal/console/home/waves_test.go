package home_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/counting"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// asked launches a campaign in which each team answers with its scores, forty people a team.
func asked(w *consoletest.World, id survey.CampaignID, name string, weeks int, teams map[string][]int) {
	a := w.Asks(id, survey.Customers, name, weeks)
	for _, team := range []string{"Север", "Юг", "Запад"} {
		for i := range 40 {
			a.Answer(team, teams[team][i%len(teams[team])], i/20, nil)
		}
	}
	a.Counted()
}

// The executive's home names each campaign with figures of its own, says what moved the latest one, or that nothing has
// beyond chance, and its campaigns, weeks and parts are links.
func TestWavesApart(t *testing.T) {
	t.Parallel()
	even := []int{10, 9, 8, 3}
	for _, test := range []struct {
		name string
		now  map[string][]int
		want []string
		not  []string
	}{
		{
			"one team fell",
			map[string][]int{"Север": {0, 3, 7, 5}, "Юг": even, "Запад": even},
			[]string{"Значимо хуже", "Сильнее всего и\u00a0не случайно изменилось", `href="/results/secondaa/by/team"><bdi>Север</bdi>`, "Сравнили 3\u00a0команды и\u00a0языка; интервал это учитывает"},
			[]string{"<bdi>Юг</bdi></a>"},
		},
		{
			"nothing moved",
			map[string][]int{"Север": even, "Юг": {10, 9, 8, 8, 9, 3, 3}, "Запад": even},
			[]string{"Разница незначима", "Сравнили 3\u00a0команды и\u00a0языка: неслучайных изменений нет"},
			[]string{"Сильнее всего"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			asked(w, "firstaaa", "Первая", 6, map[string][]int{"Север": even, "Юг": even, "Запад": even})
			v := w.Visitor("executive", "ru")
			_, page := v.Get("/")
			v.Says(page, "Это первая кампания этой аудитории")
			asked(w, "secondaa", "Вторая", 1, test.now)
			_, page = v.Get("/")
			v.Says(page, append(test.want, `href="/results/secondaa"><bdi>Вторая`, `href="/results/firstaaa"><bdi>Первая`, `href="/results/compare?a=firstaaa&amp;b=secondaa"`, "120 из 240")...)
			for _, not := range test.not {
				if strings.Contains(page, not) {
					t.Errorf("the page says %q", not)
				}
			}
			for _, href := range regexp.MustCompile(`href="(/results/(?:first|second)[^"]*)"`).FindAllStringSubmatch(page, -1) {
				if status, _ := v.Get(strings.ReplaceAll(href[1], "&amp;", "&")); status != 200 {
					t.Errorf("%s leads to %d", href[1], status)
				}
			}
			if n := strings.Count(page, "/answers?week="); n < 2 {
				t.Errorf("%d weeks lead to their answers", n)
			}
		})
	}
}

// Whatever an owner or a manager opens, the same campaign has the same figures of theirs, beside the whole campaign's, and
// the list of answers has as many.
func TestOwnFiguresAgree(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("shareaaa", survey.Customers, "Общая", 2)
	for i := range 90 { // owner: 30 of 90; team Север: 36
		a.Answer([]string{"Север", "Юг", "Запад", "Север", "Восток"}[i%5], []int{10, 9, 3, 7, 10, 2, 9}[i%7], i/10, func(r *survey.Response, c *survey.Contact) {
			r.Why = "Слово " + r.Team
			if i%3 != 0 {
				r.Owner, c.Owner = "stranger", "stranger"
			}
		})
	}
	a.Counted()
	figure := regexp.MustCompile(`[+−]\d+|\b0\b`)
	for staff, want := range map[string]int{"owner": 30, "manager": 36} {
		v := w.Visitor(staff, "ru")
		_, home := v.Get("/")
		_, after, _ := strings.Cut(home, `<span class="big">`)
		score := figure.FindString(after)
		count := map[int]string{30: "30\u00a0ответов", 36: "36\u00a0ответов"}[want]
		v.Says(home, count, "90\u00a0ответов", "</strong> · ", "NPS всей компании по неделям")
		_, whole := v.Get("/results/shareaaa")
		v.Says(whole, `<span class="big">`+score, count, "90\u00a0ответов", "По сравнению с\u00a0остальными")
		_, list := v.Get("/results")
		v.Says(list, `class="num strong">`+score, `class="num">`+count[:2]+"<")
		_, team := v.Get("/results/shareaaa/by/team")
		if strings.Contains(team, "answers?team=") && staff == "owner" || strings.Count(team, "/answers?") > 1 {
			t.Errorf("%s is led to others' answers by teams", staff)
		}
		v.Says(team, "Вся кампания", ">Команда: вся кампания</bdi></h1>")
		_, language := v.Get("/results/shareaaa/by/language")
		if strings.Contains(language, "/answers?language=") {
			t.Errorf("%s: a language of the whole campaign leads to some of its answers", staff)
		}
		if n := listed(v, "/results/shareaaa/answers"); n != want {
			t.Errorf("%s is listed %d answers, want %d", staff, n, want)
		}
		promoters := regexp.MustCompile(`answers\?group=promoter">[^<]*</a>.*?<span class="soft">(\d+)`).FindStringSubmatch(whole)
		if promoters == nil || listed(v, "/results/shareaaa/answers?group=promoter") != number(promoters[1]) {
			t.Errorf("%s: the promoters are %v, and %d are listed", staff, promoters, listed(v, "/results/shareaaa/answers?group=promoter"))
		}
		// Charts: of one's own the scores; by week, day and part of the whole campaign, as their headings say.
		v.Says(language, ">Язык: вся кампания</bdi></h1>")
		for _, of := range []struct {
			page, heading string
			sum           int
		}{
			{home, "NPS всей компании по неделям", 90},
			{whole, "Оценки от 0 до 10", want},
			{whole, "NPS всей кампании по неделям", 90},
			{whole, "NPS всей кампании по дням", 90},
			{language, "Язык: вся кампания", 2 * 90}, // with the row of the whole
		} {
			if n := answersUnder(t, of.page, of.heading); n != of.sum {
				t.Errorf("%s: under %q there are %d answers, want %d", staff, of.heading, n, of.sum)
			}
		}
		if staff == "manager" {
			_, live := v.Get("/campaigns/shareaaa")
			v.Says(live, `data-live="nps">`+score, `data-live="answers">36<`, "Вся кампания: NPS")
			if strings.Contains(live, "Слово Юг") || !strings.Contains(live, "Слово Север") {
				t.Error("the live page has others' comments, or none")
			}
			_, campaigns := v.Get("/campaigns")
			v.Says(campaigns, "<strong>"+score+"</strong>", ">36<")
		}
	}
	// A manager of whose team the campaign knows nothing is shown the customers of who reports to the manager.
	staff := append([]survey.Staff{}, consoletest.Everybody...)
	staff[2].Team = "Экспедиция"
	if err := w.Store.PutStaff(context.Background(), staff); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("manager", "ru")
	_, home := v.Get("/")
	v.Says(home, "30\u00a0ответов")
	if n := listed(v, "/results/shareaaa/answers"); n != 30 {
		t.Errorf("%d answers are listed, want 30", n)
	}
}

// Whoever sees all sees the same number of answers on every tab and under every chart.
func TestFiguresAgreeOnEveryTab(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("shareaaa", survey.Customers, "Общая", 3)
	const answers = 1234
	for i := range answers {
		a.Answer([]string{"Север", "Юг", "Запад"}[i%3], i%11, i%14, nil)
	}
	a.Counted()
	for _, staff := range []string{"executive", "administrator"} {
		v := w.Visitor(staff, "ru")
		_, home := v.Get("/")
		_, whole := v.Get("/results/shareaaa")
		for _, page := range []string{home, whole} {
			v.Says(page, "1 234 ответа")
		}
		for heading, page := range map[string]string{"NPS по неделям, все кампании вместе": home, "Оценки от 0 до 10": whole, "NPS по неделям": whole, "NPS по дням": whole} {
			if n := answersUnder(t, page, heading); n != answers {
				t.Errorf("%s: under %q there are %d answers", staff, heading, n)
			}
		}
		for _, kind := range []string{"team", "owner", "language"} {
			_, page := v.Get("/results/shareaaa/by/" + kind)
			if n := answersUnder(t, page, "<h1"); n != answers {
				t.Errorf("%s: by %s there are %d answers", staff, kind, n)
			}
		}
	}
}

// answersUnder adds up the answers of the table that stands under a heading.
func answersUnder(t *testing.T, page, heading string) (sum int) {
	t.Helper()
	_, after, ok := strings.Cut(strings.ReplaceAll(page, "\u00a0", " "), heading)
	if !ok {
		t.Fatalf("there is no %q", heading)
	}
	_, after, _ = strings.Cut(after, "<tbody>")
	table, _, _ := strings.Cut(after, "</tbody>")
	for _, cell := range regexp.MustCompile(`(?s)<td[^>]* class="num">(.*?)</td>|<td class="num">(.*?)</td>`).FindAllStringSubmatch(table, -1) {
		text := regexp.MustCompile(`<[^>]*>|\s`).ReplaceAllString(cell[1]+cell[2], "")
		if !strings.HasPrefix(text, "+") { // an NPS has a sign, and a share a mark
			n, _ := strconv.Atoi(text)
			sum += n
		}
	}
	return sum
}

func number(text string) (n int) {
	for _, c := range text {
		n = n*10 + int(c-'0')
	}
	return n
}

// listed counts the answers of all pages of a list.
func listed(v *consoletest.Visitor, path string) (n int) {
	_, page := v.Get(path)
	for {
		n += strings.Count(page, `<li class="card">`)
		_, after, more := strings.Cut(page, `name="after" value="`)
		if !more {
			return n
		}
		after, _, _ = strings.Cut(after, `"`)
		on := "?"
		if strings.Contains(path, "?") {
			on = "&"
		}
		_, page = v.Get(path + on + "after=" + after)
	}
}

// Campaigns that were brought in are drawn with the others, the earliest first, where the last weeks say less than they do; without three of them the weeks are.
func TestBroughtWavesAreDrawn(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("latestaa", survey.Customers, "Сейчас", 1)
	for i := range 60 {
		a.Answer("Север", []int{10, 9, 8, 3}[i%4], i/30, nil)
	}
	a.Counted()
	v := w.Visitor("executive", "ru")
	_, page := v.Get("/")
	v.Says(page, "NPS по неделям, все кампании вместе")
	var list strings.Builder
	list.WriteString("date;score;campaign\n")
	for wave := range 5 {
		at := w.Now().AddDate(0, -3*(wave+1), 0)
		for i := range 40 {
			fmt.Fprintf(&list, "%s;%d;Волна %d\n", at.Add(time.Duration(i)*time.Hour).Format(time.RFC3339), []int{10, 9, 7, 2}[(i+wave)%4], 5-wave)
		}
	}
	w.Must("POST", "/api/v1/history?audience=customers&into=column", consoletest.CSVType, []byte(list.String()))
	counter := &counting.Counter{Store: w.Store, Log: slog.New(slog.DiscardHandler), Random: rand.IntN}
	if failed := counter.Count(t.Context(), slices.DeleteFunc(w.Changes(), func(c survey.ItemChange) bool { return c.Now.Of() == a.C.ID })); len(failed) > 0 { // those are counted
		t.Fatalf("%d changes are not counted", len(failed))
	}
	_, page = v.Get("/")
	v.Says(page, "NPS по кампаниям", `href="/results/latestaa"><bdi>Сейчас`, ">Волна 1<")
	if n := strings.Count(page, `class="dot"`); n != 6 || strings.Contains(page, "NPS по неделям") {
		t.Errorf("%d campaigns are drawn", n)
	}
	if first, last := strings.Index(page, ">Волна 1<"), strings.LastIndex(page, ">Сейчас<"); first > last {
		t.Error("the latest comes first")
	}
	if n := answersUnder(t, page, "NPS по кампаниям"); n != 260 {
		t.Errorf("the campaigns have %d answers", n)
	}
}
