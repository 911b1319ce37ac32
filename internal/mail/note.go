package mail

import "onetap/internal/lang"

// note is a short letter to somebody of the staff: a text, a button that leads to a page, and why one gets it.
type note struct {
	lang     lang.Language
	from, to string
	tags     map[string]string

	Lang, Subject, Title, Text, Button, URL, Note string // without a URL there is no button
	Code, CodeText                                string // digits to type, and what they are for; "": none
}

func (n note) message() (Message, error) {
	n.Lang = string(n.lang)
	m := Message{From: n.from, To: n.to, Tags: n.tags}
	var err error
	m.Subject, m.HTML, m.Text, err = render("note", n)
	return m, err
}
