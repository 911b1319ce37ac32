package console

import (
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/keys"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/survey"
	"onetap/internal/testsend"
	"onetap/internal/web"
)

// letter is what a preview and a test send may say.
type letter struct {
	Language string  `json:"language"` // "": the campaign's
	Reminder bool    `json:"reminder"`
	Name     *string `json:"name"` // of the recipient, as a list has it; "": a person without one; nil: a name of the language
}

// preview shows the e-mail as a recipient would get it. Its links work and write nothing.
func (d *Desk) preview(w http.ResponseWriter, r *http.Request) error {
	var in letter
	if err := optional(r, &in); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	m, l, err := d.compose(r, c, in, "preview@example.com")
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"language": l, "from": mail.From(c, d.sender), "subject": m.Subject, "html": m.HTML, "text": m.Text})
	return nil
}

// testSend sends one e-mail whose links show everything and write nothing.
func (d *Desk) testSend(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		letter
		To string `json:"to"`
	}
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	l, message, err := d.sendTest(r, c, in.letter, in.To)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"language": l, "message": message})
	return nil
}

// sendTest sends a test letter to whom and as often as it may go, and returns its language and SES's id of it.
func (d *Desk) sendTest(r *http.Request, c survey.Campaign, in letter, recipient string) (lang.Language, string, error) {
	to, err := address(recipient, "to")
	if err != nil {
		return "", "", err
	}
	who := visitOf(r).Who
	rules := testsend.Rules{Store: d.store, Seal: d.keys.Seal, Admin: d.admin}
	if err := rules.Recipient(r.Context(), who, to); err != nil {
		return "", "", err
	}
	if err := d.senders.Check(c.Sender); err != nil {
		return "", "", err
	}
	id := d.keys.ContactID(c.Audience, to)
	_, stopped, err := d.store.Recipients(r.Context(), c.Audience, []survey.ContactID{id})
	if err != nil {
		return "", "", err
	}
	if reason := stopped[id]; reason != "" {
		return "", "", apperr.New(apperr.Conflict, "address_stopped", "to", "Reason", string(reason))
	}
	m, l, err := d.compose(r, c, in, to)
	if err != nil {
		return "", "", err
	}
	if err := rules.Spend(r.Context(), who, to, d.now()); err != nil {
		return "", "", err
	}
	m.From, m.To, m.Tags = mail.From(c, d.sender), to, map[string]string{"kind": "test", "campaign": string(c.ID)}
	message, err := d.mail.Send(r.Context(), m)
	if refused := mail.RefusalOf(err); refused != nil && refused.Ours {
		return "", "", &apperr.Error{Kind: apperr.Conflict, Code: "mail_refused", Where: "to", With: map[string]any{"Status": refused.Code}, Cause: err}
	}
	return l, message, err
}

func (d *Desk) compose(r *http.Request, c survey.Campaign, in letter, to string) (mail.Message, lang.Language, error) {
	l, known := lang.Parse(c.Language)
	if in.Language != "" {
		l, known = lang.Parse(in.Language)
	}
	if !known {
		return mail.Message{}, l, apperr.New(apperr.Invalid, "language_unknown", "language", "Known", strings.Join(survey.Languages, ", "))
	}
	name := l.T("desk.preview_name")
	if in.Name != nil {
		name = *in.Name
	}
	site := d.linksOf(r)
	if c.State == survey.Draft { // as it would be launched now
		set, err := d.store.Settings(r.Context())
		if err != nil {
			return mail.Message{}, l, err
		}
		c.Brand, c.Site = set.Brand, site
	}
	token := keys.Token{Campaign: c.ID, Contact: d.keys.ContactID(c.Audience, to), Test: true}
	m, err := mail.Preview(c, string(l), in.Reminder, survey.Person{Email: to, Name: name},
		site+"/r/"+d.keys.Make(token), site+"/u/"+d.keys.MakeUnsubscribe(token))
	return m, l, err
}

// address reads an address out of a field.
func address(text, field string) (string, error) {
	email, err := survey.NormalizeEmail(text)
	if p := apperr.As(err); p != nil {
		named := *p
		named.Where = field
		return "", &named
	}
	return email, err
}
