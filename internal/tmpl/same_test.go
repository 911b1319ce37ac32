package tmpl

import (
	"fmt"
	standard "html/template"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// TestSameAsHTMLTemplate makes templates, not only data. Of whatever is taken, html/template makes the same html as a browser
// reads it; or it refuses the template, for reasons of its own. In both cases no data changes what is markup and what is code.
func TestSameAsHTMLTemplate(t *testing.T) {
	t.Parallel()
	takenOnes := 0
	rapid.Check(t, func(t *rapid.T) { takenOnes += sameAsHTMLTemplate(t) })
	t.Logf("%d templates were taken", takenOnes)
	if takenOnes < 20 && !testing.Short() { // which makes rapid try only a few
		t.Error("so few templates are taken that the test says little")
	}
}

func FuzzSameAsHTMLTemplate(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { sameAsHTMLTemplate(t) }))
}

// given is the data of a made template, with html as each engine marks it.
type given[HTML any] struct {
	A, B, Link string
	No         bool
	N          int
	List       []string
	Safe       HTML
	Inner      struct{ A, Link string }
}

func sameAsHTMLTemplate(t *rapid.T) (takenOnes int) {
	source := madeTemplate(t)
	ours, refusal := taken(source)
	if ours == nil {
		if !strings.HasPrefix(refusal, "fill: t.html: ") {
			t.Fatalf("%s\n\trefused in a strange way: %s", source, refusal)
		}
		return 0
	}
	text := func(label string) string { return rapid.SampledFrom(hostileTexts).Draw(t, label) }
	mine := given[Safe]{A: text("A"), B: text("B"), Link: text("Link"), N: 7, List: []string{text("first"), text("second")}, Safe: "<b>bold</b> &amp;"}
	mine.Inner.A, mine.Inner.Link = text("Inner.A"), text("Inner.Link")
	theirs := given[standard.HTML]{mine.A, mine.B, mine.Link, mine.No, mine.N, mine.List, standard.HTML(mine.Safe), mine.Inner}
	got, err := ours.Fill("t.html", mine)
	if err != nil {
		return 0 // html in an attribute, which html/template takes the tags out of
	}
	harmless := mine
	harmless.A, harmless.B, harmless.Link, harmless.List = tame(mine.A), tame(mine.B), tame(mine.Link), []string{tame(mine.List[0]), tame(mine.List[1])}
	harmless.Inner.A, harmless.Inner.Link = tame(mine.Inner.A), tame(mine.Inner.Link)
	expected, err := ours.Fill("t.html", harmless)
	if err != nil {
		t.Fatalf("%s\n\tis filled with one data and not with another: %v", source, err)
	}
	if a, b := skeleton(t, got), skeleton(t, expected); a != b {
		t.Fatalf("%s\n\tgives         %s\n\twith harmless %s\nread back:\n%s\nwith harmless:\n%s", source, got, expected, a, b)
	}
	theirSet, err := standard.New("t.html").Delims("[[", "]]").Funcs(standard.FuncMap{"bold": func(s string) standard.HTML {
		return standard.HTML("<b>" + Escape(s) + "</b>")
	}}).Parse(source)
	if err != nil {
		t.Fatalf("%s\n\tis taken, and is no template to html/template: %v", source, err)
	}
	var want strings.Builder
	if err := theirSet.Execute(&want, theirs); err != nil {
		return 1
	}
	if a, b := readBack(t, got), readBack(t, want.String()); a != b {
		t.Fatalf("%s\n\tgives         %s\n\thtml/template %s\nread back:\n%s\nhtml/template:\n%s", source, got, want.String(), a, b)
	}
	return 1
}

// hostileTexts are values that want to be something else.
var hostileTexts = []string{
	"", "x", "javascript:alert(1)", "JavaScript:alert(1)", " javascript:x", "java", "script:x", ":alert(1)", "//evil.example", "https://e.example/a?b=c&d#e",
	"mailto:a@b", "data:text/html,<script>", `" onclick="x`, `' onclick='x`, "<script>alert(1)</script>", "</title><b>", "</textarea><b>", "-->", "a=b&c", "%3c%zz", "a b\tc\nd", "`", "&quot;", "\x00", "ж/?#", "0;url=javascript:x",
}

var (
	madeValues = []string{"[[.A]]", "[[.B]]", "[[.Link]]", "[[.N]]", "[[.Inner.A]]", "[[$.Link]]", "[[.Safe]]", "[[bold .A]]"}
	madeTags   = []string{"a", "A", "p", "img", "form", "button", "object", "meta", "textarea", "title", "TITLE", "script", "Script", "style", "STYLE", "svg", "iframe", "table", "xmp", "noscript", "option", "svg:a", "b"}
	madeNames  = []string{
		"href", "HREF", "src", "title", "Title", "action", "formaction", "data", "data-x", "data-src", "xlink:href", "xmlns:x", "background", "poster", "cite", "longdesc", "srcset", "style",
		"onclick", "OnLoad", "content", "http-equiv", "value", "type", "class", "my-url", "srcdoc", "alt", "hidden", "checked",
	}
	madeTexts = []string{"x", "/", "?", "#", "&", ":", "javascript:", "https://e.example/", "mailto:", "java", "?a=", "&b=", " ", "\n", "0;url=", "1 < 2", "&amp;", "url(", "é"}
	madeNoise = []string{
		"<", ">", "\"", "'", "=", "/", "</", "<!--", "-->", "--!>", "<!-->", "<!", "<?", "<a", "<A HREF", "</a>", "</script>", "</SCRIPT\f>", "</title>", "<script>", "<title>", "<style", " href=\"", " title='", "\f", "\t",
		"href", "=\"", " =", "= ", "`", "[[if .A]]", "[[else]]", "[[end]]", "[[range .List]]", "[[with .A]]",
	}
)

// madeTemplate draws a template: mostly html as one writes it, with branches anywhere, and some noise.
func madeTemplate(t *rapid.T) string {
	m := maker{t: t, left: 12}
	return m.some(3, m.content)
}

type maker struct {
	t    *rapid.T
	left int // actions and elements that may still be drawn
}

func (m *maker) of(label string, list []string) string {
	return rapid.SampledFrom(list).Draw(m.t, label)
}

func (m *maker) chance(n int) bool { return rapid.IntRange(1, n).Draw(m.t, "chance") == 1 }

func (m *maker) some(most int, piece func() string) string {
	var b strings.Builder
	for range rapid.IntRange(1, most).Draw(m.t, "pieces") {
		if m.left--; m.left < 0 {
			break
		}
		b.WriteString(piece())
	}
	return b.String()
}

// branched puts pieces under an action now and then.
func (m *maker) branched(piece func() string) string {
	if !m.chance(4) {
		return piece()
	}
	switch rapid.IntRange(0, 5).Draw(m.t, "branch") {
	case 0:
		return "[[if .A]]" + m.some(2, piece) + "[[end]]"
	case 1:
		return "[[if .No]]" + m.some(2, piece) + "[[end]]"
	case 2:
		return "[[if .A]]" + m.some(2, piece) + "[[else]]" + m.some(2, piece) + "[[end]]"
	case 3:
		return "[[if .No]]" + m.some(2, piece) + "[[else]]" + m.some(2, piece) + "[[end]]"
	case 4:
		return "[[with .Inner]]" + strings.NewReplacer("[[.B]]", "[[.A]]", "[[.N]]", "[[$.N]]", "[[.Safe]]", "[[$.Safe]]", ".Inner", "$.Inner", ".List", "$.List", ".No", "$.No").Replace(m.some(2, piece)) + "[[end]]"
	default:
		inner := m.some(2, piece)
		for _, v := range madeValues {
			if strings.HasPrefix(v, "[[.") {
				inner = strings.ReplaceAll(inner, v, "[[.]]")
			}
		}
		return "[[range .List]]" + strings.NewReplacer("bold .A", "bold .", "if .", "if $.", "with .", "with $.", "range .", "range $.").Replace(inner) + "[[end]]"
	}
}

func (m *maker) content() string {
	return m.branched(func() string {
		switch rapid.IntRange(0, 9).Draw(m.t, "content") {
		case 0, 1, 2, 3:
			return m.element()
		case 4:
			return m.of("text", madeTexts)
		case 5:
			return m.of("noise", madeNoise)
		case 6:
			return "<!-- " + m.of("text", madeTexts) + " -->"
		default:
			return m.of("value", madeValues)
		}
	})
}

func (m *maker) element() string {
	tag := m.of("tag", madeTags)
	head := "<" + tag
	if m.chance(2) {
		head += m.some(3, m.attribute)
	}
	head += m.of("close", []string{">", ">", ">", " >", "/>", ""})
	if m.chance(4) {
		return head
	}
	return head + m.some(2, m.content) + "</" + tag + ">"
}

func (m *maker) attribute() string {
	return m.branched(func() string {
		space, name := m.of("space", []string{" ", " ", " ", " ", "\n", "\f", "/", ""}), m.of("name", madeNames)
		if m.chance(8) {
			name = m.branched(func() string { return m.of("name", madeNames) })
		}
		if m.chance(6) {
			return space + name
		}
		quote := m.of("quote", []string{`"`, `"`, `"`, `"`, `'`, ""})
		return space + name + m.of("equals", []string{"=", "=", "=", " =", "= ", ""}) + quote + m.some(3, m.inValue) + quote
	})
}

func (m *maker) inValue() string {
	return m.branched(func() string {
		switch {
		case m.chance(12):
			return m.of("noise", madeNoise)
		case m.chance(2):
			return m.of("text", madeTexts)
		}
		return m.of("value", madeValues)
	})
}

// tame is a harmless text in a text's place.
func tame(s string) string {
	if s == "" {
		return ""
	}
	return "x"
}

// skeleton is all of a page that data may not change: elements, the names of attributes, what is code or styles, and the
// scheme of an address that runs something.
func skeleton(t *rapid.T, source string) string {
	tree, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range tree.Descendants() {
		switch {
		case n.Type == html.TextNode && (n.Parent.Data == "script" || n.Parent.Data == "style"):
			fmt.Fprintf(&b, "code %q\n", n.Data)
		case n.Type == html.CommentNode:
			fmt.Fprintf(&b, "comment %q\n", n.Data)
		case n.Type != html.ElementNode:
			continue
		}
		fmt.Fprintf(&b, "%s %s\n", n.Namespace, n.Data)
		for _, a := range n.Attr {
			fmt.Fprintf(&b, "\t%s:%s\n", a.Namespace, a.Key)
			if a.Key == "style" || a.Key == "srcset" || a.Key == "srcdoc" || a.Key == "content" && n.Data == "meta" || a.Key == "http-equiv" || strings.HasPrefix(a.Key, "on") {
				fmt.Fprintf(&b, "\t\t%q\n", a.Val)
			}
			// As browsers do: without spaces before and line ends within.
			address := strings.ToLower(strings.Map(func(r rune) rune {
				if r <= ' ' {
					return -1
				}
				return r
			}, a.Val))
			for _, scheme := range []string{"javascript:", "data:"} {
				if strings.HasPrefix(address, scheme) && runs(a.Key) {
					fmt.Fprintf(&b, "\t\t%q\n", address)
				}
			}
		}
	}
	return b.String()
}

// runs tells whether an attribute is followed, or loaded: a list of its own, apart from the engine's.
func runs(attr string) bool {
	switch attr {
	case "href", "src", "action", "formaction", "data", "background", "poster", "cite", "longdesc":
		return true
	}
	return false
}

// readBack is what a browser without scripts sees, as those of e-mails are: elements, attributes and texts, without comments,
// which html/template leaves out.
func readBack(t *rapid.T, source string) string {
	tree, err := html.ParseWithOptions(strings.NewReader(source), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	lastText := false
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			switch n.Parent.Data {
			case "iframe", "xmp", "script", "style":
				return // values may not stand there; html/template leaves out comments of theirs, and writes a < as &lt;
			}
			if !lastText {
				b.WriteString("text ")
			}
			fmt.Fprintf(&b, "%s", strings.ReplaceAll(n.Data, "\n", `\n`))
			lastText = true
			return
		case html.CommentNode:
			return
		}
		if lastText {
			b.WriteString("\n")
			lastText = false
		}
		fmt.Fprintf(&b, "%s %q", n.Namespace, n.Data)
		for _, a := range n.Attr {
			fmt.Fprintf(&b, " %s:%s=%q", a.Namespace, a.Key, a.Val)
		}
		b.WriteString("\n")
		for c := range n.ChildNodes() {
			walk(c)
		}
		_, _ = io.WriteString(&b, "/\n")
	}
	walk(tree)
	return b.String()
}
