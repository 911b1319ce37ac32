package console

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

func TestContactList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	var all []survey.Contact
	for n := range 130 {
		email := fmt.Sprintf("c%d@example.com", n)
		all = append(all, survey.Contact{ID: w.desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers, Owner: []string{"owner", "executive"}[n%2],
			Person: survey.Person{Email: email, Name: fmt.Sprintf("Person %03d", n)}, Attrs: map[string]string{"Компания": fmt.Sprintf("ООО «Ёлка %d»", n%10)}, Created: w.now(), Updated: w.now()})
	}
	if err := w.store.PutContacts(context.Background(), all); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 2, 64} {
		if err := w.store.Suppress(context.Background(), w.desk.Keys.ContactIDs(all[n].Person.Email), survey.Bounced, w.now()); err != nil {
			t.Fatal(err)
		}
	}
	walk := func(v *visitor) (people map[string]int, stopped int) {
		people = map[string]int{}
		for path := "/contacts?audience=customers"; path != ""; {
			status, page := v.get(path)
			if status != 200 {
				t.Fatalf("%s: %d", path, status)
			}
			for _, part := range strings.Split(page, "<bdi>Person ")[1:] {
				people[part[:3]]++
			}
			stopped += strings.Count(page, "Letters bounce</span>")
			_, rest, more := strings.Cut(page, `<a class="button quiet" href="/contacts?`)
			if path = ""; more {
				path, _, _ = strings.Cut(rest, `"`)
				path = "/contacts?" + strings.ReplaceAll(path, "&amp;", "&")
			}
		}
		return people, stopped
	}
	marketing, owner := w.visitor("marketing", "en"), w.visitor("owner", "en")
	for _, c := range []struct {
		v       *visitor
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
	mine, others := hrefOf(all[0]), hrefOf(all[1])
	if status, _, to := owner.post("/contacts/search", "audience", "customers", "search", " C0@Example.com "); status != 303 || to != mine {
		t.Errorf("an address: %d to %s", status, to)
	}
	if _, page, to := owner.post("/contacts/search", "audience", "customers", "search", "c1@example.com"); to != "" || strings.Contains(page, "Person 001") {
		t.Errorf("an owner finds somebody else's contact: %s", to)
	}
	_, page, _ := marketing.post("/contacts/search", "audience", "customers", "search", "елка 7")
	if n := strings.Count(page, "<bdi>Person "); n != 13 {
		t.Errorf("%d of 13 people of a company are found", n)
	}
	_, page, _ = marketing.post("/contacts/search", "audience", "customers", "search", "<script>")
	marketing.says(page, "Nobody fits. Everybody", `value="&lt;script&gt;"`)
	if status, _ := owner.get(mine); status != 200 {
		t.Errorf("the own contact: %d", status)
	}
	if status, _ := owner.get(others); status != 403 {
		t.Errorf("somebody else's contact: %d", status)
	}
	if status, _ := w.visitor("analyst", "en").get(mine); status != 403 {
		t.Errorf("an analyst: %d", status)
	}
}

// Who may see who gave an answer sees it here; of employees nobody does.
func TestContactPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	c := w.detractor(1, "owner", "Север", "Анна", "Secret <words>", 3, w.now().Add(-time.Hour))
	path := "/contacts/customers/" + string(c.Contact)
	owner, marketing := w.visitor("owner", "en"), w.visitor("marketing", "en")
	_, page := owner.get(path)
	owner.says(page, "Secret &lt;words&gt;", "Осень 2026", `href="/cases/`+c.ID()+`"`, "1 200 000 ₽", "tel:")
	_, page = marketing.get(path)
	marketing.says(page, "Your role does not see", "Stop writing to this address")
	if strings.Contains(page, "Secret") || strings.Contains(page, c.ID()) {
		t.Error("marketing sees who gave an answer")
	}
	if status, _, _ := owner.post(path + "/stop"); status != 403 {
		t.Errorf("an owner stops: %d", status)
	}
	for range 2 {
		if status, _, to := marketing.post(path + "/stop"); status != 303 || to != path+"?done=contact_stopped" {
			t.Errorf("stop: %d to %s", status, to)
		}
	}
	_, page = marketing.get(path)
	marketing.says(page, "Unsubscribed: Friday, 20 November 2026, 12:00")

	ctx := context.Background()
	staff := survey.Campaign{ID: "people22", Name: "Team pulse", Audience: survey.Employees, Language: "en", State: survey.Open, Created: w.now()}
	one := survey.Contact{ID: w.desk.Keys.ContactID(survey.Employees, "e@example.com"), Audience: survey.Employees, Person: survey.Person{Email: "e@example.com", Name: "Eve"}, Created: w.now(), Updated: w.now()}
	r := survey.Response{Campaign: staff.ID, Contact: one.ID, Audience: staff.Audience, Language: "en", Score: 1, Verified: true, Why: "Secret", First: w.now(), Counted: w.now(), Updated: w.now(), Version: 1}
	i := survey.Invitation{Campaign: staff.ID, Contact: one.ID, Audience: staff.Audience, State: survey.InvitationSent, Decided: survey.InvitationSent, Language: "en", At: w.now(), Version: 1}
	reminder := i
	reminder.Mailing, reminder.State, reminder.Reason = survey.MailingReminder, survey.InvitationSkipped, "answered"
	for _, err := range []error{w.store.CreateCampaign(ctx, staff), w.store.PutContacts(ctx, []survey.Contact{one}), w.store.SaveResponse(ctx, r, 0), w.store.AddInvitations(ctx, []survey.Invitation{i, reminder}, func() bool { return true })} {
		if err != nil {
			t.Fatal(err)
		}
	}
	admin := w.visitor("administrator", "en")
	_, page = admin.get("/contacts/employees/" + string(one.ID))
	admin.says(page, "What employees answered, and whether they did, is not shown here", "Invitation sent")
	if strings.Contains(page, "Secret") || strings.Contains(page, "reminded") || strings.Contains(page, `class="score`) {
		t.Errorf("an employee's answer shows:\n%s", page)
	}
}

// The page and the API say what stopped an address.
func TestWhyAnAddressIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dynamo.Options{})
	w.staffed()
	for i, tt := range []struct {
		cause  survey.SuppressionCause
		en, ru string
	}{
		{"", "The mailbox takes no letters. Find", "Почтовый ящик не принимает писем. Узнайте"},
		{"5.1.1", "answered 5.1.1", "ответила 5.1.1"},
		{survey.CauseRepeated, "three letters in a row", "три письма подряд"},
	} {
		email := fmt.Sprintf("stopped%d@example.com", i)
		c := survey.Contact{ID: w.desk.Keys.ContactID(survey.Customers, email), Audience: survey.Customers, Person: survey.Person{Email: email, Name: "Anna"}, Created: w.now(), Updated: w.now()}
		if err := w.store.PutContacts(context.Background(), []survey.Contact{c}); err != nil {
			t.Fatal(err)
		}
		if err := w.store.SuppressFor(context.Background(), w.desk.Keys.ContactIDs(email), survey.Bounced, tt.cause, w.now()); err != nil {
			t.Fatal(err)
		}
		for language, text := range map[string]string{"en": tt.en, "ru": tt.ru} {
			v := w.visitor("administrator", language)
			_, page := v.get("/contacts/customers/" + string(c.ID))
			v.says(page, text)
		}
		status, told := w.call("GET", "/api/v1/contacts/customers/"+string(c.ID), "", nil)
		if cause, _ := told["stopped_cause"].(string); status != 200 || told["stopped"] != "bounced" || cause != string(tt.cause) {
			t.Errorf("the API says %v (%d)", told, status)
		}
	}
}
