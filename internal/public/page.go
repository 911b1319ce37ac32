package public

import (
	_ "embed"
	"net/http"

	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/web"
	"onetap/internal/wording"
)

//go:embed page.js
var script string

var pageScript = web.Script(script)

// write answers with a page that names the company, says what is special about the link, and offers the other languages.
func (v visit) write(w http.ResponseWriter, status int, title string, body web.HTML) {
	v.page(title, web.Join(body, v.links()), nil).Write(w, status)
}

func (v visit) page(title string, body web.HTML, script *web.Inline) web.Page {
	var brand, notes web.HTML
	switch b := v.campaign.Brand; {
	case b.Logo != "":
		brand = web.Markup(`<p class="brand"><img src="/logo/{}" alt="{}" width="{}" height="{}"></p>`, b.Logo, v.campaign.Company, b.Width, b.Height)
	case v.campaign.Company != "":
		brand = web.Markup(`<p class="brand">{}</p>`, v.campaign.Company)
	}
	if v.token.Test {
		notes = web.Markup(`<p class="note">{}</p>`, v.lang.T("page.test"))
	}
	return web.Page{Lang: v.lang, Title: title, Script: script, Brand: v.campaign.Brand.Colour,
		Body: web.Join(brand, notes, body)}
}

// others are the campaign's other languages.
func (v visit) others() (all []lang.Language) {
	for _, l := range lang.All() {
		if l != v.lang && v.campaign.Speaks(string(l)) {
			all = append(all, l)
		}
	}
	return all
}

// links offer the same page in the other languages.
func (v visit) links() (all web.HTML) {
	for _, l := range v.others() {
		all += web.Markup(` <a href="?lang={}" hreflang="{}" lang="{}">{}</a>`, string(l), string(l), string(l), l.T("format.language"))
	}
	return web.Markup(`<p class="foot">{}</p>`, all)
}

// state is what the survey page shows.
type state struct {
	visit
	answer survey.Response // version 0 before the first post
	chosen *int            // the score of the link or of the form; nil: that of the answer
	digest string
	saved  bool // words have just been saved without the script
	cut    bool // and were cut
	device device
	typed  survey.Post // words of a form that is shown again without having been sent
}

// screen is the page without its script, as the server makes it. A scanner's score is nobody's: it is never chosen.
func (s state) screen() screen {
	x := screen{chosen: s.chosen, thanked: s.saved && !s.token.Test, cut: s.cut}
	if s.answer.Verified {
		x.recorded = &s.answer.Score
	}
	if x.chosen == nil {
		x.chosen = x.recorded
	}
	return x
}

// page lays out the survey: the scale; once a person has answered, thanks and the two questions about it. It is one form,
// so that a browser without the script sends everything that stands in it, whatever is pressed.
//
// A link whose score nobody has sent yet is armed: any gesture sends it. A link that says another score than the
// person has given is not: somebody to whom the letter was forwarded would change the answer by scrolling.
func (s state) page() web.Page {
	l, texts := s.lang, wording.WithoutName(s.campaign, s.lang)
	x := s.screen()
	show := x.lines(l)
	var unsubscribed web.HTML
	if s.person.Suppressed == survey.Unsubscribed {
		unsubscribed = web.Markup(`<p class="note">{}</p>`, l.T("page.unsubscribed"))
	}
	class := web.HTML("good")
	if show.bad {
		class = "bad"
	}
	return s.visit.page(texts.Question, web.Join(unsubscribed, web.Markup(`<form id="answer" method="post" action="{}"{}{}{}>
<input type="hidden" name="gesture" value="button"><input type="hidden" name="digest" value="{}"><input type="hidden" name="seen" value="{}">
<div id="score"><p class="note" id="note"{}>{}</p>
<fieldset aria-describedby="ends"><legend>{}</legend><div class="scale">{}</div></fieldset>
<p class="ends" id="ends"><span>0 — {}</span><span>10 — {}</span></p>
<button>{}</button><a id="keep" href="{}"{}>{}</a></div>
<p id="say" class="{}" role="status">{}</p>
`, s.path+s.chose, web.If(show.arm, " data-arm"), s.last(), s.texts(), s.digest, s.answer.Version,
		web.If(show.note == "", " hidden"), show.note, texts.Question, s.scale(x.chosen), l.T("scale.low"), l.T("scale.high"),
		show.button, s.path+s.chose, web.If(show.keep == "", " hidden"), show.keep, class, show.say),
		s.words(texts, show), s.languages(), "</form>"), pageScript)
}

// texts gives the script what the page says in its other states. "#" stands for the recorded score, "@" for the chosen one.
func (s state) texts() web.HTML {
	l, marks := s.lang, lang.Values{"Was": "#", "Score": "@"}
	return web.Markup(` data-send="{}" data-change="{}" data-other="{}" data-keep="{}" data-thanks="{}" data-sending="{}" data-unsent="{}"`, l.T("page.send"),
		l.T("page.change", marks), l.T("page.other_score", marks), l.T("page.keep", lang.Values{"Score": "#"}), l.T("page.thanks_score", lang.Values{"Score": "#"}), l.T("page.sending"), l.T("page.unsent"))
}

// last tells the script which score is recorded.
func (s state) last() web.HTML {
	if !s.answer.Verified {
		return ""
	}
	return web.Markup(` data-last="{}"`, s.answer.Score)
}

func (s state) scale(chosen *int) web.HTML {
	var all web.HTML
	for n := range 11 {
		all += web.Markup(`<label><input type="radio" name="score" value="{}"{} required><span>{}</span></label>`,
			n, web.If(chosen != nil && n == *chosen, " checked"), n)
	}
	return all
}

// words asks why, and what would make it a 10 of whoever did not give one. Hidden until there is a score. Its button does
// not answer what the page asks about the score: it sends which score that is, see postOf.
func (s state) words(texts survey.Wording, show lines) web.HTML {
	l := s.lang
	why, whyWas := field(s.answer.Why, s.device.why, s.typed.Why, s.typed.WhyWas)
	wish, wishWas := field(s.answer.Wish, s.device.wish, s.typed.Wish, s.typed.WishWas)
	var asked web.HTML
	if show.asks != nil {
		asked = web.Markup(` name="asked" value="{}"`, *show.asks)
	}
	return web.Markup(`<div id="words"{}>
<p class="note" id="kept"{}>{}</p>
<input type="hidden" name="why_was" value="{}"><input type="hidden" name="wish_was" value="{}">
<label class="q" for="why">{}</label><textarea id="why" name="why" rows="4">
{}</textarea>
<div{}><label class="q" for="wish">{}</label><textarea id="wish" name="wish" rows="4">
{}</textarea></div>
<button{}>{}</button><p class="foot">{}</p></div>
`, web.If(!show.words, " hidden"), web.If(s.device.whole(), " hidden"), l.T("page.kept"), whyWas, wishWas,
		texts.Why, why, web.If(!show.wish, " hidden"), texts.Wish, wish, asked, l.T("page.send_words"), l.T("page.changeable"))
}

// field is what a field shows, and the trace of what of it is stored. Words that somebody was typing stay, with what they
// were typed over.
func field(stored string, mayRead bool, typed, typedWas *string) (text, was string) {
	switch {
	case typed != nil && typedWas != nil && *typedWas != survey.Trace(*typed):
		return *typed, *typedWas
	case mayRead:
		return stored, survey.Trace(stored)
	}
	return "", survey.Hidden
}

// languages are buttons of the form, so that what stands in it comes along.
func (s state) languages() (all web.HTML) {
	for _, l := range s.others() {
		all += web.Markup(` <button name="look" value="1" formaction="{}" formnovalidate lang="{}">{}</button>`, s.path+"?lang="+string(l), string(l), l.T("format.language"))
	}
	return web.Markup(`<p class="foot">{}</p>`, all)
}
