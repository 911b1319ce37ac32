package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"onetap/internal/local/drive"
)

// The sample workspace comes up with a campaign of employees that is over: a ledger that balances, results by team of which none is smaller than may be, and words that
// a person could have written.
func TestSampleOfEmployees(t *testing.T) {
	words := freshRun(t)
	places := addresses(t, words)
	company, ctx := drive.New(found(t, siteLine, places), found(t, inboxLine, places), found(t, tokenLine, places)), t.Context()
	var c struct {
		State  string
		Ledger struct{ Audience, Invited, Sent, Waiting int }
	}
	type figures struct {
		Withheld string
		Whole    struct{ Answers, Sent int }
		Teams    []struct {
			Value   string
			Answers int
		}
	}
	var got figures
	err := drive.Until(ctx, time.Minute, "the sample to be counted", func() (bool, error) {
		err := company.Call(ctx, "GET", "/campaigns/enpsaaaa", nil, &c)
		if got = (figures{}); err == nil {
			err = company.Call(ctx, "GET", "/campaigns/enpsaaaa/results", nil, &got)
		}
		return got.Withheld == "" && c.Ledger.Sent == 61, err
	})
	if err != nil || c.State != "closed" || c.Ledger.Audience != 61 || c.Ledger.Waiting != 0 || got.Whole.Answers != 49 || got.Whole.Sent != 61 || len(got.Teams) != 4 {
		t.Fatalf("%+v, %+v, %v", c, got, err)
	}
	for _, team := range got.Teams {
		if team.Answers < 5 || team.Value == "Юристы" {
			t.Errorf("%+v is shown", team)
		}
	}
	var said struct {
		Groups []struct{ Words []struct{ Why, Wish string } }
	}
	if err := company.Call(ctx, "GET", "/campaigns/enpsaaaa/words", nil, &said); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range said.Groups {
		n += len(g.Words)
	}
	if n != 38 {
		t.Errorf("words of %d: %+v", n, said)
	}
}

// No team of the sample has more answers than people.
func TestAnswersOfTheSample(t *testing.T) {
	t.Parallel()
	answers, err := readAnswers(os.DirFS("../../samples"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("../../samples/employees.csv")
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]int{}
	for _, a := range answers {
		of[a.team]++
		if a.score < 0 || a.score > 10 {
			t.Errorf("%+v", a)
		}
	}
	for team, n := range of {
		if people := strings.Count(string(list), ";"+team+";"); n > people {
			t.Errorf("%s: %d answers of %d people", team, n, people)
		}
	}
}
