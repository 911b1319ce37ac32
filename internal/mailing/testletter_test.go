package mailing_test

import (
	"errors"
	"testing"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/mail"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// A test letter is refused for the reason that its sender can do something about, and what the mail service says of it is
// passed on. What was refused before it was sent does not count.
func TestSendTest(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	if err := d.store.Suppress(ctx, d.Keys.ContactIDs("gone@example.com"), survey.Bounced, d.now()); err != nil {
		t.Fatal(err)
	}
	marketing, admin := authz.Who{Staff: survey.Staff{ID: "m", Role: survey.RoleMarketing}}, authz.Who{Staff: survey.Staff{ID: "a", Role: survey.RoleAdministrator}}
	c := d.draft(nil)
	for _, tc := range []struct {
		who  authz.Who
		in   mailing.Letter
		to   string
		want string
	}{
		{marketing, mailing.Letter{}, "stranger@example.org", "test_to_strangers at to"},
		{admin, mailing.Letter{}, "gone@example.com", "address_stopped at to"},
		{admin, mailing.Letter{}, "nobody", "address_without_at at to"},
		{admin, mailing.Letter{Language: "de"}, "stranger@example.org", "language_unknown at language"},
	} {
		if _, _, err := d.SendTest(ctx, tc.who, c, tc.in, tc.to, "https://nps.example.com"); code(t, err) != tc.want {
			t.Errorf("to %s: %v, want %s", tc.to, err, tc.want)
		}
	}
	if len(d.letters) != 0 {
		t.Fatalf("%d letters", len(d.letters))
	}
	l, id, err := d.SendTest(ctx, marketing, c, mailing.Letter{Language: "ru"}, "Boss@Example.com", "https://nps.example.com")
	if err != nil || l != "ru" || id != "id" || len(d.letters) != 1 || d.letters[0].To != "boss@example.com" || d.letters[0].From != `"Shop" <nps@example.com>` {
		t.Errorf("%s, %q, %v; %+v", l, id, err, d.letters)
	}
	d.refusal = &mail.Refusal{Code: "MessageRejected", Ours: true, Cause: errors.New("no")}
	if _, _, err := d.SendTest(ctx, admin, c, mailing.Letter{}, "boss@example.com", ""); code(t, err) != "mail_refused at to" || apperr.As(err).With["Status"] != "MessageRejected" {
		t.Errorf("refused: %v", err)
	}
	for n := 2; n < mailing.MaxTestsTo; n++ {
		if _, _, err := d.SendTest(ctx, admin, c, mailing.Letter{}, "boss@example.com", ""); code(t, err) != "mail_refused at to" {
			t.Errorf("letter %d: %v", n, err)
		}
	}
	if _, _, err := d.SendTest(ctx, marketing, c, mailing.Letter{}, "boss@example.com", ""); code(t, err) != "test_too_many at to" {
		t.Errorf("one too many: %v", err)
	}
}
