package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"
	"strings"

	"onetap/internal/lang"
	"onetap/internal/theme"
)

//go:embed page.css
var css string

var style = inline(css)

// Inline is a style or a script that stands in the page itself, named in the page's policy by its hash, so that one
// answer holds everything and nothing else can run.
type Inline struct{ source, hash string }

// Script prepares a script for a page. Whole-line comments and indentation stay out of the page.
func Script(source string) *Inline {
	s := inline(source)
	return &s
}

func inline(source string) Inline {
	var b strings.Builder
	for l := range strings.SplitSeq(source, "\n") {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "//") {
			b.WriteString(l + "\n")
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return Inline{b.String(), "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"}
}

// Page is one page for people, complete in one answer.
type Page struct {
	Lang   lang.Language
	Title  string
	Body   HTML    // inside <main>
	Script *Inline // nil for none
	Brand  string  // the company's colour, "#rrggbb"; "": Onetap's own
}

// Write answers with a page.
func (p Page) Write(w http.ResponseWriter, status int) {
	styles, colours := style.hash, HTML("")
	if own := theme.Style(p.Brand); own != "" {
		i := inline(own)
		styles, colours = styles+" "+i.hash, HTML("<style>"+i.source+"</style>")
	}
	policy := "default-src 'none'; style-src " + styles + "; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	var script HTML
	if p.Script != nil {
		policy += "; script-src " + p.Script.hash + "; connect-src 'self'"
		script = HTML("<script>" + p.Script.source + "</script>")
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(p.Lang))
	h.Set("Vary", "Accept-Encoding")
	w.WriteHeader(status)
	page := Join(Markup(`<!doctype html>
<html lang="{}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="format-detection" content="telephone=no"><title>{}</title><link rel="icon" href="data:,"><style>`,
		string(p.Lang), p.Title), HTML(style.source), "</style>", colours, "</head><body><main>\n", p.Body, "</main>", script, "</body></html>\n")
	w.Write([]byte(page)) // the writer is a buffer (Handler) or the test server's: nothing to do about a failure
}
