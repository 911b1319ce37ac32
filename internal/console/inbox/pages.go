// Package inbox is the pages of ideas, questions and leads: what arrived for whom, answering and closing it.
package inbox

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /inbox", authz.WorkInbox, d.list, ""),
		door.On("POST /inbox", authz.WorkCases, d.mark, "inbox.mark"),
		door.On("GET /inbox/{item}", authz.WorkInbox, d.item, ""),
		door.On("POST /inbox/{item}", authz.WorkInbox, d.answer, "inbox.answer"),
		door.On("POST /inbox/{item}/close", authz.WorkInbox, d.close, "inbox.close"),
		door.On("POST /inbox/{item}/customer", authz.WorkInbox, d.customer, "inbox.customer"),
		door.On("POST /inbox/{item}/forget", authz.WorkInbox, d.forget, "inbox.forget"),
	}
}

// listed is how many items a page shows, and wordsListed how much of the words of each, in characters.
const listed, wordsListed = 100, 280

type listPage struct {
	shell.Frame
	Tabs  []shell.Tab
	Over  bool
	Items []itemLine
	More  string // how many are not shown
}

type itemLine struct {
	Href, Kind, Who, About, Words, State string
	Waits                                bool
}

func (d *Pages) list(w http.ResponseWriter, r *http.Request) error {
	p := &listPage{Frame: shell.NewFrame(r, "ideas.title"), Over: r.URL.Query().Get("over") != ""}
	l := p.Lang
	p.Tabs = []shell.Tab{{Href: "/inbox", Label: l.T("ideas.waiting"), Here: !p.Over}, {Href: "/inbox?over=1", Label: l.T("ideas.over"), Here: p.Over}}
	all, more, err := d.Inbox.List(r.Context(), p.Visit.Who, !p.Over)
	if err != nil {
		return err
	}
	if len(all) > listed || more {
		p.More = l.T("ideas.more", lang.Values{"Count": min(len(all), listed), "All": len(all)})
		all = all[:min(len(all), listed)]
	}
	if err := d.Inbox.Fill(r.Context(), p.Visit.Who, all); err != nil {
		return err
	}
	for _, e := range all {
		line := itemLine{Href: "/inbox/" + e.ID(), Kind: l.T("ideas.kind." + string(e.Kind)), Who: p.said(e), Waits: e.Waits(), State: l.T("ideas.state." + string(e.State))}
		line.About = l.T("ideas.arrived", lang.Values{"When": l.Moment(e.At.In(p.Zone)), "Campaign": e.CampaignName})
		line.Words = short(words(e))
		p.Items = append(p.Items, line)
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// said is who has written an item, as far as its reader may know.
func (p *listPage) said(e followup.Entry) string { return saidBy(p.Frame, e) }

func saidBy(f shell.Frame, e followup.Entry) string {
	switch {
	case e.Recommended && e.Said.Name != "":
		return e.Said.Name
	case e.Recommended:
		return f.Lang.T("ideas.newcomer")
	case !f.Can(authz.ReadPeople):
		return f.Lang.T("ideas.customer")
	}
	return shell.ContactName(f.Lang, e.Person)
}

func words(e followup.Entry) string {
	if e.Recommended {
		return e.Said.Words
	}
	return strings.TrimSpace(e.Why + "\n\n" + e.Wish)
}

func short(s string) string {
	if runes := []rune(s); len(runes) > wordsListed {
		return string(runes[:wordsListed]) + "…"
	}
	return s
}

// mark marks an answer; the form says from which page it came.
func (d *Pages) mark(w http.ResponseWriter, r *http.Request) error {
	_, err := d.Inbox.Mark(r.Context(), door.VisitOf(r).Who, survey.CampaignID(r.PostFormValue("campaign")), survey.ContactID(r.PostFormValue("contact")), loop.ItemKind(r.PostFormValue("kind")))
	if err != nil {
		return err
	}
	return shell.Done(w, r, shell.Local(r.PostFormValue("to")), "item_marked")
}

type itemPage struct {
	shell.Frame
	Action, Version     string
	Kind, State         string
	Waits, Newcomer     bool
	Score               *shell.ScoreView
	Who, Why, Wish      string
	Gone                bool // nothing of the words is there any more
	Contact             string
	Reach, ReachLink    string
	Consent             string
	Facts               []shell.Fact
	Ended, Answer, Note string
	Unknown             bool   // nobody knows whether the email that was begun went out
	Typed, TypedNote    string // as typed
	Wrong, WrongNote    string
	Language            string // of the email, where it is another than the reader's
	IsLead              bool
	Customers           []shell.Option
	MayForget           bool
}

func (d *Pages) item(w http.ResponseWriter, r *http.Request) error {
	i, err := d.Inbox.One(r.Context(), door.VisitOf(r).Who, r.PathValue("item"))
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, i, nil)
}

func (d *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	in := followup.Telling{Text: r.PostFormValue("answer"), Again: r.PostFormValue("again") != "", Links: d.Addresses.LinksOf(r)}
	in.Version, _ = strconv.Atoi(r.PostFormValue("version"))
	i, err := d.Inbox.Answer(r.Context(), door.VisitOf(r).Who, r.PathValue("item"), in)
	return d.done(w, r, i, err, "item_answered")
}

func (d *Pages) close(w http.ResponseWriter, r *http.Request) error {
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	i, err := d.Inbox.Close(r.Context(), door.VisitOf(r).Who, r.PathValue("item"), version, r.PostFormValue("note"))
	return d.done(w, r, i, err, "item_closed")
}

func (d *Pages) customer(w http.ResponseWriter, r *http.Request) error {
	i, err := d.Inbox.Became(r.Context(), door.VisitOf(r).Who, r.PathValue("item"), r.PostFormValue("customer"))
	return d.done(w, r, i, err, "item_customer")
}

func (d *Pages) forget(w http.ResponseWriter, r *http.Request) error {
	if err := d.Inbox.Forget(r.Context(), door.VisitOf(r).Who, r.PathValue("item")); err != nil {
		return err
	}
	return shell.Done(w, r, "/inbox", "item_forgotten")
}

// done answers a form of an item: what was wrong is said beside it, and nothing that was typed is lost.
func (d *Pages) done(w http.ResponseWriter, r *http.Request, i loop.Item, err error, said string) error {
	p := apperr.As(err)
	switch {
	case err == nil:
		return shell.Done(w, r, "/inbox/"+i.ID(), said)
	case p == nil || i.Campaign == "" || p.Code == "item_unknown":
		return err
	}
	if now, lost := d.Inbox.One(r.Context(), door.VisitOf(r).Who, i.ID()); lost == nil {
		i = now
	}
	return d.show(w, r, web.Status(p), i, p)
}

func (d *Pages) show(w http.ResponseWriter, r *http.Request, status int, i loop.Item, wrong *apperr.Error) error {
	all := []followup.Entry{{Item: i}}
	if err := d.Inbox.Fill(r.Context(), door.VisitOf(r).Who, all); err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	e, names := all[0], shell.StaffNames(staff)
	p := &itemPage{
		Frame: shell.NewFrame(r, "ideas.kind."+string(i.Kind)), Action: "/inbox/" + i.ID(), Version: strconv.Itoa(i.Version), Waits: i.Waits(), Newcomer: i.Recommended,
		Why: e.Why, Wish: e.Wish, Answer: i.Said.Answer, Note: i.Said.Note, Unknown: i.Waits() && !i.Begun.IsZero(), IsLead: i.Kind == loop.ItemLead, MayForget: i.Recommended,
		Typed: cmp.Or(r.PostFormValue("answer"), i.Said.Answer), TypedNote: r.PostFormValue("note"),
	}
	l := p.Lang
	p.Kind, p.State, p.Who = l.T("ideas.kind."+string(i.Kind)), l.T("ideas.state."+string(i.State)), saidBy(p.Frame, e)
	if e.Score != loop.NoScore {
		score := shell.ScoreOf(l, e.Score)
		p.Score = &score
	}
	if i.Recommended {
		p.Why, p.Reach, p.Consent = i.Said.Words, i.Said.Reach, i.Said.Consent
		if strings.Contains(p.Reach, "@") {
			p.ReachLink = shell.MailLink(p.Reach)
		} else if p.Reach != "" {
			p.ReachLink = survey.Person{Phone: p.Reach}.Dial()
		}
	} else if p.Gone = p.Why+p.Wish == ""; e.Person.ID != "" && p.Can(authz.ReadContacts) {
		p.Contact = shell.ContactHref(i.Audience, i.Contact)
	}
	if i.Unreadable {
		p.Gone = true
	}
	p.Facts = append(p.Facts, shell.Fact{Label: l.T("ideas.fact.campaign"), Text: e.CampaignName}, shell.Fact{Label: l.T("ideas.fact.arrived"), Text: l.Moment(i.At.In(p.Zone))})
	if !i.Recommended {
		by := l.T("case.program")
		if i.By != "" {
			by = shell.StaffName(names, i.By)
		}
		p.Facts = append(p.Facts, shell.Fact{Label: l.T("ideas.fact.by"), Text: by})
	}
	if !i.Waits() {
		by := l.T("case.program")
		if i.EndedBy != "" {
			by = shell.StaffName(names, i.EndedBy)
		}
		p.Ended = l.T("ideas.ended."+string(i.State), lang.Values{"When": l.Moment(i.Ended.In(p.Zone)), "Who": by})
	}
	if language, ok := lang.Parse(i.Language); ok && language != l {
		p.Language = l.T("tell.language", lang.Values{"Language": language.T("format.language")})
	}
	for _, o := range []struct{ value, label string }{{loop.Yes, "ideas.customer_yes"}, {loop.No, "ideas.customer_no"}} {
		p.Customers = append(p.Customers, shell.Option{Value: o.value, Label: l.T(o.label), On: i.Customer == o.value})
	}
	if wrong != nil {
		switch text := l.Problem(wrong); wrong.Where {
		case "answer":
			p.Wrong = text
		case "note":
			p.WrongNote = text
		default:
			p.Error = text
		}
	}
	return shell.Show(w, r, status, p)
}
