package console_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"onetap/internal/console/consoletest"
	"onetap/internal/console/shell"
	"onetap/internal/door"
)

// notKept lists the forms whose words are not kept (shell.Keep), with the reason.
var notKept = map[string]string{
	"POST /campaigns/{campaign}/test":   "one address, which the browser itself offers again",
	"POST /accounts/{audience}":         "what is looked for, not written",
	"POST /results/{campaign}/accounts": "what is looked for, not written",
	"POST /contacts/search":             "what is looked for, not written",
	"POST /cases/bulk":                  "a line about cases that are ticked, and what is ticked no browser keeps",
	"POST /history/new":                 "a name of a few words, beside a file that no browser keeps",
	"POST /settings/people/find":        "what is looked for: somebody's address, which must not lie on a device",
	"POST /settings/tokens":             "a name of a few letters; the token that follows must not lie on a device",
}

// shortField is the most characters of a field that one types again without regret.
const shortField = 40

// words lists the fields of a form into which a person writes more than a few characters.
func words(form *html.Node) (names []string) {
	for n := range form.Descendants() {
		if n.Type != html.ElementNode || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "readonly" || a.Key == "disabled" }) {
			continue
		}
		long := true
		if most, err := strconv.Atoi(consoletest.Attribute(n, "maxlength")); err == nil {
			long = most > shortField
		}
		kind := consoletest.Attribute(n, "type")
		if n.Data == "textarea" || n.Data == "input" && long && (kind == "" || kind == "text" || kind == "email" || kind == "tel" || kind == "url") {
			names = append(names, consoletest.Attribute(n, "name"))
		}
	}
	return names
}

// isKept reports whether what is typed into a form is kept.
func isKept(form *html.Node) bool {
	for n := range form.Descendants() {
		if n.Data == "input" && consoletest.Attribute(n, "name") == shell.DraftField && consoletest.Attribute(n, "value") != "" {
			return true
		}
	}
	return false
}

// kept looks at the forms of a page: those that a person writes into are kept, or excused.
func (v *walker) kept(tree *html.Node, path string) {
	v.t.Helper()
	mux := http.NewServeMux()
	for _, rt := range consoletest.Bare().Routes() {
		mux.HandleFunc(rt.Pattern, func(http.ResponseWriter, *http.Request) {})
	}
	for n := range tree.Descendants() {
		if n.Data != "form" || !strings.EqualFold(consoletest.Attribute(n, "method"), "post") {
			continue
		}
		names := words(n)
		if len(names) == 0 || isKept(n) {
			continue
		}
		action := consoletest.Attribute(n, "action")
		if action == "" {
			action = path
		}
		r, err := http.NewRequest("POST", v.site+action, nil)
		if err != nil {
			v.t.Errorf("%s: a form leads to %q: %v", path, action, err)
			continue
		}
		_, pattern := mux.Handler(r)
		if notKept[pattern] == "" {
			v.t.Errorf("%s: the form %s has %q, and a click on the menu would lose it: shell.Keep, or notKept with the reason", path, pattern, names)
		}
	}
}

// The search for forms that are not kept finds them, and no others.
func TestFormsThatAreNotKeptAreFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`<form method="post"><textarea name="note"></textarea></form>`:                                                         "note",
		`<form method="post"><textarea name="note" readonly></textarea><input type="checkbox" name="a"></form>`:                "",
		`<form method="post"><input name="name"><input type="email" name="email" maxlength="254"><input type="hidden"></form>`: "name email",
		`<form method="post"><input name="days" maxlength="3"><input type="search" name="q"><input type="file"></form>`:        "",
		`<form method="post"><input type="hidden" name="draft" value="case:1"><textarea name="note"></textarea></form>`:        "",
		`<form method="post"><input type="hidden" name="draft" value=""><div><textarea name="deep"></textarea></div></form>`:   "deep",
	} {
		tree, err := html.Parse(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for n := range tree.Descendants() {
			if n.Data == "form" && !isKept(n) {
				got = strings.Join(words(n), " ")
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for pattern := range notKept {
		if !slices.ContainsFunc(consoletest.Bare().Routes(), func(rt door.Route) bool { return rt.Pattern == pattern }) {
			t.Errorf("%s is no route", pattern)
		}
	}
}
