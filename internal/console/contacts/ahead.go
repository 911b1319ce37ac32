package contacts

import (
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/org"
	"onetap/internal/survey"
)

// aheadView is what a list would do: what somebody is to say yes to, and who is meant.
type aheadView struct {
	Counts string
	Lost   []string // "51 contacts lose their owner"
	Losers []loserRow
	Asks   []askView
	Sure   bool // the box is ticked
}

type loserRow struct{ Line, Name, Href, What string }

// askView is a name that several of the staff have.
type askView struct {
	N          int
	Name, Says string
	People     []shell.Option
}

// nobodyMeant is the choice of none of those who have a name.
const nobodyMeant = "-"

// ownersChosen reads the lists beside the names that several have; nil where there were none.
func ownersChosen(r *http.Request) map[string]string {
	var chosen map[string]string
	for n := 0; ; n++ {
		name := r.FormValue("who-" + strconv.Itoa(n))
		if name == "" {
			return chosen
		}
		id := r.FormValue("person-" + strconv.Itoa(n))
		if id == "" {
			continue
		}
		if chosen == nil {
			chosen = map[string]string{}
		}
		if chosen[name] = id; id == nobodyMeant {
			chosen[name] = ""
		}
	}
}

// lookAhead shows what a whole list would do. The names that were asked about stay on the page with what was chosen.
func (d *Pages) lookAhead(p *uploadPage, r *http.Request, a survey.Audience, columns map[string]contacts.Field, body []byte, staff []survey.Staff) error {
	list := said(r, columns, "")
	chosen := list.Owners
	list.Owners = nil
	asked, err := d.Lists.LookAt(r.Context(), a, list, body)
	if err != nil {
		return err
	}
	out := asked
	if len(chosen) > 0 {
		list.Owners = chosen
		if out, err = d.Lists.LookAt(r.Context(), a, list, body); err != nil {
			return err
		}
		out.Ahead.Asks = asked.Ahead.Asks
	}
	p.Ahead, err = d.aheadOf(r, &p.Frame, a, out, staff, chosen)
	if p.Ahead != nil {
		p.Ahead.Sure = list.Confirmed
	}
	return err
}

// aheadOf puts into words what a list would do; chosen says who was meant by a name.
func (d *Pages) aheadOf(r *http.Request, f *shell.Frame, a survey.Audience, out contacts.Outcome, staff []survey.Staff, chosen map[string]string) (*aheadView, error) {
	l, total := f.Lang, out.Total
	v := &aheadView{Counts: l.T("ahead.counts", lang.Values{"New": l.Number(int64(total.New)), "Changed": l.Number(int64(total.Changed)), "Unchanged": l.Number(int64(total.Unchanged))})}
	v.Lost = shell.LostWords(l, survey.UploadOfContacts, total.Lost)
	ids := make([]survey.ContactID, len(out.Ahead.Losers))
	for i, loser := range out.Ahead.Losers {
		ids[i] = loser.Contact
	}
	people, err := d.Store.Contacts(r.Context(), a, ids)
	if err != nil {
		return nil, err
	}
	names := shell.StaffNames(staff)
	for _, loser := range out.Ahead.Losers {
		c := people[loser.Contact]
		v.Losers = append(v.Losers, loserRow{strconv.Itoa(loser.Line), shell.ContactName(l, c), contactHref(c), lostOf(l, loser.Lost, c, names)})
	}
	byID := map[string]survey.Staff{}
	for _, m := range staff {
		byID[m.ID] = m
	}
	for n, ask := range out.Ahead.Asks {
		one := askView{N: n, Name: ask.Name, Says: l.T("ahead.named", lang.Values{"Count": ask.Count})}
		said, answered := chosenFor(chosen, ask.Name)
		for _, id := range ask.Staff {
			one.People = append(one.People, shell.Option{Value: id, Label: personLabel(byID[id]), On: answered && strings.EqualFold(said, id)})
		}
		one.People = append(one.People, shell.Option{Value: nobodyMeant, Label: l.T("ahead.nobody"), On: answered && said == ""})
		v.Asks = append(v.Asks, one)
	}
	return v, nil
}

func chosenFor(chosen map[string]string, name string) (string, bool) {
	for n, id := range chosen {
		if survey.NameKey(n) == survey.NameKey(name) {
			return id, true
		}
	}
	return "", false
}

// personLabel tells somebody of the staff from another of that name.
func personLabel(m survey.Staff) string {
	parts := []string{org.NameOf(m)}
	for _, text := range []string{m.Team, m.Email} {
		if text != "" && text != parts[0] {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " · ")
}

// lostOf says what one contact loses, as it is stored.
func lostOf(l lang.Language, lost survey.Losses, c survey.Contact, names map[string]string) string {
	var all []string
	for _, one := range []struct {
		n           int
		label, text string
	}{{lost.Owner, "contacts.owner", shell.StaffName(names, c.Owner)}, {lost.Team, "contacts.team", c.Team}, {lost.Phone, "upload.field.phone", c.Person.Phone}} {
		if one.n > 0 {
			all = append(all, l.T(one.label)+": "+one.text)
		}
	}
	return strings.Join(all, " · ")
}
