package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var signInForm = regexp.MustCompile(`action="(/sign-in/[^"]+)"`)

// An empty workspace's start page has one way in, the administrator's, and the home page behind it says what to set up, in the
// language of the start page. Whoever is nobody, and another site's page, are let in nowhere.
func TestEmptyWorkspace(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	words := freshRun(t, "-empty")
	first, site := found(t, startLine, words), found(t, siteLine, addresses(t, words))
	if n := strings.Count(words, "http://"); n != 1 {
		t.Errorf("the terminal shows %d addresses:\n%s", n, words)
	}
	if !strings.Contains(words, "sign in as the administrator, admin@example.com") {
		t.Errorf("the terminal does not say who begins:\n%s", words)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	read := func(answer *http.Response, err error) (int, string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(b)
	}
	_, page := read(browser.Get(first + "/?lang=ru"))
	if strings.Count(page, `name="who"`) != 1 || !strings.Contains(page, "Войти: admin@example.com") || !strings.Contains(page, "Настройте рабочее пространство") {
		t.Errorf("the start page:\n%s", page)
	}
	if status, _ := read(browser.PostForm(first+"/sign-in", url.Values{"who": {"nobody"}})); status != 404 {
		t.Errorf("somebody who is not there signs in: %d", status)
	}
	status, page := read(browser.PostForm(first+"/sign-in", url.Values{"who": {""}}))
	form := signInForm.FindStringSubmatch(page)
	if status != 200 || form == nil {
		t.Fatalf("%d\n%s", status, page)
	}
	if status, page = read(browser.PostForm(site+form[1], nil)); status != 200 || !strings.Contains(page, "Настройте рабочее пространство") || !strings.Contains(page, `href="/staff/import"`) {
		t.Errorf("the administrator's home: %d\n%s", status, page)
	}
	if status, _ = read(browser.PostForm(first+"/sign-in", url.Values{"who": {""}})); status != 404 {
		t.Errorf("there is an administrator, and still a way in without a name: %d", status)
	}
}
