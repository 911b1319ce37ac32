package lang

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"

	"onetap/internal/apperr"
)

// The tests read the strings of the desk, too.
func init() { Add(os.DirFS("desk")) }

func TestFor(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Language{
		"": "en", "ru": "ru", "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7": "ru", "en-GB": "en", "de,fr;q=0.9": "en", "de, ru;q=0.4, en;q=0.3": "ru",
		"en;q=0.1,ru;q=0.2": "ru", "RU": "ru", "ru;q=0": "en", "ru;q=x": "en", ";;,,": "en", "*": "en",
	} {
		if got := For(header); got != want {
			t.Errorf("For(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestT(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		l      Language
		id     string
		values Values
		want   string
	}{
		{"en", "alert.counted", Values{"Count": 1, "When": "x"}, "That is 1 hour after the answer: x."},
		{"en", "alert.counted", Values{"Count": 48, "When": "x"}, "That is 48 hours after the answer: x."},
		{"ru", "alert.counted", Values{"Count": 1, "When": "x"}, "Это 1\u00a0час с\u00a0момента ответа: x."},
		{"ru", "alert.counted", Values{"Count": 22, "When": "x"}, "Это 22\u00a0часа с\u00a0момента ответа: x."},
		{"ru", "alert.counted", Values{"Count": 48, "When": "x"}, "Это 48\u00a0часов с\u00a0момента ответа: x."},
		{"ru", "alert.counted", Values{"Count": 111, "When": "x"}, "Это 111\u00a0часов с\u00a0момента ответа: x."},
		{"ru", "alert.counted", Values{"Count": 12345, "When": "x"}, "Это 12\u00a0345\u00a0часов с\u00a0момента ответа: x."},
		{"ru", "alert.counted", nil, "Это \u00a0часов с\u00a0момента ответа: ."},
		{"en", "alert.case", nil, "Open the case"},
		{"de", "alert.case", nil, "Open the case"}, // not a language here: Default
		{"en", "no.such", nil, "no.such"},
		{"en", "mail.score_label", Values{"Score": "{{.Score}}"}, "Score {{.Score}} out of 10"}, // values are not read again
	} {
		if got := c.l.T(c.id, c.values); got != c.want {
			t.Errorf("%s %s %v is %q, want %q", c.l, c.id, c.values, got, c.want)
		}
	}
	if got := Language("ru").Problem(apperr.New(apperr.Invalid, "no_such_code", "")); got != Language("ru").T("problem.other") {
		t.Errorf("an unknown problem says %q", got)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 5, 18, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{Language("ru").Number(-1234567), "−1\u00a0234\u00a0567"},
		{Language("en").Number(1234567), "1,234,567"},
		{Language("en").Number(999), "999"},
		{Language("ru").Decimal(-12.345, 1), "−12,3"},
		{Language("en").Decimal(1234.5, 2), "1,234.50"},
		{Language("en").Decimal(-0.01, 1), "0.0"},
		{Language("ru").Decimal(7, 0), "7"},
		{Language("ru").Date(day), "5\u00a0марта 2026"},
		{Language("en").Date(day), "5\u00a0March 2026"},
		{Language("ru").ShortDate(day), "5\u00a0мар"},
		{Language("en").ShortDate(day), "5\u00a0Mar"},
		{Language("ru").Moment(day), "четверг, 5\u00a0марта 2026, 18:00"},
		{Language("en").Moment(day), "Thursday, 5\u00a0March 2026, 18:00"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// catalogueOf reads a language whole.
func catalogueOf(l Language) map[string]message {
	l.find("")
	return catalogues[l].messages
}

func (m message) texts() []string {
	if m.forms == nil {
		return []string{m.text}
	}
	return slices.Collect(maps.Values(m.forms))
}

var place = regexp.MustCompile(`\{\{\.[A-Za-z]+\}\}|\{[a-z_]+\}`)

func TestEveryLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	if len(All()) < 2 {
		t.Fatalf("languages are %v", All())
	}
	base := catalogueOf(Default)
	whole := map[Language]bool{"en": true, "ru": true} // promised; others say in English what they lack
	for _, l := range All() {
		own := catalogueOf(l)
		for _, id := range []string{"format.language", "format.language_names"} {
			if _, ok := own[id]; !ok {
				t.Errorf("%s has no %s", l, id)
			}
		}
		for id := range own {
			if _, ok := base[id]; !ok && id != "format.no_break" {
				t.Errorf("%s is in %s and not in %s", id, l, Default)
			}
		}
		for id, m := range base {
			n, ok := own[id]
			if !ok {
				if whole[l] {
					t.Errorf("%s is not in %s", id, l)
				}
				continue
			}
			if want, got := places(m), places(n); !slices.Equal(want, got) {
				t.Errorf("%s has the places %v in %s and %v in %s", id, got, l, want, Default)
			}
			if (m.forms == nil) != (n.forms == nil) {
				t.Errorf("%s has plural forms in one of %s and %s", id, l, Default)
			}
		}
		for id, m := range own {
			for _, text := range m.texts() {
				if id != "format.group_mark" && (text == "" || text != strings.TrimSpace(text)) {
					t.Errorf("%s in %s is %q", id, l, text)
				}
			}
			if m.forms == nil {
				continue
			}
			for n := range 200 {
				if f := plural.Cardinal.MatchPlural(catalogues[l].tag, n, 0, 0, 0, 0); m.forms[f] == "" {
					t.Errorf("%s in %s has no form for %d", id, l, n)
					break
				}
			}
			if m.forms[plural.Other] == "" {
				t.Errorf("%s in %s has no form \"other\"", id, l)
			}
		}
	}
}

// places lists the values of a message, over all its forms.
func places(m message) []string {
	seen := map[string]bool{}
	for _, text := range m.texts() {
		for _, p := range place.FindAllString(text, -1) {
			seen[p] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// source is what the program's own Go files say; what a .templ file says stands in the _templ.go that is made of it.
type source struct {
	literals map[string]bool   // every string
	asked    map[string]string // ids given to T, Has and Forms, or named as a problem's code, with the place
}

func readSource(t *testing.T, wanted func(dir string) bool) source {
	s := source{map[string]bool{}, map[string]string{}}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && path != "../.." {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || !wanted(filepath.ToSlash(filepath.Dir(path))) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, data, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if v, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					s.literals[v] = true
				}
			case *ast.CallExpr:
				s.call(n, path)
			case *ast.CompositeLit:
				s.composite(n, path)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s source) call(c *ast.CallExpr, path string) {
	f, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || len(c.Args) == 0 {
		return
	}
	switch f.Sel.Name {
	case "T", "Has", "Forms":
		if v := literal(c.Args[0]); strings.Contains(v, ".") {
			s.asked[v] = path
		}
	case "New":
		if p, ok := f.X.(*ast.Ident); ok && p.Name == "apperr" && len(c.Args) > 1 {
			if v := literal(c.Args[1]); v != "" {
				s.asked["problem."+v] = path
			}
		}
	}
}

// composite looks into apperr.Error{…, Code: "…"}.
func (s source) composite(c *ast.CompositeLit, path string) {
	f, ok := c.Type.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Error" {
		return
	}
	if p, ok := f.X.(*ast.Ident); !ok || p.Name != "apperr" {
		return
	}
	for _, e := range c.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if k, ok := kv.Key.(*ast.Ident); ok && k.Name == "Code" && literal(kv.Value) != "" {
				s.asked["problem."+literal(kv.Value)] = path
			}
		}
	}
}

func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		v, _ := strconv.Unquote(l.Value)
		return v
	}
	return ""
}

func TestNoStringIsMissingAndNoneIsForgotten(t *testing.T) {
	t.Parallel()
	s := readSource(t, func(string) bool { return true })
	messages := catalogueOf(Default)
	for id, where := range s.asked {
		if _, ok := messages[id]; !ok {
			t.Errorf("%s asks for %s, which is in no file", where, id)
		}
	}
	used := func(id string) bool {
		code, isProblem := strings.CutPrefix(id, "problem.")
		if s.literals[id] || isProblem && (s.literals[code] || code == "other") {
			return true
		}
		for prefix := range s.literals { // "alert.reason." + …, and of codes "csv_" + …
			switch {
			case strings.HasSuffix(prefix, ".") && len(prefix) > 3 && prefix != "problem.", strings.HasSuffix(prefix, "_") && strings.Contains(prefix, "."):
				if strings.HasPrefix(id, prefix) {
					return true
				}
			case strings.HasSuffix(prefix, "_") && len(prefix) > 3:
				if isProblem && strings.HasPrefix(code, prefix) {
					return true
				}
			}
		}
		return false
	}
	for id := range messages {
		if !used(id) {
			t.Errorf("%s is used nowhere", id)
		}
	}
}

// What the functions ask for that are not the desk stands beside this package, in no file of the desk. Whose problems are shown is left
// to pages: of all that a use case can refuse, a respondent meets what internal/public and internal/web say.
func TestFunctionsHaveTheirStrings(t *testing.T) {
	t.Parallel()
	carried := &catalogue{messages: map[string]message{}}
	carried.readFrom(embedded, Default)
	functions, err := filepath.Glob("../../functions/*")
	if err != nil || len(functions) < 10 {
		t.Fatalf("%v, %v", functions, err)
	}
	inside := map[string]bool{}
	for _, f := range functions {
		if base := filepath.Base(f); base != "desk" && base != "report" { // which carries the desk's words: its files have the pages' headings
			follow(t, filepath.ToSlash(f), inside)
		}
	}
	if !inside["../../internal/public"] || inside["../../internal/console"] {
		t.Fatalf("read wrongly what is in the functions: %v", inside)
	}
	for id, where := range readSource(t, func(dir string) bool { return inside[dir] }).asked {
		shown := !strings.HasPrefix(id, "problem.") || strings.Contains(where, "internal/public/") || strings.Contains(where, "internal/web/")
		if _, ok := carried.messages[id]; !ok && shown {
			t.Errorf("%s asks for %s, which the functions do not carry: it stands in desk", where, id)
		}
	}
}

// follow notes a package's folder and those of everything of this module that it imports.
func follow(t *testing.T, dir string, seen map[string]bool) {
	if seen[dir] {
		return
	}
	seen[dir] = true
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if own, ok := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "onetap/"); ok {
				follow(t, "../../"+own, seen)
			}
		}
	}
}

// Every default wording is there for every audience, and none of it would be refused by SES.
func TestWordingOfEveryAudience(t *testing.T) {
	t.Parallel()
	for _, l := range All() {
		for _, a := range []string{"customers", "project_staff", "candidates", "employees"} {
			for _, f := range []string{"subject", "greeting", "intro", "question", "why", "wish", "signature", "reminder", "reason"} {
				id := "wording." + a + "." + f
				text := l.T(id)
				if !l.Has(id) || strings.Contains(text, "{{") {
					t.Errorf("%s %s is %q", l, id, text)
				}
				if plain := id + "_plain"; strings.Contains(text, "{company}") != l.Has(plain) || strings.Contains(l.T(plain), "{company}") {
					t.Errorf("%s %s: a wording with a company has a plain one without, others have none", l, id)
				}
			}
		}
	}
}

// promises are the texts that say it; they are shown of campaigns alone that survey.Campaign.Promises.
// and the pages that say how.
var promises = []string{
	"ballot.why", "ballot.send", "anonymity.title", "campaign.audience_hint_employees", "problem.employees_not_yet", "mail.anonymous", "wording.employees.subject_anonymous", "wording.employees.subject_anonymous_plain",
	"cards.card_anonymous", "cards.lead", "cards.shuffle", "problem.cards_employees",
}

// Nothing promises what is not true: that employees' answers are anonymous (D25).
func TestNoPromiseOfAnonymity(t *testing.T) {
	t.Parallel()
	for _, l := range All() {
		for id, m := range catalogueOf(l) {
			for _, word := range []string{"anonym", "confidential", "аноним", "конфиденциал"} {
				if strings.Contains(strings.ToLower(fmt.Sprint(m)), word) && !slices.Contains(promises, id) {
					t.Errorf("%s %s says %v", l, id, m)
				}
			}
		}
	}
}

func FuzzT(f *testing.F) {
	f.Add("ru-RU;q=0.5", "{{.Score}}")
	f.Fuzz(func(t *testing.T, header, value string) {
		l := For(header)
		if !slices.Contains(All(), l) {
			t.Fatalf("For(%q) is %q", header, l)
		}
		if got := l.T("mail.score_label", Values{"Score": value}); !strings.Contains(got, value) {
			t.Fatalf("%q is lost in %q", value, got)
		}
	})
}

// No sentence says whether a person is a man or a woman: Russian past tenses and short forms would.
func TestNoGenderIsGuessed(t *testing.T) {
	t.Parallel()
	guess := map[Language]*regexp.Regexp{
		"en": regexp.MustCompile(`(?i)\b(he|she|his|hers?|him|himself|herself|s/he)\b`),
		"ru": regexp.MustCompile(`(?i)\((а|ла|ась|лась|ся|сь|на|ая|ей|ого)\)|[а-яё]/-?(а|ла|ась|лась|лся|на|ая|ой)([^а-яё]|$)|` +
			`(^|[^а-яё])(вы|ты) (не |уже |ещё |только |раньше |сам |тоже )*[а-яё]+(л|ла|лся|лась)([^а-яё]|$)|` +
			`(^|[^а-яё])вы (не |уже |ещё )*(уверена?|согласе?на?|должна?|должен|готова?|права?|рада?|сама?|одна?|один)([^а-яё]|$)|человек [а-яё]+л(а|ся|ась)?([^а-яё]|$)|` +
			`\}\}[»"]?,? (не |уже |сам |тоже )?[а-яё]+(л|ла|лся|лась)([^а-яё]|$)|^(не )?(отписан|приглаш[её]н|удал[её]н|загружен|измен[её]н|опрошен|спрошен|попал|ответил|оценил|отписался|вош[её]л)([^а-яё]|$)`),
	}
	for _, l := range All() {
		for id, m := range catalogueOf(l) {
			for _, text := range append(slices.Collect(maps.Values(m.forms)), m.text) {
				if found := guess[l].FindString(text); found != "" && !neuter[id] {
					t.Errorf("%s: %s says %q in %q", l, id, found, text)
				}
			}
		}
	}
	for text, want := range map[string]bool{
		"Вы нажал «Готово»": true, "Если вы ещё не ответила": true, "сделал(а) пометку": true, "Вернулся/-лась": true, "вернулся/лась": true, "Подписался(ась)": true,
		"Вы уверена?": true, "Вы уверены?": false, "Вы нажали «Готово»": false, "Ответ пришёл": false, "кто-то отвечал": false, "как вы мыслили": false,
	} {
		if got := guess["ru"].MatchString(text); got != want {
			t.Errorf("%q is refused: %v", text, got)
		}
	}
}

// neuter are texts whose verb belongs to a thing, not to the person before it.
var neuter = map[string]bool{"results.nps_desc": true}

// What counts has the language's mark between thousands, wherever it stands; what names something has none.
func TestThousands(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		l          Language
		id, v, say string
		n          any
	}{
		{"en", "results.answers", "Count", "1,234 answers", 1234},
		{"en", "results.answers", "Count", "999 answers", 999},
		{"en", "results.answers", "Count", "1,234,567 answers", int64(1234567)},
		{"ru", "results.answers", "Count", "1 234 ответа", 1234},
		{"ru", "results.answers", "Count", "12 345 ответов", 12345},
	} {
		if got := strings.ReplaceAll(test.l.T(test.id, Values{test.v: test.n}), "\u00a0", " "); got != test.say {
			t.Errorf("%v of %s: %q, want %q", test.n, test.l, got, test.say)
		}
	}
	if got := strings.ReplaceAll(Language("en").Date(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)), "\u00a0", " "); got != "3 March 2026" {
		t.Error(got)
	}
}
