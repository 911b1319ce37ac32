package local

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"onetap/internal/firststeps"
	"onetap/internal/lang"
	_ "onetap/internal/lang/desk" // the words of the laptop's own pages
	"onetap/internal/local/cloud"
	"onetap/internal/local/drive"
	"onetap/internal/local/faults"
	"onetap/internal/local/ses"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
)

// What the parts of the laptop that stand in for AWS are told of Onetap.

// functions are the folders of the functions, as faults name them.
var functions = []string{"respond", "desk", "sheets", "report", "send", "feedback", "recompute", "notify", "clock", "ballots", "analyse"}

// ParseFault reads what shall go wrong in one of Onetap's functions: see faults.Parse.
func ParseFault(s string) (faults.Rule, error) { return faults.Parse(s, functions...) }

// sender and FirstAdmin are the deployment's sender and administrator, who do not exist.
const (
	sender     = "Onetap <nps@example.com>"
	FirstAdmin = "admin@example.com" // where the template's AdminEmail is not set
)

// startPage is the laptop's own first page, over the table as the functions have it.
func (s *Stack) startPage() *startpage.Pages {
	table := startpage.OpenTable(s.AWS(), s.TableName())
	from := cmp.Or(s.cfg.Parameters["Sender"], sender)
	return &startpage.Pages{
		Table: table, Now: time.Now, Admin: cmp.Or(s.cfg.Parameters["AdminEmail"], FirstAdmin),
		Steps: &firststeps.Steps{
			Store: table, Now: time.Now, Sender: from,
			Verified: func(context.Context, string) (bool, error) { return true, nil }, // the laptop's SES has no unverified identities
		},
		Site: s.Site(), Links: s.Links(), Inbox: s.Inbox(), AWS: s.AWS(), Token: s.token, Data: s.cfg.Data,
		Events: func() []cloud.BusEvent { return s.cloud.Load().BusEvents() },
	}
}

// Set writes the company's settings of a fresh workspace, which the API cannot.
func (s *Stack) Set(ctx context.Context, v survey.Settings) error {
	_, err := startpage.OpenTable(s.AWS(), s.TableName()).PutSettings(ctx, v)
	return err
}

// UnlimitedMail lifts SES's rate while the sample workspace is loaded, so that nobody waits for its letters, and sets it again.
func (s *Stack) UnlimitedMail(on bool) {
	rate := s.cfg.MailRate
	if on {
		rate = 0
	}
	s.mail.SetLimits(rate, s.cfg.MailQuota)
}

// Customers who answer from the inbox, and how fast: four a second, so that one sees the figures move.
const (
	customersAnswer = 50
	customersPause  = 250 * time.Millisecond
)

// customers is the inbox's button that lets some answer.
func (s *Stack) customers() []ses.Action {
	s.crowd = &drive.Crowd{
		Company: drive.New(s.Site(), s.Inbox(), ""), Pause: customersPause, Random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
	}
	return []ses.Action{{
		Name: "answer",
		Label: func(code string) string {
			return lang.Language(code).T("inbox.answer", lang.Values{"Count": customersAnswer})
		},
		Start: func() { s.crowd.Start(customersAnswer) },
		State: func(code string) string { return crowdSays(s.crowd.State(), lang.Language(code)) },
		Busy:  func() bool { return s.crowd.State().Working },
	}}
}

// crowdSays says how far the customers are: at work, done, nobody left, nobody at all, broken off.
func crowdSays(at drive.CrowdState, l lang.Language) string {
	which := "done"
	switch {
	case at.Wanted == 0:
		return ""
	case at.Working:
		which = "working"
	case at.Failed:
		which = "failed"
	case at.Answered == 0:
		which = "none"
	case at.Answered < at.Wanted:
		which = "fewer"
	}
	return l.T("inbox.crowd."+which, lang.Values{"Done": at.Answered, "Wanted": at.Wanted})
}

// InboxWords are the inbox's texts in every language, from their files.
type InboxWords struct{}

// Language is the one that is chosen at the start page or the desk, else the browser's.
func (InboxWords) Language(r *http.Request) string { return string(startpage.LanguageOf(r)) }

// Say is a text by its id.
func (InboxWords) Say(code, id string) (string, bool) {
	l := lang.Language(code)
	if id = "inbox." + id; !l.Has(id) {
		return "", false
	}
	return l.T(id), true
}

// Date writes a day.
func (InboxWords) Date(code string, t time.Time) string { return lang.Language(code).Date(t) }

// ShortDate writes a day without its year.
func (InboxWords) ShortDate(code string, t time.Time) string { return lang.Language(code).ShortDate(t) }

// letterKinds are the letters that Onetap sends. One without a tag "kind" is known by the ids in its tags.
var letterKinds = []ses.Kind{
	{Name: "alert", Tags: []string{"case"}, Colour: "red"},
	{Name: "alerts", Tags: []string{"cases"}, Colour: "red"},
	{Name: "survey", Tags: []string{"invitation", "campaign"}, Colour: "blue"},
	{Name: "reminder", Colour: "blue"},
	{Name: "escalation", Colour: "red"},
	{Name: "digest", Colour: "violet"},
	{Name: "test", Colour: "violet"},
}
