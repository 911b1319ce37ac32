package consoletest

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"onetap/internal/survey"
)

// What the pages' scripts and programs read, as far as the tests look at it.

// Headcount is who would be invited.
type Headcount struct {
	Looked    int                       `json:"looked"`
	Audience  int                       `json:"audience"`
	Invited   int                       `json:"invited"`
	Skipped   map[survey.SkipReason]int `json:"skipped"`
	Languages map[string]int            `json:"languages"`
	Values    map[string]map[string]int `json:"values"`
	Names     map[string]string         `json:"names"`
	Next      string                    `json:"next"`
}

// Live is what changes of a campaign's page.
type Live struct {
	Text     map[string]string `json:"text"`
	Show     map[string]bool   `json:"show"`
	Decided  int               `json:"decided"`
	Invited  int               `json:"invited"`
	Answers  int64             `json:"answers"`
	Comments []struct {
		Group   string `json:"group"`
		Comment string `json:"comment"`
	} `json:"comments"`
	Next int `json:"next"`
}

// AskSoon and AskLater are seconds between two requests of a campaign's page: while letters go out, and while one waits.
const AskSoon, AskLater = 3, 15

// Before is what the form of a staff member keeps of what was there when it was shown.
func Before(t testing.TB, m survey.Staff) string {
	t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// HrefOf is a contact's page.
func HrefOf(c survey.Contact) string { return "/contacts/" + string(c.Audience) + "/" + string(c.ID) }
