package local_test

import (
	"fmt"
	"testing"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
)

// A campaign of employees on the laptop, with the real functions and their permissions: letters with ballots go out, people answer,
// nothing is known while it is open, and after it has closed the box is opened and the figures stand there, by groups.
func TestEmployeesEndInFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	ctx := t.Context()
	s, err := local.Start(ctx, local.Config{
		Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour,
		Parameters: map[string]string{"BoxWaitSeconds": "0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	company := drive.New(s.Site(), s.Inbox(), s.Token())
	list := "E-mail,Name,Team,Language\n"
	const people = 24
	for i := range people {
		list += fmt.Sprintf("e%d@example.com,Anna %d,%s,en\n", i, i, []string{"Store", "Sales"}[i%2])
	}
	if err := company.Upload(ctx, "POST", "/contacts?audience=employees", "text/csv", []byte(list), nil); err != nil {
		t.Fatal(err)
	}
	var made struct{ ID string }
	err = company.Call(ctx, "POST", "/campaigns", map[string]any{"name": "eNPS", "audience": "employees", "company": "Shop", "language": "en"}, &made)
	if err == nil {
		err = company.Call(ctx, "POST", "/campaigns/"+made.ID+"/launch", map[string]any{}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	var letters []drive.Letter
	err = drive.Until(ctx, time.Minute, "letters", func() (bool, error) {
		letters, err = company.Letters(ctx)
		return len(letters) >= people, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range letters {
		link, _ := l.Ballot()
		page, err := company.Open(ctx, link)
		if err == nil && i < 22 {
			page, err = company.Submit(ctx, page, map[string]string{"score": fmt.Sprint(i % 11), "why": fmt.Sprint("because ", i)})
		}
		if err != nil || page.Status != 200 {
			t.Fatalf("%s: %d, %v", link, page.Status, err)
		}
	}
	type figures struct {
		Withheld string
		Whole    struct{ Answers int }
		Teams    []struct{ Answers int }
	}
	var got figures
	results := func() {
		t.Helper()
		got = figures{}
		if err := company.Call(ctx, "GET", "/campaigns/"+made.ID+"/results", nil, &got); err != nil {
			t.Fatal(err)
		}
	}
	if results(); got.Withheld != "in_box" || got.Whole.Answers != 0 {
		t.Errorf("while it is open: %+v", got)
	}
	if err := company.Call(ctx, "POST", "/campaigns/"+made.ID+"/close", map[string]any{}, nil); err != nil {
		t.Fatal(err)
	}
	for _, function := range []string{"send", "ballots"} {
		if err := s.Tick(ctx, function); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	onPaper(t, s, company)
	if results(); got.Withheld != "" || got.Whole.Answers != 22 || len(got.Teams) != 2 || got.Teams[0].Answers+got.Teams[1].Answers != 22 {
		t.Errorf("after the opening: %+v", got)
	}
}

// onPaper asks employees by cards alone, made through the API: nobody gets a letter, who scans and who types a card answers, and the opened box equals what
// they have answered.
func onPaper(t *testing.T, s *local.Stack, company *drive.Company) {
	t.Helper()
	ctx := t.Context()
	call := func(method, path string, in, out any) {
		t.Helper()
		if err := company.Call(ctx, method, path, in, out); err != nil {
			t.Fatal(err)
		}
	}
	before, err := company.Letters(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		ID, State string
		Ledger    struct {
			Audience, Invited int
			Skipped           map[string]int
		}
	}
	call("POST", "/campaigns", map[string]any{"name": "Meeting", "audience": "employees", "company": "Shop", "language": "en", "paper": true}, &c)
	call("POST", "/campaigns/"+c.ID+"/launch", map[string]any{}, nil)
	err = drive.Until(ctx, time.Minute, "open", func() (bool, error) {
		err := company.Call(ctx, "GET", "/campaigns/"+c.ID, nil, &c)
		return c.State == "open", err
	})
	if err != nil {
		t.Fatal(err)
	}
	if l := c.Ledger; l.Audience != 24 || l.Invited != 0 || l.Skipped["paper"] != 24 {
		t.Errorf("the ledger: %+v", l)
	}
	var at struct {
		Groups []struct {
			Number int
			Group  map[string]string
		}
	}
	call("GET", "/campaigns/"+c.ID+"/cards", nil, &at)
	if len(at.Groups) != 3 || at.Groups[1].Group["team"] != "Sales" || at.Groups[2].Group["team"] != "Store" {
		t.Fatalf("groups: %+v", at.Groups)
	}
	for group, answers := range []int{0, 7, 6} {
		var made struct {
			Cards []struct{ Code, URL string }
			At    string `json:"type_at"`
			Made  int
		}
		call("POST", "/campaigns/"+c.ID+"/cards", map[string]any{"group": group, "count": 10, "language": "en"}, &made)
		if len(made.Cards) != 10 || made.Made != 10*(group+1) {
			t.Fatalf("%d cards, %d in all", len(made.Cards), made.Made)
		}
		for i, card := range made.Cards[:answers] {
			page, err := company.Open(ctx, card.URL)
			if i%2 == 1 { // typed
				if page, err = company.Open(ctx, made.At); err == nil {
					page, err = company.Submit(ctx, page, map[string]string{"code": card.Code})
				}
			}
			if err == nil {
				page, err = company.Submit(ctx, page, map[string]string{"score": fmt.Sprint(10 - group)})
			}
			if err != nil || page.Status != 200 {
				t.Fatalf("card %d: %d, %v", i, page.Status, err)
			}
		}
	}
	if err := company.Call(ctx, "POST", "/campaigns/"+c.ID+"/remind", map[string]any{}, nil); err == nil {
		t.Error("whoever has a card is reminded")
	}
	call("POST", "/campaigns/"+c.ID+"/close", map[string]any{}, nil)
	for _, function := range []string{"send", "ballots"} {
		if err := s.Tick(ctx, function); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Whole struct {
			Answers, Sent int
			Scores        [11]int
		}
		Teams []struct {
			Value   string
			Answers int
		}
	}
	call("GET", "/campaigns/"+c.ID+"/results", nil, &got)
	if got.Whole.Answers != 13 || got.Whole.Sent != 30 || got.Whole.Scores[9] != 7 || got.Whole.Scores[8] != 6 || len(got.Teams) != 2 {
		t.Errorf("results: %+v", got)
	}
	if after, err := company.Letters(ctx); err != nil || len(after) != len(before) {
		t.Errorf("%d letters, %d before, %v", len(after), len(before), err)
	}
}
