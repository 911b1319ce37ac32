package local_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
)

// The inbox's button lets customers answer who have not answered yet, at a pace, and says how far they are; each answer is
// verified and counted once, however often the button is pressed, and with nobody left the inbox says so.
func TestCustomersAnswerFromTheInbox(t *testing.T) {
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
	inbox := func(language string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, "GET", s.Inbox()+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Language", language)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	press := func(done string) {
		t.Helper()
		for range 2 { // pressed twice is pressed once
			answer, err := http.Post(s.Inbox()+"/actions/answer", "", nil)
			if err != nil || answer.StatusCode != 200 {
				t.Fatal(answer, err)
			}
			answer.Body.Close()
		}
		err := drive.Until(ctx, time.Minute, done, func() (bool, error) {
			page := inbox("en")
			busy := strings.Contains(page, "Customers are answering")
			if busy == strings.Contains(page, "/actions/answer") || busy != strings.Contains(page, `http-equiv="refresh"`) {
				t.Errorf("at work: %v, and its button, or refreshing itself, says another thing:\n%s", busy, page)
			}
			return strings.Contains(page, done), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if page := inbox("ru"); !strings.Contains(page, "Пусть ответят 50\u00a0клиентов") || strings.Contains(page, `class="state"`) {
		t.Errorf("the inbox before anything happened:\n%s", page)
	}
	press("There is no email to answer")
	company := drive.New(s.Site(), s.Inbox(), s.Token())
	const people = 12
	campaign, links := surveyed(t, s, company, people)
	page, err := company.Open(ctx, links[0].Scores[10]) // one of them has answered already
	if err == nil {
		_, err = company.Submit(ctx, page, map[string]string{"score": "10"})
	}
	if err != nil {
		t.Fatal(err)
	}
	press("11 of 50 have answered; every other email has its answer already")
	press("There is no email to answer")
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Whole struct{ Answers, Unverified int }
	}
	if err := company.Call(ctx, "GET", "/campaigns/"+campaign+"/results", nil, &got); err != nil || got.Whole.Answers != people || got.Whole.Unverified != 0 {
		t.Errorf("%+v, %v; want %d answers, all verified", got.Whole, err, people)
	}
}
