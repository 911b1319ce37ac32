package mailing

import (
	"context"
	"sync"

	"onetap/internal/mail"
)

// recorder is a mail service that says what each call was, and of which a test decides what it answers.
type recorder struct {
	SenderMail
	rate  float64                                          // 0: the account's own
	quota float64                                          // 0: none
	sent  float64                                          // of the quota
	fate  func(call int, e mail.Entry) (mail.Status, bool) // nil: it passes everything on; false: this one is passed on

	mu    sync.Mutex
	calls []int
	all   []mail.Bulk
}

func (r *recorder) Account(context.Context) (mail.Account, error) {
	a := mail.Account{Rate: r.rate, Quota: -1, Enabled: true, SentToday: r.sent}
	if r.rate == 0 {
		a.Rate = 1e6
	}
	if r.quota > 0 {
		a.Quota = r.quota
	}
	return a, nil
}

func (r *recorder) Bulk(ctx context.Context, b mail.Bulk) []mail.Outcome {
	r.mu.Lock()
	r.calls, r.all = append(r.calls, len(b.Entries)), append(r.all, b)
	call := len(r.calls)
	r.mu.Unlock()
	out := make([]mail.Outcome, len(b.Entries))
	passed := b
	passed.Entries = nil
	var at []int
	for i, e := range b.Entries {
		if r.fate != nil {
			if status, decided := r.fate(call, e); decided {
				out[i] = mail.Outcome{Status: status, Reason: "TEST"}
				continue
			}
		}
		passed.Entries, at = append(passed.Entries, e), append(at, i)
	}
	if len(passed.Entries) > 0 {
		for i, o := range r.SenderMail.Bulk(ctx, passed) {
			out[at[i]] = o
		}
	}
	return out
}
