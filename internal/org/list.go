package org

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// Intake is what became of a list of staff.
type Intake struct {
	New, Changed, Unchanged int
	Refusals                []Fault // of lines that were not taken
	Warnings                []Fault // of people who were
	Lost                    survey.Losses
	Losers                  []Loser        // the first who lose something
	Asks                    []Ask          // of whom it is not said who is meant
	Look                    bool           // nothing was written
	Table                   contacts.Table // how a file's columns were understood
	Upload                  string         // id of its line of the history; "": nothing was changed
}

// Fault is what is the matter with one line: of a file Row, of a list of members Problem.
type Fault struct {
	Line    int // of the file, or the place in the list, from 1
	Row     contacts.Refusal
	Problem *apperr.Error // nil: of a file
}

// List is a list of staff as it came, to be checked against those there are: it returns who is to be taken, and says in
// out who is not.
type List func(keys IDs, stored []survey.Staff, out *Intake) ([]survey.Staff, error)

// OfFile is a list as a system exports it, managers included; encoding is one of sheet.Encodings, or "" to recognise it.
func OfFile(body []byte, encoding string, said Answers) List {
	return File{Body: body, Answers: said, Said: contacts.TableSaid{Encoding: encoding}}.list
}

// File is a list of staff as a system exports it, with what people say of it.
type File struct {
	Body    []byte
	Answers Answers // who is meant
	Said    contacts.TableSaid
}

// staffLists is what the corrections of staff lists' columns are remembered for, as those of contacts are for an audience.
const staffLists survey.Audience = "staff"

// TakeFile is TakeList for a file. What somebody says of its columns is remembered for the next one with the same headings, once it is taken.
func (c *Company) TakeFile(ctx context.Context, f File, said Said) (Intake, error) {
	memory, err := c.Store.ColumnMemory(ctx, staffLists)
	if err != nil {
		return Intake{}, err
	}
	f.Said.Memory = memory
	out, err := c.TakeList(ctx, f.list, said)
	if err == nil && !said.Look && out.Table.Learned != nil {
		err = c.Store.ChangeColumnMemory(ctx, staffLists, func(m survey.ColumnMemory) bool {
			return m.Remember(out.Table.Set, out.Table.Learned, c.Now().UTC())
		})
	}
	return out, err
}

func (f File) list(keys IDs, stored []survey.Staff, out *Intake) ([]survey.Staff, error) {
	staff, refusals, asks, err := f.read(&out.Table, keys, stored)
	out.Asks = asks
	for _, r := range refusals {
		to := &out.Refusals
		if r.Code == "unknown_manager" { // the row was taken without one
			to = &out.Warnings
		}
		*to = append(*to, Fault{Line: r.Line, Row: r})
	}
	return staff, err
}

// OfMembers is a list that names managers by id or address. One without roles changes none. Ids are numbering's.
func OfMembers(given []survey.Staff) List {
	return func(keys IDs, stored []survey.Staff, out *Intake) ([]survey.Staff, error) {
		in, n := slices.Clone(given), newNumbering(keys, stored)
		good, places := checkMembers(in, n, out)
		taken := AddressesTaken(stored, good)
		for k := len(good) - 1; k >= 0; k-- {
			if other, refused := taken[k]; refused {
				out.refuse(places[k], emailTaken(other))
				good, places = slices.Delete(good, k, k+1), slices.Delete(places, k, k+1)
			}
		}
		slices.SortStableFunc(out.Refusals, func(a, b Fault) int { return a.Line - b.Line })
		for _, m := range good {
			n.know(m)
		}
		for k := range good {
			m := &good[k]
			if m.Manager == "" {
				continue
			}
			if _, known := n.byID[strings.ToLower(m.Manager)]; known {
				continue
			}
			named := survey.Staff{Email: m.Manager}
			n.number(&named)
			if _, known := n.byID[strings.ToLower(named.ID)]; known {
				m.Manager = named.ID
				continue
			}
			problem := apperr.New(apperr.Invalid, "manager_unknown", "manager", "Manager", m.Manager)
			out.Warnings = append(out.Warnings, Fault{Line: places[k], Problem: problem})
		}
		return good, nil
	}
}

func (out *Intake) refuse(line int, err error) {
	out.Refusals = append(out.Refusals, Fault{Line: line, Problem: apperr.As(err)})
}

// checkMembers brings a list into shape: who can be taken, and where they stand in it, from 1.
func checkMembers(in []survey.Staff, n numbering, out *Intake) (good []survey.Staff, places []int) {
	lines := map[string]int{}
	for i := range in {
		n.number(&in[i])
		if in[i].Role == "" {
			in[i].Role = n.byID[strings.ToLower(in[i].ID)].Role
		}
		err := Check(&in[i])
		id := strings.ToLower(in[i].ID)
		if first := lines[id]; err == nil && first > 0 {
			err = apperr.New(apperr.Invalid, "staff_twice", "id", "Line", first)
		}
		if err != nil {
			out.refuse(i+1, err)
			continue
		}
		lines[id] = i + 1
		good, places = append(good, in[i]), append(places, i+1)
	}
	return good, places
}

// TakeList writes those of a list who are new or changed; the same list again changes nothing, and leaves no line in the history. Whose
// standing changed is signed out. Problems, with nothing written: staff_last_administrator of a list that would leave no administrator
// where there is one, staff_manager_loop of one by which people would lead each other, staff_ambiguous, staff_loses where people would lose something and nobody has said yes to it.
func (c *Company) TakeList(ctx context.Context, list List, said Said) (out Intake, err error) {
	var moved []string
	id, begun := strings.ToLower(rand.Text()[:16]), c.Now().UTC()
	err = c.Store.ChangeStaff(ctx, func(stored []survey.Staff) ([]survey.Staff, error) {
		out = Intake{Look: said.Look}
		staff, err := list(c.Keys, stored, &out)
		if err != nil {
			return nil, err
		}
		write, signOut := out.differ(stored, staff)
		moved = append(moved, signOut...)
		if administered(stored, nil) && !administered(stored, write) {
			return nil, lastAdministrator()
		}
		if err := checkManagers(stored, write); err != nil {
			return nil, err
		}
		switch {
		case said.Look:
			return nil, nil
		case len(out.Asks) > 0:
			return nil, askProblem(out.Asks)
		case out.Lost.Any() && !said.Confirmed:
			return nil, apperr.New(apperr.Conflict, "staff_loses", "confirm_losses", "Team", out.Lost.Team, "Manager", out.Lost.Manager, "Phone", out.Lost.Phone)
		case len(write) == 0:
			return nil, nil
		}
		return write, c.keep(ctx, uploadOf(id, begun, said.Sent), stored, write)
	})
	if err != nil || said.Look {
		return out, err
	}
	for _, id := range moved {
		if err := c.Store.EndSessions(ctx, id); err != nil {
			return out, err
		}
	}
	if out.New+out.Changed > 0 {
		out.Upload = id
		err = c.taken(ctx, id, out)
	}
	return out, err
}

// differ counts who of a list is new, changed, and neither, and returns those to write and whom to sign out.
func (out *Intake) differ(stored, staff []survey.Staff) (write []survey.Staff, signOut []string) {
	known := map[string]survey.Staff{}
	for _, m := range stored {
		known[strings.ToLower(m.ID)] = m
	}
	for _, m := range staff {
		was, there := known[strings.ToLower(m.ID)]
		switch {
		case !there:
			out.New++
		case was == m:
			out.Unchanged++
			continue
		default:
			out.Changed++
			if lost := was.LostTo(m); lost.Any() {
				if out.Lost = out.Lost.Plus(lost); len(out.Losers) < maxLosers {
					out.Losers = append(out.Losers, Loser{was, lost})
				}
			}
		}
		if there && !sameStanding(was, m) {
			signOut = append(signOut, m.ID)
		}
		write = append(write, m)
	}
	return write, signOut
}
