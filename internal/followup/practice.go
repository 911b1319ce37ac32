package followup

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Causes reads the causes that the company counts.
func (c *Cases) Causes(ctx context.Context) (loop.Causes, error) {
	p, err := c.Store.Practice(ctx)
	return p.Causes, err
}

// Practice reads how the company follows up.
func (c *Cases) Practice(ctx context.Context) (loop.Practice, error) { return c.Store.Practice(ctx) }

// ChangePractice stores how an administrator wants cases followed up, with the causes as said, unless somebody else has changed it since
// they had the version: then it returns apperr.ErrChanged with what is stored. Problems: item_staff, those of loop.Causes.Change and loop.Practice.Check.
func (c *Cases) ChangePractice(ctx context.Context, p loop.Practice, said []loop.CauseChange) (loop.Practice, error) {
	stored, err := c.Store.Practice(ctx)
	if err != nil {
		return stored, err
	}
	if stored.Version != p.Version {
		return stored, apperr.ErrChanged
	}
	if p.Causes, err = stored.Causes.Change(said); err == nil {
		err = p.Check()
	}
	if err == nil {
		err = c.checkInbox(ctx, p)
	}
	if err != nil {
		return stored, err
	}
	saved, err := c.Store.PutPractice(ctx, p)
	if !errors.Is(err, apperr.ErrChanged) {
		return saved, err
	}
	if stored, err = c.Store.Practice(ctx); err != nil {
		return stored, err
	}
	return stored, apperr.ErrChanged
}

// Recipients are the staff who can be named for the inbox, by their names.
func (c *Cases) Recipients(ctx context.Context) ([]survey.Staff, error) {
	staff, err := c.Store.Staff(ctx)
	staff = slices.DeleteFunc(staff, func(m survey.Staff) bool { return !authz.Can(m.Role, authz.WorkInbox) })
	slices.SortFunc(staff, func(a, b survey.Staff) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return staff, err
}

// checkInbox refuses who is named for the inbox and is not of the staff, or may not work there. Problem: item_staff.
func (c *Cases) checkInbox(ctx context.Context, p loop.Practice) error {
	if len(p.Inbox) == 0 {
		return nil
	}
	staff, err := c.Recipients(ctx)
	if err != nil {
		return err
	}
	for _, kind := range loop.ItemKinds {
		if _, ok := staffByID(staff, p.Inbox[kind]); !ok && p.Inbox[kind] != "" {
			return apperr.New(apperr.Invalid, "item_staff", "inbox", "Name", p.Inbox[kind])
		}
	}
	return nil
}

// CauseName is how a cause is called in a language: as the company calls it, there or in another language, else by its own name.
func CauseName(l lang.Language, all loop.Causes, id loop.Cause) string {
	k, _ := all.Kind(id)
	if name := k.Names[string(l)]; name != "" {
		return name
	}
	if text := "case.cause." + string(id); id.Standard() && l.Has(text) {
		return l.T(text)
	}
	for _, other := range lang.All() {
		if name := k.Names[string(other)]; name != "" {
			return name
		}
	}
	return string(id)
}

// CauseNames are those of several causes, as one text.
func CauseNames(l lang.Language, all loop.Causes, ids []loop.Cause) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = CauseName(l, all, id)
	}
	return strings.Join(names, "; ")
}
