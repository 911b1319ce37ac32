package chaos

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/loop"
	"onetap/internal/money"
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
	found, err := table.Cases(ctx, survey.CampaignID(latest.id))
	if err != nil {
		return err
	}
	opened := map[string]int{}
	for _, c := range found {
		if c.Is() == loop.OfSilent {
			opened[string(c.Contact)]++
		}
	}
	silentIn := func(c *campaign, contact string) (asked, sure bool) {
		rows := t.campaigns[c.id]
		i, invited := rows.invited[0][contact]
		response, answered := rows.responses[contact]
		return invited && !response.truth("verified"), invited && i.text("state") == "sent" && !answered
	}
	wanted, has := 0, 0
	for contact, who := range t.contacts {
		_, now := silentIn(latest, contact)
		_, then := silentIn(before, contact)
		if valued[who] && now && then {
			wanted++
			if opened[contact] > 0 {
				has++
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
		d.broke("lost", wanted-has, "%d people of value were silent twice, and %d of them have a case", wanted, has)
	}
	d.log("silent: %d of value, %d cases", wanted, has)
	return nil
}
