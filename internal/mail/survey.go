package mail

import (
	"fmt"
	"html"
	"strings"

	"onetap/internal/brand"
	"onetap/internal/fill"
	"onetap/internal/lang"
	"onetap/internal/problem"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// maxName is where a name is cut, in characters.
const maxName = 80

// Template is a message to many: SES puts each recipient's Values into its {{variables}}.
type Template struct {
	Subject, HTML, Text string

	plain, html [len(joints)]bool // which ways of joining a name its words use
}

// text is a piece of wording for both bodies; its {name} is one of the variables of Values.
type text struct {
	Plain string
	HTML  fill.Safe
}

type surveyData struct {
	Lang        string
	Subject     text
	Logo        logo
	Greeting    text
	Intro       text
	Again       string // in a reminder: that this is one
	Question    text
	Halves      [2][]score // two halves of the scale: side by side, or one under the other on a phone
	Low, High   string
	Signature   text
	Reason      text
	Unsubscribe string
	Promise     string // what happens after the tap
}

type score struct {
	Score int
	Tile  fill.Safe // its cell of the scale
}

// logo is the company's; without an address there is none.
type logo struct {
	URL, Alt      string
	Width, Height int
}

// tile makes a cell of the scale in the colours of the company.
func tile(n int, ground, ink, label string) fill.Safe {
	return fill.Safe(fmt.Sprintf(`<td class="tile" width="40" height="44" align="center" valign="middle" bgcolor="%[2]s" style="background-color:%[2]s;border-radius:8px">`+
		`<a href="{{link}}/%[1]d" aria-label="%[4]s" style="display:block;width:40px;font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:17px;line-height:44px;font-weight:bold;text-align:center;color:%[3]s;text-decoration:none">%[1]d</a></td>`,
		n, ground, ink, fill.Escape(label)))
}

// tileColours are Onetap's own where the company has set none.
func tileColours(b survey.Brand) (ground, ink string) {
	if c, ok := brand.Parse(b.Colour); ok {
		ink, _ = brand.On(c)
		return c.String(), ink
	}
	return "#e6ecf5", "#16457e"
}

// Survey makes the invitation, or the reminder, of a campaign in a language. Its words are checked by wording.Check;
// words that would still make a variable of SES are refused (wording_braces).
func Survey(c survey.Campaign, language string, reminder bool) (Template, error) {
	l, ok := lang.Parse(language)
	if !ok {
		l = lang.Default
	}
	if err := wording.Check(c); err != nil {
		return Template{}, err
	}
	w := wording.For(c, l)
	if reminder {
		w.Subject = w.Reminder
	}
	d := surveyData{Lang: string(l), Low: l.T("scale.low"), High: l.T("scale.high"),
		Unsubscribe: l.T("mail.unsubscribe"), Promise: l.T("mail.promise")}
	if reminder {
		d.Again = l.T("mail.again")
	}
	for _, f := range []struct {
		to   *text
		from string
	}{{&d.Subject, line(w.Subject)}, {&d.Greeting, w.Greeting}, {&d.Intro, w.Intro}, {&d.Question, w.Question},
		{&d.Signature, w.Signature}, {&d.Reason, wording.Reason(c, l)}} {
		if strings.Contains(f.from, "{{") { // braces that met only when the company was put in
			return Template{}, problem.New(problem.Invalid, "wording_braces", "company")
		}
		*f.to = variables(visible(f.from))
	}
	ground, ink := tileColours(c.Brand)
	for n := range 11 {
		half := n / 6
		d.Halves[half] = append(d.Halves[half], score{n, tile(n, ground, ink, l.T("mail.score_label", lang.Values{"Score": n}))})
	}
	if b := c.Brand; b.Logo != "" && c.Site != "" {
		d.Logo = logo{c.Site + "/logo/" + b.Logo, strings.ReplaceAll(line(c.Company), "{", "("), b.Width, b.Height}
	}
	subject, body, plain, err := render("survey", d)
	t := Template{Subject: subject, HTML: body, Text: plain}
	for i, j := range joints {
		t.plain[i] = strings.Contains(subject, "{{"+j.variable+"}}") || strings.Contains(plain, "{{"+j.variable+"}}")
		t.html[i] = strings.Contains(body, "{{"+j.variable+"_html}}")
	}
	return t, err
}

// joints are the ways in which a wording joins a name, longest first, and the variable that stands for name and joint,
// so that both are missing where the name is.
var joints = [...]struct{ written, variable string }{
	{", {name}", "comma_name"}, {" {name}", "space_name"}, {"{name}, ", "name_comma"}, {"{name} ", "name_space"}, {"{name}", "name"},
}

// variables turns the {name} of a text into variables. In html every other brace becomes an entity; in text one that
// stands right before a variable is set apart, or SES would read three braces.
func variables(s string) text {
	var plain, body strings.Builder
	for s != "" {
		at, joint := len(s), -1
		for i, j := range joints {
			if k := strings.Index(s, j.written); k >= 0 && k < at {
				at, joint = k, i
			}
		}
		plain.WriteString(s[:at])
		body.WriteString(htmlText(s[:at]))
		if joint < 0 {
			break
		}
		if strings.HasSuffix(s[:at], "{") {
			plain.WriteString(" ")
		}
		plain.WriteString("{{" + joints[joint].variable + "}}")
		body.WriteString("{{" + joints[joint].variable + "_html}}")
		s = s[at+len(joints[joint].written):]
	}
	return text{plain.String(), fill.Safe(body.String())}
}

var htmlReplacer = strings.NewReplacer("{", "&#123;", "}", "&#125;", "\n", "<br>")

func htmlText(s string) string { return htmlReplacer.Replace(html.EscapeString(s)) }

// Values are the variables of one recipient, those that the template uses: a letter to a million carries them a million
// times. Link is the base of the score links (…/r/TOKEN). SES does not escape, so every variable of the html is escaped here.
func (t Template) Values(p survey.Person, link, unsubscribe string) map[string]string {
	v := map[string]string{"link": line(link), "unsubscribe": line(unsubscribe)}
	name := cut(line(p.Name), maxName)
	for i, j := range joints {
		if !t.plain[i] && !t.html[i] {
			continue
		}
		filled := ""
		if name != "" {
			filled = strings.ReplaceAll(j.written, "{name}", name)
		}
		if t.plain[i] {
			v[j.variable] = filled
		}
		if t.html[i] {
			v[j.variable+"_html"] = html.EscapeString(filled)
		}
	}
	return v
}

// Preview makes the message that a recipient would get, for the screen and for a test send. From and To are the caller's.
func Preview(c survey.Campaign, language string, reminder bool, p survey.Person, link, unsubscribe string) (Message, error) {
	t, err := Survey(c, language, reminder)
	if err != nil {
		return Message{}, err
	}
	var pairs []string
	for name, value := range t.Values(p, link, unsubscribe) {
		pairs = append(pairs, "{{"+name+"}}", value)
	}
	fill := strings.NewReplacer(pairs...)
	return Message{Subject: line(fill.Replace(t.Subject)), HTML: fill.Replace(t.HTML), Text: fill.Replace(t.Text),
		Headers: UnsubscribeHeaders(unsubscribe)}, nil
}
