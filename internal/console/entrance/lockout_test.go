package entrance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// door is the way in as API Gateway shows it, with the visitor's address; what the desk calls itself with waits until it is delivered.
type frontDoor struct {
	*consoletest.World
	mu     sync.Mutex
	calls  int
	events [][]byte
}

func newDoor(t *testing.T) *frontDoor {
	d := &frontDoor{}
	d.World = consoletest.New(t, dynamo.Options{Before: func(dynamo.Call) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.calls++
		return nil
	}})
	d.Staffed()
	d.Desk.Later = func(_ context.Context, e []byte) error {
		d.events = append(d.events, e)
		return nil
	}
	return d
}

// counted is how many calls of the table something makes.
func (d *frontDoor) counted(do func()) int {
	d.mu.Lock()
	before := d.calls
	d.mu.Unlock()
	do()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls - before
}

// ask posts the form from a network, with cookies ("name=value; …").
func (d *frontDoor) ask(remote, cookies, email string) *http.Response {
	r := httptest.NewRequest("POST", "http://127.0.0.1:8080/sign-in", strings.NewReader(url.Values{"email": {email}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Cookie", cookies)
	r.RemoteAddr = remote
	w := httptest.NewRecorder()
	d.Desk.Handler().ServeHTTP(w, r)
	return w.Result()
}

// deliver runs them.
func (d *frontDoor) deliver(t *testing.T) {
	t.Helper()
	for _, e := range d.events {
		if err := d.Desk.Run(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
	d.events = nil
}

// enter uses the newest link mailed to an address, in a browser that was never here: opened, confirmed, in.
func (d *frontDoor) enter(t *testing.T, email string) *consoletest.Guest {
	t.Helper()
	path := letterTo(d.World, t, email)
	if path == "" {
		t.Fatalf("no letter to %s", email)
	}
	g := d.Guest(t)
	page := g.Get(path).Want(t, 200, "another browser", "Елена Соколова")
	here := strings.SplitAfterN(page.Text, `name="here" value="`, 2)
	if len(here) < 2 {
		t.Fatal("the page has no button of its own")
	}
	seal, _, _ := strings.Cut(here[1], `"`)
	g.Post(path, "here", seal).Want(t, 303)
	g.Get("/").Want(t, 200, "Елена Соколова")
	return g
}

// Asking costs the same, writes the same and answers the same, whoever's the address is; whose it is finds the later call.
func TestAskingTellsNothing(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.Desk.Door.Admin = "boss@example.com"
	if err := d.Store.RemoveStaff(t.Context(), "analyst", nil); err != nil {
		t.Fatal(err)
	}
	d.ask("192.0.2.1:0", "", "first@example.com") // reads the company's colours
	var page string
	for i, tc := range []struct {
		name, email string
		letters     int
	}{
		{"an owner's", "owner@example.com", 1},
		{"nobody's", "nobody@example.com", 0},
		{"removed", "analyst@example.com", 0},
		{"an administrator's", "Administrator@EXAMPLE.com", 1},
		{"the deployment's, while there is another", "boss@example.com", 0},
		{"in other letters", "anna@пример.рф", 0},
		{"long", strings.Repeat("a", 60) + "@example.com", 0},
		{"an id", "owner@owner.example", 0},
	} {
		before, _ := d.Inbox.Letters(t.Context())
		d.events = nil
		var answer *http.Response
		calls := d.counted(func() { answer = d.ask(fmt.Sprintf("192.0.%d.1:0", i), "", tc.email) })
		text := new(strings.Builder)
		answer.Write(text)
		_, shown, _ := strings.Cut(text.String(), "<!")
		if page == "" {
			page = shown
		}
		if calls != 1 || answer.StatusCode != 200 || shown != page || len(d.events) != 1 {
			t.Errorf("%s: %d calls, status %d, %d events, the same page: %v", tc.name, calls, answer.StatusCode, len(d.events), shown == page)
		}
		d.deliver(t)
		if after, _ := d.Inbox.Letters(t.Context()); len(after)-len(before) != tc.letters {
			t.Errorf("%s: %d letters, want %d", tc.name, len(after)-len(before), tc.letters)
		}
	}
	if answer := d.ask("192.0.2.1:0", "", "no address"); answer.StatusCode != 400 {
		t.Errorf("no address: %d", answer.StatusCode)
	}
}

// However strangers ask for somebody's links, whoever has the mailbox gets in: in a browser that knows them by a new
// letter, in any other by a new one or by the newest that is there, five minutes later still. And the mailbox is not flooded.
func TestStrangersLockNobodyOut(t *testing.T) {
	t.Parallel()
	const email = "owner@example.com"
	for name, strangers := range map[string]func(d *frontDoor){
		"nobody asks": func(*frontDoor) {},
		"five from one browser": func(d *frontDoor) {
			for range 5 {
				d.ask("192.0.2.7:1", "onetap-browser="+strings.Repeat("b", 26), email)
			}
		},
		"five browsers of one network": func(d *frontDoor) {
			for i := range 5 {
				d.ask(fmt.Sprintf("192.0.2.%d:1", i), "", email)
			}
		},
		"sixty browsers of the owner's network": func(d *frontDoor) {
			for range 60 {
				d.ask("127.0.0.1:1", "", email)
			}
		},
		"sixty networks": func(d *frontDoor) {
			for i := range 60 {
				d.ask(fmt.Sprintf("[2001:db8:0:%x::1]:0", i), "", email)
			}
		},
		"one a minute for an hour, IPv4 inside IPv6": func(d *frontDoor) {
			for i := range 60 {
				d.ask(fmt.Sprintf("[::ffff:10.0.%d.1]:0", i), "", strings.ToUpper(email))
				d.Pass(time.Minute)
			}
		},
		"with a forged known browser": func(d *frontDoor) {
			for range 30 {
				d.ask("192.0.2.7:1", "onetap-known="+strings.Repeat("A", 26)+"."+strings.Repeat("B", 22), email)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			d.ask("127.0.0.1:1", "", email)
			d.deliver(t)
			own := d.enter(t, email) // a browser that knows the owner
			own.Send("/sign-out")
			d.Pass(2 * time.Hour)
			begun, _ := d.Inbox.Letters(t.Context())
			strangers(d)
			d.deliver(t)
			asked, _ := d.Inbox.Letters(t.Context())
			if n := len(asked) - len(begun); n > auth.Limits.Hour+6 {
				t.Errorf("%d letters in an hour", n)
			}

			fresh := d.ask("127.0.0.1:1", "", email).StatusCode
			d.deliver(t)
			if fresh != 200 {
				d.Pass(auth.LinkLife - auth.Limits.Span - time.Second)
			}
			d.enter(t, email)

			own.Post("/sign-in", "email", email).Want(t, 200, "Check your inbox")
			d.deliver(t)
			own.Post(letterTo(d.World, t, email)).Want(t, 303) // asked for in this very browser
		})
	}
}

// Whenever an address is refused a letter, one was granted within the span before: random strangers over hours.
func TestRefusedMeansThereIsALetter(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	var last time.Time
	granted := map[time.Time]int{}
	for range 300 {
		d.Pass(time.Duration(random.IntN(120)) * time.Second)
		now := d.Now()
		switch status := d.ask(fmt.Sprintf("10.0.%d.1:0", random.IntN(4)), "", "owner@example.com").StatusCode; status {
		case 200:
			last = now
			granted[now.Truncate(time.Hour)]++
		case 429:
			if now.Sub(last) > auth.Limits.Span {
				t.Fatalf("seed %d: refused at %v, and the last letter is of %v", seed, now, last)
			}
		default:
			t.Fatalf("seed %d: status %d", seed, status)
		}
	}
	for hour, n := range granted {
		if n > auth.Limits.Hour+6 {
			t.Errorf("seed %d: %d letters in the hour of %v", seed, n, hour)
		}
	}
}

// A flood is refused before it costs a call of the table; others get in meanwhile.
func TestFloodIsRefusedCheaply(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.ask("127.0.0.1:1", "", "owner@example.com")
	d.deliver(t)
	own := d.enter(t, "owner@example.com")
	d.Pass(time.Hour)
	d.ask("203.0.113.1:0", "", "nobody@example.com")
	flood := func(n int, remote func(i int) string) (calls, let int) {
		calls = d.counted(func() {
			for i := range n {
				answer := d.ask(remote(i), "", fmt.Sprintf("nobody%d@example.com", i))
				if answer.StatusCode == 200 {
					let++
				} else if answer.StatusCode != 429 || answer.Header.Get("Retry-After") == "" {
					t.Fatalf("status %d", answer.StatusCode)
				}
			}
		})
		return calls, let
	}
	if calls, let := flood(500, func(i int) string { return fmt.Sprintf("192.0.2.%d:0", i%250) }); let != 60 || calls != let {
		t.Errorf("one network: %d calls, %d let through", calls, let)
	}
	if answer := d.ask("198.51.100.1:0", "", "manager@example.com"); answer.StatusCode != 200 {
		t.Errorf("another network: %d", answer.StatusCode)
	}
	if calls, let := flood(500, func(i int) string { return fmt.Sprintf("10.%d.%d.1:0", i/250, i%250) }); let > 200 || calls != let {
		t.Errorf("many networks: %d calls, %d let through", calls, let)
	}
	own.Post("/sign-in", "email", "owner@example.com").Want(t, 200)
	d.Pass(time.Second) // and others a few a second
	if calls, let := flood(100, func(i int) string { return fmt.Sprintf("10.9.%d.1:0", i) }); let != 10 || calls != let {
		t.Errorf("a second later: %d calls, %d let through", calls, let)
	}
}

// What ends sessions ends links that were asked for before: whatever is changed about a person, and by which way.
func TestLinksEndWithTheStanding(t *testing.T) {
	t.Parallel()
	owner := consoletest.Everybody[1]
	with := func(change func(m *survey.Staff)) survey.Staff { m := owner; change(&m); return m }
	api := func(m survey.Staff) func(*testing.T, *frontDoor) {
		return func(t *testing.T, d *frontDoor) {
			b, _ := json.Marshal([]survey.Staff{m})
			r, _ := http.NewRequest("POST", d.Site+"/api/v1/staff", strings.NewReader(string(b)))
			r.Header.Set("Authorization", "Bearer "+consoletest.Token)
			r.Header.Set("Content-Type", "application/json")
			if status, body := consoletest.Send(t, r); status != 200 || !strings.Contains(body, `"changed":1`) {
				t.Fatal(status, body)
			}
		}
	}
	page := func(pairs ...string) func(*testing.T, *frontDoor) {
		return func(t *testing.T, d *frontDoor) {
			form := map[string]string{"email": owner.Email, "name": owner.Name, "role": "owner", "team": owner.Team, "manager": "manager", "was": consoletest.Before(t, owner)}
			for i := 0; i < len(pairs); i += 2 {
				form[pairs[i]] = pairs[i+1]
			}
			var all []string
			for name, value := range form {
				all = append(all, name, value)
			}
			d.As(t, "administrator").Send("/staff/"+d.Desk.Handle("owner"), all...).Want(t, 303)
		}
	}
	remove := func(t *testing.T, d *frontDoor) {
		d.As(t, "administrator").Send("/staff/"+d.Desk.Handle("owner")+"/remove").Want(t, 303)
	}
	for name, tc := range map[string]struct {
		change func(*testing.T, *frontDoor)
		stays  bool
	}{
		"address, page": {page("email", "new@example.com"), false},
		"role, page":    {page("role", "analyst"), false},
		"team, page":    {page("team", "Юг"), true},
		"address, API":  {api(with(func(m *survey.Staff) { m.Email = "new@example.com" })), false},
		"role, API":     {api(with(func(m *survey.Staff) { m.Role = survey.RoleManager })), false},
		"name, API":     {api(with(func(m *survey.Staff) { m.Name = "Елена Соколова-Зимина" })), true},
		"address with the store alone": {func(t *testing.T, d *frontDoor) {
			d.put(t, with(func(m *survey.Staff) { m.Email = "new@example.com" }))
		}, false},
		"removed":                   {remove, false},
		"removed, and back":         {func(t *testing.T, d *frontDoor) { remove(t, d); d.put(t, owner) }, false},
		"another address, and back": {func(t *testing.T, d *frontDoor) { page("email", "new@example.com")(t, d); d.put(t, owner) }, false},
		"signed out by the administrator": {func(t *testing.T, d *frontDoor) {
			d.As(t, "administrator").Send("/staff/"+d.Desk.Handle("owner")+"/sign-out").Want(t, 303)
		}, false},
		"address in other letters, as was": {func(t *testing.T, d *frontDoor) {
			d.put(t, with(func(m *survey.Staff) { m.Email = "Owner@Example.com" }))
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			g, signed := d.Guest(t), d.Guest(t)
			for _, b := range []*consoletest.Guest{signed, g} {
				b.Post("/sign-in", "email", owner.Email).Want(t, 200)
				d.deliver(t)
				if b == signed {
					b.Post(letterTo(d.World, t, owner.Email)).Want(t, 303)
				}
			}
			path := letterTo(d.World, t, owner.Email)
			tc.change(t, d)
			session, link := 200, 303
			if !tc.stays {
				session, link = 303, 410
			}
			signed.Get("/").Want(t, session)
			if !tc.stays {
				g.Get(path).Want(t, 410)
			}
			g.Post(path).Want(t, link)
		})
	}
}

// put writes somebody past all rules, as an older version or another instance may have.
func (d *frontDoor) put(t *testing.T, m survey.Staff) {
	t.Helper()
	if err := d.Store.PutStaff(t.Context(), []survey.Staff{m}); err != nil {
		t.Fatal(err)
	}
}

// The button of the page in another browser is that page's own: what another site or another browser sends is only shown it.
func TestButtonOfAnotherBrowser(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.ask("192.0.2.1:0", "onetap-browser="+strings.Repeat("b", 26), "owner@example.com")
	d.deliver(t)
	path := letterTo(d.World, t, "owner@example.com")
	first, second := d.Guest(t), d.Guest(t)
	seal := func(g *consoletest.Guest) string {
		_, rest, _ := strings.Cut(g.Get(path).Want(t, 200, "another browser").Text, `name="here" value="`)
		s, _, _ := strings.Cut(rest, `"`)
		return s
	}
	a, b := seal(first), seal(second)
	for name, here := range map[string]string{"none": "", "of another browser": b, "invented": strings.Repeat("A", 22), "doubled": a + a, "cut": a[:21], "in capitals": strings.ToUpper(a)} {
		first.Post(path, "here", here).Want(t, 200, "another browser")
		if first.Get("/").Status != 303 {
			t.Errorf("%s signs in", name)
		}
	}
	first.Post(path+"?here="+a).Want(t, 200, "another browser") // by a link alone
	first.Post(path, "here", a).Want(t, 303)
	second.Post(path, "here", b).Want(t, 410)
}
