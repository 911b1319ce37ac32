package tmpl

import (
	"html"
	"strings"
)

// The project has one escaper of html, the standard library's; pages have it through templ. In letters html/template's two
// further characters are escaped too.
var further = strings.NewReplacer("\x00", "\uFFFD", "+", "&#43;")

// flat makes html harmless where tags are text: its entities stay.
var flat = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")

// Escape makes text harmless between tags, in titles and textareas, and in quoted attributes.
func Escape(s string) string { return further.Replace(html.EscapeString(s)) }

// refused stands for an address of a scheme that is not let through, as in html/template.
const refused = "#ZgotmplZ"

// schemed lets addresses of the web, of mail and of telephones through, and those without a scheme.
func schemed(address string) string {
	scheme, rest, found := strings.Cut(address, ":")
	if !found || strings.Contains(scheme, "/") {
		return address
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "mailto":
		return address
	case "tel":
		if strings.Trim(rest, "+0123456789") == "" {
			return address
		}
	}
	return refused
}

// normalize writes as %xx what may not stand in an address; what is %xx already stays.
func normalize(address string) string { return percent(address, "!#$&*+,/:;=?@[]-._~%") }

// percent writes as %xx all but letters, digits and the signs of keep, where % means a %xx.
func percent(text, keep string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			strings.IndexByte(keep, c) >= 0 && (c != '%' || i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2])):
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
