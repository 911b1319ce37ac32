package keys

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf16"
)

const oneClick = "List-Unsubscribe=One-Click"

func utf16LE(s string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, c := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(c))
		b.WriteByte(byte(c >> 8))
	}
	return b.String()
}

func TestTheWillInAnyWrapping(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	part := func(head, value, end string) string {
		return "--x\r\n" + head + "\r\n\r\n" + value + end
	}
	const disposition = `Content-Disposition: form-data; name="List-Unsubscribe"`
	for name, c := range map[string]struct{ media, body string }{
		"as the RFC says":                      {form, oneClick},
		"with a charset":                       {form + "; charset=UTF-8", oneClick},
		"no Content-Type":                      {"", oneClick},
		"a Content-Type that is none":          {";;=", oneClick},
		"plain text":                           {"text/plain", oneClick},
		"plain text with a charset":            {"text/plain; charset=us-ascii", oneClick + "\r\n"},
		"bytes":                                {"application/octet-stream", oneClick},
		"a line end":                           {form, oneClick + "\r\n"},
		"many line ends around":                {form, "\r\n\r\n" + oneClick + "\n\n\n"},
		"a byte order mark":                    {"text/plain", "\ufeff" + oneClick},
		"UTF-16":                               {"text/plain; charset=utf-16", utf16LE(oneClick)},
		"a NUL behind":                         {form, oneClick + "\x00"},
		"lower case":                           {form, "list-unsubscribe=one-click"},
		"upper case":                           {form, strings.ToUpper(oneClick)},
		"spaces around the sign":               {"text/plain", " List-Unsubscribe = One-Click "},
		"double quotes":                        {"text/plain", `"` + oneClick + `"`},
		"single quotes":                        {"text/plain", `'` + oneClick + `'`},
		"a quoted value":                       {form, `List-Unsubscribe="One-Click"`},
		"the header itself":                    {"text/plain", "List-Unsubscribe-Post: " + oneClick},
		"a colon":                              {"text/plain", "List-Unsubscribe: One-Click"},
		"with another field":                   {form, "token=abc&" + oneClick + "&id=7"},
		"on a line of its own":                 {"text/plain", "id=7\r\n" + oneClick + "\r\n"},
		"percent-encoded":                      {form, "List%2DUnsubscribe=One%2DClick"},
		"percent-encoded whole":                {"text/plain", "List-Unsubscribe%3DOne-Click"},
		"percent-encoded twice":                {"text/plain", "List-Unsubscribe%253DOne-Click"},
		"quoted-printable":                     {"text/plain", "List-Unsubscribe=3DOne-Click"},
		"quoted-printable, broken":             {"text/plain", "List-Unsub=\r\nscribe=3DOne-Click=\r\n"},
		"base64":                               {"text/plain", base64.StdEncoding.EncodeToString([]byte(oneClick))},
		"base64 in lines":                      {"text/plain", "TGlzdC1VbnN1YnNj\r\ncmliZT1PbmUtQ2xpY2s=\r\n"},
		"base64 for a URL, unpadded":           {"text/plain", base64.RawURLEncoding.EncodeToString([]byte(oneClick))},
		"JSON":                                 {"application/json", `{"List-Unsubscribe": "One-Click"}`},
		"JSON with more":                       {"application/json", `{"id":7,"List-Unsubscribe":"One-Click"}`},
		"a JSON text":                          {"application/json", `"` + oneClick + `"`},
		"multipart":                            {"multipart/form-data; boundary=x", part(disposition, "One-Click", "\r\n--x--\r\n")},
		"multipart, quoted boundary":           {`multipart/form-data; boundary="x"`, part(disposition, "One-Click", "\r\n--x--")},
		"multipart that ends early":            {"multipart/form-data; boundary=x", part(disposition, "One-Click\r\n", "")},
		"multipart, no Content-Type":           {"", part(disposition, "One-Click", "\r\n--x--\r\n")},
		"multipart called a form":              {form, part(disposition, "One-Click", "\r\n--x--\r\n")},
		"multipart, bare line ends":            {"multipart/form-data; boundary=x", strings.ReplaceAll(part(disposition, "One-Click", "\r\n--x--\r\n"), "\r\n", "\n")},
		"multipart, a type to the part":        {"multipart/form-data; boundary=x", part(disposition+"\r\nContent-Type: text/plain; charset=utf-8", " One-Click\r\n", "\r\n--x--\r\n")},
		"multipart, base64":                    {"multipart/form-data; boundary=x", part(disposition+"\r\nContent-Transfer-Encoding: base64", "T25lLUNsaWNr", "\r\n--x--\r\n")},
		"multipart of a letter":                {"multipart/mixed; boundary=x", part("Content-Type: text/plain", oneClick, "\r\n--x--\r\n")},
		"multipart only by its header":         {"multipart/form-data; boundary=x", oneClick},
		"multipart without a boundary":         {"multipart/form-data", oneClick},
		"multipart, another boundary":          {"multipart/form-data; boundary=y", part(disposition, "One-Click", "\r\n--x--\r\n")},
		"as a query":                           {"text/plain", "?" + oneClick},
		"a full stop":                          {"text/plain", oneClick + "."},
		"typographic quotes":                   {"text/plain; charset=utf-8", "“" + oneClick + "”"},
		"our own page":                         {form, "confirm=yes"},
		"our own page, as multipart":           {"multipart/form-data; boundary=x", part(`Content-Disposition: form-data; name="confirm"`, "yes", "\r\n--x--\r\n")},
		"our own page, sent as text/plain":     {"text/plain", "confirm=yes\r\n"},
		"both":                                 {form, "confirm=yes&" + oneClick},
		"a form's plus that is a space at end": {form, oneClick + "+"},
	} {
		if !SaysUnsubscribe(c.media, []byte(c.body)) {
			t.Errorf("%s: %q as %q is not understood", name, c.body, c.media)
		}
	}
}

func TestOtherWordsAreNoWill(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing":                      "",
		"a line end":                   "\r\n",
		"another field":                "x=1",
		"the name alone":               "List-Unsubscribe",
		"no value":                     "List-Unsubscribe=",
		"two clicks":                   "List-Unsubscribe=Two-Click",
		"more than the value":          "List-Unsubscribe=One-Click-Not",
		"another name":                 "X-List-Unsubscribe=One-Click",
		"the value alone":              "One-Click",
		"turned round":                 "One-Click=List-Unsubscribe",
		"in a sentence":                "please do not List-Unsubscribe=One-Click",
		"in another field":             "comment=List-Unsubscribe%3DOne-Click",
		"in another field's value":     "comment=x List-Unsubscribe=One-Click",
		"said and taken back":          "List-Unsubscribe=One-Click&List-Unsubscribe=No",
		"confirm no":                   "confirm=no",
		"confirmed no":                 "confirm=no&List-Unsubscribe=One-Click",
		"yes to something else":        "agree=yes",
		"inside JSON":                  `{"seen":{"List-Unsubscribe":"One-Click"}}`,
		"base64 of something else":     base64.StdEncoding.EncodeToString([]byte("x=1")),
		"base64 four times":            wrap(oneClick, 4),
		"multipart of something else":  "--x\r\nContent-Disposition: form-data; name=\"y\"\r\n\r\nOne-Click\r\n--x--\r\n",
		"multipart of nothing":         "--x--\r\n",
		"multipart, a file so called":  "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
		"an answer to the survey":      "score=9&gesture=button",
		"long":                         oneClick + strings.Repeat("\n", MaxUnsubscribe),
		"a nested bracket of a parser": strings.Repeat("--", 30000),
	} {
		for _, media := range []string{"", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/json"} {
			if SaysUnsubscribe(media, []byte(body)) {
				t.Errorf("%s: %.60q as %q is taken for a will", name, body, media)
			}
		}
	}
}

func wrap(s string, times int) string {
	for range times {
		s = base64.StdEncoding.EncodeToString([]byte(s))
	}
	return s
}

// Whatever comes, it does not panic; line ends around it and the case of its letters change nothing.
func FuzzSaysUnsubscribe(f *testing.F) {
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--")
	f.Add("", oneClick)
	f.Add("text/plain", "=\r\n%%3D=3D")
	f.Fuzz(func(t *testing.T, media, body string) {
		if len(body) > MaxUnsubscribe/2 {
			return
		}
		if SaysUnsubscribe(media, []byte(body)) && !SaysUnsubscribe(media, []byte("\r\n"+body+"\r\n")) {
			t.Fatalf("%q is understood, and not with line ends around it", body)
		}
	})
}
