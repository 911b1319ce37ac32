package results

import (
	"net/http"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/money"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// silentShown is how many of the silent of one part a page shows.
const silentShown = 100

type silentPage struct {
	shell.Frame
	Campaign string
	ID       string
	Tabs     []shell.Tab
	Hidden   string // why there is nothing to see
	Share    string
	Part     string // of how many the list is
	Value    string
	AsOf     string // when all were added up; else that the figures are of this part
	Retained []shell.Fact
	Verdict  string
	Worth    []shell.Fact // who is worth less than when they were asked, and who more
	Worse    string       // whether those who answered are worth less more, or less, often
	Owners   []silentOwner
	Rows     []silentRow
	Omitted  string
	Next     string
	Mine     string
}

type silentOwner struct{ Name, Value, Silent, Share, Left, Fell string }

type silentRow struct{ Href, Name, Account, AccountHref, Owner, Value, Waves, Segments, Gone string }

// silentPage lists who was asked and has not answered, a part of the campaign's people at a time.
func (d *Pages) silentPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c := opened.Campaign()
	from, err := survey.ParseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	p := &silentPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID)}
	l := p.Lang
	p.Wide, p.Title = true, c.Name+": "+l.T("silent.title")
	if p.Tabs, err = d.tabs(r.Context(), &p.Frame, opened, "silent"); err != nil {
		return err
	}
	earlier, err := d.Mailing.Earlier(r.Context(), c)
	if err != nil {
		return err
	}
	found, err := opened.Silent(r.Context(), from, earlier)
	if refusal := apperr.As(err); refusal != nil && refusal.Kind == apperr.Conflict { // still open, or from elsewhere
		p.Hidden = l.Problem(refusal)
		return shell.Show(w, r, http.StatusOK, p)
	}
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	p.figures(found, c.Clock())
	p.owners(found, shell.StaffNames(staff))
	p.rows(c, found, shell.StaffNames(staff))
	if found.Next != nil {
		p.Next = "/results/" + string(c.ID) + "/silent?after=" + found.Next.String()
	}
	if !p.All() {
		p.Mine = l.T("accounts.yours")
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func (p *silentPage) figures(found insight.Silence, zone *time.Location) {
	l, t := p.Lang, found.Campaign
	silent := nps.Share{Of: t.Sent, Did: max(0, t.Sent-t.Responded)}
	if percent, ok := silent.Percent(); ok {
		i, _ := silent.Interval()
		p.Share = l.T("silent.share", lang.Values{"Percent": shell.Percent(l, percent), "Did": l.Number(silent.Did), "Of": l.Number(silent.Of), "Low": shell.Percent(l, i.Low), "High": shell.Percent(l, i.High)})
	}
	p.Part = l.T("silent.part", lang.Values{"Count": len(found.People), "Looked": l.Number(int64(found.Looked))})
	if found.Value.Minor > 0 {
		p.Value = l.T(either(found.At.IsZero(), "silent.value_part", "silent.value"), lang.Values{"Value": shell.MoneyText(l, found.Value)})
	}
	p.AsOf = l.T("silent.of_part")
	if !found.At.IsZero() {
		p.AsOf = l.T("silent.as_of", lang.Values{"Date": l.Moment(found.At.In(zone))})
	}
	share := func(s nps.Share) string {
		percent, _ := s.Percent()
		i, _ := s.Interval()
		return l.T("accounts.share", lang.Values{"Percent": shell.Percent(l, percent), "Did": l.Number(s.Did), "Of": l.Number(s.Of), "Low": shell.Percent(l, i.Low), "High": shell.Percent(l, i.High)})
	}
	verdict := func(d nps.Shares, differ string) string {
		value, ends := shell.NpsText(l, d.Difference, d.Interval)
		return l.T(either(d.Real, differ, "silent.same"), lang.Values{"Difference": value, "Interval": ends})
	}
	fact := func(id string, s nps.Share) shell.Fact { return shell.Fact{Label: l.T(id), Text: share(s)} }
	answered, quiet := found.Sum.Answered, found.Sum.Silent
	if difference, ok := found.Kept(); ok {
		p.Retained = []shell.Fact{fact("silent.retained_answered", answered.InList()), fact("silent.retained_silent", quiet.InList())}
		p.Verdict = verdict(difference, "silent.differ")
	}
	if difference, ok := found.Fell(); ok {
		p.Worth = []shell.Fact{
			fact("silent.fell_answered", answered.WorthLess()), fact("silent.fell_silent", quiet.WorthLess()),
			fact("silent.rose_answered", answered.WorthMore()), fact("silent.rose_silent", quiet.WorthMore()),
		}
		p.Worse = verdict(difference, "silent.fell_differ")
	}
}

// silentOwners is how many owners a page shows.
const silentOwners = 50

// owners are whose people have not answered, over all of them.
func (p *silentPage) owners(found insight.Silence, names map[string]string) {
	l := p.Lang
	if len(found.Owners) < 2 {
		return
	}
	for _, one := range found.Owners[:min(len(found.Owners), silentOwners)] {
		if one.Silent.People == 0 {
			continue
		}
		row := silentOwner{Name: shell.StaffName(names, one.Owner), Silent: l.Number(one.Silent.People)}
		if one.Owner == "" {
			row.Name = l.T("results.without")
		}
		if one.Value > 0 {
			row.Value = shell.MoneyText(l, money.Amount{Minor: one.Value, Currency: found.Currency})
		}
		if percent, ok := (nps.Share{Of: one.Silent.People + one.Answered.People, Did: one.Silent.People}).Percent(); ok {
			row.Share = shell.Percent(l, percent)
		}
		row.Left, row.Fell = l.Number(one.Silent.People-one.Silent.Listed), l.Number(one.Silent.Fell)
		p.Owners = append(p.Owners, row)
	}
}

func (p *silentPage) rows(c survey.Campaign, found insight.Silence, names map[string]string) {
	l := p.Lang
	for _, one := range found.People[:min(len(found.People), silentShown)] {
		row := silentRow{Name: shell.ContactName(l, one.Contact), Href: shell.ContactHref(c.Audience, one.Contact.ID), Account: one.Contact.AccountName(), Owner: shell.StaffName(names, one.Owner), Value: one.Contact.Value, Waves: l.Number(int64(one.Waves))}
		if one.Gone {
			row.Gone = l.T("silent.gone")
		}
		if one.Contact.Created.IsZero() { // not stored any more
			row.Href = ""
		}
		if one.Contact.Account != "" {
			row.AccountHref = shell.AccountHref(c.Audience, one.Contact.Account)
		}
		var segments []string
		for _, s := range append([]string{one.Team}, one.Segment...) {
			if s != "" {
				segments = append(segments, s)
			}
		}
		row.Segments = strings.Join(segments, " · ")
		p.Rows = append(p.Rows, row)
	}
	if n := len(found.People) - len(p.Rows); n > 0 {
		p.Omitted = l.T("silent.omitted", lang.Values{"Count": n})
	}
}

func either(is bool, one, other string) string {
	if is {
		return one
	}
	return other
}
