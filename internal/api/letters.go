package api

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/mailing"
	"onetap/internal/web"
)

// preview shows the e-mail as a recipient would get it. Its links work and write nothing.
func (d *API) preview(w http.ResponseWriter, r *http.Request) error {
	var in mailing.Letter
	if err := door.DecodeOptional(r, &in); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	m, l, err := d.Mailing.Preview(r.Context(), c, in, d.Addresses.LinksOf(r))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"language": l, "from": m.From, "subject": m.Subject, "html": m.HTML, "text": m.Text})
	return nil
}

// testSend sends one e-mail whose links show everything and write nothing.
func (d *API) testSend(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		mailing.Letter
		To string `json:"to"`
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	l, message, err := d.Mailing.SendTest(r.Context(), door.VisitOf(r).Who, c, in.Letter, in.To, d.Addresses.LinksOf(r))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"language": l, "message": message})
	return nil
}
