package contacts_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

func TestContactList(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	var all []survey.Contact
	for n := range 130 {
		email := fmt.Sprintf("c%d@example.com", n)
		all = append(all, survey.Contact{
			ID: w.Desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers, Owner: []string{"owner", "executive"}[n%2],
			Person: survey.Person{Email: email, Name: fmt.Sprintf("Person %03d", n)}, Attrs: map[string]string{"Компания": fmt.Sprintf("ООО «Ёлка %d»", n%10)}, Created: w.Now(), Updated: w.Now(),
		})
	}
	if err := w.Store.PutContacts(context.Background(), all); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 2, 64} {
		if err := w.Store.Suppress(context.Background(), w.Desk.Keys.ContactIDs(all[n].Person.Email), survey.Bounced, w.Now()); err != nil {
			t.Fatal(err)
		}
	}
	walk := func(v *consoletest.Visitor) (people map[string]int, stopped int) {
		people = map[string]int{}
		for path := "/contacts?audience=customers"; path != ""; {
			status, page := v.Get(path)
			if status != 200 {
				t.Fatalf("%s: %d", path, status)
			}
			for _, part := range strings.Split(page, "<bdi>Person ")[1:] {
				people[part[:3]]++
			}
			stopped += strings.Count(page, "Emails bounce</span>")
			_, rest, more := strings.Cut(page, `<a class="button quiet" href="/contacts?`)
			if path = ""; more {
				path, _, _ = strings.Cut(rest, `"`)
				path = "/contacts?" + strings.ReplaceAll(path, "&amp;", "&")
			}
		}
		return people, stopped
	}
	marketing, owner := w.Visitor("marketing", "en"), w.Visitor("owner", "en")
	for _, c := range []struct {
		v       *consoletest.Visitor
		people  int
		stopped int
	}{{marketing, 130, 4}, {owner, 65, 3}} {
		people, stopped := walk(c.v)
		if len(people) != c.people || stopped != c.stopped {
			t.Errorf("%d people, %d stopped, want %d and %d", len(people), stopped, c.people, c.stopped)
		}
		for name, n := range people {
			if n != 1 {
				t.Errorf("%s is listed %d times", name, n)
			}
		}
	}
	mine, others := consoletest.HrefOf(all[0]), consoletest.HrefOf(all[1])
	if status, _, to := owner.Post("/contacts/search", "audience", "customers", "search", " C0@Example.com "); status != 303 || to != mine {
		t.Errorf("an address: %d to %s", status, to)
	}
	if _, page, to := owner.Post("/contacts/search", "audience", "customers", "search", "c1@example.com"); to != "" || strings.Contains(page, "Person 001") {
		t.Errorf("an owner finds somebody else's contact: %s", to)
	}
	_, page, _ := marketing.Post("/contacts/search", "audience", "customers", "search", "елка 7")
	if n := strings.Count(page, "<bdi>Person "); n != 13 {
		t.Errorf("%d of 13 people of a company are found", n)
	}
	_, page, _ = marketing.Post("/contacts/search", "audience", "customers", "search", "<script>")
	marketing.Says(page, "No match. The whole list", `value="&lt;script&gt;"`)
	if status, _ := owner.Get(mine); status != 200 {
		t.Errorf("the own contact: %d", status)
	}
	if status, _ := owner.Get(others); status != 403 {
		t.Errorf("somebody else's contact: %d", status)
	}
	if status, _ := w.Visitor("analyst", "en").Get(mine); status != 403 {
		t.Errorf("an analyst: %d", status)
	}
}

// Who may see who gave an answer sees it here; of employees nobody does.
func TestContactPage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна", "Secret <words>", 3, w.Now().Add(-time.Hour))
	path := "/contacts/customers/" + string(c.Contact)
	owner, marketing := w.Visitor("owner", "en"), w.Visitor("marketing", "en")
	_, page := owner.Get(path)
	owner.Says(page, "Secret &lt;words&gt;", "Осень 2026", `href="/cases/`+c.ID()+`"`, "1 200 000 ₽", "tel:")
	_, page = marketing.Get(path)
	marketing.Says(page, "Your role does not see", "Stop writing to this address")
	if strings.Contains(page, "Secret") || strings.Contains(page, c.ID()) {
		t.Error("marketing sees who gave an answer")
	}
	if status, _, _ := owner.Post(path + "/stop"); status != 403 {
		t.Errorf("an owner stops: %d", status)
	}
	for range 2 {
		if status, _, to := marketing.Post(path + "/stop"); status != 303 || to != path+"?done=contact_stopped" {
			t.Errorf("stop: %d to %s", status, to)
		}
	}
	_, page = marketing.Get(path)
	marketing.Says(page, "Unsubscribed: Friday, 20 November 2026, 12:00")

	ctx := context.Background()
	staff := survey.Campaign{ID: "people22", Name: "Team pulse", Audience: survey.Employees, Language: "en", State: survey.Open, Created: w.Now()}
	one := survey.Contact{ID: w.Desk.Keys.ContactID(survey.Employees, "e@example.com"), Audience: survey.Employees, Person: survey.Person{Email: "e@example.com", Name: "Eve"}, Created: w.Now(), Updated: w.Now()}
	r := survey.Response{Campaign: staff.ID, Contact: one.ID, Audience: staff.Audience, Language: "en", Score: 1, Verified: true, Why: "Secret", First: w.Now(), Counted: w.Now(), Updated: w.Now(), Version: 1}
	i := survey.Invitation{Campaign: staff.ID, Contact: one.ID, Audience: staff.Audience, State: survey.InvitationSent, Decided: survey.InvitationSent, Language: "en", At: w.Now(), Version: 1}
	reminder := i
	reminder.Mailing, reminder.State, reminder.Reason = survey.MailingReminder, survey.InvitationSkipped, "answered"
	for _, err := range []error{w.Store.CreateCampaign(ctx, staff), w.Store.PutContacts(ctx, []survey.Contact{one}), w.Store.SaveResponse(ctx, r, 0), w.Store.AddInvitations(ctx, []survey.Invitation{i, reminder}, func() bool { return true })} {
		if err != nil {
			t.Fatal(err)
		}
	}
	admin := w.Visitor("administrator", "en")
	_, page = admin.Get("/contacts/employees/" + string(one.ID))
	admin.Says(page, "What employees answered, and whether they did, is not shown", "Invitation sent")
	if strings.Contains(page, "Secret") || strings.Contains(page, "reminded") || strings.Contains(page, `class="score`) {
		t.Errorf("an employee's answer shows:\n%s", page)
	}
}

// The page and the API say what stopped an address.
func TestWhyAnAddressIsStopped(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	for i, tt := range []struct {
		cause  survey.SuppressionCause
		en, ru string
	}{
		{"", "The mailbox does not accept email. Find", "Почтовый ящик не принимает писем. Узнайте"},
		{"5.1.1", "answered 5.1.1", "ответила 5.1.1"},
		{survey.CauseRepeated, "three emails in a row", "три письма подряд"},
	} {
		email := fmt.Sprintf("stopped%d@example.com", i)
		c := survey.Contact{ID: w.Desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers, Person: survey.Person{Email: email, Name: "Anna"}, Created: w.Now(), Updated: w.Now()}
		if err := w.Store.PutContacts(context.Background(), []survey.Contact{c}); err != nil {
			t.Fatal(err)
		}
		if err := w.Store.SuppressFor(context.Background(), w.Desk.Keys.ContactIDs(email), survey.Bounced, tt.cause, w.Now()); err != nil {
			t.Fatal(err)
		}
		for language, text := range map[string]string{"en": tt.en, "ru": tt.ru} {
			v := w.Visitor("administrator", language)
			_, page := v.Get("/contacts/customers/" + string(c.ID))
			v.Says(page, text)
		}
		status, told := w.Call("GET", "/api/v1/contacts/customers/"+string(c.ID), "", nil)
		if cause, _ := told["stopped_cause"].(string); status != 200 || told["stopped"] != "bounced" || cause != string(tt.cause) {
			t.Errorf("the API says %v (%d)", told, status)
		}
	}
}
