package local_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
)

// A list comes in on the laptop, with the real functions and their permissions: the stream tells who came, analyse seals their words, and the
// desk opens them and finds.
func TestContactsAreFoundByTheirWords(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	ctx := t.Context()
	s, err := local.Start(ctx, local.Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	step := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	company := drive.New(s.Site(), s.Inbox(), s.Token())
	upload := func(from, to int, name string) {
		t.Helper()
		list := "E-mail,Name\n"
		for n := from; n < to; n++ {
			list += fmt.Sprintf("c%d@example.com,%s %c\n", n, name, 'A'+n%26)
		}
		step(company.Upload(ctx, "POST", "/contacts?audience=customers", "text/csv", []byte(list), nil))
		step(s.Settle(ctx))
	}
	table := startpage.OpenTable(s.AWS(), s.TableName())
	indexed := func(contacts, noted int) {
		t.Helper()
		x, notes, _, err := table.SearchIndex(ctx, survey.Customers, 10)
		step(err)
		n, waiting := 0, 0
		for _, p := range x.Parts {
			n += p.Contacts
		}
		for _, one := range notes {
			waiting += len(one.Contacts)
		}
		if !x.Built || n != contacts || waiting != noted {
			t.Errorf("the index is built %t, of %d contacts, %d are noted; want %d and %d", x.Built, n, waiting, contacts, noted)
		}
	}
	step(s.Tick(ctx, "analyse")) // makes the index of those who are there: nobody
	step(s.Settle(ctx))
	upload(0, 40, "Olivia Kim")
	step(s.Tick(ctx, "analyse"))
	step(s.Settle(ctx))
	indexed(40, 0)
	upload(40, 43, "Wanda Lately")
	indexed(40, 3)

	jar, err := cookiejar.New(nil)
	step(err)
	browser := &http.Client{Jar: jar}
	read := func(r *http.Response, err error) string {
		t.Helper()
		step(err)
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		step(err)
		if r.StatusCode != 200 {
			t.Fatalf("%s: %d", r.Request.URL.Path, r.StatusCode)
		}
		return string(b)
	}
	page := read(browser.PostForm(s.First()+"/sign-in", url.Values{"who": {""}}))
	if strings.Contains(page, "/sign-in/") { // the link's page asks for a button
		form := regexp.MustCompile(`action="(/sign-in/[^"]+)"`).FindStringSubmatch(page)
		read(browser.PostForm(s.Site()+form[1], nil))
	}
	page = read(browser.Get(s.Site() + "/search"))
	token := regexp.MustCompile(`name="form" value="([^"]+)"`).FindStringSubmatch(page)
	if token == nil {
		t.Fatal("the search has no form")
	}
	for words, want := range map[string]int{"olivia": 10, "c17": 1, "wanda": 3, "nobody": 0} {
		page = read(browser.PostForm(s.Site()+"/search", url.Values{"form": {token[1]}, "words": {words}}))
		if got := strings.Count(page, `href="/contacts/customers/`); got != want || strings.Contains(page, "looked through") {
			t.Errorf("%s: %d contacts", words, got)
		}
	}
}
