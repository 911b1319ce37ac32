package alert

import (
	"fmt"

	"onetap/internal/mail"
)

func (r *Round) letter(f facts) (mail.Message, error) {
	return mail.Message{From: r.From, To: f.To.Staff.Email, ReplyTo: f.Contact.Person.Email,
		Subject: fmt.Sprintf("Score %d", f.Response.Score), Text: f.Response.Why, HTML: "<p>x</p>",
		Tags: map[string]string{"kind": "alert", "campaign": string(f.Case.Campaign), "case": f.Case.ID()}}, nil
}
