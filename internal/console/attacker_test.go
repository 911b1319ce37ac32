package console_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/blocks/blockstest"
	"onetap/internal/console/consoletest"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/local/attack"
	"onetap/internal/survey"
)

// The attacker over HTTP: as every role, and as a program of every role that programs may have, everything is asked that pages and API
// answer of a campaign of employees, by every column, value, crossing, filter, order, date and place, before its box is opened, while what
// came out is being counted, and after. Every number becomes an equation over the answers, whose row space must tell nothing of fewer than
// five; every comment is held against its group, its neighbours, and the orders in which people can be known; and of two who differ in
// nothing but that one has answered every page says the same.
//
// Broken on purpose, one after another, each of these turned it red:
//   - insight: figures are shown while opened answers are being counted (View.Disclose);
//   - insight: a group's response rate is shown (Report.byGroups);
//   - ballot: groups of two are groups of words (Open);
//   - ballot and blocks: cells of two are groups of figures, and the rule of blocks lets every group through (Open, Fits): each hides what the
//     other would let out;
//   - opening: words are not shuffled (Opener.pages);
//   - insight: who answered is known of employees too (Persons).
func TestAttackerOverHTTP(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			w := newBallotWorld(t, seed)
			a := &attacker{ballotWorld: w, found: map[string]int{}, equations: map[string][]int64{}}
			a.everybody(t, a.briefly())
			w.open(t)
			a.opened = w.Campaign(w.id)
			a.everybody(t, a.briefly())
			w.count(t, w.answers[:len(w.answers)/2])
			a.everybody(t, a.briefly())
			w.count(t, w.answers[len(w.answers)/2:])
			a.counted = true
			a.everybody(t, append(a.briefly(), a.everything()...))
			dates := 0
			for _, r := range w.answers {
				if r.Segment(0) != "" {
					dates++
				}
			}
			if a.remarks == 0 || len(a.equations) < 3 || a.pairs == 0 || dates == 0 {
				t.Errorf("seed %d: the attacker has seen %d comments, %d figures and %d hire dates, and compared %d pages: too few to be one", seed, a.remarks, len(a.equations), dates, a.pairs)
			}
			rows := slices.Collect(maps.Values(a.equations))
			if few := blockstest.Audit(rows, len(w.answers), insight.LeastFigures); few != nil {
				t.Errorf("seed %d: of %d answers %v can be worked out from %d figures", seed, len(w.answers), few, len(rows))
			}
			for _, what := range slices.Sorted(maps.Keys(a.found)) {
				t.Errorf("seed %d: %s (%d times)", seed, what, a.found[what])
			}
			t.Logf("%d pages, %d figures, %d comments", a.asked, len(a.equations), a.remarks)
		})
	}
}

// attacker is who asks.
type attacker struct {
	*ballotWorld
	opened  survey.Campaign
	counted bool // everything that came out of the box is in the figures
	who     string

	asked, remarks, pairs int
	found                 map[string]int // what was found, and how often
	equations             map[string][]int64
}

func (a *attacker) find(format string, args ...any) {
	a.found[a.who+": "+fmt.Sprintf(format, args...)]++
}

// everybody asks as each role, by pages, and as a program.
func (a *attacker) everybody(t *testing.T, paths []string) {
	for _, role := range fieldRoles {
		a.who = string(role)
		g := a.As(t, string(role))
		for _, path := range paths {
			if !strings.HasPrefix(path, "/api/") {
				a.take(path, a.get(g, path))
			}
		}
		if authz.Can(role, authz.ReadContacts) {
			a.compare(g, "/contacts/employees/")
		}
		if role == survey.RoleOwner || role == survey.RoleManager { // programs have none of these
			continue
		}
		token, hash := auth.NewToken()
		if err := a.Store.PutToken(t.Context(), authz.Token{Hash: hash, Name: hash, Role: role, Made: a.Now()}); err != nil {
			t.Fatal(err)
		}
		a.who += "’s program"
		program := a.Guest(t)
		program.Header.Set("Authorization", "Bearer "+token)
		for _, path := range paths {
			if strings.HasPrefix(path, "/api/") {
				a.take(path, a.get(program, path))
			}
		}
		if authz.Can(role, authz.ReadContacts) {
			a.compare(program, "/api/v1/contacts/employees/")
		}
	}
}

// get asks; "POST path?form" sends the form.
func (a *attacker) get(g *consoletest.Guest, path string) consoletest.Page {
	a.asked++
	to, post := strings.CutPrefix(path, "POST ")
	if !post {
		return g.Get(path)
	}
	to, form, _ := strings.Cut(to, "?")
	values, _ := url.ParseQuery(form)
	var pairs []string
	for name := range values {
		pairs = append(pairs, name, values.Get(name))
	}
	return g.Send(to, pairs...)
}

// briefly is what tells most.
func (a *attacker) briefly() []string {
	id := string(a.id)
	return []string{
		"/", "/results?audience=employees", "/campaigns?audience=employees", "/results/" + id, "/results/" + id + "/by/team", "/results/" + id + "/by/part-0", "/results/" + id + "/team", "/campaigns/" + id,
		"/campaigns/" + id + "/live", "/results/" + id + "/answers",
		"/api/v1/campaigns", "/api/v1/campaigns/" + id, "/api/v1/campaigns/" + id + "/results", "/api/v1/campaigns/" + id + "/words", "/api/v1/campaigns/" + id + "/responses",
	}
}

// everything is whatever else there is to ask.
func (a *attacker) everything() (paths []string) {
	id := string(a.id)
	kinds := []string{survey.KindTeam, survey.KindOwner, survey.KindLanguage, survey.KindWeek, "day", "part-0", "part-1", "part-2", "hired"}
	for _, kind := range kinds {
		paths = append(paths, "/results/"+id+"/by/"+kind, "/results/"+id+"/by/"+kind+"?team=x&part=0", "POST /results/"+id+"/count/"+kind, "POST /results/"+id+"/by/"+kind+"?find=2023")
	}
	c := a.opened
	var filters []string
	for _, m := range a.members[1:4] {
		team, part := url.QueryEscape(a.Desk.Parameter(m.Team)), insight.SegmentSum(m.Attrs[hired])
		town := insight.SegmentSum(m.Location)
		filters = append(
			filters, "team="+team, "team="+url.QueryEscape(m.Team), "part=0&value="+part, "s0="+part, "s1="+town, "s0="+part+"&s1="+town, "team="+team+"&s1="+town, "team="+team+"&language="+m.Language,
			"team="+team+"&group=detractor", "search="+url.QueryEscape(m.said), "team="+team+"&words=1&sort=score",
		)
	}
	filters = append(
		filters, "score=0", "score=10", "sort=time", "sort=score", "sort=score-down", "group=promoter", "words=1", "wish=1", "unverified=1", "language=ru", "week="+survey.Week(a.Now()), "day="+a.Now().Format("2006-01-02"), "from=2026-11-01", "until=2026-11-20",
		"after=0.0", "after=3.1", "after=0~0", "part=none-team", "owner=owner", "limit=1",
	)
	slices.Sort(filters)
	for _, f := range slices.Compact(filters) {
		method := ""
		if strings.HasPrefix(f, "search=") || strings.HasPrefix(f, "team=") {
			method = "POST "
		}
		paths = append(paths, method+"/results/"+id+"/answers?"+f)
	}
	for _, f := range []string{"team=" + url.QueryEscape(a.members[0].Team), "sort=score", "after=1"} {
		paths = append(paths, "/results/"+id+"/team?"+f, "/results/"+id+"?"+f, "/api/v1/campaigns/"+id+"/words?"+f, "/api/v1/campaigns/"+id+"/results?"+f)
	}
	for _, part := range []string{"sent", "failed", "uncertain", "skipped", "waiting", "bounced", "answered", "silent"} {
		paths = append(paths, "/campaigns/"+id+"/people?part="+part, "/campaigns/"+id+"/people?part="+part+"&reminder=1")
	}
	for _, by := range append(slices.Clone(c.Dimensions), "team", "owner", "week", "language") {
		paths = append(paths, "/api/v1/campaigns/"+id+"/results?by="+url.QueryEscape(by))
	}
	for _, state := range []string{"sent", "failed", "uncertain", "skipped", "answered"} {
		paths = append(paths, "/api/v1/campaigns/"+id+"/invitations?state="+state, "/api/v1/campaigns/"+id+"/invitations?wave=1&state="+state)
	}
	return append(
		paths, "/results/compare?a="+id+"&b="+id, "/api/v1/campaigns/"+id+"/compare?with="+id, "/api/v1/audiences/employees/results", "/api/v1/audiences/employees/results?weeks=500", "/api/v1/audiences/employees/count",
		"/api/v1/audiences/employees/columns", "/api/v1/contacts?audience=employees", "/api/v1/campaigns/"+id+"/cases", "/api/v1/campaigns/"+id+"/invitations", "/contacts?audience=employees", "/cases", "/api/v1/cases",
		"/campaigns/"+id+"/cards", "/campaigns/"+id+"/remind-again", "/api/v1/campaigns/"+id+"/remind-again", "POST /search?words="+url.QueryEscape(a.members[0].said), "POST /search?words="+url.QueryEscape("мысль"),
		"POST /contacts/search?audience=employees&words="+url.QueryEscape("мысль"), "/settings/audit", "POST /cases/find?find="+url.QueryEscape("мысль"),
	)
}

// take looks at what was answered.
func (a *attacker) take(path string, p consoletest.Page) {
	if p.Status >= 500 {
		a.find("%s answers %d", path, p.Status)
	}
	path, form, _ := strings.Cut(path, "?")
	values, _ := url.ParseQuery(form)
	asked := cmp.Or(values.Get("search"), values.Get("words"), values.Get("find"), "\x00")
	a.participants(path, p.Text)
	p.Raw = strings.ReplaceAll(p.Raw, asked, "") // what the attacker has written
	var any any
	if strings.HasPrefix(p.Header.Get("Content-Type"), "application/json") && json.Unmarshal([]byte(p.Raw), &any) == nil {
		a.object(path, "", any)
		return
	}
	_, main, _ := strings.Cut(p.Raw, "<main")
	if p.Status == http.StatusOK && strings.Contains(path, "/results/"+string(a.id)) {
		a.table(path, main)
	}
	a.listed(path, main)
}

// participants is a list of those who have answered, or of the others.
func (a *attacker) participants(path, text string) {
	named, answered, silent := 0, 0, 0
	for _, m := range a.members {
		if strings.Contains(text, string(m.ID)) || strings.Contains(text, m.Person.Email) {
			named++
			if m.answered {
				answered++
			} else {
				silent++
			}
		}
	}
	all := len(slices.DeleteFunc(slices.Clone(a.members), func(m member) bool { return !m.answered }))
	if named > 1 && (answered == all && silent == 0 || silent == len(a.members)-all && answered == 0) {
		a.find("%s lists who has answered, or who has not", path)
	}
}

// compare holds the pages of two people against each other who differ in nothing but that one has answered.
func (a *attacker) compare(g *consoletest.Guest, path string) {
	var texts [2]string
	for i, m := range a.members[:2] {
		p := a.get(g, path+string(m.ID))
		if p.Status != http.StatusOK { // not this role's to see
			return
		}
		_, rest, html := strings.Cut(p.Text, "<main")
		if !html {
			rest = p.Text
		}
		texts[i] = strings.NewReplacer(string(m.ID), "ID", m.Person.Email, "ADDRESS", m.Person.Name, "NAME").Replace(rest)
		texts[i] = regexp.MustCompile(`name="form" value="[^"]*"`).ReplaceAllString(texts[i], "")
	}
	if a.pairs++; texts[0] != texts[1] {
		a.find("%s tells who has answered from who has not", path)
	}
}

// object looks through JSON: for figures, and for what people said.
func (a *attacker) object(path, key string, v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			a.object(path, key, one)
		}
	case map[string]any:
		if n, ok := v["answers"].(float64); ok && n > 0 {
			value, part := v["value"].(string)
			a.figure(path+" "+key, value, part, []int{int(n)})
			if sent, _ := v["sent"].(float64); part && (v["response_rate"] != nil || sent > 0) {
				a.find("%s %s says how many of a group have answered", path, key)
			}
		}
		var said []string
		if some, ok := v["words"].([]any); ok {
			for _, one := range some {
				said = append(said, a.remark(fmt.Sprint(one)))
				if words, ok := one.(map[string]any); ok {
					for beside := range words {
						if beside != "why" && beside != "wish" {
							a.find("%s has %q beside what somebody said", path, beside)
						}
					}
				}
			}
			a.said(path, fmt.Sprint(v["group"]), said)
		}
		for name, one := range v {
			if text, ok := one.(string); ok && name != "why" && a.remark(text) != "" {
				a.find("%s has what somebody said as %q", path, name)
			}
			a.object(path, name, one)
		}
	}
}

var (
	tableRow  = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	rowLabel  = regexp.MustCompile(`(?s)<th scope="row">(.*?)</th>(.*)`)
	tag       = regexp.MustCompile(`(?s)<[^>]*>`)
	number    = regexp.MustCompile(`\d+`)
	heading   = regexp.MustCompile(`<h[1-6]|<section|<caption|<tr|<article`)
	listItem  = regexp.MustCompile(`<li|</li|</ul|<article|<tr|<td|<h[1-6]|<section|</section`)
	remarking = regexp.MustCompile(`мысль [a-z]{5}`)
)

func plain(s string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(s, " "))), " ")
}

// table reads the rows of a page's tables: each is figures of what its first cell names.
func (a *attacker) table(path, page string) {
	for _, m := range tableRow.FindAllStringSubmatch(page, -1) {
		row := rowLabel.FindStringSubmatch(m[1])
		if row == nil {
			continue
		}
		var numbers []int
		for _, n := range number.FindAllString(plain(row[2]), -1) {
			if v, err := strconv.Atoi(n); err == nil {
				numbers = append(numbers, v)
			}
		}
		if len(numbers) > 0 {
			a.figure(path, plain(row[1]), true, numbers)
		}
	}
	if strings.Contains(page, `class="big"`) && !a.counted {
		a.find("%s shows figures before all answers are counted", path)
	}
}

// figure takes numbers as being about the answers with a value, by whichever column there are so many of them.
func (a *attacker) figure(where, value string, part bool, numbers []int) {
	if !a.counted {
		a.find("%s shows figures before all answers are counted", where)
		return
	}
	c := a.opened
	if score, err := strconv.Atoi(value); err == nil && strings.HasSuffix(where, string(a.id)) { // how many of all gave a score
		gave := 0
		for _, r := range a.answers {
			if r.Score == score {
				gave++
			}
		}
		if slices.Contains(numbers, gave) {
			return
		}
	}
	for _, kind := range append([]string{""}, insight.Kinds(c)...) {
		groups := map[string][]int64{}
		for i, r := range a.answers {
			label := c.Name
			if kind != "" {
				label = insight.Value(c, kind, r)
			}
			if groups[label] == nil {
				groups[label] = make([]int64, len(a.answers))
			}
			groups[label][i] = 1
		}
		for label, row := range groups {
			size, same := 0, label == value || plain(shell.ValueLabel(lang.For("en"), kind, label, nil)) == value
			for _, n := range row {
				size += int(n)
			}
			if (kind == "" && !part || kind != "" && same) && slices.Contains(numbers, size) {
				a.equations[fmt.Sprint(row)] = row
				return
			}
		}
	}
	a.find("%s shows %d numbers of %q that are of no group", where, len(numbers), value)
}

// remark is what somebody said that stands in a text; "" where nothing does.
func (a *attacker) remark(text string) string {
	said := remarking.FindString(text)
	if !slices.ContainsFunc(a.members, func(m member) bool { return m.said == said && m.answered }) {
		return ""
	}
	return said
}

// listed finds lists of what people said on a page: each under its heading.
func (a *attacker) listed(path, page string) {
	starts := append(heading.FindAllStringIndex(page, -1), []int{len(page), len(page)})
	from, title := 0, ""
	for _, at := range starts {
		chunk := page[from:at[0]]
		from = at[0]
		if strings.HasPrefix(chunk, "<h") {
			title = chunk[:strings.Index(chunk+"</h", "</h")]
		}
		var said []string
		for _, one := range listItem.Split(chunk, -1) {
			if r := a.remark(one); r != "" {
				said = append(said, r)
				if rest := strings.ReplaceAll(plain(one), r, ""); number.MatchString(rest) {
					a.find("%s has a number beside what somebody said", path)
				}
			}
		}
		if len(said) > 0 {
			a.said(path, plain(title), said)
		}
	}
}

// said takes a list of what people said of a group, which its title names by values: there are enough in it, and its order says nothing.
func (a *attacker) said(path, title string, said []string) {
	a.remarks += len(said)
	c := a.opened
	if !a.counted && !strings.HasSuffix(path, "/words") && !strings.HasSuffix(path, "/team") {
		a.find("%s shows words before all answers are counted", path)
	}
	of := 0
	for _, r := range a.answers {
		in := true
		for _, kind := range insight.Kinds(c) {
			mine := insight.Value(c, kind, r)
			for _, other := range a.answers {
				v := insight.Value(c, kind, other)
				if v != "" && v != mine && strings.Contains(title, plain(shell.ValueLabel(lang.For("en"), kind, v, nil))) {
					in = false
				}
			}
		}
		if in {
			of++
		}
	}
	if of < insight.LeastWords {
		a.find("%s has words of a group of %d", path, of)
	}
	clicked := slices.DeleteFunc(slices.Clone(a.members), func(m member) bool { return !slices.Contains(said, m.said) })
	orders := map[string]func(x, y member) int{
		"of the clicks": nil,
		"of ids":        func(x, y member) int { return strings.Compare(string(x.ID), string(y.ID)) },
		"of names":      func(x, y member) int { return strings.Compare(x.Person.Name, y.Person.Name) },
		"of addresses":  func(x, y member) int { return strings.Compare(x.Person.Email, y.Person.Email) },
		"of hire dates": func(x, y member) int { return strings.Compare(x.Attrs[hired], y.Attrs[hired]) },
	}
	backwards := slices.Clone(said)
	slices.Reverse(backwards)
	try := func(what string, truth []string) {
		if n := max(attack.Named(said, truth), attack.Named(backwards, truth)); n > 0 {
			a.find("%s has words in the order %s: %d people are named", path, what, n)
		}
	}
	try("in which the sealed answers lay", slices.DeleteFunc(slices.Clone(a.lie), func(m string) bool { return !slices.Contains(said, m) }))
	for what, by := range orders {
		order := slices.Clone(clicked)
		if by != nil {
			slices.SortStableFunc(order, by)
		}
		truth := make([]string, len(order))
		for i, m := range order {
			truth[i] = m.said
		}
		try(what, truth)
	}
}
