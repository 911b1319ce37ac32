// Package mail makes the messages that Onetap sends: subject, html and text from three templates each, in the reader's
// language. It sends nothing (ses does).
//
// The html is what the usual mail programs agree on: tables for layout (role=presentation), inline styles, 600 px,
// system fonts, no images but the company's logo. A test holds every element, attribute and property against the data of caniemail.com.
package mail

import (
	"embed"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"onetap/internal/survey"
	"onetap/internal/tmpl"
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
	Once    bool // better never than twice: a call whose reply is lost is not made again
}

// Header is one message header.
type Header struct{ Name, Value string }

// UnsubscribeHeaders make the mail program's own unsubscribe button work with one click (RFC 8058).
func UnsubscribeHeaders(address string) []Header {
	return []Header{
		{"List-Unsubscribe", "<" + asciiURL(line(address)) + ">"},
		{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
	}
}

// asciiURL writes an address for a header: a domain of other letters in its ASCII form, the rest escaped.
func asciiURL(text string) string {
	if !strings.ContainsFunc(text, func(c rune) bool { return c > unicode.MaxASCII }) {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return url.PathEscape(text)
	}
	if host, ok := survey.ASCIIDomain(u.Hostname()); ok {
		u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
	}
	return u.String()
}

// The templates write their own actions in [[ ]], so that {{ }} stays what SES fills in for each recipient.
//
//go:embed templates
var files embed.FS

var (
	htmlTemplates = tmpl.HTML(files, "templates/*.html", map[string]tmpl.Func{"mso": mso, "lines": lines})
	textTemplates = tmpl.Text(files, "templates/*.txt")
)

// mso makes html that only Outlook's Word engine sees: it does not know max-width.
func mso(content string) tmpl.Safe {
	return tmpl.Safe("<!--[if mso]>" + content + "<![endif]-->")
}

// lines escapes text and keeps its line breaks.
func lines(text string) tmpl.Safe {
	return tmpl.Safe(strings.ReplaceAll(tmpl.Escape(text), "\n", "<br>"))
}

// render fills the three templates of a message.
func render(name string, data any) (subject, html, text string, err error) {
	if subject, err = textTemplates.Fill(name+".subject.txt", data); err != nil {
		return "", "", "", fmt.Errorf("subject: %w", err)
	}
	if html, err = htmlTemplates.Fill(name+".html", data); err != nil {
		return "", "", "", fmt.Errorf("html: %w", err)
	}
	if text, err = textTemplates.Fill(name+".txt", data); err != nil {
		return "", "", "", fmt.Errorf("text: %w", err)
	}
	return line(subject), strings.TrimSpace(html) + "\n", tidy(text), nil
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
	if isLine(s) {
		return s
	}
	return strings.Join(strings.FieldsFunc(visible(s), unicode.IsSpace), " ")
}

// isLine tells of most links and names that nothing is to be done.
func isLine(s string) bool {
	space := true // before it, and at its end, there must be none
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && space {
			return false
		}
		space = s[i] == ' '
	}
	return !space || s == ""
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
func cut(s string, maxRunes int) string {
	if r := []rune(s); len(r) > maxRunes {
		return string(r[:maxRunes-1]) + "…"
	}
	return s
}
