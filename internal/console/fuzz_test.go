package console_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// FuzzAPI: whatever one with the token sends to whatever route, the answer is no 5xx and is JSON, a refusal names its
// code, and a refusal leaves the table exactly as it was.
func FuzzAPI(f *testing.F) {
	w := consoletest.New(f, dynamo.Options{})
	routes := consoletest.APIRoutes(w.Desk)
	body := func(route uint8, id, query, contentType, body string) { f.Add(route, id, query, contentType, body) }
	const jsonType, csv = "application/json", "text/csv"
	for i, rt := range routes {
		switch {
		case strings.HasSuffix(rt.Pattern, "POST /api/v1/campaigns"):
			body(uint8(i), "", "", jsonType, `{"name":"Spring","audience":"customers","company":"Ромашка","language":"ru","quiet_days":30}`)
			body(uint8(i), "", "", jsonType, `{"name":"x","audience":"customers","filter":{"teams":["a"]},"wording":{"ru":{"question":"{name}?"}},"sample":0.5,"closes_at":"2026-12-01T00:00:00Z"}`)
		case strings.HasPrefix(rt.Pattern, "POST /api/v1/staff"):
			body(uint8(i), "", "", csv, "id,email,name,role,team,manager,language\no1,anna@example.com,Anna,owner,T,,en\n")
		case strings.HasPrefix(rt.Pattern, "POST /api/v1/contacts"):
			body(uint8(i), "", "audience=customers", csv, "E-mail,Name\nanna@example.com,Anna\n,\n\"x")
		case strings.HasPrefix(rt.Pattern, "POST /api/v1/suppressions"):
			body(uint8(i), "", "", jsonType, `{"email":"anna@example.com","reason":"unsubscribed"}`)
		default:
			body(uint8(i), "campaign", "limit=10&after=x&owner=o1&state=open", jsonType, `{"to":"a@example.com","language":"en","name":"y","audience":"customers"}`)
		}
	}
	stored := w.Stored()
	f.Fuzz(func(t *testing.T, route uint8, id, query, contentType, body string) {
		w.T = t
		if id == "" || id == "." || id == ".." || strings.ContainsAny(id, "/") {
			id = "campaign"
		}
		method, path, _ := strings.Cut(routes[int(route)%len(routes)].Pattern, " ")
		r, err := http.NewRequest(method, w.Site, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"{campaign}", "{import}", "{audience}", "{contact}", "{part}"} {
			path = strings.ReplaceAll(path, name, id)
		}
		r.URL.Path, r.URL.RawQuery = path, query
		r.Header.Set("Authorization", "Bearer "+consoletest.Token)
		if !strings.ContainsFunc(contentType, func(c rune) bool { return c < ' ' || c > '~' }) {
			r.Header.Set("Content-Type", contentType)
		}
		if strings.ContainsFunc(query, func(c rune) bool { return c <= ' ' || c > '~' || c == '#' }) {
			return // no such request line can be sent
		}
		status, answer := consoletest.Send(t, r)
		if status >= 500 || !json.Valid([]byte(answer)) {
			t.Fatalf("%s %s?%s with %q: %d %s", method, path, query, body, status, answer)
		}
		var refusal struct {
			Error struct{ Code, Message string }
		}
		if status >= 400 && (json.Unmarshal([]byte(answer), &refusal) != nil || refusal.Error.Code == "" || refusal.Error.Message == "") {
			t.Fatalf("%s %s with %q: %d without code or words: %s", method, path, body, status, answer)
		}
		if method == http.MethodGet && status < 400 {
			return
		}
		now := w.Stored()
		if status >= 400 && now != stored {
			t.Fatalf("%s %s with %q: refused with %s, and the table changed", method, path, body, answer)
		}
		stored = now
	})
}
