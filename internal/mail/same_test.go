package mail

import (
	"html/template"
	"strings"
	"testing"
	texttemplate "text/template"

	"pgregory.net/rapid"

	"onetap/internal/tmpl"
)

// standard are the same templates, read by the standard library.
func standard(t *testing.T) (*template.Template, *texttemplate.Template) {
	t.Helper()
	html := template.Must(template.New("").Delims("[[", "]]").Funcs(template.FuncMap{
		"mso":   func(s string) template.HTML { return template.HTML(mso(s)) },
		"lines": func(s string) template.HTML { return template.HTML(lines(s)) },
	}).ParseFS(files, "templates/*.html"))
	return html, texttemplate.Must(texttemplate.New("").Delims("[[", "]]").ParseFS(files, "templates/*.txt"))
}

// hostile draws words as strangers write them: what could end a tag, an attribute or an entity more often than chance.
func hostile(t *rapid.T, label string) string {
	if rapid.Bool().Draw(t, label+" empty") {
		return ""
	}
	return rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("<>\"'&;+%/:{}[]() \n\x00\u00a0\u2028ёя")), rapid.Rune())).Draw(t, label)
}

func facts(t *rapid.T, label string, links bool) []fact {
	all := make([]fact, rapid.IntRange(0, 3).Draw(t, label))
	for i := range all {
		all[i] = fact{Name: hostile(t, label), Text: hostile(t, label)}
		if links {
			// html/template knows no telephones: those are tested in package fill.
			all[i].Link = rapid.SampledFrom([]string{"", "mailto:", "https://", "javascript:", "/"}).Draw(t, label) + hostile(t, label)
		}
	}
	return all
}

// same fills the three templates of a letter in both ways.
func same(t *rapid.T, html *template.Template, plain *texttemplate.Template, letter string, d any) {
	for _, name := range []string{letter + ".html", letter + ".txt", letter + ".subject.txt"} {
		var b strings.Builder
		var err error
		set := textTemplates
		if strings.HasSuffix(name, ".html") {
			set, err = htmlTemplates, html.ExecuteTemplate(&b, name, d)
		} else {
			err = plain.ExecuteTemplate(&b, name, d)
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := set.Fill(name, d)
		if err != nil || got != b.String() {
			t.Fatalf("%s, %v:\n%s\nhtml/template:\n%s", name, err, got, b.String())
		}
	}
}

// TestSameAsHTMLTemplate: whatever is put into a letter, package fill makes of it what html/template makes.
func TestSameAsHTMLTemplate(t *testing.T) {
	t.Parallel()
	html, plain := standard(t)
	rapid.Check(t, func(t *rapid.T) {
		d := alertData{
			Lang: "ru", Subject: hostile(t, "subject"), Title: hostile(t, "title"), Group: hostile(t, "group"), Dropped: hostile(t, "dropped"),
			Again: hostile(t, "again"), NoWords: hostile(t, "no words"), Words: facts(t, "words", false), FactsTitle: hostile(t, "facts title"),
			Facts: facts(t, "facts", true), PastTitle: hostile(t, "past title"), Past: []string{hostile(t, "past"), hostile(t, "past")},
			DoTitle: hostile(t, "do"), By: hostile(t, "by"), Counted: hostile(t, "counted"), Account: hostile(t, "account"),
			Steps: []step{{hostile(t, "step"), hostile(t, "number"), hostile(t, "dial"), hostile(t, "rest")}, {Text: hostile(t, "text")}},
			Reply: hostile(t, "reply"), Reason: hostile(t, "reason"), CaseURL: hostile(t, "case"), CaseText: hostile(t, "case text"),
		}
		same(t, html, plain, "alert", d)
		same(t, html, plain, "alerts", alertsData{
			Lang: "en", Subject: hostile(t, "subject"), Title: hostile(t, "title"), CaseText: hostile(t, "case text"), Reply: hostile(t, "reply"), Reason: hostile(t, "reason"),
			BoardURL: hostile(t, "board"), BoardText: hostile(t, "board text"), Write: hostile(t, "write"),
			Items: []alertsItem{{
				Title: hostile(t, "who"), Account: hostile(t, "account"), Group: hostile(t, "group"), Dropped: hostile(t, "dropped"), Again: hostile(t, "again"),
				NoWords: hostile(t, "no words"), By: hostile(t, "by"), Words: facts(t, "words", false), Call: hostile(t, "call"), Dial: hostile(t, "dial"),
				Phone: hostile(t, "phone"), Email: hostile(t, "email"), Mail: hostile(t, "mail"), CaseURL: hostile(t, "case"),
			}},
		})
	})
}

// TestSurveyWithHTMLTemplate: the survey's words are html of our own making already.
func TestSurveyWithHTMLTemplate(t *testing.T) {
	t.Parallel()
	html, _ := standard(t)
	type safe struct {
		Plain string
		HTML  template.HTML
	}
	rapid.Check(t, func(t *rapid.T) {
		d := surveyData{
			Lang: "en", Question: text{HTML: tmpl.Safe(rapid.StringMatching(`[a-z<>& ]{0,20}`).Draw(t, "question"))}, Again: text{HTML: tmpl.Safe(rapid.StringMatching(`[a-z<>& ]{0,20}`).Draw(t, "again"))},
			Low: hostile(t, "low"), High: hostile(t, "high"), Unsubscribe: hostile(t, "unsubscribe"), Promise: hostile(t, "promise"),
			Anonymous: hostile(t, "anonymous"), How: hostile(t, "how"), HowURL: "https://nps.example.com/anonymity?lang=" + hostile(t, "language"),
			Privacy: hostile(t, "privacy"), PrivacyURL: "https://nps.example.com/privacy?lang=" + hostile(t, "language") + "&of=customers",
			Find:   text{HTML: tmpl.Safe(rapid.StringMatching(`[a-z<>& ]{0,20}`).Draw(t, "find"))},
			Logo:   logo{"https://nps.example.com/logo/" + hostile(t, "logo"), hostile(t, "alt"), 120, 40},
			Halves: [][]score{{{0, tile(0, "/", "#1a5fb4", "#ffffff", hostile(t, "label"))}}, {{6, tile(6, "#", "#1a5fb4", "#ffffff", hostile(t, "label"))}}},
		}
		halves := make([][]map[string]any, 2)
		for i, half := range d.Halves {
			for _, s := range half {
				halves[i] = append(halves[i], map[string]any{"Tile": template.HTML(s.Tile)})
			}
		}
		var b strings.Builder
		none := safe{}
		err := html.ExecuteTemplate(&b, "survey.html", map[string]any{
			"Lang": d.Lang, "Subject": none, "Greeting": none, "Intro": none, "Signature": none,
			"Reason": none, "Question": safe{HTML: template.HTML(d.Question.HTML)}, "Again": safe{HTML: template.HTML(d.Again.HTML)}, "Low": d.Low, "High": d.High,
			"Unsubscribe": d.Unsubscribe, "Promise": d.Promise, "Logo": d.Logo, "Halves": halves,
			"Anonymous": d.Anonymous, "How": d.How, "HowURL": d.HowURL, "Privacy": d.Privacy, "PrivacyURL": d.PrivacyURL, "Find": safe{HTML: template.HTML(d.Find.HTML)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := htmlTemplates.Fill("survey.html", d); err != nil || got != b.String() {
			t.Fatalf("%v:\n%s\nhtml/template:\n%s", err, got, b.String())
		}
	})
}
