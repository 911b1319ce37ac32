package mail

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// AlertReason is why an alert came to its reader.
type AlertReason string

const (
	ReasonOwner         AlertReason = "owner"         // responsible for the respondent
	ReasonManager       AlertReason = "manager"       // nobody is responsible; leads the team
	ReasonAdministrator AlertReason = "administrator" // neither owner nor manager is known
	ReasonHanded        AlertReason = "handed"        // somebody handed the case over
)

// Past is an earlier answer.
type Past struct {
	Campaign string
	Score    int
	At       time.Time
}

// AlertData is what the owner of a detractor is told (D10). What is empty is left out of the letter.
type AlertData struct {
	From     string // the deployment's sender
	To       string // the reader's address
	Reason   AlertReason
	Language string         // the reader's
	Zone     *time.Location // the reader's; nil: UTC

	Person   survey.Person
	Audience survey.Audience
	Campaign string // the campaign's name
	Score    int    // a detractor's
	Risen    bool   // the score has risen since Score: there is nothing to call about; only for a case that was handed over
	Was      *int   // the score given before in this same campaign; nil: this is the first
	Again    bool   // a letter about this has gone out before, without the words
	Why      string
	Wish     string
	Past     []Past // earlier campaigns, newest first
	Value    string // at risk, as the customer database gives it
	Tier     string
	Product  string
	Location string
	Team     string

	Answered time.Time
	Deadline time.Time // Answered and the hours in which a detractor should have been called
	CaseURL  string    // where one acts on it; "" where no address of the console is known
	Tags     map[string]string
}

// fact is one line of what is known.
type fact struct{ Name, Text, Link string }

type alertData struct {
	Lang, Subject, Title, Group, Dropped  string
	Again                                 string
	NoWords                               string
	Words                                 []fact // question and answer
	FactsTitle                            string
	Facts                                 []fact
	PastTitle                             string
	Past                                  []string
	DoTitle, By, Counted                  string
	Steps                                 []string
	Reply, Reason, CaseURL, CaseText, Who string
}

// maxPast is how many earlier answers are listed.
const maxPast = 5

// Alert makes the letter that tells the owner of a detractor what happened and what to do by when. A reply to it goes
// to the respondent.
func Alert(a AlertData) (Message, error) {
	to, err := survey.NormalizeEmail(a.To)
	if err != nil {
		return Message{}, errors.New("alert: the reader's address is not one")
	}
	if a.Score < 0 || a.Score > int(nps.MaxScore) || nps.Score(a.Score).Group() != nps.Detractor {
		return Message{}, fmt.Errorf("alert: score %d is not a detractor's", a.Score)
	}
	l, ok := lang.Parse(a.Language)
	if !ok {
		l = lang.Default
	}
	if a.Zone == nil {
		a.Zone = time.UTC
	}
	m := Message{From: a.From, To: to, Tags: a.Tags}
	d := a.words(l)
	if reply, err := survey.NormalizeEmail(a.Person.Email); err == nil {
		m.ReplyTo, d.Reply = reply, l.T("alert.reply", lang.Values{"Who": d.Who})
	}
	m.Subject, m.HTML, m.Text, err = render("alert", d)
	return m, err
}

func (a AlertData) words(l lang.Language) alertData {
	who := cut(line(a.Person.Name), maxName)
	if who == "" {
		who = a.Person.Email
	}
	hours := int(a.Deadline.Sub(a.Answered).Round(time.Hour) / time.Hour)
	d := alertData{
		Lang: string(l), Who: who,
		Title:      l.T("alert.title", lang.Values{"Score": a.Score, "Who": who}),
		Subject:    l.T("alert.subject", lang.Values{"Score": a.Score, "Who": who, "Date": l.Date(a.Deadline.In(a.Zone))}),
		Group:      l.T("alert.group.detractor", lang.Values{"Campaign": line(a.Campaign), "When": a.moment(l, a.Answered)}),
		FactsTitle: l.T("alert.facts"), Facts: a.facts(l),
		DoTitle: l.T("alert.do"), By: l.T("alert.by", lang.Values{"When": a.moment(l, a.Deadline)}),
		Counted: l.T("alert.counted", lang.Values{"Count": hours, "When": a.moment(l, a.Answered)}),
		Reason:  l.T("alert.reason."+string(a.Reason), lang.Values{"Team": line(a.Team)}),
		CaseURL: a.CaseURL, CaseText: l.T("alert.case"),
	}
	if a.Risen {
		return a.risen(l, d)
	}
	if a.Was != nil {
		d.Dropped = l.T("alert.dropped", lang.Values{"Was": *a.Was, "Score": a.Score})
		if nps.Score(*a.Was).Group() == nps.Promoter { // in a letter that says "call", a 9 would be read as the answer
			d.Dropped = l.T("alert.dropped_promoter", lang.Values{"Score": a.Score})
		}
	}
	if a.Again {
		d.Again = l.T("alert.again")
	}
	d.Words = a.said(l)
	if len(d.Words) == 0 {
		d.NoWords = l.T("alert.no_words")
	}
	d.Past, d.PastTitle = a.past(l)
	steps := "alert.step_"
	for i := 1; l.Has(steps + string(rune('0'+i))); i++ {
		d.Steps = append(d.Steps, l.T(steps+string(rune('0'+i)), lang.Values{"Call": call(l, a.Person.Phone)}))
	}
	return d
}

// risen are the words of a case that was handed over after its score rose: what was, and nothing to do in a hurry.
func (a AlertData) risen(l lang.Language, d alertData) alertData {
	who := lang.Values{"Who": d.Who}
	d.Subject, d.Title = l.T("alert.subject_risen", who), l.T("alert.title_risen", who)
	d.Group = l.T("alert.group.risen", lang.Values{"Campaign": line(a.Campaign), "When": a.moment(l, a.Answered), "Score": a.Score})
	d.DoTitle, d.By, d.Counted = "", "", ""
	d.Words = a.said(l)
	d.Past, d.PastTitle = a.past(l)
	return d
}

func (a AlertData) said(l lang.Language) (all []fact) {
	for _, w := range []fact{{Name: l.T("alert.why"), Text: visible(a.Why)}, {Name: l.T("alert.wish"), Text: visible(a.Wish)}} {
		if w.Text != "" {
			all = append(all, w)
		}
	}
	return all
}

func (a AlertData) past(l lang.Language) (all []string, title string) {
	for _, p := range a.Past[:min(len(a.Past), maxPast)] {
		all = append(all, l.T("alert.past_line", lang.Values{"Score": p.Score, "Date": l.Date(p.At.In(a.Zone)), "Campaign": line(p.Campaign)}))
	}
	if len(all) == 0 {
		return nil, ""
	}
	return all, l.T("alert.past")
}

func call(l lang.Language, phone string) string {
	if line(phone) == "" {
		return l.T("alert.call_without_phone")
	}
	return l.T("alert.call", lang.Values{"Phone": line(phone)})
}

func (a AlertData) facts(l lang.Language) []fact {
	var all []fact
	add := func(id, text, link string) {
		if text = cut(line(text), 200); text != "" {
			all = append(all, fact{l.T("alert.fact." + id), text, link})
		}
	}
	add("name", a.Person.Name, "")
	add("phone", a.Person.Phone, telephone(a.Person.Phone))
	add("email", a.Person.Email, "mailto:"+a.Person.Email)
	add("value", a.Value, "")
	add("tier", a.Tier, "")
	add("product", a.Product, "")
	add("location", a.Location, "")
	add("team", a.Team, "")
	return all
}

// telephone makes the link that dials; "" for what is no number.
func telephone(phone string) string {
	digits := strings.Map(func(c rune) rune {
		if c == '+' || unicode.IsDigit(c) && c < 128 {
			return c
		}
		return -1
	}, phone)
	if len(digits) < 5 || strings.LastIndex(digits, "+") > 0 {
		return ""
	}
	return "tel:" + digits
}

// moment writes a time with the distance of its zone from UTC, for a deadline is read in more than one place.
func (a AlertData) moment(l lang.Language, t time.Time) string {
	t = t.In(a.Zone)
	return l.Moment(t) + " (" + lang.Offset(t) + ")"
}
