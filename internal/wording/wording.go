// Package wording is what a campaign says to its respondents, in the e-mail and on the page: the campaign's own words
// where it has them, else the audience's default words from the language files.
package wording

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// Limits of a campaign's own words in characters: a subject that mail programs show, a text that people read.
const (
	MaxSubject = 150
	MaxText    = 2000
)

func init() { survey.Languages = lang.Codes }

// field is one text of a Wording.
type field struct {
	name string
	of   func(*survey.Wording) *string
	max  int
}

var texts = []field{
	{"subject", func(w *survey.Wording) *string { return &w.Subject }, MaxSubject},
	{"greeting", func(w *survey.Wording) *string { return &w.Greeting }, MaxText},
	{"intro", func(w *survey.Wording) *string { return &w.Intro }, MaxText},
	{"question", func(w *survey.Wording) *string { return &w.Question }, MaxText},
	{"why", func(w *survey.Wording) *string { return &w.Why }, MaxText},
	{"wish", func(w *survey.Wording) *string { return &w.Wish }, MaxText},
	{"signature", func(w *survey.Wording) *string { return &w.Signature }, MaxText},
	{"reminder", func(w *survey.Wording) *string { return &w.Reminder }, MaxSubject},
	{"reminder_text", func(w *survey.Wording) *string { return &w.ReminderText }, MaxText},
	{"second_reminder", func(w *survey.Wording) *string { return &w.Second }, MaxSubject},
	{"second_reminder_text", func(w *survey.Wording) *string { return &w.SecondText }, MaxText},
}

var placeholder = regexp.MustCompile(`\{[\p{L}_]+\}`)

// Check tells what of a campaign's own words cannot be sent. Problems: wording_braces, wording_placeholder,
// wording_too_long, wording_language, and those of survey.CheckLine and CheckLines; where is a path such as
// "wording.ru.subject".
func Check(c survey.Campaign) error {
	if err := check(c.Company, "company", MaxSubject); err != nil {
		return err
	}
	for _, code := range lang.All() {
		w, ok := c.Wording[string(code)]
		if !ok {
			continue
		}
		for _, f := range texts {
			if err := check(*f.of(&w), "wording."+string(code)+"."+f.name, f.max); err != nil {
				return err
			}
		}
	}
	for code := range c.Wording {
		if l, ok := lang.Parse(code); !ok || string(l) != code {
			var known []string
			for _, l := range lang.All() {
				known = append(known, string(l))
			}
			return apperr.New(apperr.Invalid, "wording_language", "wording."+code, "Language", code, "Known", strings.Join(known, ", "))
		}
	}
	return nil
}

func check(text, where string, limit int) error {
	look := survey.CheckLines
	if limit == MaxSubject { // goes into a header
		look = survey.CheckLine
	}
	if err := look(text, where); err != nil {
		return err
	}
	if strings.Contains(text, "{{") {
		return apperr.New(apperr.Invalid, "wording_braces", where)
	}
	for _, p := range placeholder.FindAllString(text, -1) {
		if p != "{name}" && p != "{company}" {
			return apperr.New(apperr.Invalid, "wording_placeholder", where, "Placeholder", p)
		}
	}
	if utf8.RuneCountInString(text) > limit {
		return apperr.New(apperr.Invalid, "wording_too_long", where, "Limit", limit)
	}
	return nil
}

// For returns every text of a campaign in a language, with the company in its place; "{name}" is left for each recipient (mail).
func For(c survey.Campaign, l lang.Language) survey.Wording {
	w := c.Wording[string(l)]
	for _, f := range texts {
		s := f.of(&w)
		if strings.TrimSpace(*s) != "" {
			*s = strings.ReplaceAll(*s, "{company}", c.Company)
		} else {
			*s = standard(c, l, f.name)
		}
		*s = strings.TrimSpace(strings.ReplaceAll(*s, "\r\n", "\n"))
	}
	return w
}

// Standard returns the texts that a campaign has where it says nothing itself, with "{company}" left as a placeholder: what
// its own words begin with.
func Standard(c survey.Campaign, l lang.Language) survey.Wording {
	var w survey.Wording
	for _, f := range texts {
		*f.of(&w) = l.T(standardID(c, l, f.name))
	}
	return w
}

// Reason says why the letter came, for its foot.
func Reason(c survey.Campaign, l lang.Language) string { return standard(c, l, "reason") }

// standard returns a default text.
func standard(c survey.Campaign, l lang.Language, name string) string {
	return strings.ReplaceAll(l.T(standardID(c, l, name)), "{company}", unquoted(c.Company))
}

// standardID names a default text: what promises that answers are anonymous has a form for campaigns of which that
// is true, and what names the company one for campaigns without one.
func standardID(c survey.Campaign, l lang.Language, name string) string {
	id := "wording." + string(c.Audience) + "." + name
	if c.Promises() && l.Has(id+"_anonymous") {
		id += "_anonymous"
	}
	if c.Company == "" && l.Has(id+"_plain") {
		id += "_plain"
	}
	return id
}

// unquoted takes the quotation marks off a name, for the defaults that put their own around it.
func unquoted(name string) string {
	for _, pair := range [][2]string{{"«", "»"}, {"“", "”"}, {"„", "“"}, {`"`, `"`}} {
		if inner, ok := strings.CutPrefix(name, pair[0]); ok && strings.HasSuffix(inner, pair[1]) {
			return strings.TrimSuffix(inner, pair[1])
		}
	}
	return name
}
