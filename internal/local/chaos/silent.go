package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/loop"
	"onetap/internal/money"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// Of every so many contacts one is worth something, and is asked after by hand if two campaigns in a row hear nothing.
const valuedEvery, valuedAt, silentWaves = 5, "250000 RUB", 2

// silent ends all campaigns, where there are two at least, and looks whether each contact of value who was asked in the last two and answered neither has
// a case, and nobody else, while the function that opens them is killed.
func (d *director) silent(ctx context.Context, r *rand.Rand) error {
	if !d.history.Beside {
		return nil
	}
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	var over []*campaign
	for _, c := range d.campaigns {
		if !c.launched {
			continue
		}
		err := d.must(ctx, "POST", "/campaigns/"+c.id+"/close", nil, nil)
		if err != nil && !refused(err, http.StatusConflict) { // it is closed, or was cancelled
			return err
		}
		over, c.ended = append(over, c), true
	}
	if len(over) < silentWaves {
		return nil
	}
	latest, before := over[len(over)-1], over[len(over)-2]
	all, err := scan(ctx, d.stack.AWS(), d.stack.TableName())
	if err != nil {
		return err
	}
	t, err := d.rowsOf(ctx, all)
	if err != nil {
		return err
	}
	if t.campaigns[latest.id].state != string(survey.Closed) {
		return nil
	}
	practice, err := table.Practice(ctx)
	if err != nil {
		return err
	}
	practice.Silence = loop.Silence{Audiences: []survey.Audience{audience}, Waves: silentWaves, Least: money.Amount{Minor: 100_000_00, Currency: "RUB"}, Most: loop.MaxSilent}
	if _, err := table.PutPractice(ctx, practice); err != nil {
		return err
	}
	d.pass(2 * time.Hour)
	d.killSoon(r, 0.7, "AnalyseFunction", 2500)
	// Who has ended a campaign a moment after one look is looked at by the next one, an hour later.
	for try := 1; ; try++ {
		err = drive.Until(ctx, 20*time.Second, "the silent to be looked for", func() (bool, error) {
			looked, err := table.SilenceLooked(ctx, audience)
			_, done := looked.Of[survey.CampaignID(latest.id)]
			return done, err
		})
		if err == nil {
			break
		}
		if try == 4 || ctx.Err() != nil {
			d.broke("lost", 1, "%v", err)
			return nil
		}
		d.pass(time.Hour)
	}
	valued := map[string]bool{}
	for i := 0; i < d.uploaded; i += valuedEvery {
		valued[address(i)] = true
	}
	opened, seenTo := map[string]int{}, map[string]bool{} // who has an open case of another kind is not asked after once more
	for id := range t.campaigns {
		found, err := table.Cases(ctx, survey.CampaignID(id))
		if err != nil {
			return err
		}
		for _, c := range found {
			switch {
			case c.Is() != loop.OfSilent:
				seenTo[string(c.Contact)] = seenTo[string(c.Contact)] || !c.Over()
			case id == latest.id:
				opened[string(c.Contact)]++
			}
		}
	}
	silentIn := func(c *campaign, contact string) (asked, sure bool) {
		rows := t.campaigns[c.id]
		i, invited := rows.invited[0][contact]
		response, answered := rows.responses[contact]
		return invited && !response.truth("verified"), invited && i.text("state") == "sent" && !answered
	}
	wanted, has, first := 0, 0, ""
	for contact, who := range t.contacts {
		_, now := silentIn(latest, contact)
		_, then := silentIn(before, contact)
		if valued[who] && now && then && !seenTo[contact] {
			wanted++
			if opened[contact] > 0 {
				has++
			} else if first == "" {
				first = contact
			}
		}
		if asked, _ := silentIn(latest, contact); opened[contact] > 0 && (!valued[who] || !asked) {
			d.broke("broken", 1, "somebody has a case as silent: of value %v, silent %v", valued[who], asked)
		}
		if opened[contact] > 1 {
			d.broke("doubled", opened[contact]-1, "somebody silent has %d cases", opened[contact])
		}
	}
	if wanted = min(wanted, loop.MaxSilent); has < wanted {
		known, err := d.knownOf(ctx, table, survey.ContactID(first))
		if err != nil {
			return err
		}
		d.broke("lost", wanted-has, "%d people of value were silent twice, and %d of them have a case; of the first who has none: %s", wanted, has, known)
	}
	d.log("silent: %d of value, %d cases", wanted, has)
	return nil
}

// knownOf says what campaigns know of a contact, the latest first.
func (d *director) knownOf(ctx context.Context, table *store.Store, id survey.ContactID) (known string, err error) {
	campaigns, err := table.Campaigns(ctx, audience, 50)
	if err != nil {
		return "", err
	}
	var ids []survey.CampaignID
	for _, c := range campaigns {
		ids = append(ids, c.ID)
	}
	places, err := table.Places(ctx, ids, []survey.ContactID{id})
	if err != nil {
		return "", err
	}
	people, err := table.Contacts(ctx, audience, []survey.ContactID{id})
	for _, c := range campaigns {
		p := places[id][c.ID]
		known += fmt.Sprintf("%s %s asked %v answered %v case %v; ", c.State, c.Launched.Format(time.RFC3339), p.Asked, p.Answered, p.Case != nil)
	}
	return fmt.Sprintf("%sworth %q", known, people[id].Value), err
}
