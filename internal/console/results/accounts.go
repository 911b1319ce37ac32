package results

import (
	"net/http"
	"strings"

	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

type accountsPage struct {
	shell.Frame
	Campaign string
	ID       string
	Tabs     []shell.Tab
	Hidden   string // why there is nothing to see
	Contacts shell.NpsView
	Accounts shell.NpsView
	Value    valueView
	Without  string
	Coverage []shell.Fact
	List     string // address of all accounts
	Find     string
	Found    string
	Rows     []accountView
	Omitted  string
	Later    string // names and values are not known yet
	Mine     string
}

// valueView is the NPS weighted by value.
type valueView struct {
	NPS, Interval, Meaning, Effective string
	Range                             chart.SVG
	None                              string // why there is none
	Unweighed                         string
}

type accountView struct{ Href, Name, Value, Group, Class, Median, Answers, Asked string }

// accountsPage is a campaign by the accounts of those who answered: by contact, by account, by value.
func (d *Pages) accountsPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	ask := insight.AccountsAsk{Most: rowsShown}
	if r.Method == http.MethodPost {
		ask.Find = strings.TrimSpace(r.FormValue("find"))
	}
	by, err := opened.ByAccounts(r.Context(), ask)
	if err != nil {
		return err
	}
	c := opened.Campaign()
	p := &accountsPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID), List: "/accounts/" + string(c.Audience)}
	l := p.Lang
	p.Wide, p.Title = true, c.Name+": "+l.T("accounts.title")
	if p.Tabs, err = d.tabs(r.Context(), &p.Frame, opened, "accounts"); err != nil {
		return err
	}
	p.Hidden = shell.WithheldText(l, by.Accounts.Withheld())
	p.Contacts, p.Accounts = shell.ViewNPS(l, by.Contacts, ""), shell.ViewNPS(l, by.Accounts, "")
	p.Accounts.Answers = l.T("accounts.heard_count", lang.Values{"Count": by.Accounts.Tally().Answers()})
	p.value(by)
	if by.Without > 0 && opened.View().People() {
		p.Without = l.T("accounts.without", lang.Values{"Count": by.Without})
	}
	if by.Gathering {
		p.Later = l.T("accounts.gathering")
	} else {
		p.coverage(by, opened.View().People())
	}
	if !p.All() {
		p.Mine = l.T("accounts.yours")
	}
	if p.Find = ask.Find; p.Find != "" {
		p.Found = l.T("results.found", lang.Values{"Count": by.Found, "All": by.All})
	}
	for _, row := range by.Rows {
		p.Rows = append(p.Rows, viewAccount(l, c.Audience, row, c.Accepts(d.Now())))
	}
	if n := by.Found - len(p.Rows); n > 0 {
		p.Omitted = l.T("accounts.omitted", lang.Values{"Count": n})
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func viewAccount(l lang.Language, a survey.Audience, row insight.AccountRow, open bool) accountView {
	v := accountView{
		Href: shell.AccountHref(a, row.ID), Name: row.Name, Value: shell.AccountValue(l, row.Account), Answers: l.Number(row.Tally.Answers()), Asked: l.Number(row.Tally.Sent),
		Group: l.T("silent.one"),
	}
	if open {
		v.Group = l.T("accounts.no_answer_yet")
	}
	if s, ok := row.Tally.LowerMedian(); ok {
		v.Group, v.Class, v.Median = l.T("results.group."+string(row.Group)), string(row.Group), s.String()
	}
	return v
}

func (p *accountsPage) value(by insight.ByAccounts) {
	l := p.Lang
	value, ok := by.Value.NPS()
	i, _ := by.Value.Interval()
	switch {
	case by.ValueWithheld != "":
		p.Value.None = shell.WithheldText(l, by.ValueWithheld)
		return
	case !ok:
		p.Value.None = l.T("accounts.no_value")
		return
	}
	p.Value.NPS, p.Value.Interval = shell.NpsText(l, value, i)
	p.Value.Effective = l.T("accounts.effective", lang.Values{"Count": by.Value.Answers, "Effective": l.Decimal(by.Value.Effective(), 1), "Currency": by.Currency})
	p.Value.Range = chart.Range{
		Said: chart.Said{Title: l.T("accounts.by_value"), Desc: l.T("results.nps_desc", lang.Values{"NPS": p.Value.NPS, "Interval": p.Value.Interval})},
		From: -100, To: 100, Value: value, Low: i.Low, High: i.High, Marks: shell.NpsMarks(l),
	}.SVG()
	if by.Unweighed > 0 {
		p.Value.Unweighed = l.T("accounts.unweighed", lang.Values{"Count": by.Unweighed, "Currency": by.Currency})
	}
}

// coverage says how much of the accounts, and of their value, was asked and heard.
func (p *accountsPage) coverage(by insight.ByAccounts, values bool) {
	l, c := p.Lang, by.Coverage
	share := func(s nps.Share) string {
		percent, ok := s.Percent()
		if !ok {
			return "—"
		}
		i, _ := s.Interval()
		return l.T("accounts.share", lang.Values{"Percent": shell.Percent(l, percent), "Did": l.Number(s.Did), "Of": l.Number(s.Of), "Low": shell.Percent(l, i.Low), "High": shell.Percent(l, i.High)})
	}
	add := func(id, text string) { p.Coverage = append(p.Coverage, shell.Fact{Label: l.T(id), Text: text}) }
	if c.Planned {
		add("accounts.cover_asked", share(c.Asked))
		add("accounts.cover_heard", share(c.Heard))
	} else {
		add("accounts.cover_heard_all", share(c.Heard))
	}
	if c.HasValue && values {
		if c.Planned {
			add("accounts.cover_asked_value", l.T("accounts.of_value", lang.Values{"Percent": shell.Percent(l, c.PercentAskedValue), "Did": shell.MoneyText(l, c.ValueAsked), "Of": shell.MoneyText(l, c.ValueAll)}))
		}
		add("accounts.cover_heard_value", l.T("accounts.of_value", lang.Values{"Percent": shell.Percent(l, c.PercentHeardValue), "Did": shell.MoneyText(l, c.ValueHeard), "Of": shell.MoneyText(l, c.ValueAll)}))
	}
}
