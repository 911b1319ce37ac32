package results

import (
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// teamPage is what a manager takes to the team: the figures by teams and the words of employees whose box was opened, with
// room for what is agreed. It is made to be printed, and the same for every reader.
type teamPage struct {
	shell.Frame
	Campaign string
	ID       string
	Tabs     []shell.Tab
	Hidden   string // why there is nothing yet
	NPS      shell.NpsView
	Rows     []shell.RowView
	Groups   []wordsView
	NoWords  string
	Few      string // in how large groups
}

// wordsView is what the people of one group wrote.
type wordsView struct {
	Group string
	Said  []saidView
}

type saidView struct{ Why, Wish string }

// teamPage shows the discussion of one campaign of employees.
func (d *Pages) teamPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c := opened.Campaign()
	if !c.Audience.Anonymous() || !c.Ballots {
		return apperr.New(apperr.Unknown, "no_such_page", "")
	}
	report, err := opened.Report(r.Context())
	if err != nil {
		return err
	}
	p := &teamPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID)}
	l := p.Lang
	p.Title, p.Wide, p.Tabs = c.Name+": "+l.T("talk.title"), true, resultTabs(&p.Frame, opened, "talk")
	if p.Hidden = shell.WithheldText(l, report.Whole().Withheld()); p.Hidden != "" {
		return shell.Show(w, r, http.StatusOK, p)
	}
	p.NPS = shell.ViewNPS(l, report.Whole(), "")
	p.Few = l.T("talk.few", lang.Values{"Least": insight.LeastFigures, "Words": insight.LeastWords})
	teams, err := report.By(r.Context(), survey.KindTeam)
	if err != nil {
		return err
	}
	for _, t := range insight.ByValue(teams.Rows) {
		p.Rows = append(p.Rows, shell.ViewRow(l, shell.ValueLabel(l, survey.KindTeam, t.Value(), nil), "", t.Disclosed))
	}
	words, err := opened.Words(r.Context())
	if err != nil {
		return err
	}
	if len(words) == 0 {
		p.NoWords = l.T("talk.no_words", lang.Values{"Words": insight.LeastWords})
	}
	for _, g := range words {
		v := wordsView{Group: groupName(l, opened.Columns(), g.Group)}
		for _, s := range g.Said {
			v.Said = append(v.Said, saidView{s.Comment(), s.Wish()})
		}
		p.Groups = append(p.Groups, v)
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// groupName says what all people of a group have in common.
func groupName(l lang.Language, columns, values []string) string {
	var parts []string
	for i, v := range values {
		if v != "" && i < len(columns) {
			parts = append(parts, shell.ValueLabel(l, columns[i], v, nil))
		}
	}
	if len(parts) == 0 {
		return l.T("talk.everybody")
	}
	return strings.Join(parts, " · ")
}
