package campaigns

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// checkPage says before a launch what will happen, and what stands in its way.
type checkPage struct {
	draftFrame
	Count       countView
	Checks      []checkLine
	Expected    []string // what the answers will be able to tell; none where that is not known
	Facts       []shell.Fact
	MayLaunch   bool // nothing stands in the way
	MaySend     bool
	Paper       bool   // nobody is written to
	Ask         string // "Send to 300 people?"
	AskSome     string // the same in all plural forms, for the script
	Starts      string
	Rate, Quota string // of the account, as numbers, for the script; "" where they are not known
	Sent        string
	To, Wrong   string // of the test letter
	Languages   []shell.Option
	Shown       shownLetter
}

// checkLine is one thing that was looked at. Mark is "good", "warn" or "bad".
type checkLine struct {
	ID, Mark, Sign, Label, Text, Href, LinkText string
}

func (d *Pages) showCheck(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, test *testInput) error {
	p := &checkPage{draftFrame: newDraftFrame(r, c, stepCheck)}
	p.Scripts = []string{"campaign.js"}
	p.MaySend = p.Can(authz.Send)
	h, first, err := d.counted(r, c)
	if err != nil {
		return err
	}
	h.Values, first.Values = nil, nil
	p.Count = countViewOf(p.Lang, c, stepCheck, h)
	k := d.Mailing.Check(r.Context(), c, h.counted())
	p.findings(d, r, k, c, h)
	e, some, err := d.Mailing.Expect(r.Context(), c, h.counted())
	if err != nil {
		return err
	}
	if some {
		p.Expected = expected(p.Lang, e)
	}
	p.MayLaunch = p.MaySend && k.Clear()
	p.Starts = p.Lang.T("campaign.starts_at_once")
	if c.StartsAt.After(d.Now()) {
		p.Starts = p.Lang.T("campaign.starts_later", lang.Values{"Moment": p.Lang.Moment(c.StartsAt.In(p.Zone))})
	}
	p.AskSome = p.Lang.Forms("campaign.launch_ask")
	p.Ask = p.Lang.T("campaign.launch_ask", lang.Values{"Count": h.Invited})
	if !p.Count.Done {
		p.Ask = p.Lang.T("campaign.launch_ask_least", lang.Values{"Count": h.Invited})
	}
	if p.Paper = c.Paper; p.Paper {
		p.Ask, p.AskSome = p.Lang.T("campaign.launch_ask_paper"), ""
		if p.Starts = p.Lang.T("campaign.starts_at_once_paper"); c.StartsAt.After(d.Now()) {
			p.Starts = p.Lang.T("campaign.starts_later_paper", lang.Values{"Moment": p.Lang.Moment(c.StartsAt.In(p.Zone))})
		}
	}
	p.Facts = d.summary(r, &p.Frame, c)
	p.To, p.Languages = p.Staff.Email, languageChoices(p.Lang, c, c.Language)
	if p.Shown, _, err = d.shown(r, c); err != nil {
		return err
	}
	if test != nil {
		p.To, p.Wrong, p.Languages = test.to, test.wrong, languageChoices(p.Lang, c, test.language)
		p.Error = test.launch
	}
	return shell.Show(w, r, status, p)
}

// findings says what was found, with links to where it is mended.
func (p *checkPage) findings(d *Pages, r *http.Request, k mailing.Check, c survey.Campaign, h headcount) {
	l := p.Lang
	if a := k.Account; a != nil {
		p.Rate = strconv.FormatFloat(a.Rate, 'f', -1, 64)
		if a.Quota >= 0 {
			p.Quota = strconv.FormatFloat(k.Left, 'f', 0, 64)
		}
	}
	for _, f := range k.Findings {
		text := ""
		if f.Problem != nil {
			text = problemIn(l, p.Zone, f.Problem)
		} else {
			text = l.T("campaign.check_"+f.Found, p.found(k, f.Found, c, h))
		}
		line := checkLine{
			ID: string(f.Topic), Mark: string(f.Mark), Sign: map[mailing.Mark]string{mailing.Good: "✓", mailing.Warn: "!", mailing.Bad: "✕"}[f.Mark],
			Label: l.T("campaign.mark_" + string(f.Mark)), Text: text,
		}
		if step := mendedAt(f, k); step != "" {
			line.Href, line.LinkText = p.Action+"?step="+step, l.T("campaign.mend")
			if field := mendedIn(f); field != "" {
				line.Href += "#" + field
			}
			if f.Problem != nil && f.Problem.Where == "quiet_days" {
				line.LinkText = l.T("campaign.mend_quiet")
			}
		}
		switch {
		case f.Found != mailing.NoGround:
		case p.Can(authz.PeoplesRights):
			line.Href, line.LinkText = "/settings/people/grounds", l.T("campaign.to_grounds")
		default:
			line.Text += " " + l.T("campaign.ground_whose")
		}
		if f.Found == mailing.RulesHold {
			line.Text = d.rulesFound(r, k.Rules, h)
			if p.Can(authz.WriteSettings) {
				line.Href, line.LinkText = "/settings/frequency", l.T("campaign.to_rules")
			}
		}
		if f.Found == mailing.NoContacts {
			line.Href, line.LinkText = "/contacts", l.T("campaign.to_contacts")
		}
		p.Checks = append(p.Checks, line)
	}
}

// rulesFound says which rules of frequency hold, and how many people each leaves out.
func (d *Pages) rulesFound(r *http.Request, rules []survey.FrequencyRule, h headcount) string {
	l := door.VisitOf(r).Lang
	var parts []string
	for n, rule := range rules {
		text := d.RuleText(r, rule)
		if out := h.Rules[n]; out > 0 {
			text = l.T("frequency.line_out", lang.Values{"Who": d.RuleWho(r, rule), "Every": l.T("frequency.every", lang.Values{"Count": rule.Days}), "Count": out})
		}
		parts = append(parts, text)
	}
	id := "campaign.check_rules"
	if h.Next != "" {
		id = "campaign.check_rules_part"
	}
	return l.T(id, lang.Values{"Rules": strings.Join(parts, "; ")})
}

// found are the values in the words of a finding.
func (p *checkPage) found(k mailing.Check, found string, c survey.Campaign, h headcount) lang.Values {
	l := p.Lang
	switch found {
	case mailing.NoContacts:
		return lang.Values{"Audience": audienceName(l, c.Audience)}
	case mailing.Closes:
		return lang.Values{"Moment": l.Moment(c.ClosesAt.In(p.Zone))}
	case mailing.WaitsForHours:
		return lang.Values{"Moment": l.Moment(k.Begins.In(p.Zone))}
	case mailing.OtherClocks:
		return lang.Values{"Count": h.Elsewhere}
	case mailing.Worded:
		return lang.Values{"Languages": peopleByLanguage(l, h)}
	case mailing.WordsMissing:
		var names []string
		for _, code := range k.Missing {
			names = append(names, languageName(l, code))
		}
		return lang.Values{"Languages": strings.Join(names, ", ")}
	case mailing.SenderUnknown, mailing.SenderUnverified, mailing.SenderVerified:
		return lang.Values{"Sender": shell.Readable(k.From)}
	case mailing.Duration:
		return lang.Values{"Time": lasting(l, k.Lasts), "Rate": rateText(l, k.Account.Rate)}
	case mailing.QuotaEnds, mailing.QuotaEnough:
		return lang.Values{"Left": l.Number(int64(k.Left)), "Quota": l.Number(int64(k.Account.Quota))}
	}
	return nil
}

// mendedAt is the step of the draft that a finding leads to; "": none.
func mendedAt(f mailing.Finding, k mailing.Check) string {
	switch {
	case f.Found == mailing.WordsMissing:
		return stepWords + "&language=" + k.Missing[0]
	case f.Found == mailing.NoContacts, f.Found == mailing.RulesHold, f.Found == mailing.OtherClocks, f.Found == mailing.WaitsForHours, f.Found == mailing.SenderUnknown, f.Found == mailing.SenderVerified:
		return ""
	case f.Topic == mailing.TopicAudience, f.Topic == mailing.TopicCompany, f.Topic == mailing.TopicSender:
		return stepAbout
	case f.Topic == mailing.TopicPeople:
		return stepPeople
	case f.Topic == mailing.TopicTime && f.Problem != nil:
		return stepOf(f.Problem.Where)
	case f.Topic == mailing.TopicWords && f.Problem != nil: // "wording.ru.subject"
		if language, _, ok := strings.Cut(strings.TrimPrefix(f.Problem.Where, "wording."), "."); ok {
			return stepWords + "&language=" + language
		}
		return stepWords
	case f.Topic == mailing.TopicTime:
		return stepTime
	case f.Topic == mailing.TopicWords:
		return stepWords
	}
	return ""
}

// mendedIn is the field of that step which a finding is about; "": none by itself.
func mendedIn(f mailing.Finding) string {
	if f.Problem != nil {
		switch field := f.Problem.Where[strings.LastIndex(f.Problem.Where, ".")+1:]; field {
		case "filter":
			return "facets"
		case "name", "company", "sender", "sample", "quiet_days", "groups", "starts_at", "closes_at", "remind_days", "second_remind_days":
			return field
		default:
			if slices.Contains(wordingNames, field) {
				return field
			}
		}
	}
	return map[string]string{mailing.NoCompany: "company", mailing.SenderUnverified: "sender", mailing.NeverCloses: "closes_at", mailing.Closes: "closes_at"}[f.Found]
}

// stepOf is the step of a draft that asks for a field.
func stepOf(field string) string {
	switch field {
	case "name", "company", "sender", "audience", "language":
		return stepAbout
	case "filter", "sample", "quiet_days", "groups":
		return stepPeople
	}
	return stepTime
}

// peopleByLanguage is "Russian 200, English 100".
func peopleByLanguage(l lang.Language, h headcount) string {
	var parts []string
	for _, code := range survey.Languages() {
		if n := h.Languages[code]; n > 0 {
			parts = append(parts, languageName(l, code)+" "+l.Number(int64(n)))
		}
	}
	if len(parts) == 0 {
		return "—"
	}
	return strings.Join(parts, ", ")
}

func rateText(l lang.Language, rate float64) string {
	if rate == math.Trunc(rate) {
		return l.Number(int64(rate))
	}
	return l.Decimal(rate, 1)
}

// lasting says a time roughly: "about 3 hours".
func lasting(l lang.Language, t time.Duration) string {
	switch {
	case t < time.Minute:
		return l.T("campaign.lasts_moment")
	case t < 90*time.Minute:
		return l.T("campaign.lasts_minutes", lang.Values{"Count": int(math.Ceil(t.Minutes()))})
	case t < 48*time.Hour:
		return l.T("campaign.lasts_hours", lang.Values{"Count": int(math.Ceil(t.Hours()))})
	}
	return l.T("campaign.lasts_days", lang.Values{"Count": int(math.Ceil(t.Hours() / 24))})
}

// summary is the campaign in a few lines.
func (d *Pages) summary(r *http.Request, f *shell.Frame, c survey.Campaign) []shell.Fact {
	l := f.Lang
	all := []shell.Fact{fact(l.T("campaign.audience"), audienceName(l, c.Audience))}
	all = append(all, filterFacts(l, c.Filter)...)
	if c.Sample > 0 && c.Sample < 1 {
		all = append(all, shell.Fact{Label: l.T("campaign.field_sample"), Text: percentText(l, c.Sample), Help: shell.Help(f, "help.sample")})
	}
	if c.Audience.Anonymous() {
		all = append(all, shell.Fact{Label: l.T("campaign.field_paper"), Text: paperName(l, c), Help: shell.Help(f, "help.paper")}, shell.Fact{Label: l.T("campaign.field_groups"), Text: groupNames(l, c), Help: shell.Help(f, "help.groups", "help.groups_cost")})
	}
	reminder := l.T("campaign.no_reminder")
	if c.RemindDays > 0 {
		reminder = l.T("campaign.reminder_after", lang.Values{"Count": c.RemindDays})
	}
	second := l.T("reminders.by_hand")
	if c.SecondDays > 0 {
		second = l.T("reminders.after_first", lang.Values{"Count": c.SecondDays})
	}
	quiet := l.T("campaign.no_quiet")
	if c.QuietDays > 0 {
		quiet = l.T("campaign.quiet_for", lang.Values{"Count": c.QuietDays})
	}
	if c.PerAccount > 0 {
		quiet += "; " + l.T("campaign.per_account_for", lang.Values{"Count": c.PerAccount})
	}
	var rules []string
	for _, rule := range c.Rules {
		rules = append(rules, d.RuleText(r, rule))
	}
	t := &typed{l: l, zone: f.Zone}
	if c.Paper {
		return append(all, fact(l.T("campaign.field_company"), orDash(c.Company)), fact(l.T("campaign.field_starts_at"), startText(t, c)), fact(l.T("campaign.field_closes_at"), closingText(t, c)))
	}
	all = append(all, fact(l.T("campaign.field_company"), orDash(c.Company)), fact(l.T("campaign.field_sender"), shell.Readable(mail.From(c, d.Sender))),
		fact(l.T("campaign.field_starts_at"), startText(t, c)), fact(l.T("campaign.field_closes_at"), closingText(t, c)),
		fact(l.T("campaign.fact_remind"), reminder), fact(l.T("campaign.wave_2"), second), shell.Fact{Label: l.T("campaign.fact_quiet"), Text: quiet, Help: shell.Help(f, "help.quiet")})
	if len(c.Touchpoints) > 0 {
		all = append(all, fact(l.T("campaign.field_touchpoints"), touchpointNames(l, c)))
	}
	if len(rules) > 0 {
		all = append(all, fact(l.T("campaign.fact_rules"), strings.Join(rules, "; ")))
	}
	return all
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// postLaunch launches once, however often the button is pressed.
func (d *Pages) postLaunch(w http.ResponseWriter, r *http.Request) error {
	version, err := strconv.Atoi(r.FormValue("version"))
	if err != nil {
		return apperr.New(apperr.Invalid, "version_missing", "version")
	}
	c, err := d.Mailing.Launch(r.Context(), r.PathValue("campaign"), &version, time.Time{}, d.Addresses.LinksOf(r))
	if err == nil {
		return shell.Done(w, r, "/campaigns/"+string(c.ID), "campaign_launched")
	}
	p := apperr.As(err)
	if p == nil || p.Kind == apperr.Unknown {
		return err
	}
	now, readErr := d.Campaign(r)
	switch {
	case readErr != nil:
		return readErr
	case !now.Launched.IsZero(): // by this very form, or by somebody else
		return shell.Done(w, r, "/campaigns/"+string(now.ID), "campaign_launched_already")
	case now.State == survey.Draft && p.Code == "version_stale": // what is stored is shown; it is to be looked at again
		return d.showCheckWith(w, r, now, "campaign.launch_stale")
	case now.State == survey.Draft:
		return d.showCheckWith(w, r, now, problemIn(door.VisitOf(r).Lang, door.VisitOf(r).Zone, p))
	}
	return err
}

// showCheckWith shows the check again with why nothing was launched.
func (d *Pages) showCheckWith(w http.ResponseWriter, r *http.Request, c survey.Campaign, why string) error {
	if l := door.VisitOf(r).Lang; l.Has(why) {
		why = l.T(why)
	}
	return d.showCheck(w, r, http.StatusConflict, c, &testInput{to: door.VisitOf(r).Staff.Email, language: c.Language, launch: why})
}
