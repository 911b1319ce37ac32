package inbox_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/public"
	"onetap/internal/seal"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// From a comment that an owner marks to the answer that the customer gets: suggested by its words, passed on by a person, in the inbox of the owner's manager and on their home page, answered
// once in the customer's language, over then.
func TestACommentIsAnswered(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := w.Detractor(1, "owner", "Север", "Анна Смирнова", "А можно ли забрать самим?", 3, w.Now())
	owner, manager := w.Visitor("owner", "en"), w.Visitor("manager", "en")
	if _, page := owner.Get("/cases/" + c.ID()); !consoletest.Says(page, "The words look like a question:") {
		t.Errorf("the case suggests nothing:\n%s", page)
	}
	if _, page := owner.Get("/results/" + string(c.Campaign) + "/answers"); !consoletest.Says(page, "The words look like a question:") {
		t.Error("the list of answers suggests nothing")
	}
	mark := []string{"campaign", string(c.Campaign), "contact", string(c.Contact), "kind", "question", "to", "/cases/" + c.ID()}
	if status, _, to := owner.Post("/inbox", mark...); status != 303 || to != "/cases/"+c.ID()+"?done=item_marked" {
		t.Fatalf("%d to %s", status, to)
	}
	if _, page := owner.Get("/cases/" + c.ID()); consoletest.Says(page, "The words look like") || !consoletest.Says(page, "passed on, waiting") {
		t.Error("the case does not say that it was passed on")
	}
	if _, page := owner.Get("/inbox"); !consoletest.Says(page, "Nothing is waiting for you.") {
		t.Error("the owner has it")
	}
	if _, page := manager.Get("/"); !consoletest.Says(page, "1 idea, question or lead is waiting") {
		t.Errorf("home does not say it:\n%s", page)
	}
	path := "/inbox/" + loop.Item{Campaign: c.Campaign, Shard: c.Contact.Shard(), Name: loop.MarkName(c.Contact, loop.ItemQuestion)}.ID()
	if _, page := manager.Get("/inbox"); !consoletest.Says(page, "А можно ли забрать самим?") || !strings.Contains(page, path) || !consoletest.Says(page, "Анна Смирнова") {
		t.Errorf("the inbox:\n%s", page)
	}
	for body, want := range map[string]string{"": "Write the answer.", strings.Repeat("x", 3001): "too long"} {
		if status, page, _ := manager.Post(path, "version", "1", "answer", body); status != 400 || !strings.Contains(page, want) {
			t.Errorf("%.10q: %d", body, status)
		}
	}
	if status, page, _ := manager.Post(path+"/close", "version", "1", "note", " "); status != 400 || !consoletest.Says(page, "Write what was done") {
		t.Errorf("closed without a note: %d", status)
	}
	if status, _, to := manager.Post(path, "version", "1", "answer", "Можно, <с десяти>."); status != 303 || to != path+"?done=item_answered" {
		t.Fatalf("%d to %s", status, to)
	}
	letters, err := w.Inbox.Letters(t.Context())
	if err != nil || len(letters) != 1 || letters[0].To[0] != "customer1@example.com" || letters[0].ReplyTo[0] != "manager@example.com" || !strings.Contains(letters[0].Text, "А можно ли забрать самим?") || !strings.Contains(letters[0].Text, "Можно, <с десяти>.") || !strings.Contains(letters[0].Text, "Вы написали") {
		t.Fatalf("%+v, %v", letters, err)
	}
	if status, _, _ := manager.Post(path, "version", "3", "answer", "Once more"); status != 409 {
		t.Errorf("answered twice: %d", status)
	}
	if _, page := manager.Get(path); !consoletest.Says(page, "Answered by email") || strings.Contains(page, `id="answer"`) {
		t.Errorf("afterwards:\n%s", page)
	}
	if _, page := manager.Get("/inbox?over=1"); !strings.Contains(page, path) {
		t.Error("it is not among what is done")
	}
	if strings.Contains(w.Stored(), "Можно, <с десяти>") {
		t.Error("the answer lies open in the table")
	}
	if status, _ := w.Visitor("executive", "en").Get(path + "x"); status != 404 {
		t.Errorf("an item that is none: %d", status)
	}
}

// From a promoter's link to a customer: what the newcomer leaves lies sealed, is worked on by whoever is named for leads, and is counted with the link on the page of recommendations, where
// names are for who may know the people.
func TestALeadBecomesACustomer(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	ctx := t.Context()
	a := w.Asks("springaa", survey.Customers, "Весна", 1)
	a.C.Recommend, a.C.Company = survey.Recommend{Address: "https://shop.example.com/"}, "Ромашка"
	a.Answer("Север", 10, 0, nil)
	a.Answer("Север", 9, 0, nil)
	a.Become(func(c *survey.Campaign) { c.Recommend, c.Company = a.C.Recommend, a.C.Company })
	a.Counted()
	id := consoletest.ContactNumber(1)
	if err := storetest.Sealer(w.Store).MakePair(ctx, seal.Words); err != nil {
		t.Fatal(err)
	}
	respond := web.Secure(public.New(w.Store, w.Desk.Keys))
	post := func(path, body string) int {
		r := httptest.NewRequest("POST", path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rw := httptest.NewRecorder()
		respond.ServeHTTP(rw, r)
		return rw.Code
	}
	token := keys.Token{Campaign: a.C.ID, Contact: id}
	link := "/i/" + w.Desk.Keys.MakeRecommend(token)
	if code := post(link, "go=1&gesture=button"); code != 404 {
		t.Errorf("a link that nobody has taken: %d", code)
	}
	if code := post("/r/"+w.Desk.Keys.Make(token), "recommend=take&gesture=button"); code != 303 {
		t.Fatalf("taking it: %d", code)
	}
	for range 2 {
		if code := post(link, "go=1&gesture=button"); code != 303 {
			t.Errorf("going on: %d", code)
		}
		if code := post(link, "reach=ivan%40example.net&name=Ivan&words=pumps&agree=1&gesture=button&digest=x"); code != 303 {
			t.Errorf("leaving an address: %d", code)
		}
	}
	if strings.Contains(w.Stored(), "ivan@example.net") || strings.Contains(w.Stored(), "pumps") {
		t.Error("what the newcomer left lies open in the table")
	}
	p := loop.StandardPractice()
	p.Inbox = map[loop.ItemKind]string{loop.ItemLead: "marketing"}
	if _, err := w.Store.PutPractice(ctx, p); err != nil {
		t.Fatal(err)
	}
	items, err := w.Store.Items(ctx, loop.ItemLead, true, 10)
	if err != nil || len(items) != 1 {
		t.Fatalf("%v, %v", items, err)
	}
	path, marketing := "/inbox/"+items[0].ID(), w.Visitor("marketing", "en")
	if _, page := w.Visitor("manager", "en").Get("/inbox"); strings.Contains(page, path) {
		t.Error("who is not named has it")
	}
	if _, page := marketing.Get(path); !consoletest.Says(page, "ivan@example.net") || !consoletest.Says(page, "pumps") || strings.Contains(page, `id="answer"`) || !consoletest.Says(page, "180 дней") {
		t.Errorf("the lead:\n%s", page)
	}
	if status, _, _ := marketing.Post(path+"/customer", "customer", "yes"); status != 303 {
		t.Errorf("a customer: %d", status)
	}
	if status, _, _ := marketing.Post(path+"/close", "version", "0", "note", "Bought two"); status != 303 {
		t.Errorf("closed: %d", status)
	}
	if _, page := w.Visitor("analyst", "en").Get("/results/springaa/recommendations"); !consoletest.Says(page, "Too few have answered yet") || consoletest.Says(page, "Links taken") {
		t.Error("of two answers an analyst learns who is a promoter")
	}
	for range 10 {
		a.Answer("Юг", 3, 0, nil)
	}
	a.Counted()
	for role, named := range map[string]bool{"manager": true, "executive": true, "marketing": false, "analyst": false} {
		status, page := w.Visitor(role, "en").Get("/results/springaa/recommendations")
		if status != 200 || !consoletest.Says(page, "of 1 who left a contact: 100%") || strings.Contains(page, "Клиент №1") != named || consoletest.Says(page, "of 2 promoters: 50%") != (role != "manager") {
			t.Errorf("%s: %d\n%s", role, status, page)
		}
		status, page, _ = w.Visitor(role, "en").Post("/results/springaa/recommendations/download", "format", "csv")
		if status != 200 || strings.Contains(page, "Клиент №1") != named || !strings.Contains(page, "All links") {
			t.Errorf("%s: %d\n%s", role, status, page)
		}
	}
	if got := w.Must("GET", "/api/v1/campaigns/springaa/recommendations", "", nil); got["leads"] != 1.0 || got["customers"].(map[string]any)["count"] != 1.0 || len(got["links"].([]any)) != 1 {
		t.Errorf("the API: %v", got)
	}
	if got := w.Must("GET", "/api/v1/inbox?state=over", "", nil); len(got["items"].([]any)) != 1 || got["items"].([]any)[0].(map[string]any)["reach"] != "ivan@example.net" {
		t.Errorf("the API: %v", got)
	}
	if status, _, _ := marketing.Post(path + "/forget"); status != 303 {
		t.Errorf("forgotten: %d", status)
	}
	if status, _ := marketing.Get(path); status != 404 {
		t.Errorf("and there still: %d", status)
	}
}
