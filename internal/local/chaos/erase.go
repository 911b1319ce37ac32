package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"onetap/internal/local/attack"
	"onetap/internal/local/drive"
	"onetap/internal/survey"
)

// erased is somebody who asked to be forgotten.
type erased struct{ address, name, contact string }

// erase has some customers, and now and then an employee, erased.
func (d *director) erase(ctx context.Context, n int, r *rand.Rand) error {
	for range n {
		i := r.IntN(d.uploaded)
		e := erased{address: address(i), name: fmt.Sprint("Person ", i)}
		if d.box != nil && r.Float64() < 0.3 {
			i = r.IntN(d.box.people)
			e = erased{address: colleague(i), name: fmt.Sprint("Colleague ", i)}
		}
		var found struct {
			People [][]struct{ ID, Audience string }
		}
		if err := d.must(ctx, "POST", "/people/find", map[string]string{"whom": e.address}, &found); err != nil {
			return err
		}
		if len(found.People) == 0 { // has been, already
			continue
		}
		who := found.People[0][0]
		e.contact = who.ID
		var begun struct{ ID, State string }
		err := d.must(ctx, "POST", "/people/erase", map[string]string{"audience": who.Audience, "contact": who.ID, "words": "erase"}, &begun)
		if err != nil && !refused(err, http.StatusNotFound) { // gone, by a try whose answer was lost
			return err
		}
		d.erased = append(d.erased, e)
		if begun.State == "settling" || begun.State == "erased" {
			d.stop(e.address)
		}
	}
	return nil
}

// forgotten waits until every erasure has had its second pass. That is due so long after the first, which a clock that has much to do may end
// only after hours have passed here: then more of them pass.
func (d *director) forgotten(ctx context.Context) error {
	const tries = 6
	for n := 1; ; n++ {
		err := d.allForgotten(ctx, maxWait/tries)
		if err == nil || n == tries || ctx.Err() != nil {
			return err
		}
		d.pass(2 * time.Hour)
	}
}

func (d *director) allForgotten(ctx context.Context, patience time.Duration) error {
	return drive.Until(ctx, patience, "erasures to be done", func() (bool, error) {
		all, err := scan(ctx, d.stack.AWS(), d.stack.TableName())
		for _, r := range all {
			if strings.HasPrefix(r.text("pk"), "ERASURES") && r.text("gsi1pk") != "" {
				return false, err
			}
		}
		return true, err
	})
}

// wished reports whether an item says that somebody unsubscribed by a letter from before they were erased: that is heard, under the id in the
// letter's link, and is all that is written.
func (d *director) wished(i attack.Item) bool {
	contact := strings.TrimSuffix(i.Text("sk"), "!")
	if of, is := strings.CutPrefix(i.Text("pk"), "STOP#"); is {
		_, contact, _ = strings.Cut(of, "#")
	} else if contact == i.Text("sk") || !strings.HasPrefix(i.Text("pk"), "CONTACTS#") {
		return false
	}
	return d.unsubscribed[contact] && i.Text("reason") == string(survey.Unsubscribed)
}

// gone reports whether a contact was erased.
func (d *director) gone(contact string) bool {
	for _, e := range d.erased {
		if e.contact == contact {
			return true
		}
	}
	return false
}

// checkErased looks for what is left of who was erased, and for their answers, which are nobody's and still count.
func (d *director) checkErased(ctx context.Context, t rows) error {
	if len(d.erased) == 0 {
		return nil
	}
	table, err := d.watch.Read(ctx)
	if err != nil {
		return err
	}
	// The list of emails to staff names cases by their contacts' hashes for 60 days, and the page of the erasure says so (rights.Stays).
	table = slices.DeleteFunc(table, func(i attack.Item) bool { return d.wished(i) || strings.HasPrefix(i.Text("pk"), "LETTERS#") })
	for _, e := range d.erased {
		if left := attack.Traces(table, []string{e.address, e.name}, []string{e.contact}); len(left) > 0 {
			d.broke("broken", len(left), "of somebody erased there is %s", short(left))
		}
	}
	for n, c := range d.campaigns {
		rows := t.campaigns[c.id]
		if rows == nil {
			continue
		}
		var scores []int
		for contact, r := range rows.responses {
			if t.contacts[contact] == "" && r.truth("verified") {
				scores = append(scores, r.number("score"))
			}
		}
		var people [][]said
		for _, e := range d.erased {
			possible := d.answerOf(c.id, e.contact).possible()
			for i := range possible {
				possible[i].exists = possible[i].exists && possible[i].verified
			}
			people = append(people, possible)
		}
		if !assigned(people, scores) {
			d.broke("lost", 1, "campaign %d: the scores of erased people are %v; by what they did each is one of %v", n, scores, people)
		}
	}
	return nil
}

// now is the functions' time.
func (d *director) now() time.Time { return time.Now().Add(time.Duration(d.shift.Load())) }
