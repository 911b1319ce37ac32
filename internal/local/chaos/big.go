package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/cloud"
	"onetap/internal/local/drive"
	"onetap/internal/local/faults"
)

// Kill is one death of the sender.
type Kill struct {
	At       int           // letters that SES had taken at that moment
	Named    int           // people called uncertain once the next sender had looked
	TookOver time.Duration // from the death until letters went out again
}

// BigReport is what came of a long mailing whose sender was killed twice.
type BigReport struct {
	Contacts         int
	Kills            []Kill
	Letters          int // that SES took
	Doubled          int // letters too many
	Missed           int // people without a letter whom nothing names
	Settled          int // uncertain people of whom a report of SES said that they have their letter
	Uncertain        int // people named as uncertain at the end
	UncertainLetters int // of those, who has a letter
	Sending          time.Duration
	Whole            time.Duration
	Broken           []finding
}

// Fails says whether a promise was broken.
func (r BigReport) Fails() bool { return r.Doubled > 0 || r.Missed > 0 || len(r.Broken) > 0 }

// Markdown is the report as docs/faults.md holds it.
func (r BigReport) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %d recipients, sender killed (SIGKILL) at 40 %% and at 70 %% | |\n|---|---|\n", r.Contacts)
	for i, k := range r.Kills {
		fmt.Fprintf(&b, "| death %d: after %d letters; uncertain, each named by the API | %d |\n", i+1, k.At, k.Named)
		fmt.Fprintf(&b, "| death %d: letters went out again after | %.1f s |\n", i+1, k.TookOver.Seconds())
	}
	fmt.Fprintf(&b, "| letters | %d |\n| letters to somebody who had one | %d |\n| people without a letter whom nothing names | %d |\n", r.Letters, r.Doubled, r.Missed)
	fmt.Fprintf(&b, "| uncertain people settled by SES's reports | %d |\n| uncertain at the end, named, none of them with a letter | %d |\n", r.Settled, r.Uncertain)
	fmt.Fprintf(&b, "| from launch to the last letter, both deaths included | %.0f s |\n", r.Sending.Seconds())
	return b.String()
}

// Big sends a campaign of n people, kills the sender at each of the given shares, and checks everybody.
func Big(ctx context.Context, cfg Config, n int, shares []float64) (r BigReport, err error) {
	began := time.Now()
	data, err := os.MkdirTemp("", "onetap-chaos-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(data)
	var a ambush
	d := &director{
		history: History{Contacts: n}, faults: faults.New(nil, 0), answers: map[string]*answer{}, stopped: map[string]time.Time{},
		log: func(format string, args ...any) {
			fmt.Fprintf(cfg.Out, "%6.1f s: %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
		},
	}
	// The second of SES's reports, of the delivery, comes 40 s after a letter, so that the uncertain can be looked at
	// before they are settled.
	var logs io.Writer
	if cfg.Verbose {
		logs = cfg.Out
	}
	d.stack, err = local.Start(ctx, local.Config{
		Verbose: logs, Template: cfg.Template, Functions: cfg.Functions, Data: filepath.Join(data, "laptop"),
		Minute: minute, MailRate: cfg.Rate, EventDelay: 20 * time.Second, Faults: cloud.Faults{Call: a.call},
	})
	if err != nil {
		return r, err
	}
	defer func() {
		a.release()
		if closed := d.stack.Close(); err == nil {
			err = closed
		}
	}()
	d.company = drive.New(d.stack.Site(), d.stack.Inbox(), d.stack.Token())
	if err := d.bigUpload(ctx, n); err != nil {
		return r, err
	}
	d.log("%d contacts uploaded", n)
	c := &campaign{launched: true}
	d.campaigns = append(d.campaigns, c)
	traps := a.set(d.stack.Mail().Accepted, n, shares)
	if err := d.bigLaunch(ctx, c); err != nil {
		return r, err
	}
	launched := time.Now()
	for _, t := range traps {
		k, err := d.killAt(ctx, c, t)
		if err != nil {
			return r, err
		}
		d.log("killed the sender after %d letters; %.1f s later letters go out again; uncertain: %d, each named", k.At, k.TookOver.Seconds(), k.Named)
		r.Kills = append(r.Kills, k)
	}
	err = drive.Until(ctx, 20*time.Minute, "the campaign to be sent", func() (bool, error) {
		var got struct{ State string }
		err := d.company.Call(ctx, "GET", "/campaigns/"+c.id, nil, &got)
		return got.State == "open", err
	})
	if err != nil {
		return r, err
	}
	r.Contacts, r.Sending = n, time.Since(launched)
	d.log("all is sent; SES's reports come in")
	settling, cancel := context.WithTimeout(ctx, 30*time.Minute)
	defer cancel()
	if err := d.stack.Settle(settling); err != nil {
		return r, err
	}
	if err := d.replay(ctx); err != nil {
		d.broke("lost", 1, "%v", err)
	}
	if err := d.bigCheck(ctx, c, &r); err != nil {
		return r, err
	}
	r.Broken, r.Whole = d.broken, time.Since(began)
	return r, nil
}

func (d *director) bigUpload(ctx context.Context, n int) error {
	var im struct{ ID string }
	if err := d.must(ctx, "POST", "/imports", map[string]string{"audience": audience}, &im); err != nil {
		return err
	}
	const part = 20_000
	for i := 0; i < n; i += part {
		var list bytes.Buffer
		list.WriteString("Email;Name;Owner;Team;Language\n")
		for k := i; k < min(i+part, n); k++ {
			fmt.Fprintf(&list, "person%d@example.com;Person %d;%s;north;en\n", k, k, owners[k%3])
		}
		err := d.company.Upload(ctx, "PUT", "/imports/"+im.ID+"/parts/"+strconv.Itoa(i/part+1), "text/csv", list.Bytes(), nil)
		if err != nil {
			return err
		}
	}
	return d.must(ctx, "POST", "/imports/"+im.ID+"/finish", nil, nil)
}

func (d *director) bigLaunch(ctx context.Context, c *campaign) error {
	var made struct{ ID string }
	err := d.must(ctx, "POST", "/campaigns", map[string]any{"name": "Big", "audience": audience, "company": "Example Shop", "language": "en", "quiet_days": 0}, &made)
	if err != nil {
		return err
	}
	c.id = made.ID
	return d.must(ctx, "POST", "/campaigns/"+c.id+"/launch", nil, nil)
}

// ambush kills the sender in a SendBulkEmail call, the worst moment to be killed at, once SES has taken so many letters.
// It looks at each call, so that no machine is too fast for it.
type ambush struct {
	taken func() int // letters that SES has taken

	mu    sync.Mutex
	traps []*trap // those that have not sprung, by letters
}

// trap is one death to come. Calls wait in front of it until the death before has been looked at.
type trap struct {
	letters       int
	bad           cloud.CallFault
	ready, sprung chan struct{}
}

// set lays a trap at each share of n letters; taken says how many SES has taken.
func (a *ambush) set(taken func() int, n int, shares []float64) []*trap {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.taken = taken
	for i, share := range shares {
		bad := cloud.CallFault{KillAfter: true} // SES has taken the letters, and nobody was told
		if i%2 == 1 {
			bad = cloud.CallFault{KillBefore: true}
		}
		a.traps = append(a.traps, &trap{letters: int(share * float64(n)), bad: bad, ready: make(chan struct{}), sprung: make(chan struct{})})
	}
	return slices.Clone(a.traps)
}

func (a *ambush) call(c cloud.Call) cloud.CallFault {
	if c.Operation != "SendBulkEmail" {
		return cloud.CallFault{}
	}
	for {
		a.mu.Lock()
		if len(a.traps) == 0 || a.taken() < a.traps[0].letters {
			a.mu.Unlock()
			return cloud.CallFault{}
		}
		t := a.traps[0]
		select {
		case <-t.ready:
			a.traps = a.traps[1:]
			a.mu.Unlock()
			close(t.sprung)
			return t.bad
		default:
			a.mu.Unlock()
		}
		<-t.ready
	}
}

// release lets go whoever stands before a trap, without a death.
func (a *ambush) release() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, t := range a.traps {
		select {
		case <-t.ready:
		default:
			close(t.ready)
		}
	}
	a.traps = nil
}

// killAt lets the sender walk into a trap, and waits for the next one.
func (d *director) killAt(ctx context.Context, c *campaign, t *trap) (k Kill, err error) {
	before, err := d.uncertain(ctx, c, 0)
	if err != nil {
		return k, err
	}
	close(t.ready)
	select {
	case <-t.sprung:
	case <-time.After(20 * time.Minute):
		return k, fmt.Errorf("SES has not taken %d letters in 20 minutes", t.letters)
	case <-ctx.Done():
		return k, ctx.Err()
	}
	died := time.Now()
	if err := sleep(ctx, 2*time.Second); err != nil { // what SES was given before the death is taken in
		return k, err
	}
	if k.At, err = d.count(ctx); err != nil {
		return k, err
	}
	for now := k.At; now == k.At; {
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return k, err
		}
		if now, err = d.count(ctx); err != nil {
			return k, err
		}
		if time.Since(died) > 5*time.Minute {
			return k, errors.New("nobody took over in 5 minutes")
		}
	}
	k.TookOver = time.Since(died)
	if err := sleep(ctx, 5*time.Second); err != nil { // the next sender decides what the dead one left, beside sending
		return k, err
	}
	after, err := d.uncertain(ctx, c, 0)
	for _, contact := range after {
		if !slices.Contains(before, contact) {
			k.Named++
		}
	}
	return k, err
}

// count reads the letters that came since, without their text.
func (d *director) count(ctx context.Context) (int, error) {
	for {
		q := url.Values{"limit": {"5000"}, "outcome": {"all"}, "brief": {"1"}}
		if d.last != "" {
			q.Set("after", d.last)
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.company.Inbox+"/messages.json?"+q.Encode(), nil)
		if err != nil {
			return 0, err
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, err
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return 0, err
		}
		var page []drive.Letter
		if err := json.Unmarshal(text, &page); err != nil {
			return 0, fmt.Errorf("read the inbox: %w", err)
		}
		d.letters = append(d.letters, page...)
		if len(page) > 0 {
			d.last = page[len(page)-1].ID
		}
		if len(page) < 5000 {
			return len(d.letters), nil
		}
	}
}

// bigCheck looks at everybody, and then holds the promises as after any run.
func (d *director) bigCheck(ctx context.Context, c *campaign, r *BigReport) error {
	if _, err := d.count(ctx); err != nil {
		return err
	}
	r.Letters = len(d.letters)
	letters := map[string]int{}
	for _, l := range d.letters {
		letters[l.Tags["contact"]]++
	}
	named, err := d.uncertain(ctx, c, 0)
	if err != nil {
		return err
	}
	r.Uncertain = len(named)
	uncertain := map[string]bool{}
	for _, contact := range named {
		uncertain[contact] = true
		if letters[contact] > 0 {
			r.UncertainLetters++
		}
	}
	for _, k := range r.Kills {
		r.Settled += k.Named
	}
	r.Settled -= r.Uncertain
	all, err := scan(ctx, d.stack.AWS(), d.stack.TableName())
	if err != nil {
		return err
	}
	t, err := d.rowsOf(ctx, all)
	if err != nil {
		return err
	}
	for contact := range t.contacts {
		switch n := letters[contact]; {
		case n > 1:
			r.Doubled += n - 1
		case n == 0 && !uncertain[contact]:
			r.Missed++
		}
	}
	if len(t.contacts) != r.Contacts {
		d.broke("lost", 1, "%d contacts are stored, %d were uploaded", len(t.contacts), r.Contacts)
	}
	rows := t.campaigns[c.id]
	d.checkLetters(c, 0, 0, rows, t.contacts)
	if err := d.checkLedger(ctx, c, 0, 0, rows, t.contacts); err != nil {
		return err
	}
	for i, k := range r.Kills {
		if k.Named > 100 {
			d.broke("broken", 1, "death %d left %d people uncertain, more than two batches", i+1, k.Named)
		}
	}
	if sum, list := t.tallies.differences(recount(t)); sum > 0 {
		d.broke("drift", sum, "figures differ from a recount: %s", short(list))
	}
	return nil
}
