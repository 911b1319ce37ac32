package feedback

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/ses"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// FuzzEvent: whatever SES reports, an event says nothing of people it does not name: their invitations stay, and their
// addresses are not stopped. An event of one's own letter leads only where that event may lead, twice as once, and no
// address comes into the log.
func FuzzEvent(f *testing.F) {
	s, _ := storetest.Open(f, dynamo.Options{})
	keys, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		f.Fatal(err)
	}
	const named, other = "anna@example.com", "bystander@example.com"
	ids := map[string]survey.ContactID{named: keys.ContactID(survey.Customers, named), other: keys.ContactID(survey.Customers, other)}
	for _, file := range []string{"ses-bounce.json", "ses-complaint.json", "ses-delivery.json"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "..", "events", file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b), uint8(0))
	}
	tags := `"mail":{"tags":{"kind":["survey"],"campaign":["campaign"],"wave":["0"],"contact":["` + string(ids[named]) + `"]}}`
	for i, detail := range []string{
		`{"eventType":"Bounce",` + tags + `,"bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"ANNA@example.com"}]}}`,
		`{"eventType":"Bounce",` + tags + `,"bounce":{"bounceType":"Transient","bouncedRecipients":[{"emailAddress":"x"}]}}`,
		`{"eventType":"Complaint",` + tags + `,"complaint":{"complainedRecipients":[{},{"emailAddress":"\"a b\"@example.com"}]}}`,
		`{"eventType":"Complaint",` + tags + `,"complaint":{"complainedRecipients":[{"emailAddress":"bystander@example.com"}]}}`,
		`{"eventType":"Delivery",` + tags + `}`, `{"eventType":"Reject",` + tags + `}`, `{"eventType":"Rendering Failure",` + tags + `}`, `[]`, `{"mail":{"tags":{"wave":[1]}}}`,
	} {
		f.Add(`{"detail-type":"Email","detail":`+detail+`}`, uint8(i))
	}
	before := []survey.InvitationState{survey.InvitationSent, survey.InvitationUncertain, survey.InvitationFailed, survey.InvitationSkipped}
	ctx := context.Background()
	state := func(t *testing.T, email string) survey.Invitation {
		i, ok, err := s.Invitation(ctx, campaign, 0, ids[email])
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return i
	}
	stopped := func(t *testing.T, email string) bool {
		_, all, err := s.Recipients(ctx, survey.Customers, []survey.ContactID{ids[email]})
		if err != nil {
			t.Fatal(err)
		}
		return all[ids[email]] != ""
	}
	f.Fuzz(func(t *testing.T, event string, from uint8) {
		var e events.EventBridgeEvent
		if json.Unmarshal([]byte(event), &e) != nil {
			return // Lambda's runtime refuses it
		}
		if r, err := ses.ReadReport(e.Detail); err == nil && r.Tags["case"] != "" {
			return // an alert that came back has tests of its own
		}
		was := before[int(from)%len(before)]
		for _, id := range ids {
			i := survey.Invitation{Campaign: campaign, Contact: id, Audience: survey.Customers, State: was, Decided: was, Language: "ru", At: noon, Version: 1}
			if err := s.AddInvitations(ctx, []survey.Invitation{i}, func() bool { return true }); err != nil {
				t.Fatal(err)
			}
		}
		var log strings.Builder
		fb := handler(s, keys, &log)
		err := fb.Handle(ctx, e)
		if got := state(t, other); got.State != was || got.Version != 1 {
			t.Fatalf("a bystander's invitation became %+v by %s", got, event)
		}
		if stopped(t, other) { // not even where the event names them: its tags name somebody else
			t.Fatalf("a bystander was stopped by %s", event)
		}
		after := state(t, named)
		if !allowed(was, after.State) {
			t.Fatalf("%s became %s by %s", was, after.State, event)
		}
		if strings.Contains(log.String(), "@") || err != nil && strings.Contains(err.Error(), "@") {
			t.Fatalf("an address is logged: %s %v", log.String(), err)
		}
		if err == nil && fb.Handle(ctx, e) != nil {
			t.Fatal("the second time fails")
		}
		if again := state(t, named); err == nil && again.State != after.State {
			t.Fatalf("%s, and the second time %s", after.State, again.State)
		}
	})
}

// allowed are the ways of an invitation: what failed or was skipped stays so, what was sent is never uncertain again.
func allowed(from, to survey.InvitationState) bool {
	switch from {
	case survey.InvitationSent:
		return to == survey.InvitationSent || to == survey.InvitationFailed
	case survey.InvitationUncertain:
		return to != survey.InvitationSkipped
	}
	return to == from
}
