package campaigns

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
	"onetap/internal/wording"
)

// againPage is the second reminder before it is sent: its words, the letter, and whom it goes to.
type againPage struct {
	shell.Frame
	ID, Action, TypedHref string
	Why                   string // why there can be none; "": it can be sent
	Words                 []againWords
	Languages             []shell.Option // of the letter that is shown
	From, Subject, Letter string
	Shown                 shownLetter
	Count, Send           string
	Skipped               []shell.Fact
	Nobody                bool
}

// againWords are the words in one language.
type againWords struct {
	Language      string
	Subject, Text input
}

// countFor is how long a page counts whom a reminder would go to; what is left out then, it says.
const countFor = 4 * time.Second

// againName is a field's name in a language.
func againName(field, language string) string { return field + "." + language }

func (d *Pages) againPage(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	return d.showAgain(w, r, http.StatusOK, c, nil, nil)
}

// postAgain sends the second reminder, or shows the letter with the words that were typed.
func (d *Pages) postAgain(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	words := typedAgain(r, c)
	if r.FormValue("go") == "show" {
		_, err := mailing.WithReminderWords(c, words)
		return d.showAgain(w, r, http.StatusOK, c, words, apperr.As(err))
	}
	_, err = d.Mailing.RemindAgain(r.Context(), string(c.ID), nil, words)
	if p := apperr.As(err); p != nil && p.Kind != apperr.Unknown {
		return d.showAgain(w, r, web.Status(err), c, words, p)
	}
	if err != nil {
		return err
	}
	return shell.Done(w, r, "/campaigns/"+string(c.ID)+"#sending-title", "campaign_remind-again")
}

// typedAgain reads the words of the form; those that are the audience's own are none of the campaign's.
func typedAgain(r *http.Request, c survey.Campaign) map[string]mailing.ReminderWords {
	words := map[string]mailing.ReminderWords{}
	r.FormValue("") // parses
	for _, code := range survey.Languages() {
		subject, text := againName("second_reminder", code), againName("second_reminder_text", code)
		if !r.Form.Has(subject) && !r.Form.Has(text) {
			continue
		}
		own := func(name, standard string) string {
			typed := strings.TrimSpace(strings.ReplaceAll(r.FormValue(name), "\r\n", "\n"))
			if typed == standard {
				return ""
			}
			return typed
		}
		standard := wording.Standard(c, lang.Language(code))
		words[code] = mailing.ReminderWords{Subject: own(subject, standard.Second), Text: own(text, standard.SecondText)}
	}
	return words
}

func (d *Pages) showAgain(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, words map[string]mailing.ReminderWords, wrong *apperr.Error) error {
	p := &againPage{Frame: shell.NewFrame(r, "campaign.again_title"), ID: string(c.ID)}
	p.Title += " · " + c.Name
	p.Action, p.TypedHref = "/campaigns/"+p.ID+"/remind-again", "/campaigns/"+p.ID+"/letter"
	p.Scripts, p.Wide = []string{"campaign.js"}, true
	err := d.Mailing.MayRemindAgain(r.Context(), c)
	if not := apperr.As(err); not != nil {
		p.Why = problemIn(p.Lang, p.Zone, not)
		return shell.Show(w, r, status, p)
	}
	if err != nil {
		return err
	}
	p.Refused = r.FormValue("go") == "show"
	n, err := d.Mailing.CountReminder(r.Context(), c, countFor)
	if err != nil {
		return err
	}
	p.counted(n)
	if wrong != nil {
		p.Error = problemIn(p.Lang, p.Zone, wrong)
	}
	shown := wordsLanguage(r.FormValue("language"), c)
	if n.Languages[shown] == 0 {
		shown = c.Language
	}
	for _, code := range survey.Languages() {
		if n.Languages[code] == 0 && code != c.Language {
			continue
		}
		p.Words = append(p.Words, p.wordsIn(c, code, words, wrong))
		p.Languages = append(p.Languages, shell.Option{Value: code, Label: languageName(p.Lang, code), On: code == shown})
	}
	return d.showAgainLetter(w, r, status, p, c, shown, words)
}

// showAgainLetter shows the page with the letter in one language.
func (d *Pages) showAgainLetter(w http.ResponseWriter, r *http.Request, status int, p *againPage, c survey.Campaign, shown string, words map[string]mailing.ReminderWords) error {
	typed, err := mailing.WithReminderWords(c, words)
	if err != nil {
		typed, words = c, nil
	}
	as, in, err := d.shown(r, c)
	if err != nil {
		return err
	}
	as.Letters, in.Language, in.Mailing = nil, shown, survey.MailingSecond
	m, _, err := d.Mailing.Preview(r.Context(), typed, in, d.Addresses.LinksOf(r))
	if err != nil {
		return err
	}
	p.Shown = as
	p.From, p.Subject = shell.Readable(mail.From(c, d.Sender)), m.Subject
	q := as.query()
	q.Set("language", shown)
	q.Set("wave", strconv.Itoa(survey.MailingSecond))
	if own, ok := words[shown]; ok { // without the script the frame gets what was typed in its address
		q.Set(againName("second_reminder", shown), own.Subject)
		q.Set(againName("second_reminder_text", shown), own.Text)
	}
	p.Letter = p.TypedHref + "?" + q.Encode()
	return shell.Show(w, r, status, p)
}

func (p *againPage) counted(n mailing.ReminderCount) {
	l := p.Lang
	p.Nobody = n.Whole && n.Invited == 0
	p.Count, p.Send = l.T("campaign.again_count", lang.Values{"Count": n.Invited}), l.T("campaign.again_send", lang.Values{"Count": n.Invited})
	if !n.Whole {
		p.Count, p.Send = l.T("campaign.again_at_least", lang.Values{"Count": n.Invited}), l.T("campaign.again_send_all")
	}
	for _, why := range ledgerReasons {
		if n.Skipped[why] > 0 {
			p.Skipped = append(p.Skipped, shell.Fact{Label: l.T("campaign." + string(mailing.SkipPart(why))), Text: l.Number(int64(n.Skipped[why]))})
		}
	}
}

// wordsIn are the fields of one language: as they were typed, else the campaign's, else the audience's.
func (p *againPage) wordsIn(c survey.Campaign, code string, typed map[string]mailing.ReminderWords, wrong *apperr.Error) againWords {
	own, standard := c.Wording[code], wording.Standard(c, lang.Language(code))
	if t, ok := typed[code]; ok {
		own.Second, own.SecondText = t.Subject, t.Text
	}
	field := func(name, value string, most int) input {
		i := input{Name: againName(name, code), Label: p.Lang.T("campaign.field_" + name), Value: value, Max: most}
		if p.Lang.Has("campaign.hint_" + name) {
			i.Hint = p.Lang.T("campaign.hint_" + name)
		}
		if wrong != nil && wrong.Where == "wording."+code+"."+name {
			i.Wrong = problemIn(p.Lang, p.Zone, wrong)
		}
		return i
	}
	words := againWords{
		Language: languageName(p.Lang, code),
		Subject:  field("second_reminder", cmp.Or(own.Second, standard.Second), wording.MaxSubject),
		Text:     field("second_reminder_text", cmp.Or(own.SecondText, standard.SecondText), wording.MaxText),
	}
	words.Subject.Type = "text"
	return words
}

// letterIn is the letter that a request for one names, and the campaign with the words that it carries.
func (d *Pages) letterIn(r *http.Request, c survey.Campaign) (survey.Campaign, mailing.Letter, shownLetter, error) {
	shown, in, err := d.shown(r, c)
	in.Language, in.Reminder = wordsLanguage(r.FormValue("language"), c), r.FormValue("reminder") != ""
	if err != nil || in.Mailing != survey.MailingSecond {
		return c, in, shown, err
	}
	c, err = mailing.WithReminderWords(c, typedAgain(r, c))
	return c, in, shown, err
}

// typedReminder is the second reminder as it is being typed; it stores nothing.
func (d *Pages) typedReminder(w http.ResponseWriter, r *http.Request, c survey.Campaign) error {
	typed, in, shown, err := d.letterIn(r, c)
	wrong := map[string]string{}
	if p := apperr.As(err); p != nil {
		v := door.VisitOf(r)
		wrong[p.Where], typed = problemIn(v.Lang, v.Zone, p), c
	} else if err != nil {
		return err
	}
	m, _, err := d.Mailing.Preview(r.Context(), typed, in, d.Addresses.LinksOf(r))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"subject": m.Subject, "html": framedLetter(m.HTML), "wrong": wrong, "as": shown.Said, "contact": shown.Contact})
	return nil
}
