package campaigns

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// shownLetter is which letter is shown beside its words, and as whom somebody gets it.
type shownLetter struct {
	Letters  []shell.Option // "0", "1", "2"; none: there is nothing to choose
	As       string         // a part of a name, or an address
	Contact  string         // the id of whom that has found
	Said     string         // who that is, or why nobody
	Nameless bool
	MayAs    bool // this reader may see contacts
}

// shown reads which letter is to be shown, and finds as whom. The id of a contact, not the address, goes into addresses of pages.
func (d *Pages) shown(r *http.Request, c survey.Campaign) (shownLetter, mailing.Letter, error) {
	v := door.VisitOf(r)
	s := shownLetter{
		As: strings.TrimSpace(r.FormValue("as")), Contact: r.FormValue("contact"), Nameless: cmp.Or(r.FormValue("nameless_letter"), r.FormValue("nameless")) != "",
		MayAs: v.Can(authz.ReadContacts),
	}
	in := mailing.Letter{}
	in.Mailing, _ = strconv.Atoi(cmp.Or(r.FormValue("letter_shown"), r.FormValue("wave")))
	if !survey.IsMailing(in.Mailing) {
		in.Mailing = survey.MailingInvitation
	}
	for _, number := range survey.Mailings {
		value := strconv.Itoa(number)
		s.Letters = append(s.Letters, shell.Option{Value: value, Label: v.Lang.T("campaign.wave_" + value), On: number == in.Mailing})
	}
	if s.As != "" || s.Contact != "" {
		who, several, err := d.Lists.ForLetter(r.Context(), v.Who, c.Audience, survey.ContactID(s.Contact), s.As)
		p := apperr.As(err)
		switch {
		case err != nil && p == nil:
			return s, in, err
		case p != nil:
			s.Contact, s.Said = "", v.Lang.T("reminders.as_nobody")
		default:
			s.Contact, in.Name = string(who.ID), &who.Person.Name
			s.As = cmp.Or(s.As, who.Person.Name, who.Person.Email)
			s.Said = v.Lang.T("reminders.as_found", lang.Values{"Who": strings.Trim(who.Person.Name+", "+who.Person.Email, ", ")})
			if several {
				s.Said += " " + v.Lang.T("reminders.as_several")
			}
		}
	}
	if s.Nameless {
		in.Name = new(string)
	}
	return s, in, nil
}

// query is how an address of a page names what is shown.
func (s shownLetter) query() url.Values {
	q := url.Values{}
	for _, o := range s.Letters {
		if o.On && o.Value != "0" {
			q.Set("wave", o.Value)
		}
	}
	if s.Contact != "" {
		q.Set("contact", s.Contact)
	}
	if s.Nameless {
		q.Set("nameless", "1")
	}
	return q
}
