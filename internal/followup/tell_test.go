package followup_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/keys"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// post is a mail service that answers as a test wants.
type post struct {
	err  error
	sent []mail.Message
}

func (p *post) Send(_ context.Context, m mail.Message) (string, error) {
	p.sent = append(p.sent, m)
	return "message", p.err
}

type links struct{}

func (links) Make(keys.Token) string            { return "AAAA" }
func (links) MakeUnsubscribe(keys.Token) string { return "BBBB" }

// solved is a bench with a case that anna has resolved.
func solved(t *testing.T) (*followuptest.Bench, *followup.Teller, *post, survey.ContactID, authz.Who) {
	t.Helper()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	id := b.Contact(1, nil)
	says(t, b, id, 3, "slow")
	cases, box := &followup.Cases{Store: b.Store, Now: b.Now}, &post{}
	who := authz.Who{Staff: survey.Staff{ID: "anna", Email: "anna@example.com", Role: survey.RoleOwner}}
	if _, err := cases.Do(context.Background(), who, b.Case(spring, id).ID(), followup.Work{State: loop.Resolved, Causes: []loop.Cause{"speed"}, Outcome: loop.CustomerKept}); err != nil {
		t.Fatal(err)
	}
	return b, &followup.Teller{Cases: cases, Store: b.Store, Mail: box, Log: slog.New(slog.DiscardHandler), From: "Shop <nps@example.com>", Keys: links{}}, box, id, who
}

// A "no" opens the case again with a new deadline and tells its owner once, whatever the stream repeats; what belongs to an earlier letter changes nothing.
func TestNoOpensTheCaseAgain(t *testing.T) {
	t.Parallel()
	b, teller, box, id, who := solved(t)
	ctx, name := context.Background(), b.Case(spring, id).ID()
	if _, err := teller.Tell(ctx, who, name, followup.Telling{Text: "Mended."}); err != nil || len(box.sent) != 1 || !strings.Contains(box.sent[0].Text, "http://site.invalid/d/AAAA/no") {
		t.Fatal(err, box.sent)
	}
	told, _, err := b.Store.Told(ctx, spring, id)
	if err != nil {
		t.Fatal(err)
	}
	before := len(b.Letters(spring, id))
	b.Pass(3 * time.Hour)
	told.Said, told.SaidAt = survey.RightedNo, b.Now()
	for range 3 {
		if err := b.Alerts.Begin(ctx).Said(ctx, told); err != nil {
			t.Fatal(err)
		}
		minutes(b, 2)
	}
	c := b.Case(spring, id)
	if c.State != loop.Open || c.Right != loop.SaidWrong || !c.Deadline.Equal(told.SaidAt.Add(48*time.Hour)) || !c.Told.IsZero() {
		t.Errorf("%+v", c)
	}
	if n := len(b.Letters(spring, id)) - before; n != 1 {
		t.Errorf("its owner had %d letters, want 1", n)
	}
	if _, err := teller.Cases.Do(ctx, who, name, followup.Work{State: loop.Resolved, Causes: []loop.Cause{"speed"}, Outcome: loop.CustomerKept}); err != nil {
		t.Fatal(err)
	}
	b.Pass(time.Hour)
	if _, err := teller.Tell(ctx, who, name, followup.Telling{Text: "Mended, really."}); err != nil || len(box.sent) != 2 {
		t.Fatal(err)
	}
	if err := b.Alerts.Begin(ctx).Said(ctx, told); err != nil || b.Case(spring, id).State != loop.Resolved {
		t.Errorf("the old letter's word opened it: %v", err)
	}
}

// A refusal is said and can be mended; where nobody knows whether the letter went out, it goes once more only if somebody wants that.
func TestTellingAtMostOnce(t *testing.T) {
	t.Parallel()
	b, teller, box, id, who := solved(t)
	ctx, name := context.Background(), b.Case(spring, id).ID()
	box.err = &mail.Refusal{Code: "MessageRejected", Message: true}
	if _, err := teller.Tell(ctx, who, name, followup.Telling{Text: "Mended."}); !apperr.Is(err, "tell_refused") || !b.Case(spring, id).Telling.IsZero() {
		t.Errorf("refused: %v", err)
	}
	box.err = errors.New("no answer")
	if _, err := teller.Tell(ctx, who, name, followup.Telling{Text: "Mended."}); !apperr.Is(err, "tell_unknown") || b.Case(spring, id).Telling.IsZero() {
		t.Errorf("no answer: %v", err)
	}
	box.err = nil
	if _, err := teller.Tell(ctx, who, name, followup.Telling{Text: "Mended."}); !apperr.Is(err, "tell_twice") || len(box.sent) != 2 {
		t.Errorf("without a wish: %v, %d letters", err, len(box.sent))
	}
	told, _, _ := b.Store.Told(ctx, spring, id)
	told.Said, told.SaidAt = survey.RightedYes, b.Now()
	if err := b.Alerts.Begin(ctx).Said(ctx, told); err != nil || b.Case(spring, id).Right != loop.SaidRight {
		t.Errorf("whoever answers has got it: %v", err)
	}
	if _, err := teller.Tell(ctx, who, name, followup.Telling{Text: "Mended.", Again: true}); err != nil || len(box.sent) != 3 {
		t.Errorf("with one: %v, %d letters", err, len(box.sent))
	}
	if _, err := teller.Tell(ctx, who, name, followup.Telling{Text: "Mended.", Version: 1}); !apperr.Is(err, "case_changed") {
		t.Errorf("of an old page: %v", err)
	}
}
