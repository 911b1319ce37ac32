package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// fieldRoles are the columns of docs/privacy.md's table, in its order.
var fieldRoles = []survey.Role{survey.RoleMarketing, survey.RoleOwner, survey.RoleManager, survey.RoleExecutive, survey.RoleAnalyst, survey.RoleAdministrator}

// fields are its rows: what of two people each role is shown, of an owner's own customer and of somebody else's. "hidden": the text around
// it is shown. Each is looked for by a form of it that stands nowhere else.
var fields = []struct {
	name, own, other, around string
	want                     string // by role: yes, own, hidden, no
}{
	{"contact’s name", "Щукарь Ульяна", "Громыко Остап", "", "yes own own yes no yes"},
	{"contact’s address", "ulyana.f@example.ru", "ostap.g@example.ru", "", "yes own own yes no yes"},
	{"contact’s telephone", "9125554433", "9125550011", "", "yes own own yes no yes"},
	{"contact’s id", "{own}", "{other}", "", "yes own own yes no yes"},
	{"customer id", "CL-90210", "CL-90211", "", "yes own own yes no yes"},
	{"staff’s name", "Елена Соколова", "Надежда Белкина", "", "yes yes yes yes no yes"},
	{"staff’s address", "nadya.b@example.com", "nadya.b@example.com", "", "yes yes yes yes no yes"},
	{"pseudonym of a contact", "{pseudonym own}", "{pseudonym other}", "", "no no no no yes no"},
	{"pseudonym of an owner", "{pseudonym elena.s@example.com}", "{pseudonym nadya.b@example.com}", "", "no no no no yes no"},
	{"comment", "турникет скрипит", "душ холодный", "", "yes own own yes yes yes"},
	{"the writer’s name in a comment", "щукарю", "Громыке", "турникет скрипит", "hidden own own yes hidden yes"},
	{"the staff’s names in a comment", "Соколовой", "Белкину", "турникет скрипит", "hidden own own yes hidden yes"},
	{"other people’s names in a comment", "Журавлёвым", "Журавлихиной", "турникет скрипит", "hidden own own yes hidden yes"},
	{"addresses and telephones in a comment", "9137776655", "pishi.syuda@example.ru", "турникет скрипит", "hidden own own yes hidden yes"},
	{"case", "{case own}", "{case other}", "", "no own own yes no yes"},
	{"note of a case", "абонемент в подарок", "скидка на год", "", "no own own yes no yes"},
	{"employees: who gave an answer", "{employee}", "{employee}", "", "no no no no no no"},
	{"employees: words", "кофе кончился", "кофе кончился", "", "yes yes yes yes yes yes"},
	{"employees: names in words", "Воронину", "golos@example.ru", "кофе кончился", "hidden hidden hidden hidden hidden hidden"},
}

var russianCells = map[string]string{"yes": "да", "own": "свои", "hidden": "скрыто", "no": "нет"}

// TestRolesAndFields opens, as each role, every page and every call of the API that reads, with what there is in their paths, and all that
// the pages lead to; and holds what stands there to the table of docs/privacy.md.
func TestRolesAndFields(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	f := fielded(w)
	rows := make([][]string, len(fields))
	for _, role := range fieldRoles {
		read := f.everything(role)
		for i, field := range fields {
			own, other := f.says(read, field.own), f.says(read, field.other)
			cell := map[[2]bool]string{{true, true}: "yes", {true, false}: "own", {false, false}: "no", {false, true}: "only another’s"}[[2]bool{own, other}]
			if cell == "no" && field.around != "" && f.says(read, field.around) {
				cell = "hidden"
			}
			if want := strings.Fields(field.want)[slices.Index(fieldRoles, role)]; cell != want {
				t.Errorf("%s, %s: %s, want %s", role, field.name, cell, want)
			}
			rows[i] = append(rows[i], cell)
		}
	}
	documented := func(path string, word func(string) string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var found [][]string
		for _, line := range regexp.MustCompile(`(?m)^\|(?:[^|\n]*\|){7}$`).FindAllString(string(text), -1) {
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			found = append(found, cells)
		}
		if len(found) != len(fields)+2 {
			t.Fatalf("%s has %d lines in the table of roles and fields, want %d", path, len(found), len(fields)+2)
		}
		for i, field := range fields {
			for j, cell := range rows[i] {
				if got := found[i+2][j+1]; got != word(cell) {
					t.Errorf("%s says of %s, %s (%s): %q, and it is %q", path, field.name, fieldRoles[j], found[i+2][0], got, word(cell))
				}
			}
		}
	}
	documented("../../docs/privacy.md", func(s string) string { return s })
	documented("../../docs/privacy.ru.md", func(s string) string { return russianCells[s] })
}

// fieldWorld is a world with two people of whom everything is known.
type fieldWorld struct {
	*consoletest.World
	own, other survey.ContactID
	cases      map[survey.ContactID]string
}

// says reports whether a text holds what a field's place stands for, whatever the case, ё, and what parts digits.
func (f *fieldWorld) says(read []string, wanted string) bool {
	for place, is := range map[string]string{
		"{own}": string(f.own), "{other}": string(f.other), "{case own}": f.cases[f.own], "{case other}": f.cases[f.other],
		"{employee}": string(consoletest.ContactNumber(900)), "{pseudonym own}": f.Desk.Keys.Pseudonym("contact", string(f.own)), "{pseudonym other}": f.Desk.Keys.Pseudonym("contact", string(f.other)),
	} {
		if wanted == place {
			wanted = is
		}
	}
	if id, ok := strings.CutPrefix(wanted, "{pseudonym "); ok {
		wanted = f.Desk.Keys.Pseudonym("staff", strings.TrimSuffix(id, "}"))
	}
	wanted = text.Fold(wanted)
	parts := regexp.MustCompile(`[\s\x{00a0}()+\-]`)
	digits := regexp.MustCompile(`^\d{10}$`).MatchString(wanted)
	return slices.ContainsFunc(read, func(page string) bool {
		if digits {
			page = parts.ReplaceAllString(page, "")
		}
		return strings.Contains(text.Fold(strings.ReplaceAll(page, "\u00a0", " ")), wanted)
	})
}

func fielded(w *consoletest.World) *fieldWorld {
	w.T.Helper()
	ctx := w.T.Context()
	w.Staffed()
	staff := []survey.Staff{
		{ID: "elena.s@example.com", Email: "elena.s@example.com", Name: "Елена Соколова", Role: survey.RoleOwner, Team: "Север", Manager: "manager"},
		{ID: "nadya.b@example.com", Email: "nadya.b@example.com", Name: "Надежда Белкина", Role: survey.RoleOwner, Team: "Юг"},
	}
	err := w.Store.PutStaff(ctx, staff)
	if err == nil {
		err = w.Store.RemoveStaff(ctx, "owner", nil)
	}
	if err != nil {
		w.T.Fatal(err)
	}
	f := &fieldWorld{World: w, cases: map[survey.ContactID]string{}}
	a := w.Asks("springaa", survey.Customers, "Весна", 3, survey.DimensionLocation)
	for i := range 44 {
		side := i % 2
		a.Answer([]string{"Север", "Юг"}[side], []int{10, 9, 8, 3}[i%4], i/4, func(r *survey.Response, c *survey.Contact) {
			c.Owner = staff[side].ID
			r.Owner = c.Owner
			if i > 1 {
				r.Why = fmt.Sprintf("Зал просторный, вариант %d", i)
				return
			}
			r.Score, r.Unhappy = 2+side, true
			c.Person = []survey.Person{
				{Name: "Щукарь Ульяна Игоревна", Email: "ulyana.f@example.ru", Phone: "+7 912 555-44-33", Customer: "CL-90210"},
				{Name: "Громыко Остап Юрьевич", Email: "ostap.g@example.ru", Phone: "+7 912 555-00-11", Customer: "CL-90211"},
			}[side]
			r.Why = []string{
				"Мне, щукарю, обидно: турникет скрипит. От Соколовой и с Журавлёвым толку нет, звоните +7 913 777-66-55",
				"Громыке сказали: душ холодный. Про Белкину и о Журавлихиной Тамаре молчу, пишите на pishi.syuda@example.ru",
			}[side]
		})
		id := consoletest.ContactNumber(i + 1)
		switch i {
		case 0:
			f.own = id
		case 1:
			f.other = id
		}
	}
	a.Counted()
	for side, id := range []survey.ContactID{f.own, f.other} {
		r, _, err := w.Store.Response(ctx, a.C.ID, id)
		if err != nil {
			w.T.Fatal(err)
		}
		made, err := w.Store.CreateCase(ctx, loop.New(nil, r, loop.Responsible{Staff: staff[side], Level: loop.LevelOwner}, r.Team, loop.Rules{Term: 48 * time.Hour, Wait: time.Minute}, r.Updated))
		if err != nil {
			w.T.Fatal(err)
		}
		f.cases[id] = made.ID()
		w.Must("PATCH", "/api/v1/cases/"+made.ID(), "application/json", []byte(fmt.Sprintf(`{"note": %q}`, []string{"Обещали абонемент в подарок", "Дана скидка на год"}[side])))
		invited := survey.Invitation{Campaign: a.C.ID, Contact: id, Audience: a.C.Audience, State: survey.InvitationSent, MessageID: "m", Owner: r.Owner, Team: r.Team, At: w.Now()}
		if err := w.Store.AddInvitations(ctx, []survey.Invitation{invited}, func() bool { return true }); err != nil {
			w.T.Fatal(err)
		}
	}
	at := w.Now().Add(-24 * time.Hour)
	box := survey.Campaign{
		ID: "openedaa", Name: "eNPS", Audience: survey.Employees, State: survey.Closed, Language: "ru", Ballots: true, Created: at, Launched: at, ClosesAt: at, Ended: at,
		Box: survey.Box{Opened: at, Kept: 12, Words: 12},
	}
	if err := w.Store.CreateCampaign(ctx, box); err != nil {
		w.T.Fatal(err)
	}
	figures := survey.Deltas{}
	var answers []survey.Response
	var words []survey.Words
	for i := range box.Box.Kept {
		answers = append(answers, survey.Response{
			Campaign: box.ID, Contact: consoletest.ContactNumber(900 + i), Audience: box.Audience, Language: "ru", Score: i % 11, Verified: true, First: at, Counted: at, Updated: at, Version: 1,
		})
		survey.MarkOf(answers[i], time.UTC).Count(figures, box.ID, 1)
		words = append(words, survey.Words{Values: []string{"", "ru"}, Why: fmt.Sprintf("В офисе кофе кончился %d раз, Воронину писали с golos@example.ru", i)})
	}
	for _, err := range []error{w.Store.PutAnswers(ctx, answers), w.Store.PutWords(ctx, box.ID, 0, words), w.Store.AddFigures(ctx, figures)} {
		if err != nil {
			w.T.Fatal(err)
		}
	}
	return f
}

// everything is all that a role gets to read: pages, what they lead to, what searches find, and the API.
func (f *fieldWorld) everything(role survey.Role) (read []string) {
	t := f.T
	id := string(role)
	if role == survey.RoleOwner {
		id = "elena.s@example.com"
	}
	g := f.As(t, id)
	handle := f.Desk.Handle("nadya.b@example.com")
	take := func(path string, p consoletest.Page) consoletest.Page {
		if p.Status >= 500 {
			t.Errorf("%s: %d %.300s", role, p.Status, p.Text)
		}
		for _, asked := range []string{path, url.QueryEscape(path), url.PathEscape(path)} { // what the reader knew already
			p.Text, p.To = strings.ReplaceAll(p.Text, asked, ""), strings.ReplaceAll(p.To, asked, "")
		}
		read = append(read, p.Text, p.To)
		return p
	}
	waiting, seen := []string{
		"/", "/results/springaa/answers?owner=" + handle, "/results/springaa/answers?owner=nadya.b@example.com", "/results/springaa/answers?sort=score", "/results/springaa/answers?group=detractor&words=1",
		"/campaigns/springaa/people?part=sent", "/results/openedaa/team",
	}, map[string]bool{}
	paths := func(pattern string) (all []string) {
		all = []string{strings.TrimSuffix(pattern, "{$}")}
		for name, values := range map[string][]string{
			"campaign": {"springaa", "openedaa"}, "audience": {"customers"}, "contact": {string(f.own), string(f.other)}, "case": {f.cases[f.own], f.cases[f.other]},
			"kind": {"owner", "team", "language", "part-0"}, "person": {handle},
		} {
			var more []string
			for _, path := range all {
				if !strings.Contains(path, "{"+name+"}") {
					more = append(more, path)
					continue
				}
				for _, v := range values {
					more = append(more, strings.ReplaceAll(path, "{"+name+"}", v))
				}
			}
			all = more
		}
		for i := range all {
			all[i] = consoletest.PathParameter.ReplaceAllString(all[i], "nothing")
		}
		return all
	}
	for _, rt := range f.Desk.Routes() {
		if method, path, _ := strings.Cut(rt.Pattern, " "); method == http.MethodGet {
			waiting = append(waiting, paths(path)...)
		}
	}
	links := regexp.MustCompile(`(?:href|action)="(/[^"#]*)`)
	for len(waiting) > 0 && len(seen) < 400 {
		path := waiting[0]
		if waiting = waiting[1:]; seen[path] || strings.HasPrefix(path, "/static") || strings.HasPrefix(path, "/brand") || strings.HasPrefix(path, "/sign-") {
			continue
		}
		seen[path] = true
		for _, m := range links.FindAllStringSubmatch(take(path, g.Get(path)).Text, -1) {
			waiting = append(waiting, m[1])
		}
	}
	for path, words := range map[string]string{"/search": "турникет", "/results/springaa/answers": "душ", "/cases/find": "скрипит", "/contacts/search": "example"} {
		take(path, g.Send(path, "words", words, "search", words, "find", words, "audience", "customers"))
	}
	if authz.Can(role, authz.ReadAnswers) { // a hidden word finds nothing, by which somebody could ask whether it stands there
		for _, path := range []string{"/search", "/results/springaa/answers"} {
			p := g.Send(path, "words", "Журавлихиной", "search", "Журавлихиной")
			if found := strings.Contains(p.Text, "душ холодный"); found && (role == survey.RoleMarketing || role == survey.RoleAnalyst) {
				t.Errorf("%s finds by %s what is hidden", role, path)
			}
		}
	}
	if role == survey.RoleOwner || role == survey.RoleManager { // programs have none of these
		return read
	}
	token, hash := auth.NewToken()
	if err := f.Store.PutToken(t.Context(), authz.Token{Hash: hash, Name: id, Role: role, Made: f.Now()}); err != nil {
		t.Fatal(err)
	}
	program := f.Guest(t)
	program.Header.Set("Authorization", "Bearer "+token)
	calls := []string{"/api/v1/campaigns/springaa/invitations?state=sent", "/api/v1/contacts?audience=customers", "/api/v1/cases?owner=" + handle, "/api/v1/campaigns/springaa/results?by=location"}
	for _, rt := range consoletest.APIRoutes(f.Desk) {
		if method, path, _ := strings.Cut(rt.Pattern, " "); method == http.MethodGet {
			calls = append(calls, paths(path)...)
		}
	}
	for _, path := range calls {
		take(path, program.Get(path))
	}
	return read
}

// A pseudonym is none of the ids that there are, and other keys make others.
func TestPseudonyms(t *testing.T) {
	t.Parallel()
	one, err := keys.NewKeys(strings.Repeat("a", keys.MinMaster), 1)
	if err != nil {
		t.Fatal(err)
	}
	two, err := keys.NewKeys(strings.Repeat("b", keys.MinMaster), 1)
	if err != nil {
		t.Fatal(err)
	}
	later, err := keys.NewKeys(strings.Repeat("a", keys.MinMaster), 9)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for n := range 10_000 {
		id := string(consoletest.ContactNumber(n))
		p := one.Pseudonym("contact", id)
		switch {
		case seen[p], strings.Contains(id, strings.ReplaceAll(p, "-", "")), len(p) != 14:
			t.Fatalf("%s is %s", id, p)
		case p == two.Pseudonym("contact", id), p == one.Pseudonym("staff", id), p != later.Pseudonym("contact", id):
			t.Fatalf("%s depends on the wrong things", p)
		}
		seen[p] = true
	}
}
