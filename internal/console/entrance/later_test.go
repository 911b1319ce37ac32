package entrance_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	laptop "onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
)

// On the whole laptop, with its functions, permissions and addresses as the template says, a letter comes of asking, and
// its link signs in.
func TestSignInOnTheLaptop(t *testing.T) {
	t.Parallel()
	s, err := laptop.Start(t.Context(), laptop.Config{
		Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Second,
		MailRate: 50, MailQuota: 1000, Parameters: map[string]string{"AdminEmail": "boss@example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	jar, _ := cookiejar.New(nil) // never fails without options
	client := &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, email := range []string{"nobody@example.com", "boss@example.com"} {
		answer, err := client.PostForm(s.Site()+"/sign-in", url.Values{"email": {email}, "to": {"/staff"}})
		if err != nil || answer.StatusCode != 200 {
			t.Fatal(answer, err)
		}
		answer.Body.Close()
	}
	inbox := drive.New(s.Site(), s.Inbox(), s.Token())
	for until := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		letters, err := inbox.Letters(t.Context())
		if err != nil || time.Now().After(until) {
			t.Fatal("no letter: ", err)
		}
		if len(letters) == 0 {
			continue
		}
		if letters[0].To[0] != "boss@example.com" {
			t.Fatalf("a letter to a stranger: %v", letters[0])
		}
		path := consoletest.SignInPath(t, letters[0].Text)
		answer, err := client.PostForm(s.Site()+path, url.Values{"to": {"/staff"}})
		if err != nil || answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/staff" {
			t.Fatal(answer, err)
		}
		answer.Body.Close()
		break
	}
	answer, err := client.Get(s.Site() + "/settings")
	if err != nil || answer.StatusCode != 200 {
		t.Fatal(answer, err)
	}
	answer.Body.Close()
	if cookies := jar.Cookies(answer.Request.URL); !strings.Contains(cookies[0].Name, "onetap-") {
		t.Errorf("cookies are %v", cookies)
	}
}
