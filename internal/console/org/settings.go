package org

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/money"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/theme"
	"onetap/internal/theme/logo"
	"onetap/internal/web"
)

type settingsPage struct {
	shell.Frame
	Tabs      []shell.Tab
	S         survey.Settings
	Languages []shell.Option // in which campaigns are written
	Language  []shell.Option // for people whose own is not known
	QuietDays string         // as typed
	Reminder  string
	Zones     []shell.Option
	Currency  []shell.Option
	From      []shell.Option // hours of the day
	Until     []shell.Option
	Welcome   []causeName // what newcomers read, by language
	Sender    string      // the deployment's, where none is set
	Wrong     settingsWrong
	Nearest   string // the nearest colour that will do
	Swatch    string
	LogoURL   string
	Theirs    []versions
}

// versions are what two people would have in one field: somebody else saved while a form was open.
type versions struct{ Field, Yours, Theirs string }

type settingsWrong struct{ Company, Contact, Sender, Languages, Language, Colour, Logo, QuietDays, RemindDays, Zone, Hours, Currency, RecommendAddress, RecommendWords string }

func (w *settingsWrong) put(field, message string) {
	for name, to := range map[string]*string{
		"company": &w.Company, "contact": &w.Contact, "sender": &w.Sender, "languages": &w.Languages, "language": &w.Language, "colour": &w.Colour,
		"logo": &w.Logo, "quiet_days": &w.QuietDays, "remind_days": &w.RemindDays, "zone": &w.Zone, "hours": &w.Hours, "currency": &w.Currency,
		"recommend_address": &w.RecommendAddress, "recommend_words": &w.RecommendWords,
	} {
		if name == field {
			*to = message
		}
	}
}

// settingsForm shows settings, as they are stored or as somebody would have them.
func (d *Pages) settingsForm(r *http.Request, s survey.Settings) *settingsPage {
	p := &settingsPage{Frame: shell.NewFrame(r, "settings.title"), S: s, Sender: shell.Readable(mail.From(survey.Campaign{Company: s.Company}, d.Sender))}
	p.Tabs = tabsOf(&p.Frame, "/settings")
	p.QuietDays, p.Reminder = orNothing(s.QuietDays), orNothing(s.RemindDays)
	p.Language = []shell.Option{{Value: "", Label: p.Lang.T("settings.language_author"), On: s.Language == ""}}
	for _, l := range survey.Languages() {
		p.Languages = append(p.Languages, shell.Option{Value: l, Label: lang.Language(l).T("format.language"), On: len(s.Languages) == 0 || slices.Contains(s.Languages, l)})
		p.Language = append(p.Language, shell.Option{Value: l, Label: lang.Language(l).T("format.language"), On: l == s.Language})
	}
	for _, l := range lang.All() {
		p.Welcome = append(p.Welcome, causeName{Field: "recommend_" + string(l), Label: l.T("format.language"), Value: s.Recommend.Words[string(l)], Own: l.T("invite.words")})
	}
	p.Zones = zoneOptions(s.Zone, p.Zone, d.Now())
	p.Currency = []shell.Option{{Label: p.Lang.T("settings.currency_none"), On: s.Currency == ""}}
	for _, c := range money.Currencies {
		p.Currency = append(p.Currency, shell.Option{Value: c, Label: c, On: c == s.Currency})
	}
	p.From = append([]shell.Option{{Label: p.Lang.T("settings.hours_any"), On: s.Hours.IsZero()}}, hourOptions(0, 23, s.Hours.From, !s.Hours.IsZero())...)
	p.Until = hourOptions(1, 24, cmp.Or(s.Hours.Until, 20), true)
	if c, ok := theme.Parse(s.Brand.Colour); ok {
		p.Swatch = c.String()
	}
	if s.Brand.Logo != "" {
		p.LogoURL = "/logo/" + s.Brand.Logo
	}
	return p
}

// hourOptions are full hours of a day.
func hourOptions(from, to, chosen int, any bool) (all []shell.Option) {
	for h := from; h <= to; h++ {
		all = append(all, shell.Option{Value: strconv.Itoa(h), Label: fmt.Sprintf("%d:00", h), On: any && h == chosen})
	}
	return all
}

func orNothing(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (d *Pages) showSettings(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Store.Settings(r.Context())
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, d.settingsForm(r, s))
}

// saveSettings stores the form, unless somebody else has saved since it was opened: then it shows both.
func (d *Pages) saveSettings(w http.ResponseWriter, r *http.Request) error {
	s, err := d.settingsTyped(r)
	refusal := apperr.As(err)
	if err != nil && refusal == nil {
		return err
	}
	version, _ := strconv.Atoi(r.FormValue("version"))
	var stored survey.Settings
	stale := false
	if refusal == nil {
		stored, err = d.Company.SaveSettings(r.Context(), s, version)
		if stale = errors.Is(err, apperr.ErrChanged); err == nil {
			return shell.Done(w, r, "/settings", "settings_saved")
		} else if !stale {
			return err
		}
	} else {
		if stored, err = d.Store.Settings(r.Context()); err != nil {
			return err
		}
		stale = version != stored.Version
	}
	s.Version = stored.Version // whoever saves again has seen both
	p := d.settingsForm(r, s)
	p.QuietDays, p.Reminder = r.FormValue("quiet_days"), r.FormValue("remind_days")
	status := http.StatusConflict
	if stale {
		p.Theirs, p.Error = p.differences(s, stored), p.Lang.T("form.stale")
	}
	if refusal != nil {
		p.Wrong.put(refusal.Where, p.Lang.Problem(refusal))
		p.Error, status = p.Lang.T("form.not_saved"), web.Status(refusal)
		if refusal.Code == "colour_contrast" {
			p.Nearest, _ = refusal.With["Nearest"].(string)
		}
	}
	return shell.Show(w, r, status, p)
}

// settingsTyped reads the form. With a problem it returns what could be read, so that nothing has to be typed again.
func (d *Pages) settingsTyped(r *http.Request) (s survey.Settings, err error) {
	logo, logoErr := d.logoTyped(r) // first: it parses the form with its file
	s = survey.Settings{
		Company: strings.TrimSpace(r.FormValue("company")), Contact: strings.TrimSpace(r.FormValue("contact")),
		Sender: strings.TrimSpace(r.FormValue("sender")), Language: r.FormValue("language"),
		Languages: r.Form["languages"], Brand: logo, Zone: r.FormValue("zone"), Currency: r.FormValue("currency"), Quotes: r.FormValue("quotes") != "",
	}
	s.Recommend.Address = strings.TrimSpace(r.FormValue("recommend_address"))
	for _, l := range lang.All() {
		if text := strings.TrimSpace(r.FormValue("recommend_" + string(l))); text != "" {
			if s.Recommend.Words == nil {
				s.Recommend.Words = map[string]string{}
			}
			s.Recommend.Words[string(l)] = strings.ReplaceAll(text, "\r\n", "\n")
		}
	}
	var numbers error
	for _, f := range []struct {
		name string
		to   *int
	}{{"quiet_days", &s.QuietDays}, {"remind_days", &s.RemindDays}} {
		text := strings.TrimSpace(r.FormValue(f.name))
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil && numbers == nil {
			numbers = apperr.New(apperr.Invalid, "whole_number", f.name)
		}
		*f.to = n
	}
	if text := r.FormValue("hours_from"); text != "" {
		from, fromErr := strconv.Atoi(text)
		until, untilErr := strconv.Atoi(r.FormValue("hours_until"))
		if s.Hours = (survey.Hours{From: from, Until: until}); (fromErr != nil || untilErr != nil) && numbers == nil {
			numbers = apperr.New(apperr.Invalid, "hours_of_day", "hours")
		}
	}
	colour, colourErr := colourTyped(r)
	s.Brand.Colour = colour
	checked, err := d.Company.CheckSettings(s)
	for _, err := range []error{numbers, err, colourErr, logoErr} {
		if err != nil {
			return s, err
		}
	}
	return checked, nil
}

// colourTyped is the colour that was typed, or the proposed one that was taken instead.
func colourTyped(r *http.Request) (string, error) {
	text := r.FormValue("colour")
	if use := r.FormValue("use"); use != "" {
		text = use
	}
	return org.Colour(text, web.Language(r))
}

// logoTyped is the logo that the form uploads, or the one that it had. An uploaded one is kept at once, so that a form
// which has to be filled in again still has it.
func (d *Pages) logoTyped(r *http.Request) (survey.Brand, error) {
	b, err := uploaded(r, "picture", logo.MaxBytes)
	switch {
	case apperr.Is(err, "file_missing"):
		return d.logoKept(r)
	case apperr.Is(err, "body_too_large"):
		return survey.Brand{}, apperr.New(apperr.TooLarge, "logo_too_large", "logo", "Limit", logo.MaxBytes/1000)
	case err != nil:
		return survey.Brand{}, err
	}
	l, err := d.Company.Logo(r.Context(), b)
	if apperr.As(err) != nil {
		l, _ = d.logoKept(r)
	}
	return l, err
}

func (d *Pages) logoKept(r *http.Request) (survey.Brand, error) {
	if r.FormValue("no_logo") != "" {
		return survey.Brand{}, nil
	}
	return d.Company.KeptLogo(r.Context(), r.FormValue("logo"))
}

func (p *settingsPage) differences(yours, theirs survey.Settings) []versions {
	languages := func(s survey.Settings) string {
		if len(s.Languages) == 0 {
			return strings.Join(survey.Languages(), ", ")
		}
		return strings.Join(s.Languages, ", ")
	}
	var all []versions
	for _, f := range []struct{ id, yours, theirs string }{
		{"settings.company", yours.Company, theirs.Company},
		{"settings.contact", yours.Contact, theirs.Contact},
		{"settings.sender", yours.Sender, theirs.Sender},
		{"settings.languages", languages(yours), languages(theirs)},
		{"settings.language", yours.Language, theirs.Language},
		{"settings.colour", yours.Brand.Colour, theirs.Brand.Colour},
		{"settings.logo", yours.Brand.Logo, theirs.Brand.Logo},
		{"settings.quiet_days", orNothing(yours.QuietDays), orNothing(theirs.QuietDays)},
		{"settings.remind_days", orNothing(yours.RemindDays), orNothing(theirs.RemindDays)},
		{"settings.zone", yours.Zone, theirs.Zone},
		{"settings.currency", yours.Currency, theirs.Currency},
		{"settings.recommend", yours.Recommend.Address, theirs.Recommend.Address},
		{"settings.hours", hoursText(yours.Hours), hoursText(theirs.Hours)},
	} {
		if f.yours != f.theirs {
			all = append(all, versions{Field: p.Lang.T(f.id), Yours: f.yours, Theirs: f.theirs})
		}
	}
	return all
}

// tabsOf are the tabs of the settings that the reader may open; path is the one that is shown.
func tabsOf(f *shell.Frame, path string) []shell.Tab {
	var all []shell.Tab
	for _, t := range []struct {
		path, label string
		needs       authz.Action
	}{{"/settings", "settings.tab", authz.WriteSettings}, {"/settings/deadlines", "deadlines.tab", authz.WriteSettings}, {practicePath, "practice.tab", authz.WriteSettings}, {proceduresPath, "procedure.tab", authz.WriteSettings}, {themesPath, "themes.tab", authz.WriteSettings}, {"/settings/frequency", "frequency.tab", authz.WriteSettings}, {touchpointsPath, "touchpoints.tab", authz.WriteSettings}, {"/settings/sign-in", "trusted.tab", authz.WriteSettings}, {"/settings/tokens", "tokens.tab", authz.ManageTokens}, {"/settings/audit", "audit.tab", authz.ReadAudit}, {"/settings/people", "rights.tab", authz.PeoplesRights}} {
		if f.Can(t.needs) {
			all = append(all, shell.Tab{Href: t.path, Label: f.Lang.T(t.label), Here: t.path == path})
		}
	}
	return all
}

func hoursText(h survey.Hours) string {
	if h.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d:00–%d:00", h.From, h.Until)
}
