package feedback

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"onetap/internal/survey"
)

// stored puts the world's campaign and contact into the table, as they are when letters go out.
func (w *world) stored(audience survey.Audience) {
	w.t.Helper()
	ctx := context.Background()
	w.id = w.keys.ContactID(audience, w.email)
	c := survey.Campaign{ID: campaign, Name: "Autumn", Audience: audience, Language: "ru", State: survey.Open, Created: noon.AddDate(0, 0, -20), Launched: noon}
	if err := w.store.CreateCampaign(ctx, c); err != nil {
		w.t.Fatal(err)
	}
	contact := survey.Contact{ID: w.id, Audience: audience, Person: survey.Person{Email: w.email, Name: "Anna"}, Created: noon}
	if err := w.store.PutContacts(ctx, []survey.Contact{contact}); err != nil {
		w.t.Fatal(err)
	}
}

// names makes an event name other recipients than the one of its tags: a list, null, or nothing.
func names(recipients any) func(map[string]any) {
	return func(detail map[string]any) {
		for _, list := range [][2]string{{"bounce", "bouncedRecipients"}, {"complaint", "complainedRecipients"}} {
			if part, ok := detail[list[0]].(map[string]any); ok {
				if recipients == "absent" {
					delete(part, list[1])
					continue
				}
				part[list[1]] = recipients
			}
		}
	}
}

func address(a any) any { return map[string]any{"emailAddress": a} }

// Whoever the tags name is stopped, whatever the event calls them, in every audience; whom the event names besides is not.
func TestTheTagNamesThePerson(t *testing.T) {
	t.Parallel()
	const bystander = "bystander@example.com"
	for name, recipients := range map[string]any{
		"empty list": []any{}, "null": nil, "absent": "absent", "no list": "oops", "null inside": []any{nil}, "no object": []any{7, "x"},
		"null address":  []any{address(nil)},
		"a number":      []any{address(42)},
		"redacted":      []any{address("[redacted]")},
		"redacted part": []any{address("redacted@example.com")},
		"X.500":         []any{address("/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=0A1B2C3D-ANNA")},
		"IMCEAEX":       []any{address("IMCEAEX-_O=EXCHANGELABS_OU=X_CN=RECIPIENTS_CN=ANNA@namprd01.prod.outlook.com")},
		"forwarded":     []any{address(bystander)},
		"both":          []any{address(bystander), address("ANNA@Example.COM")},
		"with a name":   []any{address("Anna <anna@example.com>")},
		"Cyrillic":      []any{address("анна@пример.рф")},
		"line breaks":   []any{address("a\r\nb")},
	} {
		for _, file := range []string{"ses-bounce.json", "ses-complaint.json"} {
			t.Run(name+"/"+file, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "")
				w.stored(survey.ProjectStaff)
				w.put(survey.InvitationSent)
				for range 2 {
					if err := w.Handle(context.Background(), w.event(file, names(recipients))); err != nil {
						t.Fatal(err)
					}
				}
				want, state := survey.Bounced, survey.InvitationFailed
				if strings.Contains(file, "complaint") {
					want, state = survey.Complained, survey.InvitationSent
				}
				for _, a := range survey.Audiences {
					if got := w.stopped(a); got != want {
						t.Errorf("%s: stopped by %q, want %q", a, got, want)
					}
				}
				if got := w.state(); got != state {
					t.Errorf("the invitation is %s, want %s", got, state)
				}
				w.email = bystander
				if got := w.stopped(survey.Customers); got != "" {
					t.Errorf("somebody whom only the event names is stopped by %q", got)
				}
				if strings.Contains(w.log.String(), "@") || strings.Contains(strings.ToLower(w.log.String()), "anna") {
					t.Errorf("the log names somebody: %s", w.log)
				}
			})
		}
	}
}

// What is not there any more changes nothing of that: the person by the tag, elsewhere only by an address that is theirs.
func TestWhoIsGone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		campaign  bool // the campaign is there, the contact is not
		recipient string
		there     survey.SuppressionReason // in the letter's audience
		elsewhere survey.SuppressionReason
		fails     bool
	}{
		"campaign and their address":   {true, "Anna@EXAMPLE.com", survey.Complained, survey.Complained, false},
		"campaign, redacted":           {true, "", survey.Complained, "", false},
		"campaign, another address":    {true, "boris@example.com", survey.Complained, "", false},
		"nothing, and their address":   {false, "anna@example.com", survey.Complained, survey.Complained, false},
		"nothing, redacted":            {false, "", "", "", false},
		"nothing, and another address": {false, "boris@example.com", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "")
			if tt.campaign {
				c := survey.Campaign{ID: campaign, Audience: survey.Customers, Language: "ru", State: survey.Open, Created: noon}
				if err := w.store.CreateCampaign(context.Background(), c); err != nil {
					t.Fatal(err)
				}
				w.put(survey.InvitationSent)
			}
			w.surveys.Now = func() time.Time { return noon.AddDate(0, 0, 5) } // the letter is old
			if err := w.Handle(context.Background(), w.event("ses-complaint.json", names([]any{address(tt.recipient)}))); err != nil {
				t.Fatal(err)
			}
			if got := w.stopped(survey.Customers); got != tt.there {
				t.Errorf("stopped there by %q, want %q", got, tt.there)
			}
			if got := w.stopped(survey.Employees); got != tt.elsewhere {
				t.Errorf("stopped elsewhere by %q, want %q", got, tt.elsewhere)
			}
		})
	}
}

// A delivery of a letter of nobody's campaign is forgotten, once it is too old to be early.
func TestStrangeDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.surveys.Now = func() time.Time { return time.Date(2026, 11, 22, 12, 11, 0, 0, time.UTC) } // half a minute after the letter
	if err := w.Handle(context.Background(), w.event("ses-delivery.json", nil)); err == nil {
		t.Error("a delivery that may be early is forgotten")
	}
	w.surveys.Now = func() time.Time { return time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC) }
	if err := w.Handle(context.Background(), w.event("ses-delivery.json", nil)); err != nil {
		t.Errorf("an event that nothing will ever come of is tried for ever: %v", err)
	}
}

func TestComplaintsThatAreNone(t *testing.T) {
	t.Parallel()
	kind := func(field string, value any) func(map[string]any) {
		return func(detail map[string]any) { detail["complaint"].(map[string]any)[field] = value }
	}
	for name, tt := range map[string]struct {
		change  func(map[string]any)
		state   survey.InvitationState // of an uncertain one
		stopped survey.SuppressionReason
	}{
		"not spam":            {kind("complaintFeedbackType", "not-spam"), survey.InvitationSent, ""},
		"NOT-SPAM":            {kind("complaintFeedbackType", "NOT-SPAM "), survey.InvitationSent, ""},
		"authentication":      {kind("complaintFeedbackType", "auth-failure"), survey.InvitationSent, ""},
		"abuse":               {kind("complaintFeedbackType", "abuse"), survey.InvitationSent, survey.Complained},
		"null":                {kind("complaintFeedbackType", nil), survey.InvitationSent, survey.Complained},
		"fraud":               {kind("complaintFeedbackType", "fraud"), survey.InvitationSent, survey.Complained},
		"of a type to come":   {kind("complaintFeedbackType", "annoyed"), survey.InvitationSent, survey.Complained},
		"no string":           {kind("complaintFeedbackType", 5), survey.InvitationSent, survey.Complained},
		"before, so not sent": {kind("complaintSubType", "OnAccountSuppressionList"), survey.InvitationFailed, survey.Complained},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "")
			w.stored(survey.Customers)
			w.put(survey.InvitationUncertain)
			if err := w.Handle(context.Background(), w.event("ses-complaint.json", tt.change)); err != nil {
				t.Fatal(err)
			}
			if got := w.stopped(survey.Employees); got != tt.stopped {
				t.Errorf("stopped by %q, want %q", got, tt.stopped)
			}
			if got := w.state(); got != tt.state {
				t.Errorf("the invitation is %s, want %s", got, tt.state)
			}
		})
	}
}

// day makes an event one of a letter sent, and reported, on a day of November.
func day(n int, then func(map[string]any)) func(map[string]any) {
	return func(detail map[string]any) {
		if then != nil {
			then(detail)
		}
		m := detail["mail"].(map[string]any)
		m["timestamp"] = fmt.Sprintf("2026-11-%02dT09:00:00.000Z", n)
		m["messageId"] = fmt.Sprintf("message-of-%02d", n)
		if b, ok := detail["bounce"].(map[string]any); ok {
			b["timestamp"] = fmt.Sprintf("2026-11-%02dT09:30:00.000Z", n)
		}
	}
}

// Three letters in a row that a mailbox did not take, on different days, stop the address; whatever arrives in between
// begins the count anew, and a report that comes again, late or out of order is the same report.
func TestThreeInARow(t *testing.T) {
	t.Parallel()
	const soft, ooo, arrived = "soft", "away", "arrived"
	type report struct {
		what string
		day  int
	}
	for name, tt := range map[string]struct {
		reports []report
		stopped bool
	}{
		"three days":                     {[]report{{soft, 2}, {soft, 5}, {soft, 9}}, true},
		"out of order":                   {[]report{{soft, 9}, {soft, 2}, {soft, 5}}, true},
		"two days":                       {[]report{{soft, 2}, {soft, 5}}, false},
		"one day, again and again":       {[]report{{soft, 2}, {soft, 2}, {soft, 2}, {soft, 2}}, false},
		"two days, each again":           {[]report{{soft, 2}, {soft, 5}, {soft, 5}, {soft, 2}}, false},
		"a delivery in between":          {[]report{{soft, 2}, {soft, 5}, {arrived, 6}, {soft, 9}}, false},
		"three after a delivery":         {[]report{{soft, 2}, {arrived, 3}, {soft, 4}, {soft, 5}, {soft, 9}}, true},
		"away on three days":             {[]report{{ooo, 2}, {ooo, 5}, {ooo, 9}}, false},
		"away in between, so it arrived": {[]report{{soft, 2}, {soft, 5}, {ooo, 6}, {soft, 9}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "")
			w.stored(survey.Customers)
			w.put(survey.InvitationSent)
			for _, r := range tt.reports {
				file, kind := "ses-bounce.json", transient
				switch r.what {
				case ooo:
					kind = outOfOffice
				case arrived:
					file, kind = "ses-delivery.json", nil
				}
				if err := w.Handle(context.Background(), w.event(file, day(r.day, kind))); err != nil {
					t.Fatal(err)
				}
			}
			for _, a := range survey.Audiences {
				if got := w.stopped(a) == survey.Bounced; got != tt.stopped {
					t.Errorf("%s: stopped %v, want %v", a, got, tt.stopped)
				}
			}
			if failed := w.state() == survey.InvitationFailed; failed != tt.stopped {
				t.Errorf("the last letter is %s, though stopped is %v", w.state(), tt.stopped)
			}
			stop, _, err := w.store.Suppression(context.Background(), survey.Customers, w.id)
			if err != nil || tt.stopped && stop.Cause != survey.CauseRepeated {
				t.Errorf("the cause is kept as %q, %v", stop.Cause, err)
			}
		})
	}
}

// A letter of another campaign that arrived in between says so by having been sent and never reported otherwise.
func TestALetterOfAnotherCampaignInBetween(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		state   survey.InvitationState
		reason  string
		at      time.Time
		stopped bool
	}{
		"arrived":                {survey.InvitationSent, "", time.Date(2026, 11, 7, 9, 0, 0, 0, time.UTC), false},
		"did not arrive either":  {survey.InvitationSent, string(survey.EventSoftBounce), time.Date(2026, 11, 7, 9, 0, 0, 0, time.UTC), true},
		"was not sent":           {survey.InvitationFailed, "rejected", time.Date(2026, 11, 7, 9, 0, 0, 0, time.UTC), true},
		"nobody knows":           {survey.InvitationUncertain, "", time.Date(2026, 11, 7, 9, 0, 0, 0, time.UTC), true},
		"was skipped":            {survey.InvitationSkipped, "quiet_period", time.Date(2026, 11, 7, 9, 0, 0, 0, time.UTC), true},
		"arrived before":         {survey.InvitationSent, "", time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), true},
		"is on its way as it is": {survey.InvitationSent, "", time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			w := newWorld(t, "")
			w.stored(survey.Customers)
			w.put(survey.InvitationSent)
			other := survey.Campaign{ID: "otherone", Audience: survey.Customers, Language: "ru", State: survey.Open, Created: noon.AddDate(0, 0, -15)}
			if err := w.store.CreateCampaign(ctx, other); err != nil {
				t.Fatal(err)
			}
			i := survey.Invitation{Campaign: other.ID, Contact: w.id, Audience: survey.Customers, State: tt.state, Decided: tt.state, Reason: tt.reason, At: tt.at, Version: 1}
			if err := w.store.AddInvitations(ctx, []survey.Invitation{i}, func() bool { return true }); err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{2, 5, 9} {
				if err := w.Handle(ctx, w.event("ses-bounce.json", day(n, transient))); err != nil {
					t.Fatal(err)
				}
			}
			if got := w.stopped(survey.Customers) == survey.Bounced; got != tt.stopped {
				t.Errorf("stopped %v, want %v", got, tt.stopped)
			}
		})
	}
}
