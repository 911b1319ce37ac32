package console

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"onetap/internal/survey"
)

// What the pages' scripts and programs read, as far as the tests look at it.

// headcount is who would be invited.
type headcount struct {
	Looked    int                       `json:"looked"`
	Audience  int                       `json:"audience"`
	Invited   int                       `json:"invited"`
	Skipped   map[survey.SkipReason]int `json:"skipped"`
	Languages map[string]int            `json:"languages"`
	Values    map[string]map[string]int `json:"values"`
	Names     map[string]string         `json:"names"`
	Next      string                    `json:"next"`
}

// live is what changes of a campaign's page.
type live struct {
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

// Seconds between two requests of a campaign's page: while letters go out, and while one waits.
const askSoon, askLater = 3, 15

// before is what the form of a staff member keeps of what was there when it was shown.
func before(t testing.TB, m survey.Staff) string {
	t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// hrefOf is a contact's page.
func hrefOf(c survey.Contact) string { return "/contacts/" + string(c.Audience) + "/" + string(c.ID) }
