package mail

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/names"
	"onetap/internal/survey"
	"onetap/internal/theme"
	"onetap/internal/tmpl"
	"onetap/internal/wording"
)

// maxName is where a name is cut, in characters.
const maxName = 80

// Template is a message to many: SES puts each recipient's Values into its {{variables}}.
type Template struct {
	Subject, HTML, Text string

	language string
	finds    bool   // it has no link of its own and says where that is
	slots    []slot // in the order of their variables: name1, name2 …
}

// text is a piece of wording for both bodies; its {name} is one of the variables of Values.
type text struct {
	Plain string
	HTML  tmpl.Safe
}

type surveyData struct {
	Lang        string
	Subject     text
	Logo        logo
	Greeting    text
	Intro       text
	Again       text // in a reminder: that this is one
	Question    text
	Halves      [][]score // two halves of the scale: side by side, or one under the other on a phone; none in a reminder without a link
	Listed      bool      // the text has a link for each score; a ballot is one long link
	Open        string    // what the text says before that one
	Anonymous   string    // to an anonymous audience: how nobody is known
	How         string    // the words of the link to more of that
	HowURL      string
	Find        text // in a reminder to them: where the link is
	Low, High   string
	Signature   text
	Reason      text
	Unsubscribe string
	Privacy     string // the words of the link to what is kept of the reader, and why
	PrivacyURL  string
	Promise     string // what happens after the tap
}

type score struct {
	Score int
	Tile  tmpl.Safe // its cell of the scale
}

// logo is the company's; without an address there is none.
type logo struct {
	URL, Alt      string
	Width, Height int
}

// tile makes a cell of the scale in the colours of the company. mark stands between link and score.
func tile(n int, mark, ground, ink, label string) tmpl.Safe {
	return tmpl.Safe(fmt.Sprintf(`<td class="tile" width="40" height="44" align="center" valign="middle" bgcolor="%[2]s" style="background-color:%[2]s;border-radius:8px">`+
		`<a href="{{link}}%[5]s%[1]d" aria-label="%[4]s" style="display:block;width:40px;font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:17px;line-height:44px;font-weight:bold;text-align:center;color:%[3]s;text-decoration:none">%[1]d</a></td>`,
		n, ground, ink, tmpl.Escape(label), mark))
}

// tileColours are Onetap's own where the company has set none.
func tileColours(b survey.Brand) (ground, ink string) {
	if c, ok := theme.Parse(b.Colour); ok {
		ink, _ = theme.On(c)
		return c.String(), ink
	}
	return "#e6ecf5", "#16457e"
}

// Survey makes a letter of a campaign, the invitation or a reminder by the number of its mailing, in a language. Its words are checked by wording.Check;
// words that would still make a variable of SES are refused (wording_braces).
func Survey(c survey.Campaign, language string, mailing int) (Template, error) {
	l, ok := lang.Parse(language)
	if !ok {
		l = lang.Default
	}
	if err := wording.Check(c); err != nil {
		return Template{}, err
	}
	w, nameless := wording.For(c, l), wording.WithoutName(c, l)
	again, namelessAgain, intro, namelessIntro := "", "", w.Intro, nameless.Intro
	if c.Audience.Anonymous() && survey.IsReminder(mailing) { // it has no scale to lead to
		intro, namelessIntro = "", ""
	}
	switch mailing {
	case survey.MailingReminder:
		w.Subject, nameless.Subject = w.Reminder, nameless.Reminder
		again, namelessAgain = w.ReminderText, nameless.ReminderText
	case survey.MailingSecond:
		w.Subject, nameless.Subject = w.Second, nameless.Second
		again, namelessAgain = w.SecondText, nameless.SecondText
	}
	d := surveyData{
		Lang: string(l), Low: l.T("scale.low"), High: l.T("scale.high"),
		Unsubscribe: l.T("mail.unsubscribe"), Promise: l.T("mail.promise"),
	}
	t := Template{language: string(l)}
	for _, f := range []struct {
		to            *text
		from, instead string
	}{
		{&d.Subject, line(w.Subject), line(nameless.Subject)},
		{&d.Greeting, w.Greeting, nameless.Greeting},
		{&d.Again, again, namelessAgain},
		{&d.Intro, intro, namelessIntro},
		{&d.Question, w.Question, nameless.Question},
		{&d.Signature, w.Signature, nameless.Signature},
		{&d.Reason, wording.Reason(c, l), ""},
	} {
		if f.from == "" && f.instead == "" { // only reminders have that text, or all others
			continue
		}
		if strings.Contains(f.from, "{{") { // braces that met only when the company was put in
			return Template{}, apperr.New(apperr.Invalid, "wording_braces", "company")
		}
		*f.to = t.personal(visible(f.from), f.instead)
	}
	ground, ink := tileColours(c.Brand)
	mark := "/"
	if d.Listed = !c.Audience.Anonymous(); !d.Listed {
		mark = "#" // the score is the browser's: it stands in nobody's log
		if err := d.anonymous(c, l, mailing); err != nil {
			return Template{}, err
		}
	}
	if d.Find.Plain == "" {
		d.Halves = make([][]score, 2)
		for n := range 11 {
			half := n / 6
			d.Halves[half] = append(d.Halves[half], score{n, tile(n, mark, ground, ink, l.T("mail.score_label", lang.Values{"Score": n}))})
		}
	}
	if c.Site != "" {
		d.Privacy, d.PrivacyURL = l.T("mail.privacy"), c.Site+"/privacy?lang="+string(l)+"&of="+string(c.Audience)
	}
	if b := c.Brand; b.Logo != "" && c.Site != "" {
		d.Logo = logo{c.Site + "/logo/" + b.Logo, strings.ReplaceAll(line(c.Company), "{", "("), b.Width, b.Height}
	}
	t.finds = d.Find.Plain != ""
	var err error
	t.Subject, t.HTML, t.Text, err = render("survey", d)
	return t, err
}

// slot is a variable of the template that depends on the recipient's name. Its texts are as the body it stands in wants
// them: escaped in html.
type slot struct {
	variable string
	with     []string // around the name
	without  string
	html     bool
}

// personal makes both bodies of a text; what depends on the name becomes variables. A text that would be nothing without the
// name says instead then. In html every other brace becomes an entity; in text one that stands right before a variable
// belongs to it, or SES would read three braces.
func (t *Template) personal(s, instead string) text {
	parts := wording.Split(s)
	if wording.Nameless(s) == "" {
		parts = []wording.Part{{With: strings.Split(s, "{name}"), Without: instead}}
	}
	var plain, body strings.Builder
	for _, p := range parts {
		if p.With == nil {
			plain.WriteString(p.Plain)
			body.WriteString(htmlText(p.Plain))
			continue
		}
		escaped := make([]string, len(p.With))
		for i, w := range p.With {
			escaped[i] = htmlText(w)
		}
		plain.WriteString("{{" + t.slot(slot{with: p.With, without: p.Without}) + "}}")
		body.WriteString("{{" + t.slot(slot{with: escaped, without: htmlText(p.Without), html: true}) + "}}")
	}
	return text{plain.String(), tmpl.Safe(body.String())}
}

// slot returns the variable of a slot; equal ones, as in two sentences that begin alike, share it.
func (t *Template) slot(s slot) string {
	for _, known := range t.slots {
		if known.html == s.html && known.without == s.without && slices.Equal(known.with, s.with) {
			return known.variable
		}
	}
	s.variable = "name" + strconv.Itoa(len(t.slots)+1)
	t.slots = append(t.slots, s)
	return s.variable
}

var htmlReplacer = strings.NewReplacer("{", "&#123;", "}", "&#125;", "\n", "<br>")

func htmlText(s string) string { return htmlReplacer.Replace(html.EscapeString(s)) }

// Links are what is a letter's own besides its recipient's name.
type Links struct {
	Survey      string // the base of the score links (…/r/TOKEN), or the ballot; not in a letter that says where the ballot is
	Unsubscribe string
	Written     string // in such a letter: the day of the one with the ballot
}

// Values are the variables of one recipient, those that the template uses: a letter to a million carries them a million
// times. SES does not escape, so every variable of the html is escaped here.
func (t Template) Values(p survey.Person, links Links) map[string]string {
	v := map[string]string{"unsubscribe": line(links.Unsubscribe)}
	if t.finds {
		v["written"] = line(links.Written)
	} else {
		v["link"] = line(links.Survey)
	}
	if len(t.slots) == 0 {
		return v
	}
	name := cut(line(names.Greeting(t.language, names.Name{Whole: p.Name, First: p.First, Middle: p.Middle})), maxName)
	escaped := htmlText(name)
	for _, s := range t.slots {
		switch {
		case name == "":
			v[s.variable] = s.without
		case s.html:
			v[s.variable] = strings.Join(s.with, escaped)
		default:
			v[s.variable] = strings.Join(s.with, name)
		}
	}
	return v
}

// Preview makes the message that a recipient would get, for the screen and for a test send. From and To are the caller's.
func Preview(c survey.Campaign, language string, mailing int, p survey.Person, links Links) (Message, error) {
	t, err := Survey(c, language, mailing)
	if err != nil {
		return Message{}, err
	}
	var pairs []string
	for name, value := range t.Values(p, links) {
		pairs = append(pairs, "{{"+name+"}}", value)
	}
	put := strings.NewReplacer(pairs...)
	return Message{
		Subject: line(put.Replace(t.Subject)), HTML: put.Replace(t.HTML), Text: put.Replace(t.Text),
		Headers: UnsubscribeHeaders(links.Unsubscribe),
	}, nil
}
