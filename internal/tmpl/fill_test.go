package tmpl

import (
	"strings"
	"testing"
	"testing/fstest"
)

func set(source string) *Set {
	return HTML(fstest.MapFS{"t.html": {Data: []byte(source)}}, "*.html", map[string]Func{"bold": func(s string) Safe { return Safe("<b>" + Escape(s) + "</b>") }})
}

type data struct {
	Text, Link  string
	Number      int
	Safe        Safe
	List, Empty []string
	Inner       struct{ Text string }
	Float       float64
}

func TestFill(t *testing.T) {
	t.Parallel()
	d := data{Text: `<a b="c">&'+`, Link: "tel:+491", Number: 7, Safe: "<i>", List: []string{"x", "<"}}
	d.Inner.Text = "in"
	const escaped = "&lt;a b=&#34;c&#34;&gt;&amp;&#39;&#43;"
	for _, c := range []struct{ source, want string }{
		{"[[.Text]]", escaped},
		{`<p title="[[.Text]]">[[.Number]]</p>`, `<p title="` + escaped + `">7</p>`},
		{"[[.Safe]]", "<i>"},
		{"[[.Inner.Text]]", "in"},
		{"[[bold .Text]]", "<b>" + escaped + "</b>"},
		{`[[bold "say \"x\""]]`, "<b>say &#34;x&#34;</b>"},
		{"[[range .List]]<[[.]]>[[$.Number]] [[end]]", ""}, // a value inside a tag
		{"[[range .List]]([[.]][[$.Number]])[[end]]", "(x7)(&lt;7)"},
		{"[[with .Inner]][[.Text]][[$.Number]][[end]]", "in7"},
		{"[[with .Text]]yes[[end]]", "yes"},
		{"[[if .Number]]yes[[else]]no[[end]]", "yes"},
		{"[[if .Float]]yes[[else]]no[[end]]", "no"},
		{`[[define "x"]]([[.]])[[end]][[template "x" .Number]]`, "(7)"},
		{`<a href="[[.Link]]">`, `<a href="tel:&#43;491">`},
		{`<a href="/a b/[[.Text]]">`, `<a href="/a b/%3ca%20b=%22c%22%3e&amp;%27&#43;">`},
		{`<a href="x" title="[[.Link]]">`, `<a href="x" title="tel:&#43;491">`},
	} {
		got := ""
		func() {
			defer func() { _ = recover() }()
			var err error
			if got, err = set(c.source).Fill("t.html", d); err != nil {
				t.Errorf("%s: %v", c.source, err)
			}
		}()
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	s := set(`<a href="[[.Link]]">`)
	for link, want := range map[string]string{
		"https://example.com/ä?x=1": "https://example.com/%c3%a4?x=1",
		"mailto:a@example.com":      "mailto:a@example.com",
		"tel:+7900":                 "tel:&#43;7900",
		"tel:1;phone-context=evil":  refused,
		"javascript:alert(1)":       refused,
		"JAVASCRIPT:alert(1)":       refused,
		"data:text/html,x":          refused,
		"a/b:c":                     "a/b:c",
		"%41%zz":                    "%41%25zz",
		"":                          "",
	} {
		if got, err := s.Fill("t.html", data{Link: link}); err != nil || got != `<a href="`+want+`">` {
			t.Errorf("%q: %s, %v; want %s", link, got, err, want)
		}
	}
}

// Mistakes of a template are found when it is read.
func TestRefusedTemplates(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"[[.Text", "[[if .Text]]", "[[end]]", "[[else]]", "[[with .Text]][[else]][[end]]", "[[nothing .Text]]", "[[.Text | bold]]", "[[template x]]",
		`[[define "t.html"]][[end]]`, "<a [[.Text]]>", "<a href=[[.Text]]>", `<p style="[[.Text]]">`, `<p onclick="[[.Text]]">`, `<style>[[.Text]]</style>`,
		"<script>[[.Text]]</script>", "[[define x]][[end]]", `[[define "x"]]`,
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("taken: %s", source)
				}
			}()
			set(source)
		}()
	}
}

// Mistakes of the data are errors that name no value.
func TestWrongData(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"[[.Missing]]", "[[.Text.Text]]", "[[.Float]]", "[[range .Text]][[end]]", `[[template "x" .]]`, `<p title="[[.Safe]]">`, "[[.List]]"} {
		_, err := set(source).Fill("t.html", data{Text: "secret", Safe: "secret", Float: 1, List: []string{"secret"}})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", source, err)
		}
	}
}
