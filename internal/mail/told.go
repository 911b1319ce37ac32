package mail

import (
	"errors"
	"time"

	"onetap/internal/lang"
	"onetap/internal/names"
	"onetap/internal/survey"
)

// ToldData is what a respondent is told of what was done about their answer (D11).
type ToldData struct {
	From, To    string
	ReplyTo     string // whoever answers for the case; "": nobody
	Language    string // the respondent's
	Company     string
	Person      survey.Person
	Answered    time.Time // when they answered, on the company's clock; zero: they had not
	Text        string    // what was done, as somebody has written it
	Link        string    // by which they say whether it is right now: …/d/TOKEN
	Unsubscribe string
	Tags        map[string]string
}

type toldData struct {
	Lang, Subject, Greeting, Text, Question string
	First                                   act
	Others                                  []act
	Reason, Reply, Unsubscribe, Leave       string
}

// Told makes that letter. Its links change nothing by being opened.
func Told(t ToldData) (Message, error) {
	to, err := survey.NormalizeEmail(t.To)
	if err != nil {
		return Message{}, errors.New("told: the reader's address is not one")
	}
	l, ok := lang.Parse(t.Language)
	if !ok {
		l = lang.Default
	}
	name := cut(line(names.Greeting(string(l), names.Name{Whole: t.Person.Name, First: t.Person.First, Middle: t.Person.Middle})), maxName)
	d := toldData{
		Lang: string(l), Subject: t.text(l, "told.subject"), Greeting: l.T("told.greeting", lang.Values{"Who": name}), Text: visible(t.Text),
		Question: l.T("told.question"), Reason: t.text(l, "told.reason"), Leave: t.Unsubscribe, Unsubscribe: l.T("told.unsubscribe"),
	}
	if name == "" {
		d.Greeting = l.T("told.greeting_nobody")
	}
	if !t.Answered.IsZero() {
		d.Reason = t.text(l, "told.reason_answered")
	}
	for i, said := range survey.RightedAll {
		one := act{l.T("told." + string(said)), t.Link + "/" + string(said), sep(i > 1)}
		if i == 0 {
			d.First = one
			continue
		}
		d.Others = append(d.Others, one)
	}
	m := Message{From: t.From, To: to, Tags: t.Tags, Headers: UnsubscribeHeaders(t.Unsubscribe), Once: true}
	if reply, err := survey.NormalizeEmail(t.ReplyTo); err == nil {
		m.ReplyTo, d.Reply = reply, l.T("told.reply")
	}
	m.Subject, m.HTML, m.Text, err = render("told", d)
	return m, err
}

// text is a text that names the company, or the one without where it has said no name.
func (t ToldData) text(l lang.Language, id string) string {
	v := lang.Values{"Company": line(t.Company), "Date": l.Date(t.Answered)}
	if v["Company"] == "" {
		id += "_plain"
	}
	return l.T(id, v)
}
