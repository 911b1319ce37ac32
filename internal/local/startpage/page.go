package startpage

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"onetap/internal/firststeps"
	"onetap/internal/lang"
	_ "onetap/internal/lang/desk" // its own words are among them
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// page is what the template shows.
type page struct {
	Lang    lang.Language
	Others  []lang.Language
	Say     map[string]string
	People  []person
	Sample  []string // what the sample workspace holds, and its story; none: it is not loaded
	Rounds  []round
	Links   []link
	Token   string
	Command string // that reads an address or the token from a terminal
}

// Name is a language in its own words.
func (page) Name(l lang.Language) string { return l.T("format.language") }

// person is somebody whom one can be.
type person struct {
	ID, Name, Role, Try string
	Says                string // "Sign in as …"
	Ways                []way
}

// way is another button: the sign-in that leads straight to a page of the desk.
type way struct{ Says, To string }

type round struct {
	Title, Count string
	Steps        []step
}

type step struct {
	Text, Said string
	Done       bool
}

type link struct{ Label, Href, Help string }

// roles in the order of their cards: the round goes from the first to the fourth.
var roles = []survey.Role{survey.RoleMarketing, survey.RoleOwner, survey.RoleManager, survey.RoleExecutive, survey.RoleAdministrator, survey.RoleAnalyst}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) {
	l := LanguageOf(r)
	if code, ok := lang.Parse(r.URL.Query().Get("lang")); ok {
		http.SetCookie(w, &http.Cookie{Name: "onetap-language", Value: string(code), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	staff, err := p.Table.Staff(r.Context())
	if err != nil {
		p.fail(w, err)
		return
	}
	v := page{Lang: l, Say: said(l, len(staff) == 0), Token: p.Token, Command: "curl -s http://" + r.Host + "/addresses"}
	for _, other := range lang.All() {
		if other != l {
			v.Others = append(v.Others, other)
		}
	}
	var drafts []survey.Campaign
	var cases []loop.Case
	for _, list := range []firststeps.List{firststeps.SetUp, firststeps.Round} {
		steps, err := p.Steps.Of(r.Context(), list)
		if err != nil {
			p.fail(w, err)
			return
		}
		if list == firststeps.Round {
			drafts = steps[0].Campaigns
			if cases, err = p.waiting(r.Context(), steps[len(steps)-1].Campaigns); err != nil {
				p.fail(w, err)
				return
			}
		}
		if one := roundOf(l, list, steps); list == firststeps.Round || !one.done() {
			v.Rounds = append(v.Rounds, one)
		}
	}
	if kept, err := p.Table.FirstSteps(r.Context()); err != nil {
		p.fail(w, err)
		return
	} else if !kept.Since.IsZero() {
		v.Sample = []string{l.T("start.sample_waves"), l.T("start.sample_trend"), l.T("start.sample_story")}
	}
	v.People = p.people(l, staff, drafts, cases)
	inbox, site := here(r, p.Inbox), here(r, p.Site)
	v.Links = []link{{l.T("start.inbox"), inbox, l.T("start.inbox_help")}, {l.T("start.events"), "/events", l.T("start.events_help")}, {l.T("start.site"), site, l.T("start.site_help")}, {"API", site + "/api/v1/health", l.T("start.api_help")}}
	p.render(w, r, "start.html", v)
}

// said are the words of the page; of an empty workspace its lead is another.
func said(l lang.Language, empty bool) map[string]string {
	say := map[string]string{
		"title": l.T("start.title"), "lead": l.T("start.lead"), "languages": l.T("start.languages"), "people": l.T("start.people"),
		"places": l.T("start.places"), "sample": l.T("start.sample"), "token": l.T("start.token"), "terminal": l.T("start.token_help"),
	}
	if empty {
		say["lead"] = l.T("start.lead_empty")
	}
	return say
}

func (r round) done() bool {
	return !slices.ContainsFunc(r.Steps, func(s step) bool { return !s.Done })
}

func roundOf(l lang.Language, list firststeps.List, steps []firststeps.Step) round {
	v, done := round{Title: l.T("first.title_" + string(list))}, 0
	for _, s := range steps {
		one := step{Text: l.T("first." + s.ID), Said: l.T("first.open"), Done: s.Done}
		if s.Done {
			done++
			one.Said = l.T("first.done")
		}
		v.Steps = append(v.Steps, one)
	}
	v.Count = l.T("first.count", lang.Values{"Done": done, "All": len(steps)})
	return v
}

// waiting are the cases of the latest campaigns that are not resolved, the newest first.
func (p *Pages) waiting(ctx context.Context, launched []survey.Campaign) (all []loop.Case, err error) {
	for _, c := range launched {
		cases, _, err := p.Table.SomeCases(ctx, c.ID, 20)
		if err != nil {
			return nil, err
		}
		all = append(all, cases...)
	}
	all = slices.DeleteFunc(all, func(c loop.Case) bool { return c.Over() })
	slices.SortFunc(all, func(a, b loop.Case) int { return cmp.Or(b.Opened.Compare(a.Opened), cmp.Compare(a.ID(), b.ID())) })
	return all, nil
}

// people is one of each role that somebody has, who speaks the page's language where there is one; of the owners whoever
// has the newest case; of a workspace without an administrator whoever the deployment names.
func (p *Pages) people(l lang.Language, staff []survey.Staff, drafts []survey.Campaign, cases []loop.Case) []person {
	staff = slices.SortedFunc(slices.Values(staff), func(a, b survey.Staff) int {
		strange := func(m survey.Staff) int {
			if m.Language == string(l) {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(strange(a), strange(b)), cmp.Compare(a.ID, b.ID))
	})
	var all []person
	for _, role := range roles {
		i := slices.IndexFunc(staff, func(m survey.Staff) bool { return m.Role == role })
		var m survey.Staff
		newest := -1
		if role == survey.RoleOwner {
			if newest = slices.IndexFunc(cases, func(c loop.Case) bool { return ownerAt(staff, c.Owner) >= 0 }); newest >= 0 {
				i = ownerAt(staff, cases[newest].Owner)
			}
		}
		switch {
		case i >= 0:
			m = staff[i]
		case role == survey.RoleAdministrator:
			m = survey.Staff{Email: p.Admin, Role: role}
		default:
			continue
		}
		one := person{ID: m.ID, Name: cmp.Or(m.Name, m.Email), Role: l.T("role." + string(role)), Try: l.T("start.try_" + string(role))}
		if len(staff) == 0 {
			one.Try = l.T("start.try_first")
		}
		one.Says = l.T("start.sign_in", lang.Values{"Name": one.Name})
		if newest >= 0 {
			one.Ways = append(one.Ways, way{l.T("start.case", lang.Values{"Score": cases[newest].Latest}), "/cases/" + cases[newest].ID()})
		}
		if role == survey.RoleMarketing {
			if i := slices.IndexFunc(drafts, func(c survey.Campaign) bool { return c.Language == string(l) }); len(drafts) > 0 {
				c := drafts[max(0, i)]
				one.Ways = append(one.Ways, way{l.T("start.launch", lang.Values{"Campaign": c.Name}), "/campaigns/" + string(c.ID) + "/edit?step=check"})
			}
			one.Ways = append(one.Ways, way{l.T("start.new_campaign"), "/campaigns/new"})
		}
		all = append(all, one)
	}
	return all
}

// ownerAt is where an owner stands on the staff list; -1 for whoever is none.
func ownerAt(staff []survey.Staff, id string) int {
	return slices.IndexFunc(staff, func(m survey.Staff) bool { return m.ID == id && m.Role == survey.RoleOwner })
}
