package shell

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// ContactName is what a contact is called: the name, else what it is known by, else that the contact is gone, or cannot be read.
func ContactName(l lang.Language, c survey.Contact) string {
	if name := cmp.Or(c.Person.Name, c.Person.Email, c.Person.Phone, c.Person.Customer); name != "" {
		return name
	}
	if c.Unreadable {
		return l.T("contacts.unreadable_name")
	}
	return l.T("loop.contact_gone")
}

// ContactHref is the page of a contact.
func ContactHref(a survey.Audience, id survey.ContactID) string {
	return "/contacts/" + string(a) + "/" + string(id)
}

// ContactFacts are what is known of a contact, with links that call and write.
func ContactFacts(f Frame, c survey.Contact) []Fact {
	var all []Fact
	for _, v := range []struct{ id, text, link string }{
		{"company", c.AccountName(), accountLink(c)},
		{"parent", c.Company.Parent, ""},
		{"role", roleText(f, c.Company.Role), ""},
		{"phone", c.Person.Phone, c.Person.Dial()},
		{"email", c.Person.Email, MailLink(c.Person.Email)},
		{"value", c.Value, ""},
		{"tier", c.Tier, ""},
		{"product", c.Product, ""},
		{"location", c.Location, ""},
		{"team", c.Team, ""},
	} {
		if v.text != "" {
			all = append(all, Fact{Label: f.Lang.T("case.fact." + v.id), Text: v.text, Link: v.link})
		}
	}
	return all
}

// accountLink is the page of a contact's account; "": it has none.
func accountLink(c survey.Contact) string {
	if c.Account == "" {
		return ""
	}
	return AccountHref(c.Audience, c.Account)
}

// roleText is what a contact does at the company; "": nobody has said.
func roleText(f Frame, r survey.AccountRole) string {
	if r == "" {
		return ""
	}
	return f.Lang.T("company_role." + string(r))
}

// MailLink is the address that opens a letter to somebody; "" where there is no address.
func MailLink(address string) string {
	if address == "" {
		return ""
	}
	return "mailto:" + strings.ReplaceAll(url.PathEscape(address), "+", "%2B")
}

// StaffName is what a staff member is called, or the id of one who is not among names, which StaffNames made.
func StaffName(names map[string]string, id string) string {
	if name := names[strings.ToLower(id)]; name != "" {
		return name
	}
	return id
}

// StaffNames are the names of staff members, or their addresses, by their ids in small letters.
func StaffNames(staff []survey.Staff) map[string]string {
	names := make(map[string]string, len(staff))
	for _, m := range staff {
		name := m.Name
		if name == "" {
			name = m.Email
		}
		names[strings.ToLower(m.ID)] = name
	}
	return names
}

// OwnerNames are what a reader calls these of the staff, by their ids in small letters: names, or pseudonyms.
func (d *Shell) OwnerNames(ctx context.Context, who authz.Who, ids []string) (map[string]string, error) {
	if insight.Pseudonymous(who) {
		called := make(map[string]string, len(ids))
		for _, id := range ids {
			called[strings.ToLower(id)] = d.Results.Owner(who, id)
		}
		return called, nil
	}
	staff, err := d.Store.Staff(ctx)
	return StaffNames(staff), err
}

// OwnerName is who answers for a case; owner "" is nobody.
func OwnerName(l lang.Language, names map[string]string, owner string) string {
	if owner == "" {
		return l.T("case.nobody")
	}
	return StaffName(names, owner)
}

// LetterText says what became of a letter.
func LetterText(l lang.Language, i survey.Invitation) string {
	what := "contacts.letter."
	switch i.Mailing {
	case survey.MailingReminder:
		what = "contacts.reminder."
	case survey.MailingSecond:
		what = "contacts.second."
	}
	text := l.T(what + string(i.State))
	if reason := "contacts.reason." + i.Reason; i.Reason != "" && l.Has(reason) {
		text += " (" + l.T(reason) + ")"
	}
	return text
}

// PeopleHref leads to the people behind a figure of a campaign's ledger; "" for readers whom they are not listed.
func (d *Shell) PeopleHref(f *Frame, c survey.Campaign, number int, part mailing.Part) string {
	if !d.Mailing.MayList(f.Visit.Who, c, number) || !slices.Contains(mailing.Parts, part) {
		return ""
	}
	href := "/campaigns/" + string(c.ID) + "/people?part=" + string(part)
	if survey.IsReminder(number) {
		href += "&wave=" + strconv.Itoa(number)
	}
	return href
}
