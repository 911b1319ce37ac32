package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/attack"
	"onetap/internal/local/drive"
	"onetap/internal/local/faults"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
)

// audience is the one that the runs use.
const audience = "customers"

// director plays a history on a laptop and keeps the truth: what was asked for, what people did, and what they were told.
type director struct {
	history  History
	stack    *local.Stack
	company  *drive.Company
	visitors *http.Client // respondents, who do not share the staff's connections
	faults   *faults.Injector
	shift    atomic.Int64 // nanoseconds by which days have passed for the functions
	log      func(format string, args ...any)

	campaigns []*campaign
	uploaded  int // contacts of the last upload that was confirmed
	box       *ballots
	erased    []erased
	brought   *brought // nil: no answers of elsewhere
	watch     *attack.Onlooker
	linkable  int // employees whom the attacker named
	linked    []attack.Finding

	mu           sync.Mutex
	last         string // id of the last letter read
	letters      []drive.Letter
	answers      map[string]*answer   // by campaign and contact
	stopped      map[string]time.Time // by address: from when on nobody writes there
	unsubscribed map[string]bool      // by contact: by a letter's link, or perhaps
	broken       []finding
}

// campaign is what the director knows of one.
type campaign struct {
	id       string
	audience int // how many are on the list, at least
	launched bool
	ended    bool // closed or cancelled, or perhaps
	paused   bool // or perhaps
	reminded bool // or perhaps
	again    bool // a second time, or perhaps
	resent   int  // how often somebody asked to write again to those who were uncertain
}

// finding is a promise that does not hold.
type finding struct {
	kind string // lost, doubled, drift, linkable, broken
	n    int
	what string
}

func (f finding) String() string { return f.kind + ": " + f.what }

// broke notes what does not hold; the run goes on.
func (d *director) broke(kind string, n int, format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = append(d.broken, finding{kind, n, fmt.Sprintf(format, args...)})
}

// must makes a call of the API again and again until it is answered: a broken page is tried again by any person. What
// it returns is a refusal, or nothing.
func (d *director) must(ctx context.Context, method, path string, in, out any) error {
	return d.insist(ctx, func() error { return d.company.Call(ctx, method, path, in, out) })
}

func (d *director) insist(ctx context.Context, call func() error) error {
	for try := 0; ; try++ {
		err := call()
		var refusal *drive.Refusal
		switch {
		case err == nil:
			return nil
		case errors.As(err, &refusal) && refusal.Status < 500 && refusal.Status != http.StatusTooManyRequests:
			return err
		case try == 30 || ctx.Err() != nil:
			return fmt.Errorf("tried %d times: %w", try, err)
		}
		select {
		case <-time.After(time.Duration(20+30*try) * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// refused says whether an error is the API's own no, with that status.
func refused(err error, status int) bool {
	var refusal *drive.Refusal
	return errors.As(err, &refusal) && refusal.Status == status
}

// play does all steps, one after another.
func (d *director) play(ctx context.Context) error {
	zone := []string{"Europe/Moscow", "Asia/Kamchatka", "Pacific/Pago_Pago", ""}[d.history.Seed%4]
	set := survey.Settings{Zone: zone}
	if d.history.Beside {
		set.Quotes, set.Recommend = true, survey.Recommend{Address: "https://shop.example.com/new"}
	}
	if _, err := startpage.OpenTable(d.stack.AWS(), d.stack.TableName()).PutSettings(ctx, set); err != nil {
		return err
	}
	if err := d.upload(ctx, d.history.Contacts); err != nil {
		return err
	}
	if err := d.byConsent(ctx); err != nil {
		return err
	}
	for _, s := range d.history.Steps {
		if err := d.step(ctx, s); err != nil {
			return fmt.Errorf("step %s: %w", s, err)
		}
		if err := d.readInbox(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (d *director) step(ctx context.Context, s Step) error {
	r := rand.New(rand.NewPCG(s.Seed, d.history.Seed))
	began := time.Now()
	defer func() { d.log("%s: %.1f s", s, time.Since(began).Seconds()) }()
	if ok, err := d.boxStep(ctx, s, r); ok {
		return err
	}
	switch s.Do {
	case "campaign":
		return d.launch(ctx, r)
	case "erase":
		return d.erase(ctx, s.N, r)
	case "bring":
		return d.bring(ctx, s.N, r)
	case "take-back":
		return d.takeBack(ctx)
	case "stop":
		return d.stopByHand(ctx, s.N, r)
	case "again":
		return d.upload(ctx, d.uploaded)
	case "more":
		return d.upload(ctx, d.uploaded+s.N)
	case "senders":
		return d.callSenders(ctx, s.N)
	case "kill":
		names := []string{"RespondFunction", "DeskFunction", "SendFunction", "SendFunction", "FeedbackFunction", "RecomputeFunction", "NotifyFunction", "ClockFunction"}
		d.stack.Cloud().KillFunction(names[r.IntN(len(names))])
		return nil
	case "wait":
		return sleep(ctx, time.Duration(s.N)*time.Millisecond)
	case "settle":
		return d.quietHour(ctx)
	case "days":
		d.pass(time.Duration(s.N) * 24 * time.Hour)
		return nil
	}
	if s.Campaign >= len(d.campaigns) {
		return nil // its campaign was left out of the history
	}
	c := d.campaigns[s.Campaign]
	switch s.Do {
	case "taps", "edits", "scripts", "scans", "unsubscribe":
		return d.people(ctx, c, s, r)
	case "pause", "resume", "cancel", "close", "remind", "remind-again":
		return d.act(ctx, c, s.Do)
	case "resend":
		return d.resend(ctx, c, r)
	}
	return fmt.Errorf("there is no step %q", s.Do)
}

func sleep(ctx context.Context, wait time.Duration) error {
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pass lets time pass for the functions: every process that starts from now on lives so much later.
func (d *director) pass(by time.Duration) {
	d.shift.Add(int64(by))
	d.stack.Cloud().Recycle()
}

// address is the n-th contact's; some of them behave as internal/local/ses documents.
func address(n int) string {
	label := ""
	switch n % 40 {
	case 7:
		label = "+bounce"
	case 13:
		label = "+complaint"
	case 19:
		label = "+softbounce"
	case 23:
		label = []string{"+reject", "+suppressed"}[n/40%2]
	}
	return fmt.Sprintf("person%d%s@example.com", n, label)
}

var owners = []string{"anna", "boris", "clara", ""}

// upload sends the list of the first n contacts, and the staff.
func (d *director) upload(ctx context.Context, n int) error {
	var list bytes.Buffer
	list.WriteString("Email;Name;Owner;Team;Language;Consent;Value\n")
	for i := range n {
		consent, value := "", ""
		if d.history.Beside && i%valuedEvery == 0 {
			value = valuedAt
		}
		if d.history.Consent && consents(i) {
			consent = "2026-03-01, form 7"
		}
		fmt.Fprintf(&list, "%s;Person %d;%s;%s;%s;%s;%s\n", address(i), i, owners[i%4], []string{"north", "south"}[i%2], []string{"en", "ru", ""}[i%3], consent, value)
	}
	staff := "id;name;email;role;team;manager\nmaria;Maria;maria@example.com;manager;north;\nanna;Anna;anna@example.com;owner;north;maria\n" +
		"boris;Boris;boris@example.com;owner;south;\nclara;Clara;clara@example.com;owner;north;maria\n"
	for _, up := range []struct{ path, list string }{{"/staff", staff}, {"/contacts?audience=" + audience, list.String()}} {
		err := d.insist(ctx, func() error {
			return d.company.Upload(ctx, "POST", up.path, "text/csv; charset=utf-8", []byte(up.list), nil)
		})
		if err != nil {
			return err
		}
	}
	d.uploaded = n
	return nil
}

// launch makes a campaign and launches it.
func (d *director) launch(ctx context.Context, r *rand.Rand) error {
	c := &campaign{audience: d.history.Contacts}
	d.campaigns = append(d.campaigns, c)
	settings := map[string]any{
		"name": fmt.Sprintf("Wave %d", len(d.campaigns)), "audience": audience, "company": "Example Shop", "language": "en",
		"quiet_days": 0, "closes_at": d.now().AddDate(0, 0, 60).UTC().Format(time.RFC3339),
	}
	if r.Float64() < 0.2 {
		settings["sample"] = 0.7
	}
	var made struct{ ID string }
	if err := d.must(ctx, "POST", "/campaigns", settings, &made); err != nil {
		return err
	}
	c.id = made.ID
	err := d.must(ctx, "POST", "/campaigns/"+c.id+"/launch", nil, nil)
	if err != nil && !refused(err, http.StatusConflict) { // launched already, by a try whose answer was lost
		return err
	}
	c.launched = true
	return nil
}

// act does what a person may do with a campaign; that it may not be done now is an answer too.
func (d *director) act(ctx context.Context, c *campaign, what string) error {
	c.ended = c.ended || what == "cancel" || what == "close"
	c.reminded = c.reminded || what == "remind"
	c.again = c.again || what == "remind-again"
	c.paused = (c.paused || what == "pause") && what != "resume"
	err := d.must(ctx, "POST", "/campaigns/"+c.id+"/"+what, nil, nil)
	if refused(err, http.StatusConflict) {
		return nil
	}
	return err
}

// resend writes again to those of whom nobody knows whether they were written to: first without having understood what
// that means, which must be refused.
func (d *director) resend(ctx context.Context, c *campaign, r *rand.Rand) error {
	mailing := r.IntN(3)
	path := "/campaigns/" + c.id + "/resend-uncertain"
	err := d.must(ctx, "POST", path, map[string]any{"wave": mailing}, nil)
	if err == nil {
		d.broke("broken", 1, "second letters without a word of having understood")
	}
	c.resent++
	err = d.must(ctx, "POST", path, map[string]any{"understood": true, "wave": mailing}, nil)
	if refused(err, http.StatusConflict) {
		return nil
	}
	return err
}

// uncertain lists them as the API does.
func (d *director) uncertain(ctx context.Context, c *campaign, mailing int) ([]string, error) {
	var all []string
	for after := ""; ; {
		var page struct {
			Invitations []struct{ Contact string }
			Next        string
		}
		path := fmt.Sprintf("/campaigns/%s/invitations?state=uncertain&limit=1000&wave=%d", c.id, mailing)
		if after != "" {
			path += "&after=" + after
		}
		if err := d.must(ctx, "GET", path, nil, &page); err != nil {
			return nil, err
		}
		for _, i := range page.Invitations {
			all = append(all, i.Contact)
		}
		if after = page.Next; after == "" {
			return all, nil
		}
	}
}

func (d *director) stopByHand(ctx context.Context, n int, r *rand.Rand) error {
	for range n {
		a := address(r.IntN(d.uploaded))
		if err := d.must(ctx, "POST", "/suppressions", map[string]string{"email": a, "reason": "unsubscribed"}, nil); err != nil {
			return err
		}
		d.stop(a)
	}
	return nil
}

// stop notes that from now on nobody may write to an address.
func (d *director) stop(address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped[address].IsZero() {
		d.stopped[address] = time.Now()
	}
}

// callSenders calls n senders at once, as several launches in the same moment would.
func (d *director) callSenders(ctx context.Context, n int) error {
	for range n {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.stack.AWS()+"/2015-03-31/functions/onetap-send/invocations", bytes.NewReader([]byte("{}")))
		if err != nil {
			return err
		}
		r.Header.Set("X-Amz-Invocation-Type", "Event")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusAccepted {
			return fmt.Errorf("invoke the sender: status %d, %s", answer.StatusCode, text)
		}
	}
	return nil
}

// readInbox takes in the letters that came since.
func (d *director) readInbox(ctx context.Context) error {
	fresh, err := d.company.LettersAfter(ctx, d.last)
	if err != nil || len(fresh) == 0 {
		return err
	}
	d.last = fresh[len(fresh)-1].ID
	d.letters = append(d.letters, fresh...)
	return nil
}
