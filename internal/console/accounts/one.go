package accounts

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// wavesLooked is through how many of the audience's latest campaigns an account's page looks.
const wavesLooked = 12

type onePage struct {
	shell.Frame
	List      string
	Facts     []shell.Fact
	Waves     []waveRow
	Campaigns []string // over which people are shown, the latest first
	People    []personRow
	More      string
	Parts     []partRow
	Hidden    string // why nothing of answers is shown
}

// waveRow is the account in one campaign.
type waveRow struct{ Name, Href, Score, Class, Answers string }

type personRow struct {
	Href, Name, Role, Owner string
	Cells                   []cell
	Silent                  string
}

// cell is one person in one campaign.
type cell struct {
	Text, Class string
	Case        string // address of the case; "": there is none
	CaseState   string
}

type partRow struct{ Name, Action string }

// one shows an account: what it is worth, who was asked, who answered what and who is silent, its cases, its trend.
func (d *Pages) one(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	who := door.VisitOf(r).Who
	found, err := d.Results.Account(r.Context(), who, a, survey.AccountID(r.PathValue("account")))
	if err != nil {
		return err
	}
	campaigns, err := d.Launched(r.Context(), a, wavesLooked)
	if err != nil {
		return err
	}
	people, err := d.Results.People(r.Context(), who, a, found, campaigns)
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	p := &onePage{Frame: shell.NewFrame(r, found.Name), List: listHref(a)}
	p.Wide, p.Title = true, found.Name
	p.facts(found)
	if insight.Persons(a, who) {
		waves, err := d.Results.Waves(r.Context(), found, campaigns)
		if err != nil {
			return err
		}
		p.waves(waves)
	} else {
		p.Hidden = p.Lang.T("contacts.hidden")
	}
	p.people(people, shell.StaffNames(staff), d.Now())
	if p.Can(authz.WriteContacts) {
		for _, part := range found.Parts {
			if part.ID != found.ID {
				p.Parts = append(p.Parts, partRow{part.Name, shell.AccountHref(a, part.ID) + "/part"})
			}
		}
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func (p *onePage) facts(one insight.Account) {
	add := func(id, text string) {
		if text != "" {
			p.Facts = append(p.Facts, shell.Fact{Label: p.Lang.T(id), Text: text})
		}
	}
	add("accounts.value", shell.AccountValue(p.Lang, one))
	add("case.fact.parent", one.Parent)
	add("upload.field.company_id", strings.Join(one.Codes, ", "))
	add("accounts.others", strings.Join(one.Others, "; "))
	add("accounts.contacts", p.Lang.Number(int64(one.Contacts)))
}

func (p *onePage) waves(all []insight.AccountWave) {
	for _, w := range all {
		score, _ := w.Tally.LowerMedian()
		p.Waves = append(p.Waves, waveRow{
			w.Campaign.Name, "/results/" + string(w.Campaign.ID), score.String(), string(score.Group()), p.Lang.T("results.answers", lang.Values{"Count": w.Tally.Answers()}),
		})
	}
}

func (p *onePage) people(all insight.AccountPeople, names map[string]string, now time.Time) {
	for _, c := range all.Campaigns {
		p.Campaigns = append(p.Campaigns, c.Name)
	}
	if all.Others > 0 {
		p.More = p.Lang.T("accounts.more_people", lang.Values{"Count": all.Others})
	}
	for _, one := range all.People {
		row := personRow{Href: shell.ContactHref(one.Contact.Audience, one.Contact.ID), Name: shell.ContactName(p.Lang, one.Contact), Owner: shell.StaffName(names, one.Contact.Owner)}
		if role := one.Contact.Company.Role; role != "" {
			row.Role = p.Lang.T("company_role." + string(role))
		}
		if one.Silent > 0 {
			row.Silent = p.Lang.T("silent.waves", lang.Values{"Count": one.Silent})
		}
		for i, place := range one.Places {
			row.Cells = append(row.Cells, p.cell(place, all.Campaigns[i].Accepts(now)))
		}
		p.People = append(p.People, row)
	}
}

func (p *onePage) cell(place loop.Place, open bool) (out cell) {
	switch {
	case place.Answered:
		out.Text, out.Class = strconv.Itoa(place.Score), string(nps.Score(place.Score).Group())
	case place.Asked && open:
		out.Text = p.Lang.T("accounts.no_answer_yet")
	case place.Asked:
		out.Text = p.Lang.T("silent.one")
	default:
		out.Text = "—"
	}
	if place.Case != nil && p.Can(authz.ReadCases) {
		out.Case, out.CaseState = "/cases/"+place.Case.ID(), p.Lang.T("case.state."+string(place.Case.State))
	}
	return out
}
