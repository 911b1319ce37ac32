package campaigns

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/survey"
	"onetap/internal/web"
	"onetap/internal/wording"
)

var (
	styleAttribute = regexp.MustCompile(`\sstyle="([^"]*)"`)
	styleElement   = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
)

// letterPolicy lets a letter look as it does in a mail program, and do nothing: its styles are named by their hashes. A
// browser compares the style as it reads it, without the entities.
func letterPolicy(letter, site string) string {
	var styles []string
	add := func(style string) {
		sum := sha256.Sum256([]byte(style))
		styles = append(styles, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	for _, m := range styleAttribute.FindAllStringSubmatch(letter, -1) {
		add(html.UnescapeString(m[1]))
	}
	for _, m := range styleElement.FindAllStringSubmatch(letter, -1) {
		add(m[1])
	}
	slices.Sort(styles)
	return "default-src 'none'; style-src 'unsafe-hashes' " + strings.Join(slices.Compact(styles), " ") +
		"; img-src 'self' " + site + "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}

// framedLetter is a letter whose links open in another tab: it is shown in a frame.
func framedLetter(letter string) string {
	return strings.Replace(letter, "<head>", `<head><base target="_blank">`, 1)
}

// showLetter is the e-mail as it is stored, for the frames beside the words. Its links open elsewhere and write nothing.
func (d *Pages) showLetter(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	c, in, _, err := d.letterIn(r, c)
	if err != nil {
		return err
	}
	m, l, err := d.Mailing.Preview(r.Context(), c, in, d.Addresses.LinksOf(r))
	if err != nil {
		return err
	}
	page := framedLetter(m.HTML)
	h := w.Header()
	h.Set("Content-Security-Policy", letterPolicy(page, d.Addresses.LinksOf(r)))
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(l))
	w.Write([]byte(page))
	return nil
}

// typedLetter is the e-mail with the words as they are being typed; it stores nothing.
func (d *Pages) typedLetter(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	if r.FormValue("wave") != "" {
		return d.typedReminder(w, r, c)
	}
	f := typedIn(r, door.VisitOf(r), stepWords, c)
	if c, err = f.apply(c, d.Mailing); err != nil {
		return err
	}
	shown, in, err := d.shown(r, c)
	if err != nil {
		return err
	}
	in.Language = f.language
	m, _, err := d.Mailing.Preview(r.Context(), c, in, d.Addresses.LinksOf(r))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"subject": m.Subject, "html": framedLetter(m.HTML), "wrong": f.wrong, "as": shown.Said, "contact": shown.Contact})
	return nil
}

// wordsPage is the step of the wording, one language at a time, with the letter beside it.
type wordsPage struct {
	draftFrame
	Letter, Page, Reminder []input // in the letter; on the page after the tap; in the reminder
	Second                 []input // in the second reminder
	Languages              []shell.Option
	Language               string
	LetterHref, TypedHref  string
	From, Subject          string
	TestLink               string
	Placeholders           string
	Touchpoints            []shell.Option // of the catalogue
	WrongTouchpoints       string
	Anonymous, Catalogue   bool // its answers are; the reader may edit the catalogue
	Shown                  shownLetter
}

func (d *Pages) showWords(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, f *typed, stale []difference) error {
	p := &wordsPage{draftFrame: newDraftFrame(r, c, stepWords)}
	p.Scripts, p.Wide = []string{"campaign.js"}, true
	p.stale(f, stale)
	p.Language = wordsLanguage(cmp.Or(r.FormValue("language_of_words"), r.URL.Query().Get("language")), c)
	p.Languages = languageChoices(p.Lang, c, p.Language)
	own, standard := c.Wording[p.Language], wording.Standard(c, lang.Language(p.Language))
	for _, name := range wordingNames {
		i := f.input(p.Lang, name, cmp.Or(*wordingFields(&own)[name], *wordingFields(&standard)[name]))
		i.Max = wording.MaxText
		switch name {
		case "subject":
			i.Max = wording.MaxSubject
			p.Letter = append(p.Letter, i)
		case "greeting":
			p.Letter = append(p.Letter, i)
		case "reminder":
			i.Max = wording.MaxSubject
			p.Reminder = append(p.Reminder, i)
		case "reminder_text":
			i.Type = "" // several lines
			p.Reminder = append(p.Reminder, i)
		case "second_reminder":
			i.Max = wording.MaxSubject
			p.Second = append(p.Second, i)
		case "second_reminder_text":
			i.Type = "" // several lines
			p.Second = append(p.Second, i)
		case "why", "wish":
			p.Page = append(p.Page, i)
		default:
			i.Type = "" // several lines
			p.Letter = append(p.Letter, i)
		}
	}
	if err := p.touchpoints(d, r, c, f); err != nil {
		return err
	}
	shown, in, err := d.shown(r, c)
	if err != nil {
		return err
	}
	p.Shown, in.Language = shown, p.Language
	m, _, err := d.Mailing.Preview(r.Context(), c, in, d.Addresses.LinksOf(r))
	if err != nil && apperr.As(err) == nil {
		return err
	}
	p.From, p.Subject = shell.Readable(mail.From(c, d.Sender)), m.Subject
	if t := testLink.FindString(m.HTML); t != "" {
		p.TestLink = t
	}
	q := shown.query()
	q.Set("language", p.Language)
	p.LetterHref = "/campaigns/" + p.ID + "/letter?" + q.Encode()
	p.TypedHref = "/campaigns/" + p.ID + "/letter"
	return shell.Show(w, r, status, p)
}

// touchpoints offers those of the catalogue that are not retired, by kind, to a campaign whose answers are not anonymous.
func (p *wordsPage) touchpoints(d *Pages, r *http.Request, c survey.Campaign, f *typed) error {
	if p.Anonymous = c.Audience.Anonymous(); p.Anonymous {
		return nil
	}
	set, err := d.Store.Settings(r.Context())
	if err != nil {
		return err
	}
	if f != nil {
		p.WrongTouchpoints = f.wrong["touchpoints"]
	}
	p.Catalogue = p.Can(authz.WriteSettings)
	for _, kind := range survey.TouchpointKinds {
		for _, t := range set.Touchpoints {
			if t.Kind != kind || t.Retired {
				continue
			}
			_, on := survey.TouchpointOf(c.Touchpoints, t.ID)
			if f != nil && f.in.Touchpoints != nil {
				on = slices.Contains(*f.in.Touchpoints, t.ID)
			}
			p.Touchpoints = append(p.Touchpoints, shell.Option{Value: string(t.ID), Label: t.Name(string(p.Lang)), Hint: p.Lang.T("touchpoints.kind_" + string(kind)), On: on})
		}
	}
	return nil
}

// testLink is where a score of the letter leads.
var testLink = regexp.MustCompile(`https?://[^"<> ]+/r/[A-Za-z0-9_-]{32}/9`)

// postTest sends a test letter.
func (d *Pages) postTest(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	shown, in, err := d.shown(r, c)
	if err != nil {
		return err
	}
	in.Language, in.Reminder = r.FormValue("language"), r.FormValue("reminder") != ""
	_, _, err = d.Mailing.SendTest(r.Context(), door.VisitOf(r).Who, c, in, r.FormValue("to"), d.Addresses.LinksOf(r))
	if p := apperr.As(err); p != nil && p.Kind != apperr.Unknown {
		return d.showCheck(w, r, web.Status(err), c, &testInput{to: r.FormValue("to"), language: in.Language, shown: shown, wrong: problemIn(door.VisitOf(r).Lang, door.VisitOf(r).Zone, p)})
	}
	if err != nil {
		return err
	}
	return shell.Done(w, r, "/campaigns/"+string(c.ID)+"/edit?step="+stepCheck, "campaign_tested")
}

// testInput is what somebody wanted to test or to launch, and why it was not sent.
type testInput struct {
	to, language, wrong, launch string
	shown                       shownLetter
}
