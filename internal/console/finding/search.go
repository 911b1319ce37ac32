package finding

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/followup"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/text"
)

const (
	// shown is how many of each kind the page shows.
	shown = 10
	// campaignsLookedAt is how many campaigns of each audience are looked at, the newest.
	campaignsLookedAt = 100
	// wordsShown is how many characters of a comment are shown.
	wordsShown = 200
	// maxWords is how many characters are looked for: more is no search.
	maxWords = 200
)

type searchPage struct {
	shell.Frame
	Words    string
	Searched bool
	Nothing  bool
	Groups   []group
}

// group is what was found of one kind.
type group struct {
	ID, Title, Count string
	Found            []hit
	Said             string // at what was looked, where that is not everything
	All              string // where all of the kind are
	AllLabel         string
	Further          []further
}

// hit is one thing that was found.
type hit struct {
	Href, Title, Under, Said string
	Score                    *shell.ScoreView
	Person, Case             string // where the contact and the case of a comment are
}

// further is a button that looks for the same words in one place, page by page.
type further struct{ Action, Audience, Label string }

func (d *Pages) searchPage(w http.ResponseWriter, r *http.Request) error {
	return shell.Show(w, r, http.StatusOK, &searchPage{Frame: shell.NewFrame(r, "finding.title")})
}

func (d *Pages) search(w http.ResponseWriter, r *http.Request) error {
	p := &searchPage{Frame: shell.NewFrame(r, "finding.title"), Words: strings.TrimSpace(r.PostFormValue("words"))}
	if runes := []rune(p.Words); len(runes) > maxWords {
		p.Words = string(runes[:maxWords])
	}
	if text.NewQuery(p.Words).Empty() {
		http.Redirect(w, r, "/search", http.StatusSeeOther)
		return nil
	}
	found, err := d.find(r.Context(), p)
	if err != nil {
		return err
	}
	p.Searched, p.Nothing = true, true
	for _, g := range found {
		if len(g.Found) > 0 || g.Said != "" { // of the others nothing is to be said
			p.Groups, p.Nothing = append(p.Groups, g), p.Nothing && len(g.Found) == 0
		}
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// find looks in every kind that the reader's role may see.
func (d *Pages) find(ctx context.Context, p *searchPage) (found [4]group, err error) {
	staff, err := d.Store.Staff(ctx)
	if err != nil {
		return found, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { // the cases of who is found stand among the cases
		var people contacts.Everywhere
		if p.Can(authz.ReadContacts) {
			var err error
			if people, err = d.Lists.Everywhere(ctx, p.Visit.Who, p.Words); err != nil {
				return err
			}
			found[0] = p.contacts(people, shell.StaffNames(staff))
		}
		if !p.Can(authz.ReadCases) {
			return nil
		}
		cases, err := d.Cases.Search(ctx, p.Visit.Who, staff, p.Words, people.Contacts[:min(len(people.Contacts), shown)])
		if err == nil {
			found[1] = p.cases(cases, shell.StaffNames(staff))
		}
		return err
	})
	g.Go(func() error {
		campaigns, partly, err := d.campaigns(ctx)
		if err != nil {
			return err
		}
		if p.Can(authz.ReadCampaigns) || p.Can(authz.ReadResults) {
			found[2] = p.campaigns(campaigns, partly)
		}
		if !p.Can(authz.ReadAnswers) {
			return nil
		}
		comments, err := d.Results.Comments(ctx, p.Visit.Who, campaigns, p.Words, shown)
		if err == nil {
			found[3], err = d.comments(ctx, p, comments, partly)
		}
		return err
	})
	return found, g.Wait()
}

// campaigns are the newest of every audience, the newest first.
func (d *Pages) campaigns(ctx context.Context) (all []survey.Campaign, partly bool, err error) {
	found := make([][]survey.Campaign, len(survey.Audiences))
	g, ctx := errgroup.WithContext(ctx)
	for i, a := range survey.Audiences {
		g.Go(func() (err error) {
			found[i], err = d.Store.Campaigns(ctx, a, campaignsLookedAt+1)
			return err
		})
	}
	err = g.Wait()
	for _, some := range found {
		partly = partly || len(some) > campaignsLookedAt
		all = append(all, some[:min(len(some), campaignsLookedAt)]...)
	}
	slices.SortFunc(all, func(a, b survey.Campaign) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	for i, c := range all {
		all[i] = c.At(d.Now())
	}
	return all, partly, err
}

func (p *searchPage) group(id string, found int) group {
	return group{ID: id, Title: p.Lang.T("finding." + id), Count: p.Lang.Number(int64(found)), AllLabel: p.Lang.T("finding.all_" + id)}
}

func (p *searchPage) contacts(found contacts.Everywhere, names map[string]string) group {
	g := p.group("contacts", len(found.Contacts))
	g.All = "/contacts"
	for _, c := range found.Contacts[:min(len(found.Contacts), shown)] {
		under := []string{p.Lang.T("campaign.audience_" + string(c.Audience)), c.AccountName(), c.Person.Email, c.Person.Phone, shell.StaffName(names, c.Owner)}
		g.Found = append(g.Found, hit{Href: shell.ContactHref(c.Audience, c.ID), Title: shell.ContactName(p.Lang, c), Under: joined(under)})
	}
	switch {
	case found.Exact:
		g.Said = p.Lang.T("finding.contacts_exact")
	case found.Looked > 0 && len(found.Partly) > 0: // an audience has no index yet
		g.Said = p.Lang.T("finding.contacts_partly", lang.Values{"Count": found.Looked})
	case len(found.Partly) > 0:
		g.Said = p.Lang.T("finding.contacts_more")
	case found.Lately:
		g.Said = p.Lang.T("finding.contacts_lately")
	}
	if !found.Exact && len(found.Partly) > 0 {
		g.Count += "+"
	}
	var more []survey.Audience
	for i, c := range found.Contacts {
		if i >= shown && !slices.Contains(more, c.Audience) {
			more = append(more, c.Audience)
		}
	}
	for _, a := range survey.Audiences {
		if slices.Contains(found.Partly, a) || slices.Contains(more, a) {
			g.Further = append(g.Further, further{"/contacts/search", string(a), p.Lang.T("finding.contacts_all", lang.Values{"Audience": p.Lang.T("campaign.audience_" + string(a))})})
		}
	}
	return g
}

func (p *searchPage) cases(found followup.FoundCases, names map[string]string) group {
	g := p.group("cases", len(found.Cases))
	g.All = "/cases"
	for _, c := range found.Cases[:min(len(found.Cases), shown)] {
		score := shell.ScoreOf(p.Lang, c.Latest)
		under := []string{p.Lang.T("case.state." + string(c.State)), found.Campaigns[c.Campaign].Name}
		if !strings.EqualFold(c.Owner, p.Staff.ID) {
			under = append(under, shell.OwnerName(p.Lang, names, c.Owner))
		}
		g.Found = append(g.Found, hit{Href: "/cases/" + c.ID(), Title: shell.ContactName(p.Lang, found.People[c.Contact]), Under: joined(under), Score: &score})
	}
	if found.Partly {
		g.Count += "+"
		g.Said = p.Lang.T("finding.cases_partly", lang.Values{"Count": found.Looked})
	}
	return g
}

func (p *searchPage) campaigns(all []survey.Campaign, partly bool) group {
	wanted, href := text.NewQuery(p.Words), "/results"
	if p.Can(authz.ReadCampaigns) {
		href = "/campaigns"
	}
	var found []survey.Campaign
	for _, c := range all {
		if (p.Can(authz.ReadCampaigns) || !c.Launched.IsZero()) && wanted.Match(c.Name, p.Lang.T("campaign.audience_"+string(c.Audience))) {
			found = append(found, c)
		}
	}
	g := p.group("campaigns", len(found))
	g.All = href
	for _, c := range found[:min(len(found), shown)] {
		under := []string{p.Lang.T("campaign.audience_" + string(c.Audience)), p.Lang.T("campaign.state_" + string(c.State)), p.Lang.Date(c.Created.In(p.Zone))}
		g.Found = append(g.Found, hit{Href: href + "/" + string(c.ID), Title: c.Name, Under: joined(under)})
	}
	if partly {
		g.Count += "+"
		g.Said = p.Lang.T("finding.campaigns_partly", lang.Values{"Count": len(all)})
	}
	return g
}

func (d *Pages) comments(ctx context.Context, p *searchPage, found insight.Comments, partly bool) (group, error) {
	sees, err := d.Lists.Sees(ctx, p.Visit.Who)
	if err != nil {
		return group{}, err
	}
	all := 0
	for _, some := range found.Found {
		all += len(some)
	}
	g := p.group("comments", all)
	g.All = "/results"
	for i, c := range found.Of {
		people, err := d.gave(ctx, c, found.Found[i])
		if err != nil {
			return g, err
		}
		for _, a := range found.Found[i] {
			score := shell.ScoreOf(p.Lang, a.Score())
			h := hit{Href: "/results/" + string(c.ID) + "/answers", Title: c.Name, Said: shortened(joined([]string{a.Comment(), a.Wish()})), Score: &score}
			h.Under = a.Pseudonym()
			if r, ok := a.Response(); ok {
				h.Under = joined([]string{shell.ContactName(p.Lang, people[r.Contact]), r.Team, p.Lang.Date(r.Updated.In(p.Zone))})
				if contact, there := people[r.Contact]; there && p.Can(authz.ReadContacts) && sees(contact) {
					h.Person = shell.ContactHref(c.Audience, r.Contact)
				}
				if r.Unhappy && p.Can(authz.ReadCases) {
					h.Case = "/cases/" + loop.Case{Campaign: c.ID, Contact: r.Contact}.ID()
				}
			}
			g.Found = append(g.Found, h)
		}
		g.Further = append(g.Further, further{"/results/" + string(c.ID) + "/answers", "", p.Lang.T("finding.comments_all", lang.Values{"Name": c.Name})})
	}
	if found.Partly || partly {
		g.Count += "+"
		g.Said = p.Lang.T("finding.comments_partly", lang.Values{"Count": found.Looked})
	}
	return g, nil
}

// gave are the contacts who gave some answers, as far as the reader may know them.
func (d *Pages) gave(ctx context.Context, c survey.Campaign, found []insight.Answer) (map[survey.ContactID]survey.Contact, error) {
	var ids []survey.ContactID
	for _, a := range found {
		if r, ok := a.Response(); ok {
			ids = append(ids, r.Contact)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return d.Store.Contacts(ctx, c.Audience, ids)
}

// joined are the texts that there are, one after the other.
func joined(texts []string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), " · ")
}

func shortened(s string) string {
	if r := []rune(s); len(r) > wordsShown {
		return string(r[:wordsShown]) + "…"
	}
	return s
}
