// Package mail makes the messages that Onetap sends: subject, html and text from three templates each, in the reader's
// language. It sends nothing (ses does).
//
// The html is what the usual mail programs agree on: tables for layout (role=presentation), inline styles, 600 px,
// system fonts, no images. A test holds every element, attribute and property against the data of caniemail.com.
package mail

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"
	texttemplate "text/template"
	"unicode"
)

// Message is one e-mail, ready to send.
type Message struct {
	From    string
	To      string
	ReplyTo string
	Subject string
	HTML    string
	Text    string
	Headers []Header
	Tags    map[string]string
}

// Header is one message header.
type Header struct{ Name, Value string }

// UnsubscribeHeaders make the mail program's own unsubscribe button work with one click (RFC 8058).
func UnsubscribeHeaders(url string) []Header {
	return []Header{
		{"List-Unsubscribe", "<" + line(url) + ">"},
		{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
	}
}

// The templates write their own actions in [[ ]], so that {{ }} stays what SES fills in for each recipient.
//
//go:embed templates
var files embed.FS

var (
	htmlTemplates = template.Must(template.New("").Delims("[[", "]]").Funcs(template.FuncMap{"mso": mso, "lines": lines, "dial": dial}).ParseFS(files, "templates/*.html"))
	textTemplates = texttemplate.Must(texttemplate.New("").Delims("[[", "]]").ParseFS(files, "templates/*.txt"))
)

// mso makes html that only Outlook's Word engine sees: it does not know max-width. html/template drops other comments.
func mso(content string) template.HTML {
	return template.HTML("<!--[if mso]>" + content + "<![endif]-->")
}

// lines escapes text and keeps its line breaks.
func lines(text string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(text), "\n", "<br>"))
}

// dial lets a tel: link of our own making through: html/template knows only http, https and mailto.
func dial(link string) any {
	if rest, ok := strings.CutPrefix(link, "tel:"); ok && strings.Trim(rest, "+0123456789") == "" {
		return template.URL(link)
	}
	return link
}

// render fills the three templates of a message.
func render(name string, data any) (subject, html, text string, err error) {
	var s, h, t bytes.Buffer
	if err := textTemplates.ExecuteTemplate(&s, name+".subject.txt", data); err != nil {
		return "", "", "", fmt.Errorf("subject of %s: %w", name, err)
	}
	if err := htmlTemplates.ExecuteTemplate(&h, name+".html", data); err != nil {
		return "", "", "", fmt.Errorf("html of %s: %w", name, err)
	}
	if err := textTemplates.ExecuteTemplate(&t, name+".txt", data); err != nil {
		return "", "", "", fmt.Errorf("text of %s: %w", name, err)
	}
	return line(s.String()), strings.TrimSpace(h.String()) + "\n", tidy(t.String()), nil
}

// tidy leaves at most one empty line in a row, which lets the text templates be laid out readably.
func tidy(s string) string {
	var out []string
	empty := true
	for l := range strings.SplitSeq(s, "\n") {
		l = strings.TrimRight(l, " \t\r")
		if l == "" && empty {
			continue
		}
		empty = l == ""
		out = append(out, l)
	}
	return strings.TrimSpace(strings.Join(out, "\n")) + "\n"
}

// line makes one line of what came from outside: a header must not be split by it, and control characters and the
// marks that turn the direction of writing must not make it look like something else.
func line(s string) string {
	return strings.Join(strings.FieldsFunc(visible(s), unicode.IsSpace), " ")
}

// visible takes away control characters (but for line breaks and tabs) and direction overrides.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t' || c == '\r':
			return c
		case unicode.IsControl(c), c >= 0x202A && c <= 0x202E, c >= 0x2066 && c <= 0x2069:
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// cut shortens a name to what fits a line.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
