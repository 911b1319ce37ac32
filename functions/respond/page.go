package main

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
func (v visit) write(w http.ResponseWriter, status int, title string, body web.HTML, script *web.Inline) {
	v.page(title, body, script).Write(w, status)
}

func (v visit) page(title string, body web.HTML, script *web.Inline) web.Page {
	var brand, notes, others web.HTML
	switch b := v.campaign.Brand; {
	case b.Logo != "":
		brand = web.Markup(`<p class="brand"><img src="/logo/{}" alt="{}" width="{}" height="{}"></p>`, b.Logo, v.campaign.Company, b.Width, b.Height)
	case v.campaign.Company != "":
		brand = web.Markup(`<p class="brand">{}</p>`, v.campaign.Company)
	}
	if v.token.Test {
		notes = web.Markup(`<p class="note">{}</p>`, v.lang.T("page.test"))
	}
	for _, l := range lang.All() {
		if l != v.lang && v.campaign.Speaks(string(l)) {
			others += web.Markup(` <a href="?lang={}" hreflang="{}" lang="{}">{}</a>`, string(l), string(l), string(l), l.T("format.language"))
		}
	}
	return web.Page{Lang: v.lang, Title: title, Script: script, Brand: v.campaign.Brand.Colour,
		Body: web.Join(brand, notes, body, web.Markup(`<p class="foot">{}</p>`, others))}
}

// state is what the survey page shows.
type state struct {
	visit
	answer survey.Response // version 0 before the first post
	chosen *int            // the score of the link; nil for a link without one
	digest string
	saved  bool // words have just been saved without the script
	cut    bool // and were cut
}

// marked is the score that stands chosen: the link's, else the person's. A scanner's never.
func (s state) marked() (score int, ok bool) {
	switch {
	case s.chosen != nil:
		return *s.chosen, true
	case s.answer.Verified:
		return s.answer.Score, true
	}
	return 0, false
}

// page lays out the survey: the scale; once a person has answered, thanks and the two questions about it.
//
// A link whose score nobody has sent yet is armed: any gesture sends it. A link that says another score than the
// person has given is not: somebody to whom the letter was forwarded would change the answer by scrolling.
func (s state) page() web.Page {
	l, texts := s.lang, wording.WithoutName(s.campaign, s.lang)
	score, marked := s.marked()
	answered := s.answer.Verified && score == s.answer.Score
	changing := s.answer.Verified && !answered

	button := l.T("page.send")
	var note web.HTML
	switch {
	case changing:
		note = web.Markup(`<p class="note">{}</p>`, l.T("page.other_score", lang.Values{"Was": s.answer.Score, "Score": score}))
		button = l.T("page.change", lang.Values{"Score": score})
	case s.person.Suppressed == survey.Unsubscribed:
		note = web.Markup(`<p class="note">{}</p>`, l.T("page.unsubscribed"))
	}
	said, class := "", web.HTML("good")
	switch {
	case answered && s.cut:
		said, class = l.T("page.cut", lang.Values{"Limit": survey.MaxComment}), "bad"
	case answered && s.saved && !s.token.Test:
		said = l.T("page.thanks_words")
	case answered:
		said = l.T("page.thanks_score", lang.Values{"Score": s.answer.Score})
	}
	form := web.Markup(`<form id="score" method="post" action="{}" data-unsent="{}"{}{}>
<input type="hidden" name="gesture" value="button"><input type="hidden" name="digest" value="{}">
<fieldset aria-describedby="ends"><legend>{}</legend><div class="scale">{}</div></fieldset>
<p class="ends" id="ends"><span>0 — {}</span><span>10 — {}</span></p>
<button{}>{}</button></form>
<p id="say" class="{}" role="status">{}</p>
`, s.path+s.chose, l.T("page.unsent"), web.If(marked && !s.answer.Verified, " data-arm"), s.last(), s.digest, texts.Question,
		s.scale(score, marked), l.T("scale.low"), l.T("scale.high"), web.If(answered, " hidden"), button,
		class, said)
	return s.visit.page(texts.Question, web.Join(note, form, s.words(texts, answered, score)), pageScript)
}

// last tells the script which score is sent already.
func (s state) last() web.HTML {
	if !s.answer.Verified {
		return ""
	}
	return web.Markup(` data-last="{}"`, s.answer.Score)
}

func (s state) scale(score int, marked bool) web.HTML {
	var all web.HTML
	for n := range 11 {
		all += web.Markup(`<label><input type="radio" name="score" value="{}"{} required><span>{}</span></label>`,
			n, web.If(marked && n == score, " checked"), n)
	}
	return all
}

// words asks why, and what would make it a 10 of whoever did not give one. Hidden until there is a score.
func (s state) words(texts survey.Wording, answered bool, score int) web.HTML {
	l := s.lang
	return web.Markup(`<form id="words" method="post" action="{}"{}>
<input type="hidden" name="gesture" value="button"><input type="hidden" name="digest" value="{}w">
<input type="hidden" name="why_was" value="{}"><input type="hidden" name="wish_was" value="{}">
<label class="q" for="why">{}</label><textarea id="why" name="why" rows="4">
{}</textarea>
<div{}><label class="q" for="wish">{}</label><textarea id="wish" name="wish" rows="4">
{}</textarea></div>
<button>{}</button><p class="foot">{}</p></form>
`, s.path+s.chose, web.If(!answered, " hidden"), s.digest, trace(s.answer.Why), trace(s.answer.Wish),
		texts.Why, s.answer.Why, web.If(answered && score == 10, " hidden"), texts.Wish, s.answer.Wish,
		l.T("page.send_words"), l.T("page.changeable"))
}
