package local

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"onetap/internal/firststeps"
	"onetap/internal/local/drive"
	"onetap/internal/local/faults"
	"onetap/internal/local/ses"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
)

// What the parts of the laptop that stand in for AWS are told of Onetap.

// functions are the folders of the functions, as faults name them.
var functions = []string{"respond", "desk", "sheets", "send", "feedback", "recompute", "notify", "clock"}

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
	}
}

// Set writes the company's settings of a fresh workspace, which the API cannot.
func (s *Stack) Set(ctx context.Context, v survey.Settings) error {
	_, err := startpage.OpenTable(s.AWS(), s.TableName()).PutSettings(ctx, v)
	return err
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
		Name:  "answer",
		Label: map[string]string{"en": fmt.Sprintf("Let %d customers answer", customersAnswer), "ru": fmt.Sprintf("Пусть ответят %d\u00a0клиентов", customersAnswer)},
		Start: func() { s.crowd.Start(customersAnswer) },
		State: func(lang string) string { return crowdSays(s.crowd.State(), lang) },
		Busy:  func() bool { return s.crowd.State().Working },
	}}
}

// crowdWords say how far the customers are: at work, done, nobody left, nobody at all, broken off.
var crowdWords = map[string][5]string{
	"en": {
		"Customers are answering: %d of %d.", "%d of %d customers have answered.", "%d of %d have answered; every other letter has its answer already, or its survey is over.",
		"There is no letter to answer: launch a campaign, or send to more people.", "Customers were interrupted: %d of %d have answered.",
	},
	"ru": {
		"Клиенты отвечают: %d из %d.", "Ответили: %d из %d.", "Ответили: %d из %d. На остальные письма ответы уже есть, или опрос закрыт.",
		"Отвечать не на что: запустите кампанию или пригласите больше людей.", "Клиентов прервали: ответили %d из %d.",
	},
}

func crowdSays(at drive.CrowdState, lang string) string {
	say := crowdWords[lang]
	which := 1
	switch {
	case at.Wanted == 0:
		return ""
	case at.Working:
		which = 0
	case at.Failed:
		which = 4
	case at.Answered == 0:
		return say[3]
	case at.Answered < at.Wanted:
		which = 2
	}
	return fmt.Sprintf(say[which], at.Answered, at.Wanted)
}

var inboxTitle = map[string]string{"en": "Onetap inbox", "ru": "Почта Onetap"}

// letterKinds are the letters that Onetap sends. One without a tag "kind" is known by the ids in its tags.
var letterKinds = []ses.Kind{
	{Name: "alert", Tags: []string{"case"}, Colour: "red", Label: map[string]string{"en": "Alert", "ru": "Сигнал"}},
	{Name: "alerts", Tags: []string{"cases"}, Colour: "red", Label: map[string]string{"en": "Alerts", "ru": "Сигналы"}},
	{Name: "survey", Tags: []string{"invitation", "campaign"}, Colour: "blue", Label: map[string]string{"en": "Survey", "ru": "Опрос"}},
	{Name: "reminder", Colour: "blue", Label: map[string]string{"en": "Reminder", "ru": "Напоминание"}},
	{Name: "escalation", Colour: "red", Label: map[string]string{"en": "Escalation", "ru": "Эскалация"}},
	{Name: "digest", Colour: "violet", Label: map[string]string{"en": "Digest", "ru": "Сводка"}},
	{Name: "test", Colour: "violet", Label: map[string]string{"en": "Test", "ru": "Проба"}},
}
