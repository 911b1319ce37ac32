package mail_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	ballotLink = "https://nps.example.com/b/AYDgwWDbSnaO5qHVAQIDBAXvRmFpbHVyZQ12ab_-cd"

	link        = "https://nps.example.com/r/AYDgwWDbSnaO5qHVAQIDBAXvRmFpbHVyZQ12"
	unsubscribe = "https://nps.example.com/u/AYDgwWDbSnaO5qHVAQIDBAXvRmFpbHVyZQ12"
)

var links = mail.Links{Survey: link, Unsubscribe: unsubscribe}

// golden compares a message with its file; one file holds subject, text and html, so that a person can read it.
func golden(t *testing.T, name string, m mail.Message) {
	t.Helper()
	got := "Subject: " + m.Subject + "\n"
	if m.ReplyTo != "" {
		got += "Reply-To: " + m.ReplyTo + "\n"
	}
	for _, h := range m.Headers {
		got += h.Name + ": " + h.Value + "\n"
	}
	got += "\n-- text --\n" + m.Text + "-- html --\n" + m.HTML
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs (go test ./internal/mail -update writes it anew):\n%s", file, d)
	}
}

func campaign(a survey.Audience) survey.Campaign {
	c := survey.Campaign{ID: "abcdefgh", Audience: a, Company: "Ромашка", Language: "ru"}
	if a == survey.Employees {
		c.Ballots, c.Site = true, "https://nps.example.com"
	}
	return c
}

func preview(t testing.TB, c survey.Campaign, language string, number int, p survey.Person) mail.Message {
	t.Helper()
	links := links
	if c.Audience == survey.Employees {
		links.Survey, links.Written = ballotLink+"?lang="+language, lang.Language(language).Day(time.Date(2026, 11, 12, 9, 0, 0, 0, time.UTC))
	}
	m, err := mail.Preview(c, language, number, p, links)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSurveyGolden(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All() {
		for _, a := range survey.Audiences {
			golden(t, "survey-"+string(a)+"-"+string(l), preview(t, campaign(a), string(l), 0, survey.Person{Name: "Анна Смирнова"}))
		}
		golden(t, "reminder-employees-"+string(l), preview(t, campaign(survey.Employees), string(l), 1, survey.Person{Name: "Анна Смирнова"}))
		golden(t, "reminder-"+string(l), preview(t, campaign(survey.Customers), string(l), 1, survey.Person{Name: "Анна Смирнова"}))
		golden(t, "second-"+string(l), preview(t, campaign(survey.Customers), string(l), 2, survey.Person{Name: "Анна Смирнова"}))
		bare := campaign(survey.Customers)
		bare.Company = ""
		golden(t, "survey-bare-"+string(l), preview(t, bare, string(l), 0, survey.Person{}))
		own := campaign(survey.Customers)
		own.Site, own.Brand = "https://nps.example.com", survey.Brand{Colour: "#ffcc00", Logo: "0123456789abcdef0123", Width: 120, Height: 40}
		golden(t, "survey-brand-"+string(l), preview(t, own, string(l), 0, survey.Person{Name: "Анна Смирнова"}))
	}
}

var variable = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

// Whatever marketing writes and whatever people are called: SES finds only variables that it has values for, and the
// filled html has the elements of the template and no others.
func TestSurveyIsInertWhateverTheWords(t *testing.T) {
	t.Parallel()
	naughty := blns(t)
	branded := campaign(survey.Customers)
	branded.Site, branded.Brand = "https://nps.example.com", survey.Brand{Colour: "#1a5fb4", Logo: "0123456789abcdef0123", Width: 120, Height: 40}
	shape := elements(t, preview(t, branded, "en", 0, survey.Person{Name: "x"}).HTML)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.SampledFrom(naughty), rapid.String(),
			rapid.SampledFrom([]string{"{", "{name}", "a{{name}", "{ {name}}", "{, {name}, {", "{company}", "<script>{name}</script>", "\r\nBcc: a@example.com"}))
		c := campaign(survey.Customers)
		c.Company = word.Draw(t, "company")
		c.Site, c.Brand = branded.Site, branded.Brand
		w := survey.Wording{Subject: word.Draw(t, "subject"), Greeting: word.Draw(t, "greeting"), Question: word.Draw(t, "question"), Signature: word.Draw(t, "signature")}
		c.Wording = map[string]survey.Wording{"en": w}
		person := survey.Person{Name: word.Draw(t, "name")}
		tpl, err := mail.Survey(c, "en", 0)
		if err != nil {
			if apperr.As(err) == nil {
				t.Fatalf("%v is not a problem", err)
			}
			return
		}
		values := tpl.Values(person, links)
		for part, s := range map[string]string{"subject": tpl.Subject, "html": tpl.HTML, "text": tpl.Text} {
			for _, m := range variable.FindAllStringSubmatch(s, -1) {
				if _, ok := values[m[1]]; !ok {
					t.Fatalf("%s: SES has no value for %q", part, m[0])
				}
			}
			rest := variable.ReplaceAllString(s, "")
			if strings.Contains(s, "{{{") || strings.Contains(rest, "{{") {
				t.Fatalf("%s: stray braces in %q", part, s)
			}
		}
		m, err := mail.Preview(c, "en", 0, person, links)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(m.Subject, "\r\n") {
			t.Fatalf("subject %q has two lines", m.Subject)
		}
		if got := elements(t, m.HTML); !slices.Equal(got, shape) {
			t.Fatalf("html has other elements: %s", cmp.Diff(shape, got))
		}
	})
}

// elements lists the html's elements with their attributes' names and links; line breaks come from the wording and are left out.
func elements(t interface{ Fatal(...any) }, s string) []string {
	var all []string
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return all
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if token.Data == "br" {
				continue
			}
			e := token.Data
			for _, a := range token.Attr {
				e += " " + a.Key
				if a.Key == "href" {
					e += "=" + a.Val
				}
			}
			all = append(all, e)
		}
	}
}

func blns(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/blns.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		person                 survey.Person
		greeting, htmlGreeting string
	}{
		{survey.Person{}, "Hello!", "Hello!"},
		{survey.Person{Name: " \r\n "}, "Hello!", "Hello!"},
		{survey.Person{Name: "Anna"}, "Hello, Anna!", "Hello, Anna!"},
		{survey.Person{Name: "SMITH, JOHN"}, "Hello, John!", "Hello, John!"},
		{survey.Person{Name: "Комарова Мария Алексеевна"}, "Hello, Мария!", "Hello, Мария!"},
		{survey.Person{Name: "Mary O'Neil", First: "D'Arcy"}, "Hello, D'Arcy!", "Hello, D&#39;Arcy!"},
		{survey.Person{Name: "DeJarnette null"}, "Hello!", "Hello!"},
		{survey.Person{Name: `O'Neil "Q" <b>&`}, "Hello!", "Hello!"},
		{survey.Person{Name: "Anna\r\nBcc: all@example.com"}, "Hello, Anna!", "Hello, Anna!"},
		{survey.Person{Name: "عبد الله", First: "عبد الله"}, "Hello, عبد الله!", "Hello, عبد الله!"},
		{survey.Person{Name: "علی\u200cرضا", First: "علی\u200cرضا"}, "Hello, علی\u200cرضا!", "Hello, علی\u200cرضا!"},
		{survey.Person{First: "evil\u202Etxt"}, "Hello!", "Hello!"},
		{survey.Person{Name: "Анна 🌼"}, "Hello, Анна!", "Hello, Анна!"},
		{survey.Person{Name: "{{link}}"}, "Hello!", "Hello!"},
		{survey.Person{First: strings.Repeat("жу", 100)}, "Hello, Жу" + strings.Repeat("жу", 38) + "ж…!", "Hello, Жу" + strings.Repeat("жу", 38) + "ж…!"},
	} {
		m := preview(t, campaign(survey.Customers), "en", 0, c.person)
		if !strings.HasPrefix(m.Text, c.greeting+"\n") || !strings.Contains(m.HTML, ">"+c.htmlGreeting+"</p>") {
			t.Errorf("%+v is greeted %.60q", c.person, m.Text)
		}
	}
}

// The greeting of a letter as marketing writes it, with a name and without: nothing is left of a name that is missing.
func TestGreetings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ greeting, subject, with, without, subjectWith, subjectWithout string }{
		{"Здравствуйте, {name}!", "{name}, оцените нас", "Здравствуйте, Мария Алексеевна!", "Здравствуйте!", "Мария Алексеевна, оцените нас", "Оцените нас"},
		{"Здравствуйте,\u00a0{name}!", "Вопрос для вас, {name}", "Здравствуйте,\u00a0Мария Алексеевна!", "Здравствуйте!", "Вопрос для вас, Мария Алексеевна", "Вопрос для вас"},
		{"{name}!", "{name}!", "Мария Алексеевна!", "Здравствуйте!", "Мария Алексеевна!", "Порекомендуете ли вы «Ромашку»?"},
		{"{name}, добрый день!", "Ждём ответа: {name}", "Мария Алексеевна, добрый день!", "Добрый день!", "Ждём ответа: Мария Алексеевна", "Ждём ответа"},
		{"Добрый день — {name}!", "«{name}»", "Добрый день — Мария Алексеевна!", "Добрый день!", "«Мария Алексеевна»", "Порекомендуете ли вы «Ромашку»?"},
		{"Здравствуйте! {name}, как вы?", "{name} {name}", "Здравствуйте! Мария Алексеевна, как вы?", "Здравствуйте! Как вы?", "Мария Алексеевна Мария Алексеевна", "Порекомендуете ли вы «Ромашку»?"},
	} {
		k := campaign(survey.Customers)
		k.Wording = map[string]survey.Wording{"ru": {Greeting: c.greeting, Subject: c.subject}}
		own := preview(t, campaign(survey.Customers), "ru", 0, survey.Person{}).Subject
		if strings.HasPrefix(c.subjectWithout, "Порекомендуете") {
			c.subjectWithout = own
		}
		with, without := preview(t, k, "ru", 0, survey.Person{Name: "КОМАРОВА МАРИЯ АЛЕКСЕЕВНА"}), preview(t, k, "ru", 0, survey.Person{Name: "-"})
		if !strings.HasPrefix(with.Text, c.with+"\n") || with.Subject != c.subjectWith || !strings.Contains(with.HTML, ">"+c.with+"</p>") {
			t.Errorf("%q with a name: %q, %.60q", c.greeting, with.Subject, with.Text)
		}
		if !strings.HasPrefix(without.Text, c.without+"\n") || without.Subject != c.subjectWithout || !strings.Contains(without.HTML, ">"+c.without+"</p>") {
			t.Errorf("%q without one: %q, %.60q", c.greeting, without.Subject, without.Text)
		}
	}
}

func TestWordsOfMarketing(t *testing.T) {
	t.Parallel()
	c := campaign(survey.Customers)
	c.Wording = map[string]survey.Wording{"ru": {Subject: "{name}, как дела у {company}?", Greeting: "Добрый день, {name},", Intro: "a < b & c\nвторая {строка", Question: "{company}?"}}
	m := preview(t, c, "ru", 0, survey.Person{Name: "Анна"})
	if m.Subject != "Анна, как дела у Ромашка?" || !strings.Contains(m.Text, "Добрый день, Анна,\n") ||
		!strings.Contains(m.HTML, "a &lt; b &amp; c<br>вторая &#123;строка") || !strings.Contains(m.HTML, ">Ромашка?</h1>") {
		t.Errorf("message is %q\n%s", m.Subject, m.Text)
	}
	if m := preview(t, c, "ru", 0, survey.Person{}); m.Subject != "Как дела у Ромашка?" || !strings.Contains(m.Text, "Добрый день,\n") {
		t.Errorf("without a name: %q\n%s", m.Subject, m.Text)
	}
	for _, bad := range []struct {
		c           survey.Campaign
		code, where string
	}{
		{survey.Campaign{Wording: map[string]survey.Wording{"ru": {Intro: "{{name}}"}}}, "wording_braces", "wording.ru.intro"},
		{survey.Campaign{Wording: map[string]survey.Wording{"en": {Subject: "{nmae}"}}}, "wording_placeholder", "wording.en.subject"},
		{survey.Campaign{Wording: map[string]survey.Wording{"en": {Subject: strings.Repeat("a", 151)}}}, "wording_too_long", "wording.en.subject"},
		{survey.Campaign{Wording: map[string]survey.Wording{"xx": {}}}, "wording_language", "wording.xx"},
		{survey.Campaign{Company: "{", Wording: map[string]survey.Wording{"en": {Subject: "{company}{company}"}}}, "wording_braces", "company"},
	} {
		bad.c.Audience = survey.Customers
		_, err := mail.Survey(bad.c, "en", 0)
		if p := apperr.As(err); p == nil || p.Code != bad.code || p.Where != bad.where {
			t.Errorf("%v gives %v, want %s at %s", bad.c.Wording, err, bad.code, bad.where)
		}
	}
}

func TestUnsubscribeHeaders(t *testing.T) {
	t.Parallel()
	want := []mail.Header{{Name: "List-Unsubscribe", Value: "<" + unsubscribe + ">"}, {Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click"}}
	if d := cmp.Diff(want, mail.UnsubscribeHeaders(unsubscribe)); d != "" {
		t.Error(d)
	}
}
