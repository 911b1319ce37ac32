package console

import (
	"net/http"

	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// preview shows the e-mail as a recipient would get it. Its links work and write nothing.
func (d *Desk) preview(w http.ResponseWriter, r *http.Request) error {
	var in mailing.Letter
	if err := optional(r, &in); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	m, l, err := d.mailing.Preview(r.Context(), c, in, d.linksOf(r))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"language": l, "from": m.From, "subject": m.Subject, "html": m.HTML, "text": m.Text})
	return nil
}

// testSend sends one e-mail whose links show everything and write nothing.
func (d *Desk) testSend(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		mailing.Letter
		To string `json:"to"`
	}
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	l, message, err := d.mailing.SendTest(r.Context(), visitOf(r).Who, c, in.Letter, in.To, d.linksOf(r))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"language": l, "message": message})
	return nil
}

// address reads an address out of a field.
func address(text, field string) (string, error) { return survey.EmailOf(text, field) }
