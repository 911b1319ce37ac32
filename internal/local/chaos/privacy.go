package chaos

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
)

// consents reports whether the n-th contact has consented, as its list says where the audience is asked by consent.
func consents(n int) bool { return n%5 != 3 }

// byConsent says that customers are asked by their consent.
func (d *director) byConsent(ctx context.Context) error {
	if !d.history.Consent {
		return nil
	}
	var said struct{ Version int }
	if err := d.must(ctx, "GET", "/people/grounds", nil, &said); err != nil {
		return err
	}
	err := d.must(ctx, "PUT", "/people/grounds", map[string]any{
		"controller": "Example Ltd", "grounds": map[string]any{audience: map[string]string{"purpose": "", "basis": "consent"}}, "version": said.Version,
	}, nil)
	if !refused(err, http.StatusConflict) {
		return err
	}
	was := said.Version // written by a try whose answer was lost, or not: then there is no next version
	if err := d.must(ctx, "GET", "/people/grounds", nil, &said); err != nil {
		return err
	}
	if said.Version != was+1 {
		d.broke("broken", 1, "grounds of version %d are refused, and there is version %d", was, said.Version)
	}
	return nil
}

// checkConsent looks for letters to those who have not consented.
func (d *director) checkConsent(t rows) {
	if !d.history.Consent {
		return
	}
	without, people := map[string]bool{}, 0
	for n := range d.uploaded {
		if without[address(n)] = !consents(n); without[address(n)] {
			people++
		}
	}
	for _, l := range d.letters {
		if l.Kind == "survey" && without[l.To[0]] {
			d.broke("broken", 1, "somebody who has not consented was written to")
		}
	}
	for n, c := range d.campaigns {
		rows := t.campaigns[c.id]
		if rows == nil || c.audience < 5 || rows.mailings[0].State == "planning" || rows.mailings[0].Audience == 0 {
			continue
		}
		if got := rows.mailings[0].Skipped["no_consent"]; got > people || rows.mailings[0].Skipped["not_sampled"] == 0 && got == 0 {
			d.broke("broken", 1, "campaign %d: %d of %d without consent are skipped for it", n, got, people)
		}
	}
}

// kept is what the API says of how long data are kept.
type kept struct {
	Version int
	Next    *struct {
		Due     time.Time
		Stage   string
		Counted int // which counting it is
	}
	Past []struct{ Sum map[string]int }
}

// retain has what is older than a month deleted, by a clock that is killed while it does it: no figure moves, words go, and those that somebody
// still has to call for stay.
func (d *director) retain(ctx context.Context, r *rand.Rand) error {
	if !d.history.Retain {
		return nil
	}
	before, err := scan(ctx, d.stack.AWS(), d.stack.TableName())
	if err != nil {
		return err
	}
	was, err := d.rowsOf(ctx, before)
	if err != nil {
		return err
	}
	var k kept
	if err := d.must(ctx, "GET", "/people/retention", nil, &k); err != nil {
		return err
	}
	months := map[string]int{"comments": 1, "contacts": 0, "cases": 1, "audit": 0, "sign_ins": 0}
	if err := d.must(ctx, "PUT", "/people/retention", map[string]any{"months": months, "version": k.Version}, nil); err != nil {
		return err
	}
	d.pass(35 * 24 * time.Hour)
	stop := d.killClock(ctx, r)
	defer stop()
	until := func(what string, is func() bool) error {
		return drive.Until(ctx, maxWait, what, func() (bool, error) {
			k = kept{}
			err := d.must(ctx, "GET", "/people/retention", nil, &k)
			return err == nil && is(), err
		})
	}
	if err := until("what is old to be counted", func() bool { return k.Next != nil && k.Next.Stage == "announced" }); err != nil {
		return err
	}
	counted, due := k.Next.Counted, k.Next.Due
	if err := d.must(ctx, "POST", "/people/retention/switch", map[string]any{"on": true, "counted": counted}, nil); err != nil {
		return err
	}
	d.pass(due.Sub(d.now()) + time.Hour)
	if err := until("what is old to be deleted", func() bool { return len(k.Past) > 0 }); err != nil {
		return err
	}
	stop()
	if err := d.settle(ctx); err != nil {
		return err
	}
	return d.checkRetained(ctx, was, k.Past[0].Sum["comments"])
}

// killClock kills the clock now and then, until it is stopped.
func (d *director) killClock(ctx context.Context, r *rand.Rand) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	waits := []time.Duration{}
	for range 6 {
		waits = append(waits, time.Duration(100+r.IntN(1500))*time.Millisecond)
	}
	go func() {
		for _, wait := range waits {
			if sleep(ctx, wait) != nil {
				return
			}
			d.stack.Cloud().KillFunction("ClockFunction")
		}
	}()
	return cancel
}

func (d *director) checkRetained(ctx context.Context, was rows, deleted int) error {
	all, err := scan(ctx, d.stack.AWS(), d.stack.TableName())
	if err != nil {
		return err
	}
	is, err := d.rowsOf(ctx, all)
	if err != nil {
		return err
	}
	if sum, list := is.tallies.differences(was.tallies); sum > 0 {
		d.broke("drift", sum, "deleting what is old has moved figures: %s", short(list))
	}
	if sum, list := is.tallies.differences(recount(is)); sum > 0 {
		d.broke("drift", sum, "figures differ from a recount after deleting what is old: %s", short(list))
	}
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	had, left := 0, 0
	for id, c := range was.campaigns {
		if c.audience != audience {
			continue
		}
		for contact, r := range c.responses {
			if !worded(r) {
				continue
			}
			had++
			a, there, err := table.Response(ctx, survey.CampaignID(id), survey.ContactID(contact))
			if err != nil {
				return err
			}
			has := a.Why != "" || a.Wish != ""
			if has {
				left++
			}
			of, found, err := table.Case(ctx, survey.CampaignID(id), survey.ContactID(contact))
			if err != nil {
				return err
			}
			if open := found && !of.Over(); !there || has != open {
				d.broke("broken", 1, "an answer is there: %v, with words: %v, and somebody has to call for them: %v", there, has, open)
			}
		}
	}
	if had > left && deleted == 0 {
		d.broke("broken", 1, "of %d comments %d are left, and none is said to be deleted", had, left)
	}
	return nil
}
