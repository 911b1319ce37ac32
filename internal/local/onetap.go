package local

import (
	"onetap/internal/local/faults"
	"onetap/internal/local/ses"
)

// What the parts of the laptop that stand in for AWS are told of Onetap.

// functions are the folders of the functions, as faults name them.
var functions = []string{"respond", "desk", "send", "feedback", "recompute", "notify", "clock"}

// ParseFault reads what shall go wrong in one of Onetap's functions: see faults.Parse.
func ParseFault(s string) (faults.Rule, error) { return faults.Parse(s, functions...) }

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
