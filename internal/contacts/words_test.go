package contacts_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"onetap/internal/contacts"
	"onetap/internal/lang"
	_ "onetap/internal/lang/desk"
)

// Every code that this package gives has its words in every language, and the words ask for no value that is not given.
func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	address := []string{"no_address", "several_addresses", "address_without_at", "address_not_latin", "address_domain", "address_too_long", "bad_address"}
	rows := append([]string{"duplicate", "too_many_cells", "too_few_cells", "address_elsewhere", "cell_too_long", "quote_open", "row_too_long", "row_binary"}, address...)
	findings := []contacts.Finding{
		contacts.MissingName, contacts.MissingPhone, contacts.MissingOwner, contacts.MissingTeam, contacts.MissingLanguage, contacts.UnknownOwner,
		contacts.UnknownLanguage, contacts.UnknownZone, contacts.PhoneUnusable, contacts.NameInCapitals, contacts.SuspiciousDomain, contacts.RoleAddress, contacts.ShortRow, contacts.BrokenCharacters,
	}
	ids := []string{
		"row.unknown_role", "row.unknown_manager", "row.unknown_owner", "row.unknown_language", "row.unknown_zone", "row.phone_unusable", "row.broken_characters",
		"problem.csv_empty", "problem.csv_binary", "problem.csv_workbook", "problem.csv_markup", "problem.csv_no_heading", "problem.csv_no_address_column",
		"problem.csv_too_many_columns", "problem.csv_no_rows", "problem.csv_ended", "problem.csv_too_large",
	}
	for _, code := range rows {
		ids = append(ids, "row."+code, "quality."+code)
	}
	for _, code := range address {
		ids = append(ids, "problem."+code)
	}
	for _, f := range findings {
		ids = append(ids, "quality."+string(f))
	}
	values := contacts.Refusal{Line: 7, Column: "C", Value: "V", First: 3, Count: 21, Limit: 9}.With()
	values["Headings"] = "a, b"
	for _, l := range lang.All() {
		for _, id := range ids {
			if !l.Has(id) {
				t.Errorf("%s: no words for %s", l, id)
			}
			if text := l.T(id, values); strings.Contains(text, "{{") || strings.Contains(text, "<no value>") {
				t.Errorf("%s: %s: %s", l, id, text)
			}
		}
	}
	if got := lang.Language("ru").T("quality.missing_phone", lang.Values{"Count": 21}); !strings.HasPrefix(got, "21\u00a0контакт без телефона") {
		t.Errorf("21: %s", got)
	}
}

// The codes of the sources are those of the list above: a new one without words is noticed.
func TestCodesOfTheSources(t *testing.T) {
	t.Parallel()
	var files []string
	for _, folder := range []string{".", "../survey", "../org", "../sheet"} {
		in, _ := filepath.Glob(folder + "/*.go")
		files = append(files, in...)
	}
	code := regexp.MustCompile(`"(csv_[a-z_]+)"|Code: "([a-z_]+)"|return [^\n]*"((?:address|bad|no|several)_[a-z_]+)"`)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllStringSubmatch(string(raw), -1) {
			code := m[1] + m[2] + m[3]
			found++
			for _, l := range lang.All() {
				if !l.Has("problem."+code) && (m[1] != "" || !l.Has("row."+code)) {
					t.Errorf("%s: no words for %s in %s", file, code, l)
				}
			}
		}
	}
	if found < 25 {
		t.Errorf("%d codes found", found)
	}
}
