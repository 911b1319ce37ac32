package console

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// checkPage says before a launch what will happen, and what stands in its way.
type checkPage struct {
	draftFrame
	Count       countView
	Checks      []checkLine
	Facts       []fact
	MayLaunch   bool // nothing stands in the way
	MaySend     bool
	Ask         string // "Send to 300 people?"
	AskSome     string // the same with {n}, for the script
	Starts      string
	Rate, Quota string // of the account, as numbers, for the script; "" where they are not known
	Sent        string
	To, Wrong   string // of the test letter
	Languages   []choice
	HasReminder bool
}

// checkLine is one thing that was looked at. Mark is "good", "warn" or "bad".
type checkLine struct {
	ID, Mark, Sign, Label, Text, Href, LinkText string
}

func (d *Desk) showCheck(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, test *testInput) error {
	p := &checkPage{draftFrame: d.draftFrame(r, c, stepCheck), HasReminder: c.RemindDays > 0}
	p.Scripts = []string{"campaign.js"}
	p.MaySend = p.Can(authz.Send)
	h, first, err := d.counted(r, c)
	if err != nil {
		return err
	}
	h.Values, first.Values = nil, nil
	p.Count = d.countView(p.lang, c, stepCheck, h)
	p.check(d, c, h)
	p.sender(r.Context(), d, c)
	account, err := d.mail.Account(r.Context())
	if err != nil {
		slog.WarnContext(r.Context(), "the account's rate is not known", "error", err)
		p.add("duration", "warn", p.lang.T("campaign.check_account_unknown"), "")
	} else {
		p.account(account, h)
	}
	p.MayLaunch = p.MaySend
	for _, line := range p.Checks {
		p.MayLaunch = p.MayLaunch && line.Mark != "bad"
	}
	p.Starts = p.lang.T("campaign.starts_at_once")
	if c.StartsAt.After(d.now()) {
		p.Starts = p.lang.T("campaign.starts_later", lang.Values{"Moment": p.lang.Moment(c.StartsAt.In(p.Zone))})
	}
	p.AskSome = p.lang.T("campaign.launch_ask", lang.Values{"Number": "{n}"})
	p.Ask = strings.Replace(p.AskSome, "{n}", p.Count.Invited, 1)
	if !p.Count.Done {
		p.Ask = p.lang.T("campaign.launch_ask_least", lang.Values{"Number": p.Count.Invited})
	}
	p.Facts = d.summary(&p.frame, c)
	p.To, p.Languages = p.Staff.Email, languageChoices(p.lang, c, c.Language)
	if test != nil {
		p.To, p.Wrong, p.Languages = test.to, test.wrong, languageChoices(p.lang, c, test.language)
		p.Error = test.launch
	}
	return d.show(w, status, "campaign_check.html", p)
}

func (p *checkPage) add(id, mark, text, step string) {
	line := checkLine{ID: id, Mark: mark, Sign: map[string]string{"good": "✓", "warn": "!", "bad": "✕"}[mark], Label: p.lang.T("campaign.mark_" + mark), Text: text}
	if step != "" {
		line.Href, line.LinkText = p.Action+"?step="+step, p.lang.T("campaign.mend")
	}
	p.Checks = append(p.Checks, line)
}

// check looks at the campaign itself and at whom it is for.
func (p *checkPage) check(d *Desk, c survey.Campaign, h headcount) {
	l := p.lang
	if err := apperr.As(c.Allows(survey.ActLaunch, d.now())); err != nil && c.Withheld() {
		p.add("audience", "bad", problemIn(l, p.Zone, err), stepAbout)
	}
	switch {
	case h.Looked == 0 && h.Next == "":
		p.add("people", "bad", l.T("campaign.check_no_contacts", lang.Values{"Audience": audienceName(l, c.Audience)}), "")
		p.Checks[len(p.Checks)-1].Href, p.Checks[len(p.Checks)-1].LinkText = "/contacts", l.T("campaign.to_contacts")
	case h.Invited == 0 && h.Next == "":
		p.add("people", "bad", l.T("campaign.check_nobody"), stepPeople)
	default:
		p.add("people", "good", l.T("campaign.check_people"), stepPeople)
	}
	if err := apperr.As(c.Ready(d.now())); err != nil {
		p.add("time", "bad", problemIn(l, p.Zone, err), stepOf(err.Where))
	} else if c.ClosesAt.IsZero() {
		p.add("time", "warn", l.T("campaign.check_never_closes"), stepTime)
	} else {
		p.add("time", "good", l.T("campaign.check_closes", lang.Values{"Moment": l.Moment(c.ClosesAt.In(p.Zone))}), stepTime)
	}
	if err := apperr.As(wording.Check(c)); err != nil {
		p.add("words", "bad", problemIn(l, p.Zone, err), stepWords)
	} else {
		p.add("words", "good", l.T("campaign.check_words", lang.Values{"Languages": peopleByLanguage(l, h)}), stepWords)
	}
	if missing := missingWords(c, h.Languages); len(missing) > 0 {
		var names []string
		for _, code := range missing {
			names = append(names, languageName(l, code))
		}
		p.add("words", "warn", l.T("campaign.check_words_missing", lang.Values{"Languages": strings.Join(names, ", ")}), stepWords+"&language="+missing[0])
	}
	if c.Company == "" {
		p.add("company", "warn", l.T("campaign.check_company"), stepAbout)
	}
}

// stepOf is the step of a draft that asks for a field.
func stepOf(field string) string {
	switch field {
	case "name", "company", "sender", "audience", "language":
		return stepAbout
	case "filter", "sample", "quiet_days":
		return stepPeople
	}
	return stepTime
}

// peopleByLanguage is "Russian 200, English 100".
func peopleByLanguage(l lang.Language, h headcount) string {
	var parts []string
	for _, code := range survey.Languages {
		if n := h.Languages[code]; n > 0 {
			parts = append(parts, languageName(l, code)+" "+l.Number(int64(n)))
		}
	}
	if len(parts) == 0 {
		return "—"
	}
	return strings.Join(parts, ", ")
}

// sender asks SES about the sender. Where it may not be asked, the test letter tells.
func (p *checkPage) sender(ctx context.Context, d *Desk, c survey.Campaign) {
	if err := apperr.As(d.senders.Check(c.Sender)); err != nil {
		p.add("sender", "bad", p.lang.Problem(err), stepAbout)
		return
	}
	from := mail.From(c, d.sender)
	a, err := survey.ReadSender(from)
	if err != nil {
		p.add("sender", "bad", p.lang.Problem(apperr.As(err)), stepAbout)
		return
	}
	verified, err := d.mail.Verified(ctx, a.Address)
	said := lang.Values{"Sender": readable(from)}
	switch {
	case err != nil:
		slog.WarnContext(ctx, "whether the sender is verified is not known", "error", err)
		p.add("sender", "warn", p.lang.T("campaign.check_sender_unknown", said), "")
	case !verified:
		p.add("sender", "bad", p.lang.T("campaign.check_sender_unverified", said), stepAbout)
	default:
		p.add("sender", "good", p.lang.T("campaign.check_sender_verified", said), "")
	}
}

// account says how long sending takes, and whether the day's quota is enough.
func (p *checkPage) account(a mail.Account, h headcount) {
	l := p.lang
	if !a.Enabled || a.Rate <= 0 {
		p.add("duration", "bad", l.T("campaign.check_account_off"), "")
		return
	}
	p.Rate = strconv.FormatFloat(a.Rate, 'f', -1, 64)
	left := math.Inf(1)
	if a.Quota >= 0 {
		left = max(0, a.Quota-a.SentToday)
		p.Quota = strconv.FormatFloat(left, 'f', 0, 64)
	}
	p.add("duration", "good", l.T("campaign.check_duration", lang.Values{"Time": lasting(l, time.Duration(float64(h.Invited)/a.Rate*float64(time.Second))), "Rate": rateText(l, a.Rate)}), "")
	switch {
	case math.IsInf(left, 1):
	case float64(h.Invited) > left:
		p.add("quota", "warn", l.T("campaign.check_quota_ends", lang.Values{"Left": l.Number(int64(left)), "Quota": l.Number(int64(a.Quota))}), "")
	default:
		p.add("quota", "good", l.T("campaign.check_quota", lang.Values{"Left": l.Number(int64(left)), "Quota": l.Number(int64(a.Quota))}), "")
	}
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
func (d *Desk) summary(f *frame, c survey.Campaign) []fact {
	l := f.lang
	all := []fact{{l.T("campaign.audience"), audienceName(l, c.Audience)}}
	all = append(all, filterFacts(l, c.Filter)...)
	if c.Sample > 0 && c.Sample < 1 {
		all = append(all, fact{l.T("campaign.field_sample"), percentText(l, c.Sample)})
	}
	reminder := l.T("campaign.no_reminder")
	if c.RemindDays > 0 {
		reminder = l.T("campaign.reminder_after", lang.Values{"Count": c.RemindDays})
	}
	quiet := l.T("campaign.no_quiet")
	if c.QuietDays > 0 {
		quiet = l.T("campaign.quiet_for", lang.Values{"Count": c.QuietDays})
	}
	t := &typed{l: l, zone: f.Zone}
	return append(all, fact{l.T("campaign.field_company"), orDash(c.Company)}, fact{l.T("campaign.field_sender"), readable(mail.From(c, d.sender))},
		fact{l.T("campaign.field_starts_at"), startText(t, c)}, fact{l.T("campaign.field_closes_at"), closingText(t, c)},
		fact{l.T("campaign.fact_remind"), reminder}, fact{l.T("campaign.fact_quiet"), quiet})
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// postLaunch launches once, however often the button is pressed.
func (d *Desk) postLaunch(w http.ResponseWriter, r *http.Request) error {
	version, err := strconv.Atoi(r.FormValue("version"))
	if err != nil {
		return apperr.New(apperr.Invalid, "version_missing", "version")
	}
	c, err := d.changed(r, &version, d.launching(r, time.Time{}))
	if err == nil {
		return done(w, r, "/campaigns/"+string(c.ID), "campaign_launched")
	}
	p := apperr.As(err)
	if p == nil || p.Kind == apperr.Unknown {
		return err
	}
	now, readErr := d.campaign(r)
	switch {
	case readErr != nil:
		return readErr
	case !now.Launched.IsZero(): // by this very form, or by somebody else
		return done(w, r, "/campaigns/"+string(now.ID), "campaign_launched_already")
	case now.State == survey.Draft && p.Code == "version_stale": // what is stored is shown; it is to be looked at again
		return d.showCheckWith(w, r, now, "campaign.launch_stale")
	case now.State == survey.Draft:
		return d.showCheckWith(w, r, now, problemIn(visitOf(r).Lang, visitOf(r).Zone, p))
	}
	return err
}

// showCheckWith shows the check again with why nothing was launched.
func (d *Desk) showCheckWith(w http.ResponseWriter, r *http.Request, c survey.Campaign, why string) error {
	if l := visitOf(r).Lang; l.Has(why) {
		why = l.T(why)
	}
	return d.showCheck(w, r, http.StatusConflict, c, &testInput{to: visitOf(r).Staff.Email, language: c.Language, launch: why})
}
