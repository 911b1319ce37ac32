package mail

import (
	"errors"
	"slices"
	"strings"
	"time"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

// Occasion is why a letter about several cases goes out.
type Occasion string

const (
	Answered Occasion = ""        // they have answered
	HalfTime Occasion = "half"    // half of the owner's time has passed, and nobody has spoken to them
	Overdue  Occasion = "overdue" // the owner's deadline has: their manager is told
	Climbed  Occasion = "climbed" // the manager's has, too: the top level is told
)

// AlertsData is what somebody is told of several cases at once. From, To, Language and Zone of the alerts are not looked at.
type AlertsData struct {
	Occasion Occasion
	More     int // how many others there are besides Alerts, which the letter does not name
	From     string
	To       string
	Language string
	Zone     *time.Location // as AlertData's
	Alerts   []AlertData    // in the order in which they are to be called
	BoardURL string         // of all cases; "" where no address of the console is known
	Tags     map[string]string
}

// maxWords is how many characters of somebody's words stand in a letter about several; the case has them all.
const maxWords = 400

type alertsData struct {
	Lang, Subject, Title       string
	Items                      []alertsItem
	CaseText, Reply, Reason    string
	BoardURL, BoardText, Write string
	Lead, More                 string
}

type alertsItem struct {
	Title, Account, Group, Dropped, Again, NoWords, By string
	Happened                                           []string // with whom it is, and what was done so far
	Words                                              []fact
	Call, Dial                                         string // what the button says, and where it leads
	Phone                                              string // where it is no number to call
	Email, Mail                                        string
	CaseURL                                            string
	Acts                                               []act
}

// Alerts makes one letter about several cases. A reply goes to the respondent only where all of them are one person's.
func Alerts(a AlertsData) (Message, error) {
	to, err := survey.NormalizeEmail(a.To)
	if err != nil {
		return Message{}, errors.New("alerts: the reader's address is not one")
	}
	if len(a.Alerts) == 0 && a.More == 0 {
		return Message{}, errors.New("alerts: there is nobody to tell of")
	}
	l, ok := lang.Parse(a.Language)
	if !ok {
		l = lang.Default
	}
	m := Message{From: a.From, To: to, Tags: a.Tags}
	d := a.words(l)
	if reply, ok := a.reply(); ok && (a.Occasion == Answered || a.Occasion == HalfTime) {
		m.ReplyTo, d.Reply = reply, l.T("alert.reply", lang.Values{"Who": a.Alerts[0].who()})
	}
	m.Subject, m.HTML, m.Text, err = render("alerts", d)
	return m, err
}

// reply is the one address of all whom the letter is about; ok is false where there are several, or none.
func (a AlertsData) reply() (string, bool) {
	if len(a.Alerts) == 0 {
		return "", false
	}
	first, err := survey.NormalizeEmail(a.Alerts[0].Person.Email)
	for _, other := range a.Alerts[1:] {
		if err == nil && other.Person.Email != a.Alerts[0].Person.Email {
			return "", false
		}
	}
	return first, err == nil
}

func (a AlertsData) words(l lang.Language) alertsData {
	count := lang.Values{"Count": len(a.Alerts) + a.More}
	text := "alerts."
	switch {
	case a.Occasion != Answered:
		text = "alerts." + string(a.Occasion) + "_"
	case slices.ContainsFunc(a.Alerts, func(one AlertData) bool { return one.Kind != OfDetractor }):
		text = "alerts.mixed_"
	}
	d := alertsData{
		Lang: string(l), Title: l.T(text+"title", count), CaseText: l.T("alert.case"), Reply: l.T("alerts.reply"), Reason: l.T(text + "reason"),
		BoardURL: a.BoardURL, BoardText: l.T("alerts.board"), Write: l.T("alerts.write"),
	}
	if a.Occasion == Overdue || a.Occasion == Climbed {
		d.Lead, d.BoardText = l.T(text+"lead"), l.T("alerts.board_team")
	}
	if a.More > 0 {
		d.More = l.T("alerts.others", lang.Values{"Count": a.More})
	}
	var names []string
	var first time.Time
	for _, one := range a.Alerts {
		one.Zone = a.Zone
		item := one.item(l)
		if a.Occasion == Overdue || a.Occasion == Climbed {
			item.By = l.T("alerts.was_due", lang.Values{"When": one.deadline(l)})
		}
		if a.Occasion != Answered {
			item.Happened = one.happened(l)
		}
		d.Items = append(d.Items, item)
		names = append(names, cut(one.who(), 40))
		if item.By != "" && (first.IsZero() || one.Deadline.Before(first)) {
			first = one.Deadline
		}
	}
	const named = 2
	who := strings.Join(names[:min(named, len(names))], ", ")
	if others := len(names) + a.More - named; others > 0 && len(names) >= named {
		who = l.T("alerts.and_more", lang.Values{"Who": who, "Count": others})
	}
	d.Subject = l.T(text+"subject", lang.Values{"Count": len(a.Alerts) + a.More, "Who": who})
	if !first.IsZero() && (a.Occasion == Answered || a.Occasion == HalfTime) {
		at := AlertData{Zone: a.Zone}.at(first)
		d.Subject += ". " + l.T("alerts.first_by", lang.Values{"Date": l.Date(at)})
	}
	return d
}

// item is one of several alerts: what is said, until when to call, and the ways to do it.
func (a AlertData) item(l lang.Language) alertsItem {
	full := a.words(l)
	i := alertsItem{
		Title: full.Title, Account: full.Account, Group: full.Group, Dropped: full.Dropped, Again: full.Again, NoWords: full.NoWords, By: full.By, CaseURL: a.CaseURL, Acts: a.acts(l),
	}
	for _, w := range full.Words {
		w.Text = cut(w.Text, maxWords)
		i.Words = append(i.Words, w)
	}
	if phone := line(a.Person.Phone); phone != "" && !a.Risen && !a.Spoken {
		if i.Dial = a.Person.Dial(); i.Dial != "" {
			i.Call = l.T("alerts.call", lang.Values{"Phone": phone})
		} else {
			i.Phone = phone
		}
	}
	if email, err := survey.NormalizeEmail(a.Person.Email); err == nil {
		i.Email, i.Mail = email, "mailto:"+email
	}
	return i
}

// happened is what was done about a case so far, for a letter that says that nobody has spoken to them.
func (a AlertData) happened(l lang.Language) (all []string) {
	if owner := line(a.Owner); owner != "" {
		all = append(all, l.T("alerts.so.owner", lang.Values{"Who": owner}))
	}
	if !a.Told.IsZero() {
		all = append(all, l.T("alerts.so.told", lang.Values{"When": a.moment(l, a.Told)}))
	}
	if a.Taken {
		all = append(all, l.T("alerts.so.taken"))
	}
	if a.Tries > 0 {
		all = append(all, l.T("alerts.so.tries", lang.Values{"Count": a.Tries}))
	}
	if !a.CallAgain.IsZero() {
		all = append(all, l.T("alerts.so.again", lang.Values{"When": a.moment(l, a.CallAgain)}))
	}
	if a.Notes > 0 {
		all = append(all, l.T("alerts.so.notes", lang.Values{"Count": a.Notes}))
	}
	if a.Told.IsZero() && !a.Taken && a.Tries == 0 && a.Notes == 0 {
		all = append(all, l.T("alerts.so.nothing"))
	}
	return all
}
