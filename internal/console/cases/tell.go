package cases

import (
	"cmp"
	"net/http"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// tellView is what a respondent was told of what was done, what they said to that, and the form to tell them.
type tellView struct {
	May      bool
	Unknown  bool   // nobody knows whether the letter that was begun went out
	Done     string // when it did; "": it did not
	Right    string // what they said to it; "": nothing
	Wrong    string // … that it is not right
	Text     string // as typed, or to begin with
	Language string // of the text, where it is another than the reader's
	Problem  string
}

// tell takes the form.
func (d *Pages) tell(w http.ResponseWriter, r *http.Request) error {
	id, who := r.PathValue("case"), door.VisitOf(r).Who
	in := followup.Telling{Text: r.FormValue("tell"), Again: r.FormValue("again") != "", Links: d.Addresses.LinksOf(r)}
	in.Version, _ = strconv.Atoi(r.FormValue("version"))
	c, err := d.Teller.Tell(r.Context(), who, id, in)
	p := apperr.As(err)
	switch {
	case err == nil:
		return shell.Done(w, r, "/cases/"+id, "case_told")
	case p == nil || p.Code == "not_yours" || p.Code == "case_unknown":
		return err
	case p.Code == "case_changed":
		return d.showCasePage(w, r, web.Status(p), c, followup.Work{}, p, c.Since(in.Version, nil))
	}
	return d.showCasePage(w, r, web.Status(p), c, followup.Work{}, p, nil)
}

// told fills in what a respondent was told; typed is what somebody wrote, with what is wrong with it.
func (p *casePage) told(c loop.Case, campaign survey.Campaign, practice loop.Practice, typed string, wrong *apperr.Error) {
	l := p.Lang
	if c.Right != "" {
		p.Tell.Right = l.T("case.event." + string(c.Right))
	}
	if !c.Told.IsZero() {
		p.Tell.Done = l.T("tell.done", lang.Values{"When": l.Moment(c.Told.In(p.Zone))})
	}
	p.Tell.May, p.Tell.Unknown = p.MayNote && c.State == loop.Resolved && c.Told.IsZero(), !c.Telling.IsZero()
	text, language := draft(practice, campaign, c)
	if p.Tell.Text = typed; typed == "" {
		p.Tell.Text = text
	}
	if language != l {
		p.Tell.Language = l.T("tell.language", lang.Values{"Language": language.T("format.language")})
	}
	if wrong != nil && wrong.Where == "tell" {
		p.Tell.Problem = l.Problem(wrong)
	}
}

// draft is what a respondent is told where the owner does not change it: what the company has written for their language, else the standard text.
func draft(p loop.Practice, campaign survey.Campaign, c loop.Case) (text string, l lang.Language) {
	l, ok := lang.Parse(campaign.LanguageFor(c.Language))
	if !ok {
		l = lang.Default
	}
	return cmp.Or(p.Told[string(l)], l.T("tell.standard")), l
}
