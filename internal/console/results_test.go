package console

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// asked is a campaign that is being answered in a test's world: its figures are what recompute would have counted.
type asked struct {
	w       *world
	c       survey.Campaign
	random  *rand.Rand
	figures survey.Deltas
	n       int
	plan    survey.Asked
}

// asks launches a campaign so many weeks ago.
func (w *world) asks(id survey.CampaignID, a survey.Audience, name string, weeks int, parts ...string) *asked {
	w.t.Helper()
	at := w.now().AddDate(0, 0, -7*weeks)
	c := survey.Campaign{ID: id, Name: name, Audience: a, State: survey.Open, Language: "ru", Created: at, Launched: at, Opened: at, Dimensions: parts}
	if err := w.store.CreateCampaign(context.Background(), c); err != nil {
		w.t.Fatal(err)
	}
	return &asked{w, c, rand.New(rand.NewPCG(1, uint64(weeks))), survey.Deltas{}, 0, survey.Asked{}}
}

func contactNumber(n int) survey.ContactID {
	id := []byte("aaaacontactaaaaa")
	for i := 0; n > 0; i, n = i+1, n/26 {
		id[i] = 'a' + byte(n%26)
	}
	return survey.ContactID(id)
}

// answer is what somebody of a team answered, so many days after the launch; change may alter it before it is stored.
func (a *asked) answer(team string, score, day int, change func(*survey.Response, *survey.Contact)) {
	a.w.t.Helper()
	a.n++
	at := a.c.Launched.Add(time.Duration(day)*24*time.Hour + time.Duration(a.n)*time.Second)
	person := survey.Contact{ID: contactNumber(a.n), Audience: a.c.Audience, Person: survey.Person{Email: fmt.Sprintf("person%d@example.com", a.n), Name: fmt.Sprintf("Клиент №%d", a.n)},
		Owner: "owner", Team: team, Location: []string{"Москва", "Казань", "Тверь"}[a.n%3]}
	r := survey.Response{Campaign: a.c.ID, Contact: person.ID, Audience: a.c.Audience, Owner: "owner", Team: team, Language: "ru", Score: score, Verified: true,
		First: at, Counted: at, Updated: at, Version: 1, Unhappy: score <= 6}
	if change != nil {
		change(&r, &person)
	}
	if !r.Verified {
		r.Counted = time.Time{}
	}
	if len(a.c.Dimensions) > 0 {
		r.Segments = survey.SegmentsOf(person, a.c.Dimensions)
	}
	ctx := context.Background()
	if _, err := a.w.store.UpsertContacts(ctx, []survey.Contact{person}, "", at); err != nil {
		a.w.t.Fatal(err)
	}
	if err := a.w.store.SaveResponse(ctx, r, 0); err != nil {
		a.w.t.Fatal(err)
	}
	survey.MarkOf(r).Count(a.figures, a.c.ID, 1)
	survey.CountBatch(a.figures, survey.Batch{Campaign: a.c.ID, Language: "ru", State: survey.BatchDone, At: a.c.Launched, Outcomes: []survey.Outcome{
		{Contact: person.ID, State: survey.InvitationSent, Owner: r.Owner, Team: r.Team}, {Contact: "nobody", State: survey.InvitationSent, Owner: r.Owner, Team: r.Team}}}, a.c.Audience)
	a.plan.Count(person)
}

// counted writes the figures.
func (a *asked) counted() {
	a.w.t.Helper()
	ctx := context.Background()
	if err := a.w.store.AddFigures(ctx, a.figures); err != nil {
		a.w.t.Fatal(err)
	}
	if err := a.w.store.PutAsked(ctx, a.c.ID, 0, a.plan); err != nil {
		a.w.t.Fatal(err)
	}
	a.figures = survey.Deltas{}
}

// spring is a campaign of 60 answers of two teams over ten days: 30 promoters, 15 passives, 15 detractors, one of whom
// says what no page may take for its own.
func spring(w *world) *asked {
	a := w.asks("springaa", survey.Customers, "Весна <b>2026</b>", 6, survey.DimensionLocation, survey.DimensionAttribute("Сегмент"))
	for i := range 60 {
		score := []int{10, 9, 7, 3}[i%4]
		a.answer([]string{"Север", "Юг"}[i%2], score, i/6, func(r *survey.Response, c *survey.Contact) {
			c.Attrs = map[string]string{"Сегмент": string(rune('A' + i%2))}
			switch i {
			case 3:
				r.Why, r.Wish = "<script>alert('x')</script> долго везли 🐢", "Быстрая доставка"
			case 4:
				r.Why, c.Person.Name = "Отлично! "+strings.Repeat("очень ", 200), "\u202eمحمد"
			case 5:
				r.Owner = "somebody else"
			}
		})
	}
	a.answer("Север", 2, 1, func(r *survey.Response, _ *survey.Contact) { r.Verified, r.Unhappy = false, false })
	a.counted()
	return a
}

// harvest is a later campaign, in which all are happier.
func harvest(w *world) *asked {
	a := w.asks("autumnaa", survey.Customers, "Осень 2026", 1)
	for i := range 80 {
		a.answer([]string{"Север", "Юг", "Запад"}[i%3], []int{10, 9, 10, 8}[i%4], i/16, nil)
	}
	a.counted()
	return a
}

// Every figure of a campaign is on its page, and leads to the answers that it is made of.
func TestResultPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	spring(w)
	v := w.visitor("executive", "ru")
	status, page := v.get("/results/springaa")
	if status != 200 {
		t.Fatal(status, page)
	}
	v.says(page, "Весна &lt;b&gt;2026&lt;/b&gt;", `<span class="big">+25</span>`, "от +3 до +44", "60 ответов", "50 %", "25 %", "2 ответа со словами", "60 из 122",
		"1 ответ нельзя отличить", "NPS по неделям", "NPS по дням", `href="/results/springaa/answers?group=detractor"`, `href="/results/springaa/answers?score=3"`,
		`href="/results/springaa/answers?day=2026-10-10"`, "Сегмент", "Место")
	for path, want := range map[string]int{"?group=detractor": 15, "?score=3": 15, "?day=2026-10-10": 6, "?team=%D0%A1%D0%B5%D0%B2%D0%B5%D1%80": 30, "?unverified=1": 1, "?words=1": 2, "?wish=1": 1,
		"?owner=somebody+else": 1, "?language=ru&group=promoter": 30, "?week=2026-W41": 0, "?part=none-team": 0} {
		if path == "?week=2026-W41" { // 5 to 11 October: the first two days and the third
			want = 18
		}
		found := 0
		_, page := v.get("/results/springaa/answers" + path)
		for {
			found += strings.Count(page, `<li class="card">`)
			_, after, more := strings.Cut(page, `name="after" value="`)
			if !more {
				break
			}
			after, _, _ = strings.Cut(after, `"`)
			_, page = v.get("/results/springaa/answers" + path + "&after=" + after)
		}
		if found != want {
			t.Errorf("%s leads to %d answers, want %d", path, found, want)
		}
	}
}

// Breakdowns: what the contact list says of those who answered, with links to them; nothing of it is in an address.
func TestByPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	spring(w)
	v := w.visitor("analyst", "ru")
	for kind, want := range map[string][]string{"team": {"Север", "Юг", "+50", "0 %"}, "owner": {"2 группы не показаны"}, "language": {"Русский", "+25"},
		"part-0": {"Москва", "Казань", "По состоянию на:", "100 %"}, "part-1": {"Сегмент", "<bdi>A</bdi>", "<bdi>B</bdi>"}} {
		status, page := v.get("/results/springaa/by/" + kind)
		if status != 200 {
			t.Fatal(kind, status, page)
		}
		v.says(page, want...)
		if strings.Contains(page, "value=%D0") {
			t.Errorf("%s has a contact's data in an address", kind)
		}
	}
	_, page := v.get("/results/springaa/by/part-0")
	_, href, _ := strings.Cut(page, `/answers?part=0&amp;value=`)
	href, _, _ = strings.Cut(href, `"`)
	if _, page = v.get("/results/springaa/answers?part=0&value=" + href); strings.Count(page, `<li class="card">`) != 20 {
		t.Errorf("a town leads to %d answers, want 20", strings.Count(page, `<li class="card">`))
	}
	v.says(page, "Место: ")
	if status, _ := v.get("/results/springaa/by/part-2"); status != 404 {
		t.Errorf("a part that there is not: %d", status)
	}
	status, _, to := w.visitor("executive", "ru").post("/results/springaa/count/part-1")
	if status != 303 || to != "/results/springaa/by/part-1?done=counted" {
		t.Errorf("counted: %d, to %s", status, to)
	}
	if kept, ok, err := w.store.SavedDimensionCount(context.Background(), "springaa", 1); err != nil || !ok || kept.Values["A"].Answers() != 30 {
		t.Errorf("kept: %+v, %v, %v", kept.Values, ok, err)
	}
	_, page, _ = v.post("/results/springaa/by/team", "find", "юг")
	v.says(page, "Подходит 1 из 2")
	if strings.Contains(page, "<bdi>Север</bdi>") {
		t.Error("what was not looked for is listed")
	}
}

// Who gave an answer is told only to those who may know it; owners see their own customers' answers and nobody else's.
func TestAnswersTellNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	spring(w)
	for staff, named := range map[string]bool{"executive": true, "administrator": true, "manager": true, "owner": true, "analyst": false, "marketing": false} {
		v := w.visitor(staff, "ru")
		_, page, _ := v.post("/results/springaa/answers", "search", "ДОЛГО везли")
		v.says(page, "&lt;script&gt;", "долго везли 🐢", "Быстрая доставка")
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
	v := w.visitor("owner", "ru")
	_, page := v.get("/results/springaa/answers?owner=somebody+else")
	v.says(page, "Ничего не подошло", "Показаны только ответы ваших клиентов")
	if _, page := v.get("/results/springaa/by/owner"); strings.Contains(page, "somebody else") {
		t.Error("an owner sees another's figures")
	}
}

// Search looks at a bounded number of answers and goes on from there when asked, so that nothing is missed.
func TestFindResponsesGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	spring(w)
	found, looked := map[survey.ContactID]bool{}, 0
	for from := new(survey.Cursor); from != nil; {
		rs, n, next, err := w.store.FindResponses(context.Background(), "springaa", *from, 2, 7, func(r survey.Response) bool { return r.Score == 10 })
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
