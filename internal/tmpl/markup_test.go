package tmpl

import (
	"strings"
	"testing"
)

// taken tells whether a template is taken, and why not.
func taken(source string) (s *Set, refusal string) {
	defer func() {
		if r := recover(); r != nil {
			s, refusal = nil, r.(string)
		}
	}()
	return set(source), ""
}

// TestPlacesThatRunScripts: no way of writing an attribute or element lets a script through.
func TestPlacesThatRunScripts(t *testing.T) {
	t.Parallel()
	d := data{Link: "javascript:alert", List: []string{"javascript:alert"}}
	for _, source := range []string{
		// The state after branches.
		`<a href="[[if .Text]][[.Text]][[else]][[.Link]][[end]]">`,
		`<a href="[[if .Text]]/x[[end]][[.Link]]">`,
		`<a href="[[with .Text]]/x[[end]][[.Link]]">`,
		`<a href="[[range .Empty]]/x[[end]][[.Link]]">`,
		`<a href="[[if .Text]]/x[[else]][[end]][[.Link]]">`,
		`<a href="[[.Text]][[.Link]]">`,
		`<a [[if .Text]]title[[else]]href[[end]]="[[.Link]]">`,
		`<a [[if .Text]]title="[[else]]href="[[end]][[.Link]]">`,
		`[[if .Text]]<p title="[[else]]<a href="[[end]][[.Link]]">`,
		`<a hr[[if .Text]][[else]]ef[[end]]="[[.Link]]">`,
		`<a href [[if .Text]][[end]]="[[.Link]]">`,
		`[[if .Text]]<b>[[else]]<script>[[end]][[.Link]]</script>`,
		`[[define "open"]]<a href="[[end]][[template "open" .]][[.Link]]">`,
		// Attributes.
		`<form action="[[.Link]]">`, `<button formaction="[[.Link]]">`, `<object data="[[.Link]]">`, `<svg><a xlink:href="[[.Link]]">`,
		`<table background="[[.Link]]">`, `<video poster="[[.Link]]">`, `<q cite="[[.Link]]">`, `<img longdesc="[[.Link]]">`, `<a ping="[[.Link]]">`, `<p data-url="[[.Link]]">`,
		`<meta http-equiv="refresh" content="0;url=[[.Link]]">`, `<meta content="0;url=[[.Link]]" http-equiv="refresh">`, `<meta http-equiv="[[.Link]]" content="0">`,
		`<img srcset="[[.Link]]">`, `<iframe srcdoc="[[.Link]]">`, `<p style="[[.Link]]">`, `<p onclick="[[.Link]]">`, `<svg><set attributeName="href" to="[[.Link]]">`,
		// Ways of writing them.
		`<A HREF="[[.Link]]">`, `<a href ="[[.Link]]">`, "<a href=\t\"[[.Link]]\">", "<a\fhref=\"[[.Link]]\">", `<a/href="[[.Link]]">`, `<a title="x"href="[[.Link]]">`,
		`<a href='[[.Link]]'>`, `<a href=[[.Link]]>`, `<a title=x href="[[.Link]]">`, `<a title='"' href="[[.Link]]">`, `<p OnClick="[[.Link]]">`,
		`<a href=" [[.Link]]">`, `<a href="java[[.Text]]script:[[.Text]]alert">`, `<a href="JavaScript:[[.Link]]">`, `<a href="java&#115;cript:[[.Link]]">`,
		// Elements whose content is no html.
		`<SCRIPT>[[.Link]]</SCRIPT>`, "<script\f>[[.Link]]</script>", `<Style>[[.Link]]</Style>`, `<script></scriptx>[[.Link]]</script>`, `<script><!--<script></script>[[.Link]]</script>-->`,
		`<script>"</style>"; [[.Link]]</script>`, `<svg><title><a href="[[.Link]]"></title></svg>`, `<xmp>[[.Link]]</xmp>`, `<iframe>[[.Link]]</iframe>`, `<script type="[[.Link]]">`,
		`<!-- > <a title="--><a href="[[.Link]]">`, `<!--><script>[[.Link]]</script>-->`,
	} {
		s, refusal := taken(source)
		if s == nil {
			t.Logf("%s\n\trefused: %s", source, refusal)
			continue
		}
		got, err := s.Fill("t.html", d)
		if err != nil {
			continue
		}
		if strings.Contains(strings.ToLower(got), "javascript:alert") {
			t.Errorf("%s\n\tgives %s", source, got)
		}
	}
}

// TestTakenTemplates: what is harmless is taken, and gives what one expects.
func TestTakenTemplates(t *testing.T) {
	t.Parallel()
	d := data{Text: "<x>", Link: "javascript:alert(1)", Number: 7, Safe: "<i>&amp;", List: []string{"a", "b"}}
	for _, c := range []struct{ source, want string }{
		{`<a href="[[if .Text]]/a[[else]]/b[[end]]">`, `<a href="/a">`},
		{`<a href="/x[[if .Text]]/[[.Number]][[end]]">`, `<a href="/x/7">`},
		{`<a href="[[if .Text]][[.Link]][[end]]">`, `<a href="` + refused + `">`},
		{`<a href="[[if .Number]][[else]][[.Text]][[end]][[.Link]]">`, `<a href="` + refused + `">`},
		{`<a href="[[if .Number]]/a[[else]]?b[[end]]?c=[[.Text]]">`, `<a href="/a?c=%3cx%3e">`},
		{`<a href="?a=[[.Link]]&b=/">`, `<a href="?a=javascript%3aalert%281%29&b=/">`},
		{`<input [[if .Text]]checked[[else]]hidden[[end]]>`, `<input checked>`},
		{`<input[[if .Text]] checked[[end]] [[range .List]] data-[[end]]>`, ``}, // an action within a name
		{`<p[[range .List]] title="[[.]]"[[end]]>`, `<p title="a" title="b">`},
		{`<p [[if .Text]]class="[[.Number]]"[[end]] id='[[.Text]]'>`, `<p class="7" id='&lt;x&gt;'>`},
		{`<textarea>[[.Text]]</textarea>[[.Safe]]`, `<textarea>&lt;x&gt;</textarea><i>&amp;`},
		{`<TITLE>[[.Safe]]</title >[[.Text]]`, `<TITLE>&lt;i&gt;&amp;</title >&lt;x&gt;`},
		{`<option value=x selected>1 < 2 [[.Text]]`, `<option value=x selected>1 < 2 &lt;x&gt;`},
		{`<!doctype html><!-- - < -- > --><style>a > b { }</style>[[.Text]]`, `<!doctype html><!-- - < -- > --><style>a > b { }</style>&lt;x&gt;`},
		{`<img src="[[.Text]]" width="[[.Number]]"/>`, `<img src="%3cx%3e" width="7"/>`},
	} {
		s, refusal := taken(c.source)
		if s == nil {
			if c.want != "" {
				t.Errorf("%s: %s", c.source, refusal)
			}
			continue
		}
		if got, err := s.Fill("t.html", d); err != nil || got != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.source, err, got, c.want)
		}
	}
}

// A refusal says what is wrong, and where.
func TestRefusalsSayWhy(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`<a href="[[if .Text]]/x[[end]][[.Link]]">`:      "fill: t.html: a value where an address has begun without telling what address it is",
		`<p [[if .Text]]title="[[end]]">`:                "fill: t.html: the branches of if end in different places of the html",
		`<!-- [[.Text]] -->`:                             "fill: t.html: an action in a comment or declaration",
		`<p class=[[.Text]]>`:                            "fill: t.html: an action in a tag's name or in an attribute without quotes",
		`<p [[.Text]]>`:                                  "fill: t.html: a value inside a tag, in no attribute",
		`<p title="`:                                     `fill: t.html: "t.html" ends inside of a tag, a comment, or an element whose content is no html`,
		`<a href="x[[range .List]]/[[.]]?[[end]]">`:      "fill: t.html: a range ends in another place of the html than it began",
		`<a href="/x[[range .List]]/[[.]]?a=[[end]]">`:   "fill: t.html: a range ends in another place of the html than it began",
		`<p title="[[template "x" .]]">[[define "x"]]`:   "fill: t.html: a template is called inside of a tag, or of an element whose content is no html",
		`<a href="tel:[[.Text]]"><a href="x:[[.Text]]">`: "fill: t.html: a value where an address has begun without telling what address it is",
	} {
		if _, got := taken(source); got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
}
