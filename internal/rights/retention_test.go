package rights_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/counting"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/rights"
	"onetap/internal/survey"
)

// What is older than the company keeps it is counted, shown for a fortnight, and then deleted, by a clock that dies at any write and goes
// on; the figures stay as they are, and what is younger stays.
func TestRetention(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.lived()
	w.count()
	before := w.figures()
	for _, c := range []survey.CampaignID{autumn, hiring} {
		cases, err := w.store.Cases(t.Context(), c)
		w.must(err)
		for _, v := range cases {
			resolved := v
			resolved.State = loop.Resolved
			_, err := w.store.SaveCase(t.Context(), v, resolved)
			w.must(err)
		}
	}
	passedOn := map[string]loop.Item{}
	for name, ended := range map[string]time.Time{"old": noon, "young": noon.AddDate(0, 12, 0), "waiting": {}} {
		i := loop.Item{Campaign: autumn, Shard: w.ids[0].Shard(), Name: name, Kind: loop.ItemIdea, Audience: survey.Customers, Contact: w.ids[0], At: noon, State: loop.ItemWaits, Ended: ended}
		if !ended.IsZero() {
			i.State = loop.ItemClosed
		}
		var err error
		passedOn[name], err = w.store.SaveItem(t.Context(), i)
		w.must(err)
	}
	w.must(w.store.AddAudit(t.Context(), authz.AuditEntry{Who: "owner", Action: "sign-in", At: w.now}))
	r := &rights.Retention{Store: w.store, Now: func() time.Time { return w.now }}
	run := func() survey.RetentionRun { return w.retain(r) }
	w.now = noon.AddDate(0, 13, 0) // 20 December 2027
	if is := run(); is.Version != 0 {
		t.Fatalf("nobody has said anything, and it begins: %+v", is)
	}
	kept, err := r.Kept(t.Context())
	if err != nil || kept.Said || kept.Rules != survey.ProposedRetention {
		t.Fatalf("before anybody said anything: %+v, %v", kept, err)
	}
	w.must(r.Say(t.Context(), survey.Retention{Comments: 12, Cases: 12, Audit: 24, SignIns: 6}, 0))
	if err := r.Switch(t.Context(), true, 0); !apperr.Is(err, "retention_unseen") {
		t.Errorf("switched on before anything is counted: %v", err)
	}
	is := run()
	want := survey.RetentionSum{Comments: 4, Cases: 3, Audit: 1}
	if is.Stage != survey.RetentionAnnounced || is.Due.Sub(w.now) < survey.RetentionNotice || is.Counted != want {
		t.Fatalf("it announces %+v", is)
	}
	w.now = is.Due.Add(time.Hour)
	if is = run(); is.Stage != survey.RetentionAnnounced || len(is.Past) > 0 || is.Due.Before(w.now.Add(survey.RetentionNotice)) || is.Counted != want {
		t.Fatalf("nobody switched it on, and it comes to %+v", is)
	}
	if s, ok, err := w.store.Response(t.Context(), autumn, w.ids[0]); err != nil || !ok || s.Why == "" {
		t.Fatalf("deleted before somebody said so: %v, %v", s, err)
	}
	w.must(r.Switch(t.Context(), true, is.Version))
	w.now = is.Due.Add(time.Hour)
	is = run()
	if is.Stage != survey.RetentionAnnounced || len(is.Past) != 1 || is.Past[0].Sum.Comments == 0 || is.Past[0].Sum.Cases > 3 || is.Counted != (survey.RetentionSum{}) {
		t.Errorf("after that it is %+v", is)
	}
	for _, id := range w.ids {
		for _, c := range []survey.CampaignID{autumn, hiring} {
			if s, ok, err := w.store.Response(t.Context(), c, id); err != nil || ok && (s.Why != "" || s.Wish != "" || !s.Worded || s.Score != 2) {
				t.Errorf("the answer is %+v, %v", s, err)
			}
		}
	}
	for name, i := range passedOn {
		if _, there, err := w.store.Item(t.Context(), i.ID()); err != nil || there == (name == "old") {
			t.Errorf("what was passed on, %s, is there: %v, %v", name, there, err)
		}
	}
	if _, ok, err := w.store.Case(t.Context(), w.case_.Campaign, w.case_.Contact); err != nil || ok {
		t.Errorf("the case is there still: %v", err)
	}
	entries, _, err := w.store.Audit(t.Context(), "", 100, noon.AddDate(0, 0, 1))
	w.must(err)
	if len(entries) != 3 {
		t.Errorf("of the audit list there are %d entries, want those that are no signing in", len(entries))
	}
	if entries, _, err = w.store.Audit(t.Context(), "", 1, w.now.Add(time.Hour)); err != nil || len(entries) != 1 || entries[0].Who != authz.Clock || entries[0].Action != "retention" {
		t.Errorf("the audit list says %v, %v", entries, err)
	}
	w.count()
	if after := w.figures(); !equal(before, after) {
		t.Errorf("figures were %v, are %v", before, after)
	}
	// And a recount, which knows nothing of all this, comes to the same.
	recounter := &counting.Recounter{Store: w.store, Now: func() time.Time { return w.now.Add(time.Hour) }, Metrics: io.Discard, Log: slog.New(slog.DiscardHandler)}
	w.must(recounter.Run(t.Context()))
	if after := w.figures(); !equal(before, after) {
		t.Errorf("figures were %v, a recount makes them %v", before, after)
	}
	// Other rules are shown again before anything goes by them.
	kept, err = r.Kept(t.Context())
	w.must(err)
	w.must(r.Say(t.Context(), survey.Retention{Comments: 1}, kept.Version))
	if kept, err = r.Kept(t.Context()); err != nil || kept.On || kept.Counted {
		t.Errorf("other rules are %+v, %v", kept, err)
	}
}

// retain lets a clock that dies at each write in its turn run until it has come through.
func (w *world) retain(r *rights.Retention) survey.RetentionRun {
	w.t.Helper()
	var calls atomic.Int64
	for at := int64(1); ; at++ {
		calls.Store(0)
		die := func(operation string, before bool) error {
			if strings.HasPrefix(operation, "Put") || strings.HasPrefix(operation, "Update") || strings.HasPrefix(operation, "BatchWrite") || strings.HasPrefix(operation, "Delete") {
				if !before && calls.Add(1) == at {
					return &dynamo.APIError{Status: 500, Code: "InternalServerError", Message: "died"}
				}
			}
			return nil
		}
		w.fault.Store(&die)
		died := r.Run(context.Background())
		w.fault.Store(nil)
		if died == nil {
			break
		}
	}
	is, err := w.store.RetentionRun(w.t.Context())
	w.must(err)
	return is
}
