package mail

import (
	"errors"
	"time"

	"onetap/internal/lang"
	"onetap/internal/names"
	"onetap/internal/survey"
)

// ReplyData answers what somebody wrote in a survey (D14).
type ReplyData struct {
	From, To    string
	ReplyTo     string // whoever answers; "": nobody
	Language    string // the respondent's
	Company     string
	Person      survey.Person
	Answered    time.Time // when they answered the survey, on the company's clock
	Words       string    // what they wrote; "": it is not there any more
	Text        string    // the answer
	Unsubscribe string
	Tags        map[string]string
}

// maxQuoted is how much of their own words the reader finds, in characters.
const maxQuoted = 600

type replyData struct {
	Lang, Subject, Greeting, Text, Wrote, Words string
	Reason, Reply, Unsubscribe, Leave           string
}

// Reply makes that email.
func Reply(r ReplyData) (Message, error) {
	to, err := survey.NormalizeEmail(r.To)
	if err != nil {
		return Message{}, errors.New("reply: the reader's address is not one")
	}
	l, ok := lang.Parse(r.Language)
	if !ok {
		l = lang.Default
	}
	said, subject := ToldData{Company: r.Company, Answered: r.Answered}, "reply.subject"
	if line(r.Company) == "" {
		subject = "reply.subject_plain"
	}
	name := cut(line(names.Greeting(string(l), names.Name{Whole: r.Person.Name, First: r.Person.First, Middle: r.Person.Middle})), maxName)
	d := replyData{
		Lang: string(l), Subject: l.T(subject, lang.Values{"Company": line(r.Company)}), Greeting: l.T("told.greeting", lang.Values{"Who": name}), Text: visible(r.Text), Words: cut(visible(r.Words), maxQuoted),
		Reason: said.text(l, "told.reason_answered"), Leave: r.Unsubscribe, Unsubscribe: l.T("told.unsubscribe"),
	}
	if name == "" {
		d.Greeting = l.T("told.greeting_nobody")
	}
	if d.Words != "" {
		d.Wrote = l.T("reply.wrote")
	}
	m := Message{From: r.From, To: to, Tags: r.Tags, Headers: UnsubscribeHeaders(r.Unsubscribe), Once: true}
	if reply, err := survey.NormalizeEmail(r.ReplyTo); err == nil {
		m.ReplyTo, d.Reply = reply, l.T("reply.reply")
	}
	m.Subject, m.HTML, m.Text, err = render("reply", d)
	return m, err
}
