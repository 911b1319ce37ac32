package chaos

import (
	"context"
	"fmt"
	"slices"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// indexed waits until the index of contacts' words has taken in all that has changed, and says nothing of who is gone any more: a run
// that died has the index to itself for five minutes, and everything is made anew within an hour.
func (d *director) indexed(ctx context.Context) error {
	d.pass(2 * time.Hour)
	table := startpage.OpenTable(d.stack.AWS(), d.stack.TableName())
	return drive.Until(ctx, maxWait, "the index of words to be kept", func() (bool, error) {
		for _, a := range survey.Audiences {
			x, notes, _, err := table.SearchIndex(ctx, a, 1)
			if err != nil || len(notes) > 0 || !x.Built || len(x.Drop) > 0 || x.Busy.After(d.now()) {
				return false, err
			}
			for _, p := range x.Parts {
				if p.Gone > 0 {
					return false, nil
				}
			}
		}
		return true, nil
	})
}

// checkIndex looks for everybody by a word of theirs: who is in the list is found by it, and who was erased is not.
func (d *director) checkIndex(ctx context.Context, t rows) error {
	index := startpage.OpenIndex(d.stack.AWS(), d.stack.TableName())
	find := func(a survey.Audience, name string) (all []survey.ContactID, err error) {
		const few = 20 // of more the index looks at every word
		for from := new(survey.Cursor); from != nil; {
			found, whole, err := index.Find(ctx, a, text.NewQuery(name).Needs(), *from, few)
			if err == nil && (!whole || found.Partly) {
				err = fmt.Errorf("the index of %s is not whole", a)
			}
			if err != nil {
				return nil, err
			}
			all, from = append(all, found.Contacts...), found.Next
		}
		return all, nil
	}
	lost := 0
	look := func(a survey.Audience, address, name string) error {
		id := ""
		for contact, of := range t.contacts {
			if of == address {
				id = contact
			}
		}
		if id == "" || d.gone(id) {
			return nil
		}
		found, err := find(a, name)
		if err == nil && !slices.Contains(found, survey.ContactID(id)) {
			lost++
		}
		return err
	}
	for i := range d.uploaded {
		if err := look(audience, address(i), fmt.Sprint("Person ", i)); err != nil {
			return err
		}
	}
	if d.box != nil {
		for i := range d.box.people {
			if err := look(survey.Employees, colleague(i), fmt.Sprint("Colleague ", i)); err != nil {
				return err
			}
		}
	}
	if lost > 0 {
		d.broke("lost", lost, "%d people in the lists are not found by their words", lost)
	}
	for _, e := range d.erased {
		for _, a := range survey.Audiences {
			found, err := find(a, e.name)
			if err != nil {
				return err
			}
			if slices.Contains(found, survey.ContactID(e.contact)) {
				d.broke("broken", 1, "somebody erased is found in the index")
			}
		}
	}
	return nil
}
