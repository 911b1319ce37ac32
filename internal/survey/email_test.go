package survey_test

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

func TestNormalizeEmail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"anna@example.ru":                           "anna@example.ru",
		"Anna.Petrova+NPS@Example.RU":               "anna.petrova+nps@example.ru",
		"  anna@example.ru \t\r\n":                  "anna@example.ru",
		"\u00a0anna@example.ru\u3000":               "anna@example.ru", // no-break and ideographic space
		"\ufeffan\u200bna@example.ru\u200e":         "anna@example.ru", // byte order mark, zero width, direction
		"mailto:anna@example.ru":                    "anna@example.ru",
		"MAILTO:anna@example.ru?subject=hello":      "anna@example.ru",
		"Анна Петрова <Anna@example.ru>":            "anna@example.ru",
		`"Петрова, Анна" <anna@example.ru>`:         "anna@example.ru",
		"<anna@example.ru>":                         "anna@example.ru",
		"anna@example.ru<mailto:anna@example.ru>":   "anna@example.ru",
		"anna@example.ru <ANNA@example.ru>":         "anna@example.ru",
		"anna@example.ru; anna@example.ru":          "anna@example.ru",
		"anna@example.ru.":                          "anna@example.ru",
		"anna@example.ru, ;":                        "anna@example.ru",
		"'anna@example.ru":                          "anna@example.ru", // Excel's "this is text"
		`"anna@example.ru"`:                         "anna@example.ru",
		"o'brien@example.com":                       "o'brien@example.com",
		"anna@пример.рф":                            "anna@xn--e1afmkfd.xn--p1ai",
		"anna@ПРИМЕР.РФ":                            "anna@xn--e1afmkfd.xn--p1ai",
		"anna@xn--e1afmkfd.xn--p1ai":                "anna@xn--e1afmkfd.xn--p1ai",
		"anna@bücher.example.com":                   "anna@xn--bcher-kva.example.com",
		"anna@example。com":                          "anna@example.com",
		"ａnna@example.ru":                           "!address_not_latin",
		"анна@example.ru":                           "!address_not_latin",
		"аnna@example.ru":                           "!address_not_latin", // the first letter is Cyrillic
		"":                                          "!no_address",
		" \u00a0\u200b ":                            "!no_address",
		"-":                                         "!address_without_at",
		"нет":                                       "!address_without_at",
		"anna.example.ru":                           "!address_without_at",
		"anna@example.ru, oleg@example.ru":          "!several_addresses",
		"anna@example.ru;oleg@example.ru":           "!several_addresses",
		"anna@example.ru\noleg@example.ru":          "!several_addresses",
		"anna@example.ru/oleg@example.ru":           "!several_addresses",
		"anna@example.ru, oleg@":                    "!several_addresses",
		"anna@@example.ru":                          "!bad_address",
		"anna@oleg@example.ru":                      "!bad_address",
		"anna petrova@example.ru":                   "!bad_address",
		"anna @example.ru":                          "!bad_address",
		"anna@example.ru (личная)":                  "!bad_address",
		"anna..petrova@example.ru":                  "!bad_address",
		"anna,petrova@example.ru":                   "!bad_address",
		"@example.ru":                               "!bad_address",
		"Анна <anna@example.ru":                     "!bad_address",
		"anna\x00@example.ru":                       "!bad_address",
		"anna@example":                              "!address_domain",
		"anna@example.r":                            "!address_domain",
		"anna@example..ru":                          "!address_domain",
		"anna@.example.ru":                          "!address_domain",
		"anna@exam_ple.ru":                          "!address_domain",
		"anna@192.0.2.1":                            "!address_domain",
		"anna@[192.0.2.1]":                          "!address_domain",
		"anna@xn--zz--zz.example.ru":                "!address_domain",
		"anna@":                                     "!address_domain",
		"anna@example,ru":                           "!address_domain",
		strings.Repeat("a", 65) + "@example.ru":     "!address_too_long",
		"a@" + strings.Repeat("b.", 125) + "ru":     "a@" + strings.Repeat("b.", 125) + "ru",
		"anna@" + strings.Repeat("b.", 125) + "ru":  "!address_too_long",
		"anna@" + strings.Repeat("bbb.", 63) + "ru": "!address_domain",
	} {
		got, err := survey.NormalizeEmail(text)
		if code, bad := strings.CutPrefix(want, "!"); bad {
			if !apperr.Is(err, code) {
				t.Errorf("%q: %q, %v; want %s", text, got, err, code)
			}
			if local, _, _ := strings.Cut(text, "@"); len(local) > 3 && err != nil && strings.Contains(err.Error(), local) {
				t.Errorf("%q: the error names the address: %v", text, err)
			}
		} else if got != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

// What isemail knows of RFC 5321 and 5322 against what a customer list may hold, category by category.
func TestNormalizeEmailIsemail(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/isemail_tests.xml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Tests []struct {
			ID        string `xml:"id,attr"`
			Address   string `xml:"address"`
			Category  string `xml:"category"`
			Diagnosis string `xml:"diagnosis"`
		} `xml:"test"`
	}
	if err := xml.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	accepted := map[string]bool{
		"ISEMAIL_VALID_CATEGORY": true,
		"ISEMAIL_DNSWARN":        true,  // this is no place to ask a name server
		"ISEMAIL_RFC5321":        false, // quoted local parts, address literals, a bare top-level domain: no customer's
		"ISEMAIL_CFWS":           false, // comments
		"ISEMAIL_DEPREC":         false,
		"ISEMAIL_RFC5322":        false, // fit for a header, not for delivery
		"ISEMAIL_ERR":            false,
	}
	const outside = "white space around an address is taken off: an export puts it there"
	differs := map[string]string{
		"5":  "a domain without a dot is a slip of the keyboard here",
		"13": "no top-level domain has one letter", "37": "no top-level domain has one letter",
		"35": "a dot after the address is a sentence's, not the address's",
		"88": outside, "89": outside, "99": outside, "127": outside, "128": outside, "132": outside, "141": outside, "142": outside,
		"143": outside, "144": outside, "145": outside, "146": outside, "147": outside, "148": outside, "149": outside, "150": outside,
		"151": outside, "152": outside, "153": outside, "154": outside, "155": outside, "156": outside, "157": outside, "158": outside,
	}
	controls := func(r rune) rune { // the file's way to write control characters
		if r >= 0x2400 && r < 0x2420 {
			return r - 0x2400
		}
		return r
	}
	if len(file.Tests) != 164 {
		t.Fatalf("%d tests, want 164", len(file.Tests))
	}
	for _, c := range file.Tests {
		want, known := accepted[c.Category]
		if !known {
			t.Errorf("category %s is new", c.Category)
		}
		address := strings.Map(controls, c.Address)
		got, err := survey.NormalizeEmail(address)
		why, exception := differs[c.ID]
		if (err == nil) != (want != exception) {
			t.Errorf("%s %q (%s): %q, %v; want accepted: %v (%s)", c.ID, address, c.Diagnosis, got, err, want != exception, why)
		}
	}
}

// Whatever is accepted is ASCII in small letters within the lengths, and accepted again unchanged.
func TestNormalizeEmailProperties(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{
		"a", "Б", "é", "@", "@", ".", "-", "_", "+", "example", "ru", "рф", "com", " ", "\u00a0", "\u200b", "<", ">",
		"mailto:", ",", ";", "'", "\"", "xn--", "İ", "ß", "ς", "\u0301", "\x00", "\xff", "。", "１", "?",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		checkNormal(t, text)
	})
	rapid.Check(t, func(t *rapid.T) { checkNormal(t, rapid.String().Draw(t, "text")) })
}

func FuzzNormalizeEmail(f *testing.F) {
	for _, s := range []string{"anna@example.ru", "Анна <anna@пример.рф>", "a@b.ru, c@d.ru", "mailto:a@b.ru?x", "a@xn--a.ru", "'a@b.ru."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkNormal(t, text) })
}

type failer interface{ Fatalf(string, ...any) }

func checkNormal(t failer, text string) {
	got, err := survey.NormalizeEmail(text)
	if err != nil {
		if got != "" || apperr.As(err) == nil {
			t.Fatalf("%q: %q, %v", text, got, err)
		}
		return
	}
	for _, r := range got {
		if r > unicode.MaxASCII || r <= ' ' || unicode.IsUpper(r) {
			t.Fatalf("%q: %q has %q", text, got, r)
		}
	}
	if len(got) > 254 || strings.Count(got, "@") != 1 {
		t.Fatalf("%q: %q", text, got)
	}
	if again, err := survey.NormalizeEmail(got); again != got || err != nil {
		t.Fatalf("%q: %q, and again %q, %v", text, got, again, err)
	}
	if around, err := survey.NormalizeEmail(" <MAILTO:" + strings.ToUpper(got) + ">, "); around != got || err != nil {
		t.Fatalf("%q: %q, dressed up %q, %v", text, got, around, err)
	}
}
