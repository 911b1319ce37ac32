package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// inFlight is how long after somebody was told that nobody will write a letter may still come: the batch which is being
// handed to SES at that moment.
const inFlight = 2 * time.Second

// ledger is what the API says became of a mailing.
type ledger struct {
	Audience, Invited, Waiting, Sent, Failed, Bounced, Uncertain, Complained int
	Skipped                                                                  map[string]int
}

func (l ledger) skipped() (n int) {
	for _, k := range l.Skipped {
		n += k
	}
	return n
}

// check holds every promise against the table, the inbox and what people did.
func (d *director) check(ctx context.Context) error {
	if err := d.readInbox(ctx); err != nil {
		return err
	}
	all, err := scan(ctx, d.stack.AWS(), d.stack.TableName())
	if err != nil {
		return err
	}
	t, err := d.rowsOf(ctx, all)
	if err != nil {
		return err
	}
	for n, c := range d.campaigns {
		if !c.launched {
			continue
		}
		rows := t.campaigns[c.id]
		if rows == nil {
			d.broke("lost", 1, "campaign %d is not in the table", n)
			continue
		}
		for mailing := range 3 {
			d.checkLetters(c, n, mailing, rows, t.contacts)
			if err := d.checkLedger(ctx, c, n, mailing, rows, t.contacts); err != nil {
				return err
			}
		}
		if err := d.checkAnswers(ctx, c, n, rows, t); err != nil {
			return err
		}
		d.checkCases(c, n, rows)
	}
	if err := d.checkBox(ctx, t); err != nil {
		return err
	}
	if err := d.checkIndex(ctx, t); err != nil {
		return err
	}
	if err := d.checkCaseFigures(ctx, all, t); err != nil {
		return err
	}
	if err := d.checkErased(ctx, t); err != nil {
		return err
	}
	d.checkBrought(t)
	d.checkConsent(t)
	d.checkStopped()
	sum, list := t.tallies.differences(recount(t))
	if sum > 0 {
		d.broke("drift", sum, "figures differ from a recount: %s", short(list))
	}
	return nil
}

func short(list []string) string {
	const maxShown = 6
	if len(list) > maxShown {
		return fmt.Sprintf("%q and %d more", list[:maxShown], len(list)-maxShown)
	}
	return fmt.Sprintf("%q", list)
}

// checkLetters compares the letters that lie in mailboxes with what the table says became of the invitations.
func (d *director) checkLetters(c *campaign, n, mailing int, rows *campaignRows, contacts map[string]string) {
	letters := map[string][]drive.Letter{}
	for _, l := range d.letters {
		if l.Kind == "survey" && l.Tags["campaign"] == c.id && l.Tags["wave"] == fmt.Sprint(mailing) {
			contact := l.Tags["contact"]
			if d.gone(contact) {
				continue
			}
			letters[contact] = append(letters[contact], l)
			if contacts[contact] != l.To[0] {
				d.broke("broken", 1, "campaign %d: a letter is for one person and went to another", n)
			}
		}
	}
	for contact, list := range letters {
		allowed := 1
		if i := rows.invited[mailing][contact]; i.text("decided") == "uncertain" { // a person may have asked for a second letter
			allowed += min(rows.again[mailing][contact], c.resent)
		}
		if len(list) > allowed {
			d.broke("doubled", len(list)-allowed, "campaign %d, mailing %d: %s has %d letters", n, mailing, contacts[contact], len(list))
		}
		if rows.invited[mailing][contact] == nil {
			d.broke("lost", 1, "campaign %d, mailing %d: %s has a letter and no invitation", n, mailing, contacts[contact])
		}
	}
	for contact, i := range rows.invited[mailing] {
		if contacts[contact] == "" { // somebody's who was erased
			continue
		}
		got := letters[contact]
		where := fmt.Sprintf("campaign %d, mailing %d: %s is %s %s", n, mailing, contacts[contact], i.text("state"), i.text("reason"))
		switch state := i.text("state"); {
		case state == "sent" && len(got) == 0, state == "failed" && i.text("reason") == "bounced" && len(got) == 0:
			d.broke("lost", 1, "%s and has no letter", where)
		case state == "skipped" && len(got) > 0:
			d.broke("broken", 1, "%s and has a letter", where)
		case state == "uncertain" && len(got) > 0:
			d.broke("broken", 1, "%s, but SES has reported its letter as %s", where, got[0].Outcome)
		case state != "sent" && state != "failed" && state != "skipped" && state != "uncertain":
			d.broke("broken", 1, "%s", where)
		}
	}
}

// checkLedger counts the people of a mailing from their items and compares with what the API says.
func (d *director) checkLedger(ctx context.Context, c *campaign, n, number int, rows *campaignRows, contacts map[string]string) error {
	w, began := rows.mailings[number]
	if !began {
		if len(rows.invited[number]) > 0 {
			d.broke("broken", 1, "campaign %d, mailing %d: invitations without a mailing", n, number)
		}
		return nil
	}
	counted := map[string]int{}
	for contact, i := range rows.invited[number] {
		counted[i.text("state")]++
		if rows.waiting[number][contact] {
			d.broke("doubled", 1, "campaign %d, mailing %d: %s has an invitation and waits for one", n, number, contacts[contact])
		}
	}
	if rows.between[number] > 0 {
		d.broke("lost", rows.between[number], "campaign %d, mailing %d: %d people are between claim and decision and nobody decides it", n, number, rows.between[number])
	}
	waiting := len(rows.waiting[number])
	if w.State == "planning" {
		for _, carried := range w.Carry {
			waiting += len(carried)
		}
	} else if number == 0 && w.Audience < c.audience-len(d.erased) {
		d.broke("lost", c.audience-w.Audience, "campaign %d: an audience of %d is planned, %d were uploaded", n, w.Audience, c.audience)
	}
	if w.State == "done" && waiting > 0 {
		d.broke("lost", waiting, "campaign %d, mailing %d is done and %d wait", n, number, waiting)
	}
	var got struct {
		Ledger, Reminder *ledger
		Second           *ledger `json:"second_reminder"`
	}
	if err := d.must(ctx, "GET", "/campaigns/"+c.id, nil, &got); err != nil {
		return err
	}
	l := []*ledger{got.Ledger, got.Reminder, got.Second}[number]
	if l == nil {
		d.broke("broken", 1, "campaign %d, mailing %d has no ledger", n, number)
		return nil
	}
	if l.Audience != l.Invited+l.skipped() || l.Invited != l.Waiting+l.Sent+l.Failed+l.Uncertain {
		d.broke("broken", 1, "campaign %d, mailing %d: the ledger does not balance: %+v", n, number, *l)
	}
	unnamed := w.Skipped["not_sampled"] + w.Skipped["answered"] + w.Skipped["paper"] // those have no items
	want := ledger{Waiting: waiting, Sent: counted["sent"], Failed: counted["failed"], Uncertain: counted["uncertain"]}
	if l.Waiting != want.Waiting || l.Sent != want.Sent || l.Failed != want.Failed || l.Uncertain != want.Uncertain || l.skipped() != counted["skipped"]+unnamed {
		d.broke("drift", 1, "campaign %d, mailing %d: the ledger says %+v; counted are %v, %d waiting, %d without an item", n, number, *l, counted, waiting, unnamed)
	}
	named, err := d.uncertain(ctx, c, number)
	if err != nil {
		return err
	}
	if len(named) != counted["uncertain"] {
		d.broke("lost", 1, "campaign %d, mailing %d: %d uncertain are named, %d there", n, number, len(named), counted["uncertain"])
	}
	return nil
}

// checkAnswers compares the stored answers with what people did and were told, and the API's figures with the answers.
func (d *director) checkAnswers(ctx context.Context, c *campaign, n int, rows *campaignRows, t rows) error {
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	for contact := range t.contacts {
		r := rows.responses[contact]
		words, _, err := table.Response(ctx, survey.CampaignID(c.id), survey.ContactID(contact))
		if err != nil {
			return err
		}
		if a := d.answerOf(c.id, contact); !a.may(r != nil, r.truth("verified"), r.number("score"), words.Why) {
			d.broke("lost", 1, "campaign %d: the answer of %s is stored as %v, verified %v, score %d, %q; by what they did it is one of %+v", n,
				t.contacts[contact], r != nil, r.truth("verified"), r.number("score"), words.Why, a.states)
		}
	}
	var got struct {
		Whole struct {
			Scores               [11]int
			Answers, Unverified  int
			Detractors, Comments int
		}
	}
	if err := d.must(ctx, "GET", "/campaigns/"+c.id+"/results", nil, &got); err != nil {
		return err
	}
	var scores [11]int
	verified, unverified := 0, 0
	for _, r := range rows.responses {
		if r.truth("verified") {
			scores[r.number("score")]++
			verified++
		} else {
			unverified++
		}
	}
	if got.Whole.Scores != scores || got.Whole.Answers != verified || got.Whole.Unverified != unverified {
		sum := 0
		for i, s := range scores {
			sum += max(s-got.Whole.Scores[i], got.Whole.Scores[i]-s)
		}
		d.broke("drift", max(sum, 1), "campaign %d: results say %v of %d, unverified %d; the answers are %v of %d, unverified %d", n,
			got.Whole.Scores, got.Whole.Answers, got.Whole.Unverified, scores, verified, unverified)
	}
	return nil
}

// checkCases looks for the case and the alert of everybody who is a detractor, and for cases of those who never were.
func (d *director) checkCases(c *campaign, n int, rows *campaignRows) {
	alerts := map[string]int{}
	for _, l := range d.letters {
		for _, id := range l.Cases() {
			if len(id) > len(c.id) && id[:len(c.id)] == c.id {
				alerts[id[len(c.id)+1:]]++
			}
		}
	}
	for contact := range rows.invited[0] {
		must, may := d.answerOf(c.id, contact).unhappy()
		switch has := rows.cases[contact]; {
		case must && has == 0:
			d.broke("lost", 1, "campaign %d: a detractor has no case", n)
		case !may && has > 0:
			d.broke("broken", 1, "campaign %d: somebody who is no detractor has a case", n)
		case has > 1:
			d.broke("doubled", has-1, "campaign %d: somebody has %d cases", n, has)
		case must && has == 1 && alerts[contact] == 0:
			d.broke("lost", 1, "campaign %d: nobody was told of a detractor", n)
		}
	}
}

// checkAnnounced looks for cases of which other systems have not been told: that they were opened, and that they were resolved. What is told
// twice is told by the same id.
func (d *director) checkAnnounced(cases []loop.Case) error {
	told, ids := map[string]bool{}, map[string]string{}
	for _, e := range d.stack.Cloud().BusEvents() {
		var a loop.Announcement
		if err := json.Unmarshal(e.Detail, &a); err != nil {
			return fmt.Errorf("an event on the bus: %w", err)
		}
		is := e.Type + string(e.Detail)
		if e.Type == string(loop.CaseOverdue) { // a clock that died says it again, of the case as it is by then
			is = fmt.Sprint(e.Type, a.Case, a.Overdue)
		}
		if was, again := ids[a.ID]; again && was != is {
			d.broke("broken", 1, "two events on the bus have one id")
		}
		ids[a.ID] = is
		told[e.Type+a.Case] = true
	}
	for _, c := range cases {
		if !told[string(loop.CaseOpened)+c.ID()] {
			d.broke("lost", 1, "other systems were not told that a case was opened")
		}
		if c.Over() && !told[string(loop.CaseResolved)+c.ID()] {
			d.broke("lost", 1, "other systems were not told that a case is over")
		}
	}
	return nil
}

// checkStopped looks for survey letters to those who should have none any more.
func (d *director) checkStopped() {
	for _, l := range d.letters {
		if at := d.stopped[l.To[0]]; l.Kind == "survey" && !at.IsZero() && l.Time.After(at.Add(inFlight)) {
			d.broke("broken", 1, "%s was written to %.1f s after nobody should", l.To[0], l.Time.Sub(at).Seconds())
		}
	}
}
