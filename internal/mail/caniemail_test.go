package mail_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var caniemail = flag.String("caniemail", "", "take the features that the letters use anew from this caniemail_features.json")

// programs are the mail programs in which a letter must work: family and platform as caniemail names them. Yandex is
// not among its data; its web mail filters like mail.ru's.
var programs = [][2]string{
	{"gmail", "desktop-webmail"},
	{"gmail", "android"},
	{"outlook", "windows"},
	{"outlook", "outlook-com"},
	{"outlook", "ios"},
	{"mail-ru", "desktop-webmail"},
	{"apple-mail", "ios"},
	{"apple-mail", "macos"},
	{"yahoo", "desktop-webmail"},
	{"samsung-email", "android"},
	{"thunderbird", "macos"},
}

// features says which feature of caniemail an element, an attribute ("[name]") or a property ("name:") is; "" where it
// is as old as HTML and has no entry.
var features = map[string]string{
	"html": "", "head": "", "meta": "", "title": "", "body": "html-body", "style": "html-style", "table": "html-table", "tr": "html-table", "td": "html-table",
	"th": "html-table", "tbody": "html-table", "p": "html-p", "h1": "html-h1-h6", "h2": "html-h1-h6", "a": "html-anchor-links", "br": "", "ol": "html-lists", "ul": "html-lists", "li": "html-lists",
	"[lang]": "html-lang", "[dir]": "html-dir", "[class]": "css-selector-class", "[style]": "", "[role]": "html-role", "[width]": "html-width",
	"[height]": "html-height", "[align]": "html-align", "[valign]": "html-valign", "[cellpadding]": "html-cellpadding", "[cellspacing]": "html-cellspacing",
	"[border]": "", "[bgcolor]": "", "[href]": "", "[aria-label]": "html-aria-label", "img": "", "[src]": "", "[alt]": "", "[scope]": "", "[charset]": "", "[name]": "", "[content]": "",
	"margin:": "css-margin", "padding:": "css-padding", "background-color:": "css-background-color", "border-radius:": "css-border-radius", "color:": "",
	"font-family:": "css-font", "font-size:": "css-font-size", "font-weight:": "css-font-weight", "line-height:": "css-line-height", "display:": "css-display",
	"width:": "css-width", "max-width:": "css-max-width", "text-align:": "css-text-align", "text-decoration:": "css-text-decoration", "border-top:": "css-border",
	"word-break:": "css-word-break",
}

// extras may be missing in a program: the letter reads and works the same without them.
var extras = map[string]string{
	"css-border-radius":  "square corners",
	"html-body":          "the outer table has the same background",
	"css-max-width":      "Outlook gets a table of 600 px in a conditional comment",
	"html-aria-label":    "the link's text is the number itself, under the question",
	"css-word-break":     "a word of over 40 characters may widen the letter",
	"css-selector-class": "used for dark colours only",
	"html-style":         "dark colours only",
	"html-anchor-links":  "the entry is about links within the letter; there are none",
}

type feature struct {
	Slug  string                                  `json:"slug"`
	Stats map[string]map[string]map[string]string `json:"stats,omitempty"`
	Last  map[string]string                       `json:"last,omitempty"` // in testdata: newest result by "family platform"
}

func TestLettersUseOnlyWhatMailProgramsKnow(t *testing.T) {
	t.Parallel()
	if *caniemail != "" {
		extract(t, *caniemail)
	}
	var known []feature
	data, err := os.ReadFile("testdata/caniemail.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &known); err != nil {
		t.Fatal(err)
	}
	results := map[string]map[string]string{}
	for _, f := range known {
		results[f.Slug] = f.Last
	}
	for use, where := range uses(t) {
		slug, ok := features[use]
		if !ok {
			t.Errorf("%s (in %s): say which feature of caniemail it is", use, where)
			continue
		}
		if slug == "" || extras[slug] != "" {
			continue
		}
		last, ok := results[slug]
		if !ok {
			t.Errorf("%s: testdata has no %s (go test ./internal/mail -run MailPrograms -caniemail FILE)", use, slug)
		}
		for _, p := range programs {
			result := last[p[0]+" "+p[1]]
			if !strings.HasPrefix(result, "y") && !strings.HasPrefix(result, "a") {
				t.Errorf("%s (%s, in %s): %s on %s answers %q", use, slug, where, p[0], p[1], result)
			}
		}
	}
}

// extract keeps the newest result of what the letters use.
func extract(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Features []feature }
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	var kept []feature
	for _, f := range all.Features {
		used := false
		for _, slug := range features {
			used = used || slug == f.Slug
		}
		if !used {
			continue
		}
		last := map[string]string{}
		for _, p := range programs {
			versions := f.Stats[p[0]][p[1]]
			newest := ""
			for v := range versions {
				if later(v, newest) {
					newest = v
				}
			}
			last[p[0]+" "+p[1]] = versions[newest]
		}
		kept = append(kept, feature{Slug: f.Slug, Last: last})
	}
	out, err := json.MarshalIndent(kept, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("testdata/caniemail.json", append(out, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// later compares versions and dates such as "16.80", "2019-10".
func later(a, b string) bool {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(c rune) bool { return c == '.' || c == '-' })
	}
	return slices.CompareFunc(split(a), split(b), func(x, y string) int {
		if len(x) != len(y) {
			return len(x) - len(y)
		}
		return strings.Compare(x, y)
	}) > 0
}

// uses lists what the golden letters are made of, each with a letter where it stands.
func uses(t *testing.T) map[string]string {
	files, err := filepath.Glob("testdata/*.golden")
	slices.SortFunc(files, func(a, b string) int { // those without a logo last: what they use is said of them
		return strings.Compare(strings.ReplaceAll(a, "survey-brand-", ""), strings.ReplaceAll(b, "survey-brand-", ""))
	})
	if err != nil || len(files) < 10 {
		t.Fatalf("%d golden letters, %v", len(files), err)
	}
	all := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, letter, _ := strings.Cut(string(data), "-- html --\n")
		z := html.NewTokenizer(strings.NewReader(letter))
		for {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			token := z.Token()
			if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
				continue
			}
			all[token.Data] = file
			for _, a := range token.Attr {
				all["["+a.Key+"]"] = file
				if a.Key != "style" {
					continue
				}
				for rule := range strings.SplitSeq(a.Val, ";") {
					if name, value, ok := strings.Cut(rule, ":"); ok {
						all[strings.TrimSpace(name)+":"] = file
						if strings.Contains(value, "flex") || strings.Contains(value, "grid") || strings.Contains(value, "url(") {
							t.Errorf("%s: %s", file, rule)
						}
					}
				}
			}
		}
	}
	for _, picture := range []string{"img", "[src]"} { // nothing but the company's own logo
		if where, ok := all[picture]; ok && !strings.Contains(where, "survey-brand-") {
			t.Errorf("%s holds %s", where, picture)
		}
	}
	for _, bad := range []string{"script", "form", "video", "[background]", "[onclick]"} {
		if where, ok := all[bad]; ok {
			t.Errorf("%s holds %s", where, bad)
		}
	}
	return all
}

// What a screen reader, a phone and Outlook need of every letter.
func TestLettersAreReadable(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/*.golden")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, letter, _ := strings.Cut(string(data), "-- html --\n")
		for _, want := range []string{`<html lang="`, "<title>", `name="viewport"`, `content="light dark"`, "<h1", "<!--[if mso]>"} {
			if !strings.Contains(letter, want) {
				t.Errorf("%s: no %s", file, want)
			}
		}
		if n := len(letter); n > 100<<10 { // Gmail cuts a letter at 102 KB
			t.Errorf("%s: %d bytes", file, n)
		}
		root, err := html.Parse(strings.NewReader(letter))
		if err != nil {
			t.Fatal(err)
		}
		labels := 0
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			attr := map[string]string{}
			for _, a := range n.Attr {
				attr[a.Key] = a.Val
			}
			switch {
			case n.Data == "table" && attr["role"] != "presentation" && !strings.Contains(text(n), "example.ru"):
				t.Errorf("%s: a table of layout is not said to be one", file)
			case n.Data == "a" && strings.TrimSpace(text(n)) == "":
				t.Errorf("%s: a link without a text", file)
			case n.Data == "a" && attr["aria-label"] != "":
				labels++
			}
		}
		if strings.Contains(file, "survey") || strings.Contains(file, "reminder") {
			want := 11
			if strings.Contains(file, "reminder-employees") { // their scale is in the letter with the ballot
				want = 0
			}
			if labels != want {
				t.Errorf("%s: %d scores say what they are", file, labels)
			}
		}
	}
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
