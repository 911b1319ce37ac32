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
	if results(); got.Withheld != "" || got.Whole.Answers != 22 || len(got.Teams) != 2 || got.Teams[0].Answers+got.Teams[1].Answers != 22 {
		t.Errorf("after the opening: %+v", got)
	}
}
