package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// climbDays is how many days pass while nobody sees to what is left.
const climbDays = 8

// climb lets days pass over cases that some people see to, some hand over, and some leave, while the clock is killed: whatever nobody has
// seen to is told to the next level once it is overdue, and to the top once that is, too; each once but for letters that were on their way when a
// process died.
func (d *director) climb(ctx context.Context, r *rand.Rand) error {
	if !d.history.Climb {
		return nil
	}
	if err := d.staff(ctx); err != nil {
		return err
	}
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	cases, err := d.waiting(ctx, table)
	if err != nil {
		return err
	}
	left := 0
	for _, c := range cases {
		var work map[string]string
		switch x := r.Float64(); {
		case x < 0.25 || left >= loop.MaxTold-4: // a letter names no more
			work = map[string]string{"state": "contacted"}
		case x < 0.6:
			work = map[string]string{"owner": []string{"owner1", "owner2"}[r.IntN(2)]}
			left++
		default:
			left++
			continue
		}
		if err := d.must(ctx, "PATCH", "/cases/"+c.ID(), work, nil); err != nil {
			return err
		}
	}
	kills := 0
	for range climbDays {
		d.pass(23 * time.Hour)
		if r.Float64() < 0.7 {
			kills++
			if err := sleep(ctx, time.Duration(r.IntN(700))*time.Millisecond); err != nil {
				return err
			}
			d.stack.Cloud().KillFunction([]string{"ClockFunction", "NotifyFunction"}[r.IntN(2)])
		}
		err := drive.Until(ctx, maxWait, "a morning to be told", func() (bool, error) {
			m, err := table.Morning(ctx)
			return m.Done && d.now().Sub(m.At) < 24*time.Hour, err
		})
		if err != nil {
			return err
		}
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.readInbox(ctx); err != nil {
		return err
	}
	return d.checkClimbed(ctx, table, kills)
}

// staff is who answers for cases, and above them.
func (d *director) staff(ctx context.Context) error {
	return d.must(ctx, "POST", "/staff", []map[string]string{
		{"id": "owner1", "email": "owner1@example.com", "role": "owner", "manager": "manager1"},
		{"id": "owner2", "email": "owner2@example.com", "role": "owner", "manager": "manager1"},
		{"id": "manager1", "email": "manager1@example.com", "role": "manager", "manager": "top1"},
		{"id": "top1", "email": "top1@example.com", "role": "executive"},
		{"id": "top2", "email": "top2@example.com", "role": "executive"},
		{"id": "admin1", "email": "admin1@example.com", "role": "administrator"},
	}, nil)
}

// waiting lists the cases whose respondent nobody has spoken to.
func (d *director) waiting(ctx context.Context, table *store.Store) (all []loop.Case, err error) {
	for _, c := range d.campaigns {
		found, err := table.Cases(ctx, survey.CampaignID(c.id))
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			if one.Waits() && !one.Top.IsZero() {
				all = append(all, one)
			}
		}
	}
	return all, nil
}

func (d *director) checkClimbed(ctx context.Context, table *store.Store, kills int) error {
	told := map[string]map[string]int{"overdue": {}, "climbed": {}}
	same := map[string]int{}
	for _, l := range d.letters {
		of := told[l.Tags["kind"]]
		if of == nil {
			continue
		}
		for _, id := range l.Cases() {
			of[id]++
		}
		same[fmt.Sprint(l.Tags["kind"], l.To, strings.Join(l.Cases(), " "))]++
	}
	left, err := d.waiting(ctx, table)
	if err != nil {
		return err
	}
	for _, c := range left {
		response, there, err := table.Response(ctx, c.Campaign, c.Contact)
		if err != nil {
			return err
		}
		if !there || !c.Holds(response) || c.Alert.Letters == 0 {
			continue
		}
		if told["overdue"][c.ID()] == 0 {
			d.broke("lost", 1, "nobody was told that a case is overdue")
		}
		if told["climbed"][c.ID()] == 0 {
			d.broke("lost", 1, "the top was not told of a case that nobody has seen to")
		}
	}
	announced := map[string]bool{}
	for _, e := range d.stack.Cloud().BusEvents() {
		if e.Type == string(loop.CaseOverdue) {
			var a loop.Announcement
			if err := json.Unmarshal(e.Detail, &a); err != nil {
				return err
			}
			announced[a.Case+string(a.Overdue)] = true
		}
	}
	for _, c := range left {
		for level, letters := range map[loop.Level]string{loop.LevelOwner: "overdue", loop.LevelManager: "climbed"} {
			if told[letters][c.ID()] > 0 && !announced[c.ID()+string(level)] {
				d.broke("lost", 1, "other systems were not told that a case is overdue")
			}
		}
	}
	again := 0
	for _, n := range same {
		again += n - 1
	}
	if again > kills+len(d.history.Faults) {
		d.broke("doubled", again, "%d letters about what is overdue went twice, and %d processes died", again, kills)
	}
	return nil
}
