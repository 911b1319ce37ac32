package results_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/console/results"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// heard is what somebody has heard of one answer: in which groups it is, by the name of each.
type heard map[string][]string

// classes are how many answers nobody can tell apart, of all that somebody has heard.
func (t heard) classes(all []string) map[string]int {
	n := map[string]int{}
	for _, a := range all {
		slices.Sort(t[a])
		n[strings.Join(t[a], " & ")]++
	}
	return n
}

// Whatever somebody who may not know the people asks for, by page and by API, and however it is added and subtracted:
// nothing of one to four answers comes of it, and no words are narrowed to fewer than ten.
func TestNothingNarrowIsTold(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		w := consoletest.New(t, dynamo.Options{})
		w.Staffed()
		random := rand.New(rand.NewPCG(seed, 7))
		location, column := survey.DimensionLocation, survey.DimensionAttribute("Сегмент")
		a := w.Asks("springaa", survey.Customers, "Весна", 4, location, column)
		var all []survey.Response
		for i := range 60 + random.IntN(60) {
			team := int(4 * random.Float64() * random.Float64())
			a.Answer([]string{"Север", "Юг", "Запад", ""}[team], random.IntN(11), random.IntN(16), func(r *survey.Response, c *survey.Contact) {
				r.Owner, r.Language = fmt.Sprintf("owner%d", team*2+random.IntN(3)), []string{"ru", "ru", "ru", "en"}[random.IntN(4)]
				c.Location, c.Attrs = []string{"Москва", "Тверь", "Казань"}[random.IntN(3)], map[string]string{"Сегмент": []string{"A", "B"}[random.IntN(2)]}
				r.Why = fmt.Sprintf("слово-%03d.", i)
				r.Segments = survey.SegmentsOf(*c, a.C.Dimensions)
				all = append(all, *r)
			})
		}
		a.Counted()
		texts := make([]string, len(all))
		for i, r := range all {
			texts[i] = r.Why
		}
		for _, reader := range []string{"marketing", "analyst"} {
			figures := heard{}
			hear := func(kind string, rows any) {
				for _, row := range rows.([]any) {
					value, answers := row.(map[string]any)["value"].(string), 0
					for _, r := range all { // an analyst is told pseudonyms
						if kind == survey.KindOwner && reader == "analyst" && w.Desk.Keys.Pseudonym("staff", r.Owner) == value {
							value = r.Owner
						}
					}
					for i, r := range all {
						if insight.Value(a.C, kind, r) == value {
							answers++
							figures[texts[i]] = append(figures[texts[i]], kind+"="+value)
						}
					}
					if got := int(row.(map[string]any)["answers"].(float64)); got != answers || got < insight.LeastFigures {
						t.Errorf("seed %d, %s: %s=%s has %d answers, want %d", seed, reader, kind, value, got, answers)
					}
				}
			}
			role := survey.Role(reader)
			_, out := program(w, role, "/api/v1/campaigns/springaa/results")
			for kind, list := range map[string]string{"team": "teams", "owner": "owners", "language": "languages", "week": "weeks"} {
				hear(kind, out[list])
			}
			if len(out["days"].([]any)) != 0 {
				t.Errorf("days: %v", out["days"])
			}
			if len(out["teams"].([]any)) == 0 {
				t.Error("no team is shown at all")
			}
			for _, part := range a.C.Dimensions {
				_, out := program(w, role, "/api/v1/campaigns/springaa/results?by="+url.QueryEscape(part))
				hear(part, out["by"].(map[string]any)["rows"])
			}
			for class, n := range figures.classes(texts) {
				if n < insight.LeastFigures {
					t.Errorf("seed %d, %s: %d answers are alone in [%s]", seed, reader, n, class)
				}
			}
			for _, path := range []string{"/api/v1/campaigns/springaa/responses", "/api/v1/campaigns/springaa/invitations?wave=1", "/api/v1/audiences/customers/results"} {
				if status, _ := program(w, role, path); status != 403 {
					t.Errorf("%s gets %s: %d", reader, path, status)
				}
			}
			v := w.Visitor(reader, "ru")
			words := heard{}
			for _, q := range segmentQueries(w, a.C, all) {
				listed, refused := wordsListed(v, "springaa", q)
				for _, text := range listed {
					words[text] = append(words[text], q)
				}
				for _, more := range []string{"score=3", "group=detractor"} {
					some, refusedToo := wordsListed(v, "springaa", q+"&"+more)
					if refusedToo != refused || slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(listed, s) }) {
						t.Errorf("seed %d: %s with %s tells more: %v", seed, q, more, some)
					}
				}
			}
			for class, n := range words.classes(texts) {
				if n < insight.LeastWords {
					t.Errorf("seed %d, %s: the words of %d are alone in [%s]", seed, reader, n, class)
				}
			}
			if len(words) != len(all) {
				t.Errorf("%s reads the words of %d of %d", reader, len(words), len(all))
			}
		}
	}
}

// segmentQueries are all the ways to ask for answers by one property.
func segmentQueries(w *consoletest.World, c survey.Campaign, all []survey.Response) (queries []string) {
	for _, kind := range []string{"team", "owner", "language", c.Dimensions[0], c.Dimensions[1]} {
		for _, r := range all {
			if q := resultPages(w).ValueQuery(c, kind, insight.Value(c, kind, r)); !slices.Contains(queries, q) {
				queries = append(queries, q)
			}
		}
	}
	return append(queries, "")
}

var (
	wordPattern  = regexp.MustCompile(`слово-\d{3}\.`)
	afterPattern = regexp.MustCompile(`name="after" value="([^"]*)"`)
)

// wordsListed are the words of the answers that a query leads to, page by page.
func wordsListed(v *consoletest.Visitor, c, query string) (words []string, refused bool) {
	v.T.Helper()
	for after := ""; ; {
		status, page := v.Get("/results/" + c + "/answers?" + query + after)
		if status == 403 {
			return words, true
		}
		if status != 200 {
			v.T.Fatalf("%s: %d", query, status)
		}
		words = append(words, wordPattern.FindAllString(page, -1)...)
		for _, card := range strings.Split(page, `<li class="card">`)[1:] {
			card, _, _ = strings.Cut(card, "</li>")
			for _, tells := range []string{"Клиент", "Север", "Юг", "Запад", "owner", "Москва", "/contacts/", "/cases/", "2026", "contact"} {
				if strings.Contains(card, tells) {
					v.T.Errorf("an answer's card tells %q: %s", tells, card)
				}
			}
		}
		m := afterPattern.FindStringSubmatch(page)
		if m == nil {
			return words, false
		}
		if !regexp.MustCompile(`^\d+\.\d+$`).MatchString(m[1]) {
			v.T.Errorf("a place in the list tells %q", m[1])
		}
		after = "&after=" + m[1]
	}
}

// What such a reader may not ask for is refused, on the first page and on the next; what lists are made of is in no order
// that tells of contacts.
func TestNarrowQuestionsAreRefused(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	few := w.Asks("fewaaaaa", survey.Customers, "Мало", 1)
	for i := range 9 {
		few.Answer("Север", i, 0, func(r *survey.Response, _ *survey.Contact) { r.Why = fmt.Sprintf("слово-%03d.", i) })
	}
	few.Counted()
	four := w.Asks("fouraaaa", survey.Customers, "Четыре", 1)
	for range 4 {
		four.Answer("Север", 3, 0, nil)
	}
	four.Counted()
	for _, reader := range []string{"marketing", "analyst"} {
		v := w.Visitor(reader, "ru")
		north := "team=" + url.QueryEscape("Север")
		for query, want := range map[string]int{
			"": 200, north: 200, strings.ToLower(north): 200, "language=ru": 200, "group=detractor": 200, north + "&score=3": 200,
			north + "&language=ru": 403, north + "&owner=owner": 403, "owner=somebody+else": 403, "owner=owner": 403, "part=none-team": 403, "day=2026-10-10": 403,
			"week=2026-W41": 403, "unverified=1": 403, "team=nothing": 403, "part=7&value=0": 403, "part=0&value=0": 403, "part=x": 403, north + "&part=1&value=" + insight.SegmentSum("A"): 403,
			"part=1&value=" + insight.SegmentSum("A"): 200, "after=x": 400, "after=-1.0": 400, "after=0.-5": 400, "after=0.9999999": 200, "after=99.0": 400,
		} {
			if status, page := v.Get("/results/springaa/answers?" + query); status != want {
				t.Errorf("%s asks for %q: %d, want %d\n%s", reader, query, status, want, page)
			}
		}
		if _, page := v.Get("/results/fewaaaaa/answers"); strings.Contains(page, "слово") {
			t.Error("the words of nine are shown")
		}
		if _, page := v.Get("/campaigns/fewaaaaa"); strings.Contains(page, "слово") {
			t.Error("the live page shows the words of nine")
		}
		for _, path := range []string{"/results/fouraaaa", "/results", "/campaigns", "/campaigns/fouraaaa", "/results/fouraaaa/by/team", "/"} {
			_, page := v.Get(path)
			if page = strings.ReplaceAll(page, `>−100</text>`, ""); strings.Contains(page, "−100") || strings.Contains(page, "-100<") || regexp.MustCompile(`href="/results/fouraaaa">\d`).MatchString(page) { // a drawing's scale is no figure
				t.Errorf("%s shows %s the figures of four", path, reader)
			}
		}
		status, out := program(w, survey.Role(reader), "/api/v1/campaigns/fouraaaa/results")
		if whole := out["whole"].(map[string]any); status != 200 || out["withheld"] != "too_few" || whole["answers"] != 0.0 || len(out["teams"].([]any)) != 0 {
			t.Errorf("the API shows %s %v", reader, out)
		}
		if _, out = program(w, survey.Role(reader), "/api/v1/campaigns/springaa/compare?with=fouraaaa"); out["comparison"] != nil && len(out["teams"].([]any)) != 0 {
			t.Errorf("compared: %v", out)
		}
		_, page := v.Get("/results/springaa")
		for _, never := range []string{"unverified=1", "?week=", "?day=", "NPS по дням"} {
			if strings.Contains(page, never) {
				t.Errorf("%s is led to %s", reader, never)
			}
		}
		_, page = v.Get("/campaigns/springaa")
		if !strings.Contains(page, "Быстрая доставка") || strings.Contains(page, "12 октября") {
			t.Errorf("%s: the live page has no words, or their times", reader)
		}
	}
	if _, page := w.Visitor("executive", "ru").Get("/results/springaa/answers?owner=somebody+else&language=ru"); strings.Count(page, `<li class="card">`) != 1 {
		t.Error("an executive may look at anything")
	}
}

// resultPages are the pages that show answers.
func resultPages(w *consoletest.World) *results.Pages {
	return &results.Pages{Shell: &shell.Shell{Desk: w.Desk.Desk}}
}
