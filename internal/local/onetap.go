package local

import (
	"cmp"
	"context"
	"time"

	"onetap/internal/firststeps"
	"onetap/internal/local/faults"
	"onetap/internal/local/ses"
	"onetap/internal/local/startpage"
)

// What the parts of the laptop that stand in for AWS are told of Onetap.

// functions are the folders of the functions, as faults name them.
var functions = []string{"respond", "desk", "send", "feedback", "recompute", "notify", "clock"}

// ParseFault reads what shall go wrong in one of Onetap's functions: see faults.Parse.
func ParseFault(s string) (faults.Rule, error) { return faults.Parse(s, functions...) }

// The deployment's sender and administrator, who do not exist.
const (
	sender     = "Onetap <nps@example.com>"
	firstAdmin = "admin@example.com"
)

// startPage is the laptop's own first page, over the table as the functions have it.
func (s *Stack) startPage() *startpage.Pages {
	table := startpage.OpenTable(s.AWS(), s.TableName())
	from := cmp.Or(s.cfg.Parameters["Sender"], sender)
	return &startpage.Pages{
		Table: table, Now: time.Now, Admin: cmp.Or(s.cfg.Parameters["AdminEmail"], firstAdmin),
		Steps: &firststeps.Steps{
			Store: table, Now: time.Now, Sender: from,
			Verified: func(context.Context, string) (bool, error) { return true, nil }, // the laptop's SES has no unverified identities
		},
		Site: s.Site(), Links: s.Links(), Inbox: s.Inbox(), AWS: s.AWS(), Token: s.token, Data: s.cfg.Data,
	}
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
