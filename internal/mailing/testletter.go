package mailing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// How many test letters may go out in an hour of the clock: from one person or program, to one address, and in all. A
// wording is tried a few times in each language; more is no trying.
const (
	MaxTestsFrom = 20
	MaxTestsTo   = 10
	MaxTests     = 60
)

// Letter says which letter of a campaign is shown or tested.
type Letter struct {
	Language string  `json:"language"` // "": the campaign's
	Reminder bool    `json:"reminder"` // the first one, as "wave": 1 says it too
	Mailing  int     `json:"wave"`     // survey.MailingInvitation or a reminder's number
	Name     *string `json:"name"`     // of the recipient, as a list has it; "": a person without one; nil: a name of the language
}

// previewed is to whom a letter that is only looked at goes: an address that is nobody's (RFC 2606).
const previewed = "preview@example.com"

// Preview is the letter as a recipient would get it, in its language. Its links work and write nothing. site is as in Launch.
func (cs *Campaigns) Preview(ctx context.Context, c survey.Campaign, in Letter, site string) (mail.Message, lang.Language, error) {
	return cs.compose(ctx, c, in, previewed, site)
}

// SendTest sends one letter whose links show everything and write nothing, to whom and as often as it may go. It returns
// the letter's language and the mail service's id of it. A test letter carries words and a sender of somebody's choosing to
// an address of their choosing: without rules it would be a way to write to strangers in the company's name. Problems:
// test_to_strangers, test_too_many, address_stopped, mail_refused, and those of the address, the sender and the wording.
func (cs *Campaigns) SendTest(ctx context.Context, who authz.Who, c survey.Campaign, in Letter, recipient, site string) (l lang.Language, id string, err error) {
	to, err := survey.EmailOf(recipient, "to")
	if err != nil {
		return "", "", err
	}
	if err := cs.testable(ctx, who, to); err != nil {
		return "", "", err
	}
	if err := cs.Senders.Check(c.Sender); err != nil {
		return "", "", err
	}
	contact := cs.Keys.ContactID(c.Audience, to)
	_, stopped, err := cs.Store.Recipients(ctx, c.Audience, []survey.ContactID{contact})
	if err != nil {
		return "", "", err
	}
	if reason := stopped[contact]; reason != "" {
		return "", "", apperr.New(apperr.Conflict, "address_stopped", "to", "Reason", string(reason))
	}
	m, l, err := cs.compose(ctx, c, in, to, site)
	if err != nil {
		return "", "", err
	}
	if err := cs.spendTest(ctx, who, to); err != nil {
		return "", "", err
	}
	m.To, m.Tags = to, map[string]string{"kind": "test", "campaign": string(c.ID)}
	id, err = cs.Mail.Send(ctx, m)
	if refused := mail.RefusalOf(err); refused != nil && refused.Ours {
		return "", "", &apperr.Error{Kind: apperr.Conflict, Code: "mail_refused", Where: "to", With: map[string]any{"Status": refused.Code}, Cause: err}
	}
	return l, id, err
}

// testable refuses an address that a test letter may not go to: test_to_strangers. Anybody who may send writes to people
// of the staff list; an administrator, and a program with that role, to any address.
func (cs *Campaigns) testable(ctx context.Context, who authz.Who, to string) error {
	if who.Staff.Role == survey.RoleAdministrator {
		return nil
	}
	if admin, err := survey.NormalizeEmail(cs.Admin); err == nil && admin == to {
		return nil
	}
	staff, err := cs.Store.Staff(ctx)
	if err != nil {
		return fmt.Errorf("who is of the staff: %w", err)
	}
	if _, ok := survey.StaffByEmail(staff, to); ok {
		return nil
	}
	return apperr.New(apperr.Forbidden, "test_to_strangers", "to")
}

// spendTest counts a test letter that is about to go out, and refuses one too many: test_too_many. It is asked last, so
// that what is refused for another reason does not count.
func (cs *Campaigns) spendTest(ctx context.Context, who authz.Who, to string) error {
	from := "staff " + who.Staff.ID
	if who.Token != "" {
		from = "token " + who.Token
	}
	for _, a := range []struct {
		allowance string
		limit     int
	}{{cs.Keys.Seal("test-from", from), MaxTestsFrom}, {cs.Keys.Seal("test-to", to), MaxTestsTo}, {cs.Keys.Seal("test-all", ""), MaxTests}} {
		left, err := cs.Store.Spend(ctx, a.allowance, a.limit, cs.Now())
		if err != nil {
			return fmt.Errorf("count a test letter: %w", err)
		}
		if !left {
			return apperr.New(apperr.TooMany, "test_too_many", "to", "Limit", a.limit)
		}
	}
	return nil
}

// compose makes a letter of a campaign as it is, or, of a draft, as it would be if it were launched now.
func (cs *Campaigns) compose(ctx context.Context, c survey.Campaign, in Letter, to, site string) (mail.Message, lang.Language, error) {
	l, known := lang.Parse(c.Language)
	if in.Language != "" {
		l, known = lang.Parse(in.Language)
	}
	if !known {
		return mail.Message{}, l, apperr.New(apperr.Invalid, "language_unknown", "language", "Known", strings.Join(survey.Languages(), ", "))
	}
	name := l.T("desk.preview_name")
	if in.Name != nil {
		name = *in.Name
	}
	if c.State == survey.Draft {
		set, err := cs.Store.Settings(ctx)
		if err != nil {
			return mail.Message{}, l, err
		}
		c.Brand, c.Contact, c.Site = set.Brand, set.Contact, site
	}
	number, err := in.number()
	if err != nil {
		return mail.Message{}, l, err
	}
	links, err := cs.testLinks(ctx, c, l, to, site)
	if err != nil {
		return mail.Message{}, l, err
	}
	m, err := mail.Preview(c, string(l), number, survey.Person{Email: to, Name: name}, links)
	m.From = mail.From(c, cs.Sender)
	return m, l, err
}

// testLinks are those of a letter that is only tried: they show everything and write nothing. A reminder to an anonymous audience
// speaks of the day on which the invitation went out, or would have.
func (cs *Campaigns) testLinks(ctx context.Context, c survey.Campaign, l lang.Language, to, site string) (mail.Links, error) {
	token := keys.Token{Campaign: c.ID, Contact: cs.Keys.ContactID(c.Audience, to), Test: true}
	links := mail.Links{Survey: site + "/r/" + cs.Keys.Make(token), Unsubscribe: site + "/u/" + cs.Keys.MakeUnsubscribe(token)}
	if !c.Audience.Anonymous() {
		return links, nil
	}
	set, err := cs.Store.Settings(ctx)
	if err != nil {
		return links, err
	}
	day, zone := c.Opened, set.Location()
	if day.IsZero() {
		day = cs.Now()
	}
	if zone == nil {
		zone = time.UTC
	}
	links.Survey, links.Written = ballotLink(cs.Keys, site, c.ID, ballot.Everybody, true, string(l)), l.Day(day.In(zone))
	return links, nil
}
