package followup

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// takenAtOnce is how many cases are read at once for a file.
const takenAtOnce = 200

// Taken is a page of cases for a file, each with all that happened to it, with what they are about and what was noted.
type Taken struct {
	Cases []loop.Case
	Notes [][]loop.Note // of each case
	About
	Next string // "" at the end
}

// Take reads on through the cases that a board shows, all of their states unless one is asked for, an owner after the other. staff is the whole
// staff. Problems: not_yours, cursor_wrong.
func (c *Cases) Take(ctx context.Context, who authz.Who, staff []survey.Staff, q BoardQuery) (t Taken, err error) {
	owners := Owners(who, staff)
	if len(owners) > 1 && q.Owner != AllOwners {
		i := slices.IndexFunc(owners, func(o string) bool { return strings.EqualFold(o, q.Owner) })
		if i < 0 {
			return t, apperr.New(apperr.Forbidden, "not_yours", "owner")
		}
		owners = owners[i : i+1]
	}
	states := loop.States
	if slices.Contains(states, q.State) {
		states = []loop.State{q.State}
	}
	nth, after := 0, ""
	if q.After != "" {
		number, place, ok := strings.Cut(q.After, ".")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 0 || n >= len(owners)*len(states) {
			return t, apperr.New(apperr.Invalid, "cursor_wrong", "after")
		}
		nth, after = n, place
	}
	for ; nth < len(owners)*len(states) && len(t.Cases) < takenAtOnce; nth, after = nth+1, "" {
		owner, state := owners[nth/len(states)], states[nth%len(states)]
		found, next, err := c.Store.Board(ctx, []loop.Asked{{Owner: owner}}, state, after, takenAtOnce, nil)
		if err != nil {
			return t, err
		}
		t.Cases = append(t.Cases, found...)
		if next != "" {
			t.Next = strconv.Itoa(nth) + "." + next
			break
		}
	}
	if t.Next == "" && nth < len(owners)*len(states) {
		t.Next = strconv.Itoa(nth) + "."
	}
	t.Notes = make([][]loop.Note, len(t.Cases))
	for i, one := range t.Cases {
		if one.Notes > 0 {
			if t.Notes[i], err = c.Store.Notes(ctx, one); err != nil {
				return t, err
			}
		}
		if t.Cases[i].History, err = c.Store.Events(ctx, one); err != nil {
			return t, err
		}
	}
	t.About, err = c.about(ctx, t.Cases)
	return t, err
}
