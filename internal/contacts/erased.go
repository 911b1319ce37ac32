package contacts

import (
	"context"
	"slices"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// erased returns what tells whether a contact is somebody who was erased on request: by the address, by the customer id, where a row
// has no address by telephone and name together or, where it says neither, by the telephone. Families share telephones, so that alone it
// means nobody beside another identifier.
func (l *Lists) erased(ctx context.Context) (func(survey.Contact) bool, error) {
	blocked, err := l.Store.Blocked(ctx)
	if err != nil {
		return nil, err
	}
	is := func(id survey.ContactID) bool {
		_, ok := blocked[l.Keys.Erased(id)]
		return id != "" && ok
	}
	return func(c survey.Contact) bool {
		if len(blocked) == 0 {
			return false
		}
		ids := l.Keys.Identifiers(c.Audience, c.Person)
		return is(ids.Mail) || is(ids.Customer) || ids.Mail == "" && (is(l.Keys.Namesake(c.Audience, c.Person)) || ids.Customer == "" && is(ids.Phone))
	}, nil
}

// leaveOut takes the rows of people out who were erased: nothing of them is kept but how many they were.
func (got *Imported) leaveOut(erased func(survey.Contact) bool) {
	var lines []int
	got.Rows = slices.DeleteFunc(got.Rows, func(r Row) bool {
		if !erased(r.Contact) {
			return false
		}
		lines = append(lines, r.Line)
		return true
	})
	if len(lines) > 0 {
		got.Quality.Rows -= len(lines)
		got.Quality.NoteColumns(ErasedOnRequest, len(lines))
		got.Warnings = slices.DeleteFunc(got.Warnings, func(w Warning) bool { return slices.Contains(lines, w.Line) })
	}
}

// notErased refuses to write somebody who was erased on request. Problem: contact_erased.
func (l *Lists) notErased(ctx context.Context, c survey.Contact) error {
	erased, err := l.erased(ctx)
	if err == nil && erased(c) {
		err = apperr.New(apperr.Conflict, "contact_erased", "")
	}
	return err
}
