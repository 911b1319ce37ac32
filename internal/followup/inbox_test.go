package followup_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// asked is a bench with a promoter's comment that anna has marked as a question.
func asked(t *testing.T) (*followuptest.Bench, *followup.Inbox, *post, survey.ContactID, loop.Item) {
	t.Helper()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	id, box := b.Contact(1, nil), &post{}
	says(t, b, id, 10, "Do you open on Saturdays?")
	in := &followup.Inbox{Store: b.Store, Mail: box, Log: slog.New(slog.DiscardHandler), From: "Shop <nps@example.com>", Keys: links{}, Now: b.Now}
	i, err := in.Mark(context.Background(), staffOf("anna", survey.RoleOwner), spring, id, loop.ItemQuestion)
	if err != nil {
		t.Fatal(err)
	}
	return b, in, box, id, i
}

func staffOf(id string, role survey.Role) authz.Who {
	return authz.Who{Staff: survey.Staff{ID: id, Email: id + "@example.com", Role: role}}
}

// What nobody is named for goes to managers and executives of whom they see; what somebody is named for to them alone; administrators see all. Marking twice is marking once, and nobody
// marks whom they do not see.
func TestWhoGetsAnItem(t *testing.T) {
	t.Parallel()
	b, in, _, id, i := asked(t)
	ctx := context.Background()
	if again, err := in.Mark(ctx, staffOf("anna", survey.RoleOwner), spring, id, loop.ItemQuestion); err != nil || again.ID() != i.ID() {
		t.Errorf("again: %v", err)
	}
	if _, err := in.Mark(ctx, staffOf("stranger", survey.RoleOwner), spring, id, loop.ItemIdea); !apperr.Is(err, "not_yours") {
		t.Errorf("a stranger marks: %v", err)
	}
	if _, err := in.Mark(ctx, staffOf("root", survey.RoleAdministrator), spring, b.Contact(7, nil), loop.ItemIdea); !apperr.Is(err, "answer_unknown") {
		t.Errorf("of who has not answered: %v", err)
	}
	gets := func(who authz.Who) bool {
		t.Helper()
		_, err := in.One(ctx, who, i.ID())
		if err != nil && !apperr.Is(err, "item_unknown") && !apperr.Is(err, "not_allowed") {
			t.Error(err)
		}
		n, _, counted := in.Waiting(ctx, who)
		if (err == nil) != (n == 1) || counted != nil && !apperr.Is(counted, "not_allowed") {
			t.Errorf("%s: shown %v, counted %d", who.Staff.ID, err == nil, n)
		}
		return err == nil
	}
	team := i.Team
	manager, other := staffOf("mia", survey.RoleManager), staffOf("max", survey.RoleManager)
	manager.Staff.Team, other.Staff.Team = team, team+" other"
	everyone := map[string]authz.Who{
		"anna": staffOf("anna", survey.RoleOwner), "mia": manager, "max": other, "eve": staffOf("eve", survey.RoleExecutive), "mark": staffOf("mark", survey.RoleMarketing),
		"ada": staffOf("ada", survey.RoleAnalyst), "root": staffOf("root", survey.RoleAdministrator),
	}
	check := func(want string) {
		t.Helper()
		for name, who := range everyone {
			if got := gets(who); got != strings.Contains(want, name) {
				t.Errorf("%s gets it: %v, want %s", name, got, want)
			}
		}
	}
	if team == "" {
		check("eve root")
	} else {
		check("mia eve root")
	}
	p := loop.StandardPractice()
	p.Inbox = map[loop.ItemKind]string{loop.ItemQuestion: "mark"}
	if _, err := b.Store.PutPractice(ctx, p); err != nil {
		t.Fatal(err)
	}
	check("mark root")
	program := staffOf("", survey.RoleMarketing)
	program.Token = "mark"
	if gets(program) {
		t.Error("a program of the same name gets it")
	}
}

// An answer is begun before it is sent: a refusal is said and can be mended; where nobody knows whether it went out, it goes once more only if somebody wants that.
func TestAnsweringAtMostOnce(t *testing.T) {
	t.Parallel()
	b, in, box, _, i := asked(t)
	ctx, who, id := context.Background(), staffOf("root", survey.RoleAdministrator), i.ID()
	stored := func() loop.Item {
		t.Helper()
		now, ok, err := b.Store.Item(ctx, id)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return now
	}
	box.err = &mail.Refusal{Code: "MessageRejected", Message: true}
	if _, err := in.Answer(ctx, who, id, followup.Telling{Text: "Yes."}); !apperr.Is(err, "tell_refused") || !stored().Begun.IsZero() {
		t.Errorf("refused: %v", err)
	}
	box.err = errors.New("no answer")
	if _, err := in.Answer(ctx, who, id, followup.Telling{Text: "Yes."}); !apperr.Is(err, "tell_unknown") || stored().Begun.IsZero() {
		t.Errorf("no answer: %v", err)
	}
	box.err = nil
	if _, err := in.Answer(ctx, who, id, followup.Telling{Text: "Yes."}); !apperr.Is(err, "item_twice") || len(box.sent) != 2 {
		t.Errorf("without a wish: %v, %d emails", err, len(box.sent))
	}
	if _, err := in.Answer(ctx, who, id, followup.Telling{Text: "Yes.", Again: true, Version: 1}); !apperr.Is(err, "changed_meanwhile") || len(box.sent) != 2 {
		t.Errorf("of an old page: %v", err)
	}
	if _, err := in.Answer(ctx, who, id, followup.Telling{Text: "Yes, we do.", Again: true}); err != nil || len(box.sent) != 3 {
		t.Fatalf("with one: %v, %d emails", err, len(box.sent))
	}
	m := box.sent[2]
	if !strings.Contains(m.Text, "Do you open on Saturdays?") || !strings.Contains(m.Text, "Yes, we do.") || !strings.Contains(m.Text, "/u/BBBB") || m.ReplyTo != "root@example.com" {
		t.Errorf("%+v", m)
	}
	if now := stored(); now.State != loop.ItemAnswered || now.EndedBy != "root" || now.Said.Answer != "Yes, we do." {
		t.Errorf("%+v", now)
	}
	if _, err := in.Answer(ctx, who, id, followup.Telling{Text: "Once more.", Again: true}); !apperr.Is(err, "item_done") || len(box.sent) != 3 {
		t.Errorf("answered twice: %v", err)
	}
	if _, err := in.Close(ctx, who, id, 0, "done"); !apperr.Is(err, "item_done") {
		t.Errorf("closed then: %v", err)
	}
}

// Who must not be written to, or is gone, is not; what was marked goes with the person.
func TestWhoIsNotAnswered(t *testing.T) {
	t.Parallel()
	b, in, box, id, i := asked(t)
	ctx, who := context.Background(), staffOf("root", survey.RoleAdministrator)
	if err := b.Store.StopContact(ctx, survey.Customers, id, survey.Complained, b.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Answer(ctx, who, i.ID(), followup.Telling{Text: "Yes."}); !apperr.Is(err, "tell_stopped") {
		t.Errorf("stopped: %v", err)
	}
	if _, _, err := b.Store.EraseContact(ctx, survey.ErasureContact{Audience: survey.Customers, ID: id}); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Answer(ctx, who, i.ID(), followup.Telling{Text: "Yes."}); !apperr.Is(err, "tell_gone") || len(box.sent) != 0 {
		t.Errorf("gone: %v, %d emails", err, len(box.sent))
	}
	if _, err := in.Close(ctx, who, i.ID(), 0, "called them"); err != nil {
		t.Error(err)
	}
	if err := b.Store.EraseBesides(ctx, spring, id); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := b.Store.Item(ctx, i.ID()); ok || err != nil {
		t.Errorf("erased: %v, %v", ok, err)
	}
}

// What a newcomer left is nobody's once the promoter is erased, is not written to, and is deleted if they ask; whether they became a customer is counted with the link.
func TestLeadsOfRecommendations(t *testing.T) {
	t.Parallel()
	b, in, box, id, _ := asked(t)
	ctx, who := context.Background(), staffOf("root", survey.RoleAdministrator)
	h, changed, err := survey.Recommendation{Contact: id, Taken: b.Now()}.Leave("leadname0000", b.Now())
	if err != nil || !changed {
		t.Fatal(err)
	}
	if err := b.Store.SaveRecommendation(ctx, spring, h); err != nil {
		t.Fatal(err)
	}
	lead, err := b.Store.SaveItem(ctx, loop.Item{
		Campaign: spring, Shard: id.Shard(), Name: "leadname0000", Kind: loop.ItemLead, Audience: survey.Customers, Contact: id, Recommended: true, At: b.Now(), State: loop.ItemWaits,
		Said: loop.ItemSaid{Name: "Ivan", Reach: "ivan@example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Answer(ctx, who, lead.ID(), followup.Telling{Text: "Hello."}); !apperr.Is(err, "item_newcomer") || len(box.sent) != 0 {
		t.Errorf("written to: %v", err)
	}
	for _, customer := range []string{loop.Yes, loop.Yes, loop.No, loop.Yes} {
		if _, err := in.Became(ctx, who, lead.ID(), customer); err != nil {
			t.Fatal(err)
		}
		now, err := b.Store.Recommendation(ctx, spring, id)
		if err != nil || (now.Customers() == 1) != (customer == loop.Yes) {
			t.Errorf("%s: %+v, %v", customer, now, err)
		}
	}
	if err := b.Store.EraseBesides(ctx, spring, id); err != nil {
		t.Fatal(err)
	}
	now, ok, err := b.Store.Item(ctx, lead.ID())
	if err != nil || !ok || now.Contact != "" || now.Said.Reach != "ivan@example.com" {
		t.Errorf("after the promoter was erased: %+v, %v, %v", now, ok, err)
	}
	if gone, err := b.Store.Recommendation(ctx, spring, id); err != nil || gone.Version != 0 {
		t.Errorf("the link: %+v, %v", gone, err)
	}
	if _, err := in.Became(ctx, who, lead.ID(), loop.No); err != nil {
		t.Error(err)
	}
	if err := in.Forget(ctx, who, lead.ID()); err != nil {
		t.Fatal(err)
	}
	if _, err := in.One(ctx, who, lead.ID()); !apperr.Is(err, "item_unknown") {
		t.Errorf("forgotten: %v", err)
	}
}

// Staff take back a consent for somebody whom they see; who did, and how they were asked, stays; what does not stand is left.
func TestWithdrawingAConsentForSomebody(t *testing.T) {
	t.Parallel()
	b, in, _, id, _ := asked(t)
	ctx, who := context.Background(), staffOf("anna", survey.RoleOwner)
	if err := in.Withdraw(ctx, who, spring, id, survey.AskedByPhone); err != nil {
		t.Errorf("nothing was given: %v", err)
	}
	if err := b.Store.PutQuote(ctx, spring, id, survey.Quote{Wording: "May we?", Words: "t", At: b.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := in.Withdraw(ctx, staffOf("stranger", survey.RoleOwner), spring, id, survey.AskedByPhone); !apperr.Is(err, "not_yours") {
		t.Errorf("a stranger: %v", err)
	}
	if err := in.Withdraw(ctx, who, spring, id, "dream"); !apperr.Is(err, "asked_how") {
		t.Errorf("a dream: %v", err)
	}
	for range 2 {
		if err := in.Withdraw(ctx, who, spring, id, survey.AskedByPhone); err != nil {
			t.Fatal(err)
		}
	}
	q, err := b.Store.Quote(ctx, spring, id)
	if err != nil || q.Given() || q.By != "anna" || q.How != survey.AskedByPhone || q.Wording != "May we?" {
		t.Errorf("%+v, %v", q, err)
	}
}
