package campaigns

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// listedPage is the people behind one figure of a campaign's ledger.
type listedPage struct {
	shell.Frame
	ID, Name            string
	Crumb               string          // where the campaign is, for this reader
	Label               string          // the figure
	Help                templ.Component // what it is; nil: that is plain
	Wave                string          // of which letter
	All                 string          // how many the figure counts, in the whole campaign
	Mine                string          // whose are shown, where not everybody's
	Now                 bool            // the list is made of the contacts as they are now
	Rows                []listedRow
	Looked              string
	Empty               bool
	Next                string // of a full page
	Part, Number, After string // where a list goes on that is not full
}

type listedRow struct{ Href, Name, Email, Owner, Team, What, When string }

// peopleBehind lists the people behind a figure: ?part= says which, ?wave=1 or 2 that it is a reminder's.
func (d *Pages) peopleBehind(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	part, number := mailing.Part(q.Get("part")), survey.MailingInvitation
	if wave := q.Get("wave"); wave != "" {
		var err error
		if number, err = strconv.Atoi(wave); err != nil || !survey.IsMailing(number) {
			return apperr.New(apperr.Unknown, "no_such_page", "")
		}
	}
	p := &listedPage{Frame: shell.NewFrame(r, c.Name), ID: string(c.ID), Name: c.Name}
	l := p.Lang
	found, err := d.Mailing.People(r.Context(), p.Visit.Who, c, number, part, q.Get("after"))
	if err != nil {
		return err
	}
	p.Wide, p.Label, p.Wave = true, partLabel(l, part), l.T("campaign.wave_"+strconv.Itoa(number))
	p.Title = c.Name + ": " + p.Label
	switch part {
	case mailing.PartUncertain:
		p.Help = shell.Help(&p.Frame, "help.uncertain")
	case mailing.SkipPart(survey.SkipQuiet):
		p.Help = shell.Help(&p.Frame, "help.quiet")
	case mailing.SkipPart(survey.SkipNotSampled):
		p.Help = shell.Help(&p.Frame, "help.sample")
	}
	p.Crumb, p.Mine = p.crumb(), mineText(&p.Frame)
	p.Now = part == mailing.SkipPart(survey.SkipNotSampled)
	ledgers, err := d.Mailing.Ledgers(r.Context(), c)
	if err != nil {
		return err
	}
	if n, ok := ledgers.Count(number, part); ok {
		p.All = l.T("roles.people_all", lang.Values{"Count": n})
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	names := shell.StaffNames(staff)
	for _, one := range found.List {
		p.Rows = append(p.Rows, p.row(c, names, one))
	}
	if found.Next != "" {
		q.Set("after", found.Next)
		p.Part, p.Number, p.After = string(part), strconv.Itoa(number), found.Next
		p.Scripts = []string{"search.js"}
		p.Next = r.URL.Path + "?" + q.Encode()
	}
	if found.Looked > 0 && p.Next != "" {
		p.Looked = l.T("roles.people_looked", lang.Values{"Count": found.Looked})
	}
	p.Empty = len(p.Rows) == 0 // the script puts those of earlier pages in its place
	return shell.Show(w, r, http.StatusOK, p)
}

// crumb is where the reader's campaign is: owners have its results alone.
func (p *listedPage) crumb() string {
	if p.Can(authz.ReadCampaigns) {
		return "/campaigns/" + p.ID
	}
	return "/results/" + p.ID
}

func mineText(f *shell.Frame) string {
	if f.All() {
		return ""
	}
	return f.Lang.T("contacts.whose." + string(f.Staff.Role))
}

// partLabel is what the campaign's page calls the figure.
func partLabel(l lang.Language, part mailing.Part) string {
	if id := "campaign." + string(part); len(part) > 5 && part[:5] == "skip_" {
		return l.T(id)
	}
	return l.T("campaign.ledger_" + string(part))
}

func (p *listedPage) row(c survey.Campaign, names map[string]string, one mailing.Listed) listedRow {
	l := p.Lang
	row := listedRow{Owner: shell.StaffName(names, one.Owner), Team: one.Team, What: shell.LetterText(l, one.Invitation)}
	if row.Name = l.T("loop.contact_gone"); one.Person != nil {
		row.Name, row.Email = shell.ContactName(l, *one.Person), one.Person.Person.Email
		row.Href = "/contacts/" + string(c.Audience) + "/" + string(one.Contact)
	}
	if !one.At.IsZero() {
		row.When = l.Moment(one.At.In(p.Zone))
	}
	return row
}
