package feedback

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/apperr"
	"onetap/internal/delivery"
	"onetap/internal/followup"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

const campaign = survey.CampaignID("campaign")

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

type world struct {
	*Handler
	store *store.Store
	keys  *keys.Keys
	t     *testing.T
	email string
	id    survey.ContactID
	log   *strings.Builder
}

// handler makes one at noon that waits for nothing. Its alerts reach nobody.
func handler(s *store.Store, ks *keys.Keys, to io.Writer) *Handler {
	log := slog.New(slog.NewTextHandler(to, nil))
	reports := &delivery.Reports{Store: s, Keys: ks, Log: log, Now: func() time.Time { return noon }, Wait: func(time.Duration) {}}
	return New(reports, &followup.Alerts{Log: log})
}

func newWorld(t *testing.T, state survey.InvitationState) *world {
	t.Helper()
	s, _ := storetest.Open(t, dynamo.Options{})
	keys, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, email: "anna@example.com", log: &strings.Builder{}}
	w.id = keys.ContactID(survey.Customers, w.email)
	w.store, w.keys, w.Handler = s, keys, handler(s, keys, w.log)
	if state != "" {
		w.put(state)
	}
	return w
}

func (w *world) put(state survey.InvitationState) {
	w.t.Helper()
	i := survey.Invitation{Campaign: campaign, Contact: w.id, Audience: survey.Customers, State: state, Decided: state, Language: "ru", At: noon, Version: 1}
	if err := w.store.AddInvitations(context.Background(), []survey.Invitation{i}, func() bool { return true }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) state() survey.InvitationState {
	w.t.Helper()
	i, _, err := w.store.Invitation(context.Background(), campaign, 0, w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return i.State
}

func (w *world) stopped(a survey.Audience) survey.SuppressionReason {
	w.t.Helper()
	id := w.keys.ContactID(a, w.email)
	_, stopped, err := w.store.Recipients(context.Background(), a, []survey.ContactID{id})
	if err != nil {
		w.t.Fatal(err)
	}
	return stopped[id]
}

// event is a sample event with its addresses and tags made those of the world's invitation.
func (w *world) event(file string, change func(detail map[string]any)) events.EventBridgeEvent {
	w.t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "events", file))
	if err != nil {
		w.t.Fatal(err)
	}
	var e events.EventBridgeEvent
	if err := json.Unmarshal(b, &e); err != nil {
		w.t.Fatal(err)
	}
	var detail map[string]any
	if err := json.Unmarshal(e.Detail, &detail); err != nil {
		w.t.Fatal(err)
	}
	detail["mail"].(map[string]any)["tags"] = map[string]any{
		"kind": []string{"survey"}, "campaign": []string{string(campaign)},
		"wave": []string{"0"}, "contact": []string{string(w.id)},
	}
	for _, list := range [][2]string{{"bounce", "bouncedRecipients"}, {"complaint", "complainedRecipients"}} {
		if part, ok := detail[list[0]].(map[string]any); ok {
			part[list[1]] = []any{map[string]any{"emailAddress": strings.ToUpper(w.email)}}
		}
	}
	if change != nil {
		change(detail)
	}
	if e.Detail, err = json.Marshal(detail); err != nil {
		w.t.Fatal(err)
	}
	return e
}

// transient makes a bounce one of a full mailbox.
func transient(detail map[string]any) {
	bounceAs("Transient", "MailboxFull", "4.2.2", "smtp; 452 4.2.2 mailbox full")(detail)
}

// outOfOffice makes it an automatic reply, which has no report of the mail system.
func outOfOffice(detail map[string]any) { bounceAs("Transient", "General", "", "")(detail) }

// bounceAs makes a bounce of a kind, keeping whom it names.
func bounceAs(kind, subType, status, diagnostic string) func(map[string]any) {
	return func(detail map[string]any) {
		b := detail["bounce"].(map[string]any)
		b["bounceType"], b["bounceSubType"] = kind, subType
		for _, p := range b["bouncedRecipients"].([]any) {
			if status != "" {
				p.(map[string]any)["status"], p.(map[string]any)["diagnosticCode"] = status, diagnostic
			}
		}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		file    string
		change  func(map[string]any)
		from    survey.InvitationState
		want    survey.InvitationState
		stopped survey.SuppressionReason
	}{
		{"hard bounce", "ses-bounce.json", nil, survey.InvitationSent, survey.InvitationFailed, survey.Bounced},
		{"hard bounce of an uncertain one", "ses-bounce.json", nil, survey.InvitationUncertain, survey.InvitationFailed, survey.Bounced},
		{"mailbox full", "ses-bounce.json", transient, survey.InvitationSent, survey.InvitationSent, ""},
		{"a full mailbox settles an uncertain one", "ses-bounce.json", transient, survey.InvitationUncertain, survey.InvitationSent, ""},
		{"out of office settles an uncertain one", "ses-bounce.json", outOfOffice, survey.InvitationUncertain, survey.InvitationSent, ""},
		{"transient, and the mail system says for good", "ses-bounce.json", bounceAs("Transient", "General", "5.1.1", "smtp; 550 5.1.1 user unknown"), survey.InvitationSent, survey.InvitationFailed, survey.Bounced},
		{"undetermined, for good", "ses-bounce.json", bounceAs("Undetermined", "Undetermined", "5.0.0", "smtp; 550 no such user here"), survey.InvitationSent, survey.InvitationFailed, survey.Bounced},
		{"undetermined", "ses-bounce.json", bounceAs("Undetermined", "Undetermined", "", ""), survey.InvitationSent, survey.InvitationSent, ""},
		{"on the account's list", "ses-bounce.json", bounceAs("Permanent", "OnAccountSuppressionList", "", ""), survey.InvitationSent, survey.InvitationFailed, survey.Bounced},
		{"unauthenticated at Gmail", "ses-bounce.json", bounceAs("Permanent", "General", "5.7.26", "smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated."), survey.InvitationSent, survey.InvitationFailed, ""},
		{"complaint", "ses-complaint.json", nil, survey.InvitationSent, survey.InvitationSent, survey.Complained},
		{"delivery", "ses-delivery.json", nil, survey.InvitationSent, survey.InvitationSent, ""},
		{"delivery settles an uncertain one", "ses-delivery.json", nil, survey.InvitationUncertain, survey.InvitationSent, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tt.from)
			for range 2 { // EventBridge delivers at least once
				if err := w.Handle(context.Background(), w.event(tt.file, tt.change)); err != nil {
					t.Fatal(err)
				}
			}
			if got := w.state(); got != tt.want {
				t.Errorf("invitation is %s, want %s", got, tt.want)
			}
			for _, a := range survey.Audiences {
				if got := w.stopped(a); got != tt.stopped {
					t.Errorf("address is stopped in %s by %q, want %q", a, got, tt.stopped)
				}
			}
			if strings.Contains(strings.ToLower(w.log.String()), "anna") {
				t.Errorf("the log names somebody: %s", w.log)
			}
		})
	}
}

// SES may report before the sender has written the invitation: the address is stopped at once, the ledger as soon as it can.
func TestEventBeforeTheInvitation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	waits := 0
	w.surveys.Wait = func(time.Duration) {
		if waits++; waits == 2 {
			w.put(survey.InvitationSent)
		}
	}
	if err := w.Handle(context.Background(), w.event("ses-bounce.json", nil)); err != nil {
		t.Fatal(err)
	}
	if w.state() != survey.InvitationFailed || waits != 2 {
		t.Errorf("invitation is %s after %d waits", w.state(), waits)
	}
	w = newWorld(t, "")
	if err := w.Handle(context.Background(), w.event("ses-bounce.json", nil)); err == nil {
		t.Error("an event for an invitation that never came is taken: it would be lost instead of tried again")
	}
	if w.stopped(survey.Customers) != survey.Bounced {
		t.Error("the address of a bounce is written to until its invitation is there")
	}
}

// A delivery waits for nothing; what comes before its invitation is left to Lambda's retry, whose waiting costs nothing.
func TestDeliveryDoesNotWait(t *testing.T) {
	t.Parallel()
	var waited time.Duration
	for _, state := range []survey.InvitationState{survey.InvitationSent, survey.InvitationUncertain, ""} {
		w := newWorld(t, state)
		w.surveys.Wait = func(d time.Duration) { waited += d }
		if err := w.Handle(context.Background(), w.event("ses-delivery.json", nil)); (err != nil) != (state == "") {
			t.Errorf("%q: %v", state, err)
		}
		if state != "" && w.state() != survey.InvitationSent {
			t.Errorf("%q became %s", state, w.state())
		}
		if state == "" {
			w.put(survey.InvitationUncertain) // its sender was dead
			if err := w.Handle(context.Background(), w.event("ses-delivery.json", nil)); err != nil || w.state() != survey.InvitationSent {
				t.Errorf("the retry leaves it %s: %v", w.state(), err)
			}
		}
	}
	if waited > 0 {
		t.Errorf("waited %s", waited)
	}
}

func TestComplaintOutweighsAndStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, survey.InvitationSent)
	for _, file := range []string{"ses-bounce.json", "ses-complaint.json", "ses-bounce.json"} {
		if err := w.Handle(context.Background(), w.event(file, nil)); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.stopped(survey.Employees); got != survey.Complained {
		t.Errorf("stopped by %q, want complained", got)
	}
}

func TestLettersThatAreNoSurveyStopNobody(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"alert", "test", ""} {
		w := newWorld(t, survey.InvitationSent)
		e := w.event("ses-bounce.json", func(detail map[string]any) {
			detail["mail"].(map[string]any)["tags"] = map[string]any{"kind": []string{kind}, "campaign": []string{string(campaign)}}
		})
		if err := w.Handle(context.Background(), e); err != nil {
			t.Fatal(err)
		}
		if w.stopped(survey.Customers) != "" || w.state() != survey.InvitationSent {
			t.Errorf("a bounced letter of kind %q stopped a customer", kind)
		}
	}
}

// Whatever the detail of an event is, the function refuses or ignores it; it never panics and stops nobody without an address.
func FuzzDetail(f *testing.F) {
	for _, file := range []string{"ses-bounce.json", "ses-complaint.json", "ses-delivery.json"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "..", "events", file))
		if err != nil {
			f.Fatal(err)
		}
		var e events.EventBridgeEvent
		if err := json.Unmarshal(b, &e); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(e.Detail))
	}
	s, _ := storetest.Open(f, dynamo.Options{})
	keys, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		f.Fatal(err)
	}
	fb := handler(s, keys, io.Discard)
	f.Fuzz(func(t *testing.T, detail []byte) {
		r, err := ses.ReadReport(detail)
		if err != nil {
			if err := fb.Handle(context.Background(), events.EventBridgeEvent{Detail: detail}); err == nil {
				t.Fatal("a detail that is no JSON is taken")
			}
			return
		}
		if r.Tags["case"] != "" {
			return // alerts have their own tests
		}
		err = fb.Handle(context.Background(), events.EventBridgeEvent{Detail: detail})
		if _, ofSurvey := r.Invitation(); err != nil && !ofSurvey {
			t.Fatalf("an event that is no survey's fails: %v", err)
		}
		if errors.Is(err, apperr.ErrChanged) {
			t.Fatal("a race that cannot be")
		}
	})
}
