package rights_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/authz"
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
	resolved := w.case_
	resolved.State = loop.Resolved
	_, err := w.store.SaveCase(t.Context(), w.case_, resolved)
	w.must(err)
	w.must(w.store.AddAudit(t.Context(), authz.AuditEntry{Who: "owner", Action: "sign-in", At: w.now}))
	r := &rights.Retention{Store: w.store, Now: func() time.Time { return w.now }}
	run := func() survey.RetentionRun {
		t.Helper()
		var calls atomic.Int64
		for at := int64(1); ; at++ { // dies at each write in its turn, until it has come through
			calls.Store(0)
			die := func(operation string, before bool) error {
				if strings.HasPrefix(operation, "Put") || strings.HasPrefix(operation, "Update") || strings.HasPrefix(operation, "BatchWrite") {
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
		is, err := w.store.RetentionRun(t.Context())
		w.must(err)
		return is
	}
	w.now = noon.AddDate(0, 13, 0) // 20 December 2027
	if is := run(); is.Version != 0 {
		t.Fatalf("nobody has said anything, and it begins: %+v", is)
	}
	w.must(w.store.PutPrivacy(t.Context(), survey.Privacy{Retention: survey.Retention{Comments: 12, Cases: 12, Audit: 24, SignIns: 6}}))
	is := run()
	if is.Stage != survey.RetentionAnnounced || is.Due.Sub(w.now) < survey.RetentionNotice || is.Counted != (survey.RetentionSum{Comments: 4, Cases: 1, Audit: 1}) {
		t.Fatalf("it announces %+v", is)
	}
	if s, ok, err := w.store.Response(t.Context(), autumn, w.ids[0]); err != nil || !ok || s.Why == "" {
		t.Fatalf("deleted before its time: %v, %v", s, err)
	}
	w.now = is.Due.Add(time.Hour)
	is = run()
	if is.Stage != survey.RetentionAnnounced || is.LastSum.Comments == 0 || is.LastSum.Cases > 1 || is.Counted != (survey.RetentionSum{}) {
		t.Errorf("after that it is %+v", is)
	}
	for _, id := range w.ids {
		for _, c := range []survey.CampaignID{autumn, hiring} {
			if s, ok, err := w.store.Response(t.Context(), c, id); err != nil || ok && (s.Why != "" || s.Wish != "" || !s.Worded || s.Score != 2) {
				t.Errorf("the answer is %+v, %v", s, err)
			}
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
	w.count()
	if after := w.figures(); !equal(before, after) {
		t.Errorf("figures were %v, are %v", before, after)
	}
}
