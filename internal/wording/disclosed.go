package wording

import (
	"cmp"
	"strings"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

// Disclosed is what people of an audience read of what is kept of them, by what the company has said; of one that has said nothing, what is true without.
func Disclosed(l lang.Language, of survey.Audience, p survey.Privacy, s survey.Settings) (all []survey.Section) {
	part := func(title, text string) {
		all = append(all, survey.Section{Title: l.T("privacy." + title), Text: text})
	}
	part("who", cmp.Or(strings.Join(strings.FieldsFunc(p.Controller, func(r rune) bool { return r == '\n' || r == '\r' }), ", "), s.Company, l.T("privacy.who_unsaid")))
	g := p.Grounds[of]
	part("why", cmp.Or(g.Purpose, l.T("privacy.purpose."+string(of))))
	part("basis", l.T("basis."+cmp.Or(string(g.Basis), "unsaid")))
	if !of.Anonymous() {
		part("kept", l.T("privacy.kept_person"))
	} else {
		part("kept", l.T("privacy.kept_employees"))
		all[len(all)-1].Link, all[len(all)-1].More = "/anonymity?lang="+string(l), l.T("mail.anonymous_how")
	}
	part("long", howLong(l, of, p))
	part("whom", l.T("privacy.whom_text"))
	stop := l.T("privacy.stop_text")
	if p.NeedsConsent(of) {
		stop += " " + l.T("privacy.stop_consent")
	}
	part("stop", stop)
	if s.Contact != "" {
		part("rights", l.T("privacy.rights_text", lang.Values{"Contact": s.Contact}))
	} else {
		part("rights", l.T("privacy.rights_text_bare"))
	}
	return all
}

// howLong says for how long what is kept; months that are not switched on are no promise.
func howLong(l lang.Language, of survey.Audience, p survey.Privacy) string {
	var all []string
	for _, k := range []struct {
		id string
		n  int
	}{{"comments", p.Comments}, {"contacts", p.Contacts}, {"cases", p.Cases}} {
		if p.On && k.n > 0 && !(k.id == "cases" && of.Anonymous()) { // employees have none
			all = append(all, l.T("privacy.long_"+k.id, lang.Values{"Count": k.n}))
		}
	}
	if all == nil {
		return l.T("privacy.long_always")
	}
	return strings.Join(append(all, l.T("privacy.long_rest")), " ")
}
