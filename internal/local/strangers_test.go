package local_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/localtest"
)

// Nothing that the laptop opens answers to a name that a web page made up, and a page of another origin changes nothing in it.
func TestStrangersAtTheLaptop(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	s, err := local.Start(t.Context(), local.Config{
		Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour,
		Site: "localhost:0",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ask := func(method, address, host string, headers ...string) int {
		r, err := http.NewRequest(method, address, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	for door, pages := range map[string][]string{
		s.First(): {"/", "/style.css", "/addresses"},
		s.Site():  {"/", "/sign-in", "/api/v1/health", "/api/v1/campaigns"},
		s.Links(): {"/r/x", "/logo/x"},
		s.Inbox(): {"/", "/messages.json", "/messages/1.json", "/style.css"},
		s.AWS():   {"/", "/_local/", "/_local/meter", "/_local/queues", "/v2/email/account"},
	} {
		for _, page := range pages {
			for _, host := range []string{"evil.example", "evil.example:8025", "localhost.evil.example", "192.0.2.1"} {
				for _, method := range []string{"GET", "POST"} {
					if status := ask(method, door+page, host, "Authorization", "Bearer "+s.Token()); status != 403 {
						t.Errorf("%s %s asked for as %s: %d", method, door+page, host, status)
					}
				}
			}
			for _, host := range []string{"localhost", "127.0.0.1:1", "[::1]:80"} {
				if status := ask("GET", door+page, host); status == 403 || status >= 500 {
					t.Errorf("%s asked for as %s: %d", door+page, host, status)
				}
			}
		}
	}
	for _, c := range []struct{ method, address string }{
		{"POST", s.AWS() + "/_local/meter/reset"},
		{"POST", s.AWS() + "/_local/events"},
		{"POST", s.AWS() + "/_local/settle?within=1ms"},
		{"POST", s.AWS() + "/_local/queues/DeadLetters/x/replay"},
		{"POST", s.AWS() + "/2015-03-31/functions/onetap-clock/invocations"},
		{"POST", s.AWS() + "/v2/email/outbound-emails"},
		{"POST", s.AWS() + "/"},
		{"POST", s.First() + "/sign-in"},
		{"POST", s.Inbox() + "/messages/empty"},
		{"POST", s.Inbox() + "/actions/answer"},
		{"DELETE", s.Inbox() + "/messages"},
	} {
		for _, headers := range [][]string{
			{"Origin", "https://evil.example"},
			{"Origin", "null"},
			{"Sec-Fetch-Site", "cross-site"},
			{"Sec-Fetch-Site", "same-site", "Origin", s.Site()},
			{"Origin", "https://evil.example", "Content-Type", "text/plain", "X-Amz-Target", "DynamoDB_20120810.ListTables"},
		} {
			if status := ask(c.method, c.address, "", headers...); status != 403 {
				t.Errorf("%s %s with %q: %d", c.method, c.address, headers, status)
			}
		}
	}
	if status := ask("POST", s.AWS()+"/_local/meter/reset", ""); status != 200 {
		t.Errorf("a program's own call: %d", status)
	}
}
