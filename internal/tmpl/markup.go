package tmpl

import (
	"slices"
	"strings"
)

// spot is where in the html a template is being read. Two spots are the same if they are equal.
type spot struct {
	at      place
	element string // whose tag stands open; between tags: the one whose content is no html (title, style, …), else ""
	attr    string // whose value, or whose name so far
	quote   byte   // what ends the value: ", ' or 0 for a value without quotes
	prefix  string // of an address: the letters of the template that do not yet say what address it is
}

// place is a kind of spot. Values may stand in the first six.
type place int

const (
	between      place = iota // tags
	plain                     // in the text of a title or textarea, where tags are text
	attribute                 // in a quoted attribute
	address                   // at the beginning of one that holds an address
	addressPart               // in its path
	addressQuery              // in its query or fragment
	addressVague              // where the address has begun and does not tell yet whether it is harmless
	metaContent               // in the content of <meta>, which may be an address, or a command
	scriptText                // inside a quoted attribute that is code or markup: style, onclick, srcset, srcdoc
	rawText                   // in a style, script, or anything else that is no html
	inTag                     // between attributes
	seam                      // behind a name that an action followed: the next thing must be a space or the tag's end
	tagOpen                   // behind <
	tagName
	attrName
	afterName   // behind a name and a space: = may follow
	beforeValue // behind =
	unquoted    // in a value without quotes
	comment     // <!-- … -->
	declaration // <!doctype …>
)

// why says why no value may stand at a place.
var why = map[place]string{
	addressVague: "where an address has begun without telling what address it is", metaContent: "in the content of a meta element",
	scriptText: "in an attribute that is code, styles or markup", rawText: "in a style, script or other raw text",
	inTag: "inside a tag, in no attribute", seam: "inside a tag, in no attribute",
}

// spaces are those of html.
const spaces = " \t\n\f\r"

// markup follows html to where the next action will stand.
func (p *parser) markup(s string) {
	if !p.set.html {
		return
	}
	if strings.Contains(s, "\x00") {
		p.fail("a zero byte")
	}
	for s != "" {
		s = s[p.step(s):]
	}
}

// step reads the beginning of the text and tells how much of it.
func (p *parser) step(s string) int {
	switch p.spot.at {
	case between:
		return p.content(s)
	case plain, rawText:
		return p.raw(s)
	case comment:
		return p.comment(s)
	case declaration:
		if i := strings.IndexByte(s, '>'); i >= 0 {
			p.spot = spot{}
			return i + 1
		}
		return len(s)
	case tagOpen, tagName, inTag, seam, attrName, afterName, beforeValue:
		return p.tag(s)
	case unquoted:
		return p.unquoted(s)
	default:
		return p.quotedValue(s)
	}
}

// content reads text up to a tag, and the tag's beginning.
func (p *parser) content(s string) int {
	i := strings.IndexByte(s, '<')
	if i < 0 {
		return len(s)
	}
	switch rest := s[i:]; {
	case strings.HasPrefix(rest, "<!--"):
		if strings.HasPrefix(rest, "<!-->") || strings.HasPrefix(rest, "<!--->") {
			p.fail("a comment that ends where it begins")
		}
		p.spot = spot{at: comment}
		return i + 4
	case len(rest) >= 9 && strings.EqualFold(rest[:9], "<!doctype"):
		p.spot = spot{at: declaration}
		return i + 9
	case strings.HasPrefix(rest, "<!"), strings.HasPrefix(rest, "<?"):
		p.fail("a declaration that is no <!doctype>")
	case strings.HasPrefix(rest, "</") && (len(rest) == 2 || !isLetter(rest[2])):
		p.fail("</ without a name")
	}
	p.spot = spot{at: tagOpen}
	return i + 1
}

// comment reads on to its end. Actions may not stand in it.
func (p *parser) comment(s string) int {
	i := strings.Index(s, "-->")
	if j := strings.Index(s, "--!>"); j >= 0 && (i < 0 || j < i) {
		p.fail("a comment that ends in --!>")
	}
	if i < 0 {
		return len(s)
	}
	p.spot = spot{}
	return i + 3
}

// raw reads the content of an element that holds no html up to its end tag. There may be no other < in it: inside of <svg>
// browsers take it for a tag, and a script ends elsewhere after <!--.
func (p *parser) raw(s string) int {
	i := strings.IndexByte(s, '<')
	if i < 0 {
		return len(s)
	}
	rest, n := s[i:], len("</"+p.spot.element)
	if len(rest) <= n || rest[1] != '/' || !strings.EqualFold(rest[2:n], p.spot.element) || strings.IndexByte(spaces+">", rest[n]) < 0 {
		p.fail("a < in a %s", p.spot.element)
	}
	p.spot = spot{at: tagOpen}
	return i + 1
}

// tag reads one sign of a tag outside of values.
func (p *parser) tag(s string) int {
	c := s[0]
	space, now := strings.IndexByte(spaces, c) >= 0, &p.spot
	switch {
	case now.at == tagOpen:
		return p.begin(s)
	case c == '>' && now.at == beforeValue:
		p.fail("an attribute without the value that = announces")
	case c == '>':
		p.enter()
	case now.at == beforeValue:
		return p.openValue(s)
	case space && now.at == attrName:
		now.at = afterName
	case space && now.at == afterName:
	case c == '/' && !strings.HasPrefix(s, "/>"): // html/template takes it for a letter of a name, browsers for a space
		p.fail("a / within a tag")
	case space, c == '/':
		now.at, now.attr = inTag, ""
	case now.at == seam:
		p.fail("an action in the name of a tag or attribute")
	case c == '=' && (now.at == attrName || now.at == afterName):
		now.at = beforeValue
	case strings.IndexByte("=\"'<`", c) >= 0:
		p.fail("a %c where a name of a tag or attribute stands", c)
	case now.at == tagName && !isLetter(c) && !isDigit(c) && (c != '-' && c != ':' || len(s) == 1 || !isLetter(s[1]) && !isDigit(s[1])):
		p.fail("a %c in the name of a tag", c)
	case now.at == tagName:
		now.element += lower(c)
	case now.at == attrName:
		now.attr += lower(c)
	default:
		now.at, now.attr = attrName, lower(c)
	}
	return 1
}

// begin reads what follows a <.
func (p *parser) begin(s string) int {
	switch {
	case s[0] == '/':
		p.spot = spot{at: tagName, element: "/"}
	case isLetter(s[0]):
		p.spot = spot{at: tagName, element: lower(s[0])}
	default: // a < that is a sign of the text
		p.spot = spot{}
		return 0
	}
	return 1
}

// enter goes from a start tag to its content.
func (p *parser) enter() {
	switch element := p.spot.element; element {
	case "title", "textarea":
		p.spot = spot{at: plain, element: element}
	case "style", "script", "xmp", "iframe", "noembed", "noframes":
		p.spot = spot{at: rawText, element: element}
	case "plaintext":
		p.fail("a plaintext element has no end")
	default:
		p.spot = spot{}
	}
}

// openValue reads up to the first sign of a value.
func (p *parser) openValue(s string) int {
	switch c := s[0]; {
	case strings.IndexByte(spaces, c) >= 0:
		return 1
	case c != '"' && c != '\'':
		p.spot.at = unquoted
		return 0
	default:
		p.spot.at, p.spot.quote = holds(p.spot.element, p.spot.attr), c
		return 1
	}
}

func (p *parser) unquoted(s string) int {
	i := strings.IndexAny(s, spaces+">\"'<=`")
	switch {
	case i < 0:
		return len(s)
	case s[i] == '>', strings.IndexByte(spaces, s[i]) >= 0:
		p.spot.at, p.spot.attr = inTag, ""
		return i
	}
	p.fail("a %c in a value without quotes", s[i])
	return 0
}

// quotedValue reads the template's own letters of an attribute's value, up to its end.
func (p *parser) quotedValue(s string) int {
	text, _, ended := strings.Cut(s, string(p.spot.quote))
	p.addressed(text)
	if ended {
		p.spot = spot{at: inTag, element: p.spot.element}
		return len(text) + 1
	}
	return len(text)
}

// addressed follows the template's own letters of an address to where it is known that no scheme can follow.
func (p *parser) addressed(text string) {
	switch p.spot.at {
	case address, addressVague:
		if p.spot.prefix += text; strings.Trim(p.spot.prefix, spaces) == "" {
			return // browsers take spaces at the beginning off
		}
		scheme := strings.TrimLeft(p.spot.prefix, spaces)
		i := strings.IndexAny(scheme, ":/?#")
		switch {
		case i < 0, strings.Contains(scheme[:i], "&"), // an entity may be any letter
			scheme[i] == ':' && !slices.Contains(schemes, strings.ToLower(scheme[:i])):
			p.spot.at = addressVague
		case strings.ContainsAny(scheme[i:], "?#"):
			p.spot.at, p.spot.prefix = addressQuery, ""
		case strings.Contains(scheme, joined):
			p.spot.at = addressVague
		default:
			p.spot.at, p.spot.prefix = addressPart, ""
		}
	case addressPart:
		if strings.ContainsAny(text, "?#") {
			p.spot.at = addressQuery
		}
	}
}

// joined stands in the prefix of an address of which branches wrote different beginnings: it may be in its path or its query.
const joined = "\x00"

// schemes of addresses that a template may write before a value.
var schemes = []string{"http", "https", "mailto", "tel"}

// addressAttributes hold an address, and so may run a script.
var addressAttributes = []string{
	"action", "archive", "background", "cite", "classid", "codebase", "data", "formaction", "href", "icon",
	"longdesc", "manifest", "ping", "poster", "profile", "src", "usemap", "xmlns",
}

// codeAttributes hold code, styles, markup, or several addresses.
var codeAttributes = []string{"style", "srcset", "imagesrcset", "srcdoc", "http-equiv"}

// holds tells what a value in an attribute is. It knows every attribute that html/template knows, by the same rules, and more.
func holds(element, attr string) place {
	name := attr
	if own, ok := strings.CutPrefix(attr, "data-"); ok {
		name = own
	} else if space, short, ok := strings.Cut(attr, ":"); ok {
		if name = short; space == "xmlns" {
			return address
		}
	}
	switch {
	case element == "meta" && attr == "content":
		return metaContent
	case slices.Contains(codeAttributes, name), strings.HasPrefix(name, "on"):
		return scriptText
	case (element == "script" || element == "style") && (attr == "type" || attr == "language"): // decides what the content is
		return scriptText
	case (element == "animate" || element == "set") && slices.Contains([]string{"attributename", "to", "from", "by", "values"}, attr): // can set a href
		return scriptText
	case slices.Contains(addressAttributes, name), strings.Contains(name, "src"), strings.Contains(name, "uri"), strings.Contains(name, "url"):
		return address
	}
	return attribute
}

// beforeAction settles where an action stands. It may not stand within a name, an unquoted value or a comment.
func (p *parser) beforeAction() {
	if !p.set.html {
		return
	}
	switch p.spot.at {
	case tagName:
		p.spot.at = seam
	case attrName:
		p.spot.at, p.spot.attr = seam, ""
	case afterName:
		p.spot.at, p.spot.attr = inTag, ""
	case tagOpen, beforeValue, unquoted:
		p.fail("an action in a tag's name or in an attribute without quotes")
	case comment, declaration:
		p.fail("an action in a comment or declaration")
	}
}

// join is the spot behind a branch that ends in a or b; ok tells whether there is one.
func join(a, b spot) (both spot, ok bool) {
	both = a
	switch {
	case a == b:
		return both, true
	case a.element != b.element || a.attr != b.attr || a.quote != b.quote:
		return both, false
	case slices.Contains([]place{inTag, seam}, a.at) && slices.Contains([]place{inTag, seam}, b.at):
		both.at = seam
		return both, true
	case address <= a.at && a.at <= addressVague && address <= b.at && b.at <= addressVague:
		// Nothing is known of such an address; that it ends is harmless, a value in it is not.
		both.at, both.prefix = addressVague, a.prefix+b.prefix+joined
		return both, true
	}
	return both, false
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func lower(c byte) string { return strings.ToLower(string(rune(c))) }
