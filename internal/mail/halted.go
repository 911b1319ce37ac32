package mail

import (
	"errors"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

// HaltedData is what the administrators are told when a campaign stopped by itself.
type HaltedData struct {
	From     string
	To       string
	Language string // the reader's
	Campaign string // its name
	Reason   string // survey.Campaign's Stopped
	URL      string // of the campaign's page; "" where no address of the console is known
	Tags     map[string]string
}

// Halted makes the letter about a campaign that stopped by itself.
func Halted(h HaltedData) (Message, error) {
	to, err := survey.NormalizeEmail(h.To)
	if err != nil {
		return Message{}, errors.New("campaign halted: the reader's address is not one")
	}
	l, ok := lang.Parse(h.Language)
	if !ok {
		l = lang.Default
	}
	name := cut(line(h.Campaign), maxName)
	return note{
		lang: l, from: h.From, to: to, tags: h.Tags, URL: h.URL,
		Subject: l.T("halted.subject", lang.Values{"Campaign": name}), Title: l.T("halted.title", lang.Values{"Campaign": name}),
		Text: Stopped(l, h.Reason), Button: l.T("halted.button"), Note: l.T("halted.note"),
	}.message()
}

// Stopped says why a campaign stopped by itself, and what to do: on its page, and in the letter about it.
func Stopped(l lang.Language, reason string) string {
	by := survey.StoppedBy(reason)
	if by == "survey_paused" || by == "survey_stopped" { // by a person
		return l.T("campaign.stopped_" + by)
	}
	what := "campaign.stopped"
	if by == "refused" || by == "few" || by == "near" {
		what = "campaign.stopped_why_" + by
	}
	return l.T(what, lang.Values{"Reason": line(reason)}) + " " + l.T("campaign.stopped_"+by)
}
