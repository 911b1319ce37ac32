package campaigns_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/drive"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// caller makes a program's token with a role, and returns how it calls.
func caller(w *consoletest.World, name string, role survey.Role) func(method, path, body string) (int, string) {
	w.T.Helper()
	token, hash := auth.NewToken()
	if err := w.Store.PutToken(context.Background(), authz.Token{Hash: hash, Name: name, Role: role, Made: w.Now()}); err != nil {
		w.T.Fatal(err)
	}
	return func(method, path, body string) (int, string) {
		w.T.Helper()
		r, err := http.NewRequest(method, w.Site+path, strings.NewReader(body))
		if err != nil {
			w.T.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		return consoletest.Send(w.T, r)
	}
}

// Test letters go to the staff; to others by an administrator or a program with that role, from the pages as from the
// API. What is refused is not sent (issue 9, 4).
func TestTestLettersGoToTheStaff(t *testing.T) {
	t.Parallel()
	w, marketing, _ := consoletest.Planned(t, 1)
	admin := w.Visitor("administrator", "en")
	w.Desk.Mailing.Admin = "deployment@example.com"
	const path = "/campaigns/abcdefgh/test"
	page := func(v *consoletest.Visitor) func(to string) (int, string) {
		return func(to string) (int, string) {
			status, body, _ := v.Post(path, "to", to, "language", "ru")
			return status, body
		}
	}
	call := func(do func(method, path, body string) (int, string)) func(to string) (int, string) {
		return func(to string) (int, string) { return do("POST", "/api/v1"+path, `{"to":"`+to+`"}`) }
	}
	marketingProgram, adminProgram := call(caller(w, "crm", survey.RoleMarketing)), call(caller(w, "root", survey.RoleAdministrator))
	sent := 0
	for _, tc := range []struct {
		who   string
		do    func(to string) (int, string)
		to    string
		taken bool
	}{
		{"marketing's page", page(marketing), "owner@example.com", true},
		{"marketing's page", page(marketing), "OWNER@Example.com", true},
		{"marketing's page", page(marketing), "deployment@example.com", true},
		{"marketing's page", page(marketing), "stranger@example.net", false},
		{"marketing's page", page(marketing), "owner+1@example.com", false},
		{"marketing's page", page(marketing), "owner@example.com.example.net", false},
		{"a program of marketing", marketingProgram, "manager@example.com", true},
		{"a program of marketing", marketingProgram, "stranger@example.net", false},
		{"the administrator's page", page(admin), "stranger1@example.net", true},
		{"a program of the administrator", adminProgram, "stranger2@example.net", true},
	} {
		status, body := tc.do(tc.to)
		switch {
		case tc.taken && status != 200 && status != 303:
			t.Errorf("%s to %s: %d %s", tc.who, tc.to, status, body)
		case !tc.taken && (status != 403 || !strings.Contains(body, "staff list")):
			t.Errorf("%s to %s: %d %s", tc.who, tc.to, status, body)
		case tc.taken:
			sent++
		}
	}
	arrive(w, sent)
}

// arrive waits until n letters are in the inbox, and tells when there are more.
func arrive(w *consoletest.World, n int) {
	w.T.Helper()
	got := 0
	err := drive.Until(context.Background(), 10*time.Second, "the letters", func() (bool, error) {
		letters, err := w.Inbox.Letters(context.Background())
		got = len(letters)
		return got >= n, err
	})
	if err != nil || got != n {
		w.T.Errorf("%d letters, want %d; %v", got, n, err)
	}
}

// However many ask, at once or one after another, with whatever rights, an hour has its limits: from one person or
// program, to one address, and on the whole. The next hour begins anew, and no address is stored.
func TestTestLettersAreLimited(t *testing.T) {
	t.Parallel()
	w, _, _ := consoletest.Planned(t, 1)
	const path = "/api/v1/campaigns/abcdefgh/test"
	flood := func(do func(method, path, body string) (int, string), n int, to func(int) string) (taken int) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		for i := range n {
			wg.Go(func() {
				status, body := do("POST", path, `{"to":"`+to(i)+`"}`)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case status == 200:
					taken++
				case status != 429 || !strings.Contains(body, `"code":"test_too_many"`) || !strings.Contains(body, "hour"):
					t.Errorf("letter %d: %d %s", i, status, body)
				}
			})
		}
		wg.Wait()
		return taken
	}
	one := func(int) string { return "victim@example.net" }
	strangers := func(prefix string) func(int) string {
		return func(i int) string { return fmt.Sprintf("%s%d@example.net", prefix, i) }
	}
	first := caller(w, "one", survey.RoleAdministrator)
	if n := flood(first, 60, one); n != mailing.MaxTestsTo {
		t.Errorf("one address got %d letters, want %d", n, mailing.MaxTestsTo)
	}
	second := caller(w, "two", survey.RoleAdministrator)
	if n := flood(second, 1, one); n != 0 {
		t.Error("another program writes to the same address")
	}
	if n := flood(second, 120, strangers("a")); n != mailing.MaxTestsFrom-1 { // one was counted and not sent
		t.Errorf("one program wrote to %d strangers, want %d", n, mailing.MaxTestsFrom-1)
	}
	all := mailing.MaxTestsTo + mailing.MaxTestsFrom - 1
	for i := 3; i < 8; i++ {
		all += flood(caller(w, strconv.Itoa(i), survey.RoleAdministrator), mailing.MaxTestsFrom, strangers(strconv.Itoa(i)))
	}
	if all != mailing.MaxTests {
		t.Errorf("%d letters in an hour, want %d", all, mailing.MaxTests)
	}
	if strings.Contains(w.Stored(), "victim") || strings.Contains(w.Stored(), "example.net") {
		t.Error("an address is stored")
	}
	w.Pass(time.Hour)
	if n := flood(first, 3, one); n != 3 {
		t.Errorf("the next hour: %d of 3", n)
	}
}

// A sender that the deployment does not allow is refused wherever one can be set or used: draft, settings, API, launch,
// resuming, test letter. Nothing of it is stored.
func TestOnlyAllowedSenders(t *testing.T) {
	t.Parallel()
	w, v, _ := consoletest.Planned(t, 3)
	admin := w.Visitor("administrator", "en")
	c := w.Campaign("abcdefgh")
	for _, tc := range []struct {
		sender string
		ok     bool
	}{
		{"security@bank.example", false},
		{"Example Shop <security@bank.example>", false},
		{"nps@example.com.bank.example", false},
		{"nps@xexample.com", false},
		{"nps@com", false},
		{`"nps@example.com" <security@bank.example>`, false},
		{"nps@example.com, security@bank.example", false},
		{"nps@example.com", true},
		{"Ромашка <other@mail.example.com>", true},
		{"a@example.net", true},
		{"", true},
	} {
		body := fmt.Sprintf(`{"name":"Autumn","audience":"customers","sender":%q}`, tc.sender)
		if status, answer := w.Call("POST", "/api/v1/campaigns", "application/json", []byte(body)); (status == 201) != tc.ok {
			t.Errorf("API, new, %q: %d %v", tc.sender, status, answer)
		}
		body = fmt.Sprintf(`{"version":%d,"sender":%q}`, w.Campaign(c.ID).Version, tc.sender)
		if status, answer := w.Call("PATCH", "/api/v1/campaigns/abcdefgh", "application/json", []byte(body)); (status == 200) != tc.ok {
			t.Errorf("API, change, %q: %d %v", tc.sender, status, answer)
		}
		version := strconv.Itoa(w.Campaign(c.ID).Version)
		if status, page, _ := v.Post("/campaigns/abcdefgh/edit", "step", "about", "version", version, "name", "Autumn", "audience", "customers", "sender", tc.sender, "language", "ru"); (status == 303) != tc.ok {
			t.Errorf("page, %q: %d %s", tc.sender, status, page)
		}
		set, err := w.Store.Settings(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if status, page, _ := admin.Post("/settings", "version", strconv.Itoa(set.Version), "company", "Ромашка", "sender", tc.sender, "languages", "ru"); (status == 303) != tc.ok {
			t.Errorf("settings, %q: %d %s", tc.sender, status, page)
		}
		if !tc.ok && strings.Contains(w.Stored(), "bank.example") {
			t.Errorf("%q is stored", tc.sender)
		}
	}
	// One stored before senders were checked, or allowed before the deployment changed.
	c = w.Campaign(c.ID)
	c.Sender = "security@bank.example"
	c, err := w.Store.SaveCampaign(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	for what, do := range map[string]func() (int, map[string]any){
		"test": func() (int, map[string]any) {
			return w.Call("POST", "/api/v1/campaigns/abcdefgh/test", "application/json", []byte(`{"to":"a@example.com"}`))
		},
		"launch": func() (int, map[string]any) { return w.Call("POST", "/api/v1/campaigns/abcdefgh/launch", "", nil) },
	} {
		status, answer := do()
		if p, _ := answer["error"].(map[string]any); status != 400 || p["code"] != "sender_not_allowed" || !strings.Contains(fmt.Sprint(p["message"]), "example.com") {
			t.Errorf("%s: %d %v", what, status, answer)
		}
	}
	if _, page := v.Get("/campaigns/abcdefgh/edit?step=check"); !strings.Contains(page, "Surveys cannot be sent from this address") || strings.Contains(page, `/launch"`) {
		t.Error("the check does not say that the sender is not allowed")
	}
	c.State, c.Launched = survey.Paused, w.Now()
	if _, err := w.Store.SaveCampaign(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	if status, answer := w.Call("POST", "/api/v1/campaigns/abcdefgh/resume", "", nil); status != 400 {
		t.Errorf("resume: %d %v", status, answer)
	}
	arrive(w, 0)
}
