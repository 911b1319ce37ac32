package mailing_test

import (
	"errors"
	"strings"
	"testing"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/ballot"
	"onetap/internal/keys"
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

// A letter to employees that is only tried has a ballot like any other, which votes for nobody; a reminder has none. Whoever gets it
// stands in no ballot.
func TestTestLettersHaveTestBallots(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	admin := authz.Who{Staff: survey.Staff{ID: "a", Role: survey.RoleAdministrator}}
	c := d.draft(func(c *survey.Campaign) { c.Audience, c.Ballots = survey.Employees, true })
	if _, _, err := d.SendTest(ctx, admin, c, mailing.Letter{Language: "ru"}, "boss@example.com", "https://nps.example.com"); err != nil {
		t.Fatal(err)
	}
	preview, _, err := d.Preview(ctx, c, mailing.Letter{}, "https://nps.example.com")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for language, m := range map[string]mail.Message{"ru": d.letters[0], "en": preview} {
		_, rest, found := strings.Cut(m.Text, "https://nps.example.com/b/")
		if !found || strings.Contains(m.Text+m.HTML, "/r/") {
			t.Fatalf("%s", m.Text)
		}
		b, err := d.Keys.CheckBallot(rest[:keys.BallotLength])
		if err != nil || !b.Test || b.Campaign != c.ID || b.Cell != ballot.Everybody || seen[rest[:keys.BallotLength]] || !strings.HasPrefix(rest[keys.BallotLength:], "?lang="+language) {
			t.Errorf("%+v, %v; %s", b, err, rest[:60])
		}
		seen[rest[:keys.BallotLength]] = true
	}
	m, _, err := d.Preview(ctx, c, mailing.Letter{Reminder: true}, "https://nps.example.com")
	if err != nil || strings.Contains(m.Text+m.HTML, "/b/") || !strings.Contains(m.Text, "20\u00a0November") && !strings.Contains(m.Text, "20 November") {
		t.Errorf("a reminder: %v, %s", err, m.Text)
	}
}
