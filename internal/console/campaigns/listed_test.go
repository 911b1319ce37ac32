package campaigns_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

var behind = regexp.MustCompile(`<a class="tap" href="(/campaigns/abcdefgh/people[^"]*)" data-live="[^"]*">([\d,]+)</a>`)

// Each figure of the live page leads to as many people as it says, who lead to their contacts; to a manager of others'
// customers to none of them, and for an analyst the figures are no links.
func TestFiguresLeadToPeople(t *testing.T) {
	t.Parallel()
	w, v, _ := running(t, survey.Sending, personOf(0, "sent"), personOf(1, "sent"), personOf(2, "failed"), personOf(3, "uncertain"), personOf(4, "sent"))
	_, page := v.Get("/campaigns/abcdefgh")
	links := behind.FindAllStringSubmatch(strings.ReplaceAll(page, "&amp;", "&"), -1)
	if len(links) < 15 {
		t.Fatalf("%d figures are links", len(links))
	}
	for _, link := range links {
		status, list := v.Get(link[1])
		rows := strings.Count(list, `<th scope="row">`)
		if status != 200 || fmt.Sprint(rows) != link[2] {
			t.Errorf("%s says %s: %d, %d people", link[1], link[2], status, rows)
		}
	}
	_, list := v.Get("/campaigns/abcdefgh/people?part=failed")
	v.Says(list, "person2@example.com", `href="/contacts/customers/`, "Invitation not delivered", "In the whole campaign: 1 person")
	manager := w.Visitor("manager", "en")
	_, list = manager.Get("/campaigns/abcdefgh/people?part=failed")
	manager.Says(list, "person2@example.com", "Only your team’s contacts are shown.") // Север is the manager's team
	owner := w.Visitor("owner", "en")
	if status, list := owner.Get("/campaigns/abcdefgh/people?part=sent"); status != 200 || strings.Count(list, `<th scope="row">`) != 3 || strings.Contains(list, `href="/campaigns/abcdefgh"`) {
		t.Errorf("the owner: %d, %s", status, list)
	}
	analyst := w.Visitor("analyst", "en")
	if _, page := analyst.Get("/campaigns/abcdefgh"); strings.Contains(page, "/people?") {
		t.Error("the analyst is led to people")
	}
	if status, page := analyst.Get("/campaigns/abcdefgh/people?part=failed"); status != 403 || strings.Contains(page, "person2") {
		t.Errorf("the analyst: %d", status)
	}
	for path, want := range map[string]int{"part=failed&wave=1": 403, "part=nobody": 404, "part=failed&wave=7": 404, "part=failed&after=x": 400} {
		if status, _ := v.Get("/campaigns/abcdefgh/people?" + path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	w.Become("abcdefgh", func(c *survey.Campaign) { c.Audience = survey.Employees })
	if _, page := v.Get("/campaigns/abcdefgh"); strings.Contains(page, "/people?") {
		t.Error("there are links to employees")
	}
	if status, page := v.Get("/campaigns/abcdefgh/people?part=failed"); status != 403 || strings.Contains(page, "person2") {
		t.Errorf("employees: %d", status)
	}
}

// A list of a campaign of 100,000 people looks at a bounded number of them at once, and finds the rare ones when it goes on.
// The times are printed.
func TestPeopleOfManyLetters(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 100,000 invitations")
	}
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("manyaaaa", survey.Customers, "Много", 2)
	const letters, rare = 100_000, 5_000
	if _, err := w.Store.SaveMailing(t.Context(), survey.Mailing{Campaign: a.C.ID, State: survey.MailingDone, Audience: letters, Invited: letters}); err != nil {
		t.Fatal(err)
	}
	var is []survey.Invitation
	for i := range letters {
		one := survey.Invitation{
			Campaign: a.C.ID, Contact: consoletest.ContactNumber(i), Audience: survey.Customers, State: survey.InvitationSent, Decided: survey.InvitationSent,
			MessageID: fmt.Sprintf("0107019a8f0c%048d-000000", i), Language: "ru", Owner: "owner", Team: "Север", At: w.Now(), Version: 1,
		}
		if i%rare == 17 {
			one.State, one.Reason = survey.InvitationFailed, string(survey.EventBounced)
		}
		is = append(is, one)
	}
	if err := w.Store.AddInvitations(t.Context(), is, func() bool { return true }); err != nil {
		t.Fatal(err)
	}
	v := w.Visitor("executive", "ru")
	for _, part := range []string{"sent", "bounced"} {
		var took []time.Duration
		found, pages := 0, 0
		for path := "/campaigns/manyaaaa/people?part=" + part; path != "" && pages < 100; pages++ {
			began := time.Now()
			status, page := v.Get(path)
			took = append(took, time.Since(began))
			if status != 200 || len(page) > 100<<10 {
				t.Fatal(path, status, len(page))
			}
			found += strings.Count(page, `<th scope="row">`)
			path = ""
			if _, after, more := strings.Cut(page, `name="after" value="`); more {
				after, _, _ = strings.Cut(after, `"`)
				path = "/campaigns/manyaaaa/people?part=" + part + "&after=" + after
			} else if at := strings.Index(page, `href="/campaigns/manyaaaa/people?after=`); at >= 0 {
				path, _, _ = strings.Cut(page[at+6:], `"`)
				path = strings.ReplaceAll(path, "&amp;", "&")
			}
		}
		slices.Sort(took)
		t.Logf("%s: %d pages, median %s, p99 %s", part, pages, took[len(took)/2], took[len(took)*99/100])
		if part == "bounced" && (found != letters/rare || pages > 60) {
			t.Errorf("%d of the rare ones were found on %d pages", found, pages)
		}
		if part == "bounced" {
			b := w.Tab("executive", 390, "ru")
			b.Go("/campaigns/manyaaaa/people?part=bounced")
			b.Until(`document.querySelectorAll("#found tbody tr").length === 20 && !document.getElementById("further")`)
		}
		if part == "sent" && found != 100*50 {
			t.Errorf("%d on a hundred pages", found)
		}
	}
}
