package mail

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

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

// AlertKind is what the case of an alert is of.
type AlertKind string

const (
	OfDetractor AlertKind = "detractor"
	OfPassive   AlertKind = "passive"
	OfSilent    AlertKind = "silent" // somebody of value who was asked again and again, and never answered
)

// Past is an earlier answer.
type Past struct {
	Campaign string
	Score    int
	At       time.Time
}

// AlertData is what the owner of a case is told (D10). What is empty is left out of the letter.
type AlertData struct {
	From     string // the deployment's sender
	To       string // the reader's address
	Reason   AlertReason
	Language string         // the reader's
	Zone     *time.Location // the company's; nil: none is set, and times are UTC and say so

	Person   survey.Person
	Account  string // the company that the person works for
	Audience survey.Audience
	Campaign string // the campaign's name
	Kind     AlertKind
	Score    int  // a detractor's, or a passive's; nobody's of a silent one
	Silent   int  // surveys in a row that a silent one has not answered
	Risen    bool // the score has risen since Score: there is nothing to call about; only for a case that was handed over
	Was      *int // the score given before in this same campaign; nil: this is the first
	Again    bool // a letter about this has gone out before, without the words
	Reopened bool // the case was resolved and has been opened again
	Spoken   bool // somebody has spoken to the person already: there is nothing to call about
	Why      string
	Wish     string
	Past     []Past // earlier campaigns, newest first
	Value    string // at risk, as the customer database gives it
	Tier     string
	Product  string
	Location string
	Team     string

	Answered time.Time // or, of a silent one, when the case was opened
	Deadline time.Time // until when they should have been called
	Working  bool      // that is working time
	CaseURL  string    // where one acts on it; "" where no address of the console is known
	ActURL   string    // where the reader acts on it without signing in; "": nowhere
	Tags     map[string]string

	// What was done so far, for letters about what is not done; see Occasion.
	Owner     string    // who answers for it, where that is not the reader
	Told      time.Time // when the last letter about it went to them
	Taken     bool
	Tries     int // calls that reached nobody
	CallAgain time.Time
	Notes     int
}

// fact is one line of what is known.
type fact struct{ Name, Text, Link string }

// act is a link by which the reader does something, and what parts it from the one before.
type act struct{ Text, Link, Sep string }

// step is one thing to do: a text in the middle of which there may be a number that can be called.
type step struct{ Text, Number, Link, Rest string }

type alertData struct {
	Lang, Subject, Title, Group, Dropped  string
	Again, Account                        string
	NoWords                               string
	Words                                 []fact // question and answer
	FactsTitle                            string
	Facts                                 []fact
	PastTitle                             string
	Past                                  []string
	DoTitle, By, Counted                  string
	Steps                                 []step
	Reply, Reason, CaseURL, CaseText, Who string
	ActURL, ActText                       string // of the button
	Acts                                  []act  // of the links beside it
}

// maxPast is how many earlier answers are listed.
const maxPast = 5

// check refuses to have somebody called who has no reason to expect it.
func (a AlertData) check() error {
	group := map[AlertKind]nps.Group{OfDetractor: nps.Detractor, OfPassive: nps.Passive}[a.Kind]
	switch score := nps.Score(a.Score); {
	case a.Kind == OfSilent && a.Silent > 0, a.Kind != OfSilent && score.Valid() && score.Group() == group:
		return nil
	}
	return fmt.Errorf("alert: score %d is not a %s's", a.Score, a.Kind)
}

// text is the name of a text that each kind has its own of.
func (a AlertData) text(name string) string {
	if a.Kind == OfDetractor {
		return "alert." + name
	}
	return "alert." + string(a.Kind) + "." + name
}

// Alert makes the letter that tells the owner of a case what happened and what to do by when. A reply to it goes
// to the respondent.
func Alert(a AlertData) (Message, error) {
	to, err := survey.NormalizeEmail(a.To)
	if err != nil {
		return Message{}, errors.New("alert: the reader's address is not one")
	}
	if err := a.check(); err != nil {
		return Message{}, err
	}
	l, ok := lang.Parse(a.Language)
	if !ok {
		l = lang.Default
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
	who := a.who()
	hours := int(a.Deadline.Sub(a.Answered).Round(time.Hour) / time.Hour)
	d := alertData{
		Lang: string(l), Who: who,
		Title:      a.title(l, who),
		Subject:    a.subject(l, who),
		Group:      l.T("alert.group."+string(a.Kind), lang.Values{"Campaign": line(a.Campaign), "When": a.moment(l, a.Answered)}),
		FactsTitle: l.T("alert.facts"), Facts: a.facts(l),
		DoTitle: l.T("alert.do"), By: l.T("alert.by", lang.Values{"When": a.deadline(l)}), Account: a.account(),
		Counted: l.T("alert.counted", lang.Values{"Count": hours, "When": a.moment(l, a.Answered)}),
		Reason:  l.T("alert.reason."+string(a.Reason), lang.Values{"Team": line(a.Team)}),
		CaseURL: a.CaseURL, CaseText: l.T("alert.case"),
	}
	if acts := a.acts(l); len(acts) > 0 {
		d.ActURL, d.ActText, d.Acts = acts[0].Link, acts[0].Text, acts[1:]
		d.Acts[0].Sep = ""
	}
	switch {
	case a.Kind == OfSilent:
		d.Counted = l.T("alert.silent.counted", lang.Values{"When": a.moment(l, a.Answered)})
	case a.Working:
		d.Counted = l.T("alert.counted_work", lang.Values{"When": a.moment(l, a.Answered)})
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
	switch {
	case a.Again:
		d.Again = l.T("alert.again")
	case a.Reopened:
		d.Again, d.Counted = l.T("alert.reopened"), ""
	}
	d.Words = a.said(l)
	if len(d.Words) == 0 && a.Kind != OfSilent {
		d.NoWords = l.T("alert.no_words")
	}
	d.Past, d.PastTitle = a.past(l)
	if a.Spoken {
		d.Again, d.DoTitle, d.By, d.Counted = l.T("alert.spoken"), "", "", ""
		return d
	}
	d.Steps = a.steps(l)
	return d
}

// acts are the buttons of somebody who is to call; the first is what they will most often have done.
func (a AlertData) acts(l lang.Language) (all []act) {
	if a.ActURL == "" || a.Risen || a.Spoken {
		return nil
	}
	for _, do := range []string{"called", "take", "hand"} {
		all = append(all, act{l.T("alert.act." + do), a.ActURL + "?do=" + do, sep(len(all) > 0)})
	}
	return all
}

func sep(needed bool) string {
	if needed {
		return " · "
	}
	return ""
}

// steps are what to do, the call first.
func (a AlertData) steps(l lang.Language) []step {
	all := []step{{Text: l.T("alert.call_without_phone")}}
	if phone := line(a.Person.Phone); phone != "" {
		const here = "\x00"
		before, after, _ := strings.Cut(l.T("alert.call", lang.Values{"Phone": here}), here)
		all[0] = step{before, phone, a.Person.Dial(), after}
	}
	steps := a.text("step_")
	for i := 2; l.Has(steps + string(rune('0'+i))); i++ {
		all = append(all, step{Text: l.T(steps + string(rune('0'+i)))})
	}
	return all
}

func (a AlertData) title(l lang.Language, who string) string {
	if a.Kind == OfSilent {
		return l.T("alert.silent.title", lang.Values{"Count": a.Silent, "Who": who})
	}
	return l.T("alert.title", lang.Values{"Score": a.Score, "Who": who})
}

func (a AlertData) subject(l lang.Language, who string) string {
	v := lang.Values{"Who": who, "Date": l.Date(a.at(a.Deadline))}
	if a.Kind == OfSilent {
		v["Count"] = a.Silent
		return l.T("alert.silent.subject", v)
	}
	v["Score"] = a.Score
	return l.T("alert.subject", v)
}

// who is what the person is called.
func (a AlertData) who() string {
	if name := cut(line(a.Person.Name), maxName); name != "" {
		return name
	}
	return line(cmp.Or(a.Person.Email, a.Person.Phone, a.Person.Customer))
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
		all = append(all, l.T("alert.past_line", lang.Values{"Score": p.Score, "Date": l.Date(a.at(p.At)), "Campaign": line(p.Campaign)}))
	}
	if len(all) == 0 {
		return nil, ""
	}
	return all, l.T("alert.past")
}

func (a AlertData) facts(l lang.Language) []fact {
	var all []fact
	add := func(id, text, link string) {
		if text = cut(line(text), 200); text != "" {
			all = append(all, fact{l.T("alert.fact." + id), text, link})
		}
	}
	add("name", a.Person.Name, "")
	add("company", a.Account, "")
	add("phone", a.Person.Phone, a.Person.Dial())
	add("email", a.Person.Email, "mailto:"+a.Person.Email)
	add("value", a.Value, "")
	add("tier", a.Tier, "")
	add("product", a.Product, "")
	add("location", a.Location, "")
	add("team", a.Team, "")
	return all
}

// account is the company and what is at stake, as one line.
func (a AlertData) account() string {
	var all []string
	for _, text := range []string{a.Account, a.Value} {
		if text = cut(line(text), 100); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, " · ")
}

// at is a time on the company's clock.
func (a AlertData) at(t time.Time) time.Time {
	if a.Zone == nil {
		return t.UTC()
	}
	return t.In(a.Zone)
}

// moment writes a time on the company's clock. Where none is set, it says that it is UTC.
func (a AlertData) moment(l lang.Language, t time.Time) string {
	if a.Zone == nil {
		return l.Moment(t.UTC()) + " (UTC)"
	}
	return l.Moment(t.In(a.Zone))
}

// deadline writes until when, with the distance of the clock from UTC: it may be read in another place than the company's.
func (a AlertData) deadline(l lang.Language) string {
	t := a.at(a.Deadline)
	return l.Moment(t) + " (" + lang.Offset(t) + ")"
}
