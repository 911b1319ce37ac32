package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"onetap/internal/lang"
	"onetap/internal/theme"
)

//go:embed page.css
var css string

var style = Script(css)

// Inline is a style or a script that stands in the page itself, named in the page's policy by its hash, so that one
// answer holds everything and nothing else can run.
type Inline struct{ source, hash string }

// Script prepares a script, or a style, for a page. Whole-line comments, indentation, and ends of lines that say nothing stay out of the page.
func Script(source string) *Inline {
	var b strings.Builder
	for l := range strings.SplitSeq(source, "\n") {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "//") {
			if b.WriteString(l); !strings.ContainsRune(";{,", rune(l[len(l)-1])) { // after others an end of line may stand for a semicolon
				b.WriteByte('\n')
			}
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return &Inline{b.String(), "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"}
}

// as is the element that holds it: style or script. Nothing of a request is in it, so that it stands as it is.
func (i *Inline) as(element string) templ.Component {
	if i == nil {
		return templ.NopComponent
	}
	return templ.Raw("<" + element + ">" + i.source + "</" + element + ">")
}

// Page is one page for people, complete in one answer.
type Page struct {
	Lang   lang.Language
	Title  string
	Body   templ.Component // inside <main>
	Script *Inline         // nil for none
	Style  *Inline         // of this page alone, besides that of all; nil for none
	Brand  string          // the company's colour, "#rrggbb"; "": Onetap's own
	Onward string          // the https address to which a post of the page's forms may lead; "": none but this site's
}

// Write answers with a page.
func (p Page) Write(w http.ResponseWriter, r *http.Request, status int) {
	styles := style.hash
	var colours *Inline
	if own := theme.Style(p.Brand); own != "" {
		colours = Script(own)
		styles += " " + colours.hash
	}
	if p.Style != nil {
		styles += " " + p.Style.hash
	}
	policy := "default-src 'none'; style-src " + styles + "; img-src 'self' data:; form-action 'self'" + p.onward() + "; base-uri 'none'; frame-ancestors 'none'"
	if p.Script != nil {
		policy += "; script-src " + p.Script.hash + "; connect-src 'self'"
	}
	w.Header().Set("Content-Security-Policy", policy)
	if err := Render(w, r, status, p.Lang, p.document(colours)); err != nil {
		slog.Error("make a page", "error", err.Error())
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

// onward is the host of Onward as a policy names it.
func (p Page) onward() string {
	u, err := url.Parse(p.Onward)
	if err != nil || u.Scheme != "https" || strings.ContainsAny(u.Host, "*;, ") {
		return ""
	}
	return " https://" + u.Host
}

// Render answers with a page. It is made in memory, whole, also for whoever asked too late: they hear why. An error is a
// fault in the program, and nothing is written then.
func Render(w http.ResponseWriter, r *http.Request, status int, l lang.Language, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(context.WithoutCancel(r.Context()), &b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(l))
	h.Set("Vary", "Accept-Encoding")
	w.WriteHeader(status)
	w.Write(b.Bytes()) // the writer is a buffer (Handler) or the test server's: nothing to do about a failure
	return nil
}
