package followup

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/money"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Calls are those of executives to detractors of a campaign (D13): dealing them out, the sheets, what was heard, the report. It is safe for concurrent use.
type Calls struct {
	Store CallStore
	Cases *Cases
	Now   func() time.Time
	Seed  func() uint64 // of a deal; nil: crypto/rand's
	NewID func() string // nil: crypto/rand's
}

// CallStore is what Calls needs of the table besides what Cases does.
type CallStore interface {
	// Rounds lists the rounds without their hands, the latest first, and the version of the list.
	Rounds(ctx context.Context) ([]loop.Round, int, error)
	// Round reads one with its hands; ok is false where there is none.
	Round(ctx context.Context, id string) (r loop.Round, ok bool, err error)
	// PutRound adds a round to the list as it was read; apperr.ErrChanged where somebody else has dealt meanwhile.
	PutRound(ctx context.Context, r loop.Round, others []loop.Round, version int) error
	// Case reads a case; ok is false where there is none.
	Case(ctx context.Context, campaign survey.CampaignID, contact survey.ContactID) (c loop.Case, ok bool, err error)
	// Calls reads what was written down of calls of a round, by contact.
	Calls(ctx context.Context, r loop.Round, ids []survey.ContactID) (map[survey.ContactID]loop.Call, error)
	// PutCall writes a call over the one that was read; apperr.ErrChanged.
	PutCall(ctx context.Context, c loop.Call) (loop.Call, error)
	// WalkResponses calls each for every answer of one shard of a campaign, after an id, their words not opened.
	WalkResponses(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error
}

// maxCallees is how many detractors of a campaign are looked at for a deal.
const maxCallees = 20_000

// Deal deals a campaign's detractors out: n to each executive, nobody who is in a hand of this quarter, and nobody who is not in the contact list any more. Of employees it
// is refused, for nobody knows who gave an answer. Problems: calls_anonymous, calls_nobody, calls_staff, those of loop.CheckRound, campaign_unknown, changed_meanwhile.
func (c *Calls) Deal(ctx context.Context, who authz.Who, campaign survey.CampaignID, executives []string, n int) (loop.Round, error) {
	if err := loop.CheckRound(executives, n); err != nil {
		return loop.Round{}, err
	}
	of, err := c.Cases.Store.Campaign(ctx, campaign)
	if err != nil {
		return loop.Round{}, err
	}
	if of.Audience.Anonymous() {
		return loop.Round{}, apperr.New(apperr.Conflict, "calls_anonymous", "campaign")
	}
	ids, err := c.callers(ctx, executives)
	if err != nil {
		return loop.Round{}, err
	}
	rounds, version, err := c.Store.Rounds(ctx)
	if err != nil {
		return loop.Round{}, err
	}
	callees, err := c.callees(ctx, of, rounds)
	if err != nil {
		return loop.Round{}, err
	}
	if len(callees) == 0 {
		return loop.Round{}, apperr.New(apperr.Conflict, "calls_nobody", "campaign")
	}
	now := c.Now().UTC().Truncate(time.Second)
	r := loop.Round{ID: now.Format("20060102") + "-" + c.id(), Campaign: campaign, Audience: of.Audience, At: now, By: who.Staff.ID, Number: n, Hands: loop.Deal(callees, ids, n, c.seed())}
	for _, h := range r.Hands {
		r.Executives = append(r.Executives, h.Executive)
		r.Dealt += len(h.Contacts)
	}
	err = c.Store.PutRound(ctx, r, rounds, version)
	if errors.Is(err, apperr.ErrChanged) { // whom somebody else has dealt meanwhile must not be dealt again
		err = apperr.New(apperr.Conflict, "changed_meanwhile", "campaign")
	}
	return r, err
}

func (c *Calls) id() string {
	if c.NewID != nil {
		return c.NewID()
	}
	return strings.ToLower(rand.Text()[:8])
}

func (c *Calls) seed() uint64 {
	if c.Seed != nil {
		return c.Seed()
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:])
}

// Callers are the executives of the staff, who can be dealt calls.
func (c *Calls) Callers(ctx context.Context) ([]survey.Staff, error) {
	staff, err := c.Cases.Store.Staff(ctx)
	staff = slices.DeleteFunc(staff, func(m survey.Staff) bool { return m.Role != survey.RoleExecutive })
	slices.SortFunc(staff, func(a, b survey.Staff) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return staff, err
}

// callers finds executives by their ids.
func (c *Calls) callers(ctx context.Context, executives []string) (ids []string, err error) {
	all, err := c.Callers(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range executives {
		m, ok := staffByID(all, id)
		if !ok {
			return nil, apperr.New(apperr.Invalid, "calls_staff", "executives", "Name", id)
		}
		ids = append(ids, m.ID)
	}
	return ids, nil
}

// callees are a campaign's detractors who are in the contact list and whom nobody was dealt this quarter.
func (c *Calls) callees(ctx context.Context, of survey.Campaign, rounds []loop.Round) ([]loop.Callee, error) {
	set, err := c.Cases.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	dealt := map[survey.ContactID]bool{}
	for _, head := range rounds {
		if head.Audience != of.Audience || head.At.Before(loop.Quarter(c.Now(), set.Clock())) {
			continue
		}
		r, _, err := c.Store.Round(ctx, head.ID)
		if err != nil {
			return nil, err
		}
		for _, h := range r.Hands {
			for _, id := range h.Contacts {
				dealt[id] = true
			}
		}
	}
	var found []loop.Callee
	for shard := range survey.ContactShards {
		err := c.Store.WalkResponses(ctx, of.ID, shard, "", func(r survey.Response) (bool, error) {
			if r.Verified && r.Group() == nps.Detractor && !dealt[r.Contact] {
				found = append(found, loop.Callee{Contact: r.Contact, Team: r.Team, Score: r.Score})
			}
			return len(found) < maxCallees, nil
		})
		if err != nil {
			return nil, err
		}
	}
	var callees []loop.Callee
	for some := range slices.Chunk(found, 1000) {
		ids := make([]survey.ContactID, len(some))
		for i, one := range some {
			ids[i] = one.Contact
		}
		people, err := c.Cases.Store.Contacts(ctx, of.Audience, ids)
		if err != nil {
			return nil, err
		}
		for _, one := range some {
			p, there := people[one.Contact]
			if !there {
				continue
			}
			if v, ok := money.Parse(p.Value, set.Currency); ok {
				one.Value = v.Minor
			}
			callees = append(callees, one)
		}
	}
	return callees, nil
}

// Rounds lists the rounds, the latest first: to an executive, who reads the reports too, all of them.
func (c *Calls) Rounds(ctx context.Context) ([]loop.Round, error) {
	all, _, err := c.Store.Rounds(ctx)
	return all, err
}

// Round reads one with its hands. Problem: calls_unknown.
func (c *Calls) Round(ctx context.Context, id string) (loop.Round, error) {
	r, ok, err := c.Store.Round(ctx, id)
	if err == nil && !ok {
		err = apperr.New(apperr.Unknown, "calls_unknown", "round")
	}
	return r, err
}

// Sheet is whom one executive calls in a round.
type Sheet struct {
	Round     loop.Round
	Campaign  survey.Campaign
	Executive string
	Lines     []SheetLine
}

// SheetLine is one of them.
type SheetLine struct {
	Contact  survey.Contact
	Response survey.Response
	Gone     bool // erased, or not in the contact list any more: there is nobody to call
	Call     *loop.Call
	Case     *loop.Case // of this answer; nil: there is none
}

// Sheet reads the sheet of an executive, who sees no other's; an administrator sees each. Problems: calls_unknown, not_yours.
func (c *Calls) Sheet(ctx context.Context, who authz.Who, round, executive string) (s Sheet, err error) {
	if s.Round, err = c.Round(ctx, round); err != nil {
		return s, err
	}
	at := slices.IndexFunc(s.Round.Hands, func(h loop.Hand) bool { return strings.EqualFold(h.Executive, executive) })
	if at < 0 || !mayCall(who, executive) {
		return s, apperr.New(apperr.Forbidden, "not_yours", "executive")
	}
	hand := s.Round.Hands[at]
	s.Executive = hand.Executive
	if s.Campaign, err = c.Cases.Store.Campaign(ctx, s.Round.Campaign); err != nil {
		return s, err
	}
	s.Lines, err = c.lines(ctx, s.Round, hand.Contacts)
	return s, err
}

// mayCall reports whether somebody works on the hand of an executive: that one, an administrator, and a program.
func mayCall(who authz.Who, executive string) bool {
	return who.Can(authz.MakeCalls) && (who.Token != "" || who.Staff.Role == survey.RoleAdministrator || strings.EqualFold(who.Staff.ID, executive))
}

func (c *Calls) lines(ctx context.Context, r loop.Round, ids []survey.ContactID) ([]SheetLine, error) {
	people, err := c.Cases.Store.Contacts(ctx, r.Audience, ids)
	if err != nil {
		return nil, err
	}
	calls, err := c.Store.Calls(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	lines := make([]SheetLine, len(ids))
	for i, id := range ids {
		l := SheetLine{}
		var there, answered bool
		l.Contact, there = people[id]
		l.Contact.ID, l.Contact.Audience = id, r.Audience
		if l.Response, answered, err = c.Cases.Store.Response(ctx, r.Campaign, id); err != nil {
			return nil, err
		}
		l.Gone = !there || !answered
		if call, ok := calls[id]; ok {
			l.Call = &call
		}
		found, ok, err := c.Store.Case(ctx, r.Campaign, id)
		if err != nil {
			return nil, err
		}
		if ok {
			l.Case = &found
		}
		lines[i] = l
	}
	return lines, nil
}

// Line reads one line of a sheet. Problems: calls_unknown, not_yours.
func (c *Calls) Line(ctx context.Context, who authz.Who, round string, id survey.ContactID) (s Sheet, err error) {
	if s.Round, err = c.Round(ctx, round); err != nil {
		return s, err
	}
	executive, ok := s.Round.Of(id)
	if !ok || !mayCall(who, executive) {
		return s, apperr.New(apperr.Forbidden, "not_yours", "contact")
	}
	s.Executive = executive
	if s.Campaign, err = c.Cases.Store.Campaign(ctx, s.Round.Campaign); err != nil {
		return s, err
	}
	s.Lines, err = c.lines(ctx, s.Round, []survey.ContactID{id})
	return s, err
}

// Record writes down what was heard in a call, or that nobody was reached; again it writes over that. If the customer has a case that is not over, it lands there as an event, once:
// the talk, with the words and the promise, or the call that reached nobody. Problems: those of Line, loop.Heard.Check and case_cause; calls_gone, changed_meanwhile.
func (c *Calls) Record(ctx context.Context, who authz.Who, round string, id survey.ContactID, heard loop.Heard, version int) (loop.Call, error) {
	s, err := c.Line(ctx, who, round, id)
	if err != nil {
		return loop.Call{}, err
	}
	line, now := s.Lines[0], c.Now().UTC().Truncate(time.Millisecond)
	if line.Gone {
		return loop.Call{}, apperr.New(apperr.Gone, "calls_gone", "contact")
	}
	if line.Call != nil && line.Call.Promised.Equal(heard.Promised) && !heard.Promised.IsZero() && !heard.Promised.After(now) { // it stood there before
		was := heard
		was.Promised = now.Add(time.Hour)
		if was, err = was.Check(now); err == nil {
			was.Promised = heard.Promised
			heard = was
		}
	} else {
		heard, err = heard.Check(now)
	}
	if err == nil && len(heard.Causes) > 0 {
		err = c.Cases.known(ctx, heard.Causes)
	}
	if err != nil {
		return loop.Call{}, err
	}
	call := loop.Call{Round: s.Round.ID, Campaign: s.Round.Campaign, Contact: id, Executive: s.Executive, At: now}
	if line.Call != nil {
		call = *line.Call
	}
	if call.Version != version {
		return call, apperr.New(apperr.Conflict, "changed_meanwhile", "version")
	}
	if call.Told && call.Reached != heard.Reached { // reached after all
		call.Told = false
	}
	call.By, call.Heard = who.Staff.ID, heard
	if call, err = c.put(ctx, call); err != nil || call.Told {
		return call, err
	}
	if err := c.tell(ctx, who, call); err != nil {
		return call, err
	}
	call.Told = true
	return c.put(ctx, call)
}

func (c *Calls) put(ctx context.Context, call loop.Call) (loop.Call, error) {
	stored, err := c.Store.PutCall(ctx, call)
	if errors.Is(err, apperr.ErrChanged) {
		err = apperr.New(apperr.Conflict, "changed_meanwhile", "version")
	}
	return stored, err
}

// tell has a call land on the customer's case, if that is not over.
func (c *Calls) tell(ctx context.Context, who authz.Who, call loop.Call) error {
	found, ok, err := c.Store.Case(ctx, call.Campaign, call.Contact)
	if err != nil || !ok || found.Over() {
		return err
	}
	if there, err := c.landed(ctx, call, found); err != nil || there {
		return err
	}
	w := loop.Work{Note: call.Words, Promise: call.Promise, Promised: call.Promised}
	switch {
	case !call.Reached:
		w.Tried = true
	case found.Waits():
		w.State = loop.Contacted
	}
	in := Work{Version: found.Version, State: w.State, Note: w.Note, Tried: w.Tried, Promise: w.Promise, Promised: w.Promised}
	_, err = c.Cases.do(ctx, who, found.ID(), in, w, who.Staff.ID)
	if apperr.As(err) != nil { // what others did meanwhile made it pointless, or there is no room for a note: the call is kept all the same
		return nil
	}
	return err
}

// landed reports whether a call is on the case, though nobody has recorded that: whoever wrote it there has died.
func (c *Calls) landed(ctx context.Context, call loop.Call, on loop.Case) (bool, error) {
	since := call.At.Add(-time.Minute) // the clocks of two machines
	if !call.Reached {
		events, err := c.Cases.Store.Events(ctx, on)
		return slices.ContainsFunc(events, func(e loop.Event) bool { return e.What == loop.Unreached && e.By == call.By && e.At.After(since) }), err
	}
	notes, err := c.Cases.Store.Notes(ctx, on)
	return slices.ContainsFunc(notes, func(n loop.Note) bool {
		return n.By == call.By && n.Text == strings.TrimSpace(call.Words) && n.At.After(since)
	}), err
}

// Report is what the executives of a round have heard.
type Report struct {
	Round    loop.Round
	Campaign survey.Campaign
	Made     int // calls that were written down
	Reached  int
	Causes   []CauseHeard // the most frequent first
	Untold   []Heard      // reached, without a cause
	Promises []Heard      // by when
	Changes  []Heard
	By       []Caller
}

// CauseHeard is a cause, with those in whose calls it came up.
type CauseHeard struct {
	Cause loop.Cause
	Heard []Heard
}

// Heard is a call that reached somebody.
type Heard struct {
	loop.Call
	Contact survey.Contact // zero where the reader may not know who gave an answer
}

// Caller is how far an executive is.
type Caller struct {
	Executive            string
	Dealt, Made, Reached int
}

// Report compiles what was heard in a round. Who may not know who gave an answer reads words and promises without names. Problem: calls_unknown.
func (c *Calls) Report(ctx context.Context, who authz.Who, round string) (rep Report, err error) {
	if rep.Round, err = c.Round(ctx, round); err != nil {
		return rep, err
	}
	if rep.Campaign, err = c.Cases.Store.Campaign(ctx, rep.Round.Campaign); err != nil {
		return rep, err
	}
	var ids []survey.ContactID
	for _, h := range rep.Round.Hands {
		ids = append(ids, h.Contacts...)
	}
	calls, err := c.Store.Calls(ctx, rep.Round, ids)
	if err != nil {
		return rep, err
	}
	var people map[survey.ContactID]survey.Contact
	if who.Can(authz.ReadPeople) {
		if people, err = c.Cases.Store.Contacts(ctx, rep.Round.Audience, ids); err != nil {
			return rep, err
		}
	}
	causes := map[loop.Cause]*CauseHeard{}
	for _, h := range rep.Round.Hands {
		caller := Caller{Executive: h.Executive, Dealt: len(h.Contacts)}
		for _, id := range h.Contacts {
			call, made := calls[id]
			if !made {
				continue
			}
			caller.Made++
			if !call.Reached {
				continue
			}
			caller.Reached++
			rep.add(Heard{call, people[id]}, causes)
		}
		rep.Made, rep.Reached = rep.Made+caller.Made, rep.Reached+caller.Reached
		rep.By = append(rep.By, caller)
	}
	for _, one := range causes {
		rep.Causes = append(rep.Causes, *one)
	}
	slices.SortFunc(rep.Causes, func(a, b CauseHeard) int {
		return cmp.Or(cmp.Compare(len(b.Heard), len(a.Heard)), strings.Compare(string(a.Cause), string(b.Cause)))
	})
	slices.SortStableFunc(rep.Promises, func(a, b Heard) int { return a.Promised.Compare(b.Promised) })
	return rep, nil
}

func (r *Report) add(h Heard, causes map[loop.Cause]*CauseHeard) {
	for _, cause := range h.Causes {
		if causes[cause] == nil {
			causes[cause] = &CauseHeard{Cause: cause}
		}
		causes[cause].Heard = append(causes[cause].Heard, h)
	}
	if len(h.Causes) == 0 {
		r.Untold = append(r.Untold, h)
	}
	if h.Promise != "" {
		r.Promises = append(r.Promises, h)
	}
	if h.Change != "" {
		r.Changes = append(r.Changes, h)
	}
}

// CallOf says which executive a case's customer was dealt to this quarter, so that nobody else calls unknowing; made is false as long as nothing of the call is written down.
func (c *Calls) CallOf(ctx context.Context, of loop.Case) (executive string, made bool, err error) {
	rounds, _, err := c.Store.Rounds(ctx)
	if err != nil || len(rounds) == 0 {
		return "", false, err
	}
	set, err := c.Cases.Store.Settings(ctx)
	if err != nil {
		return "", false, err
	}
	for _, head := range rounds {
		if head.Campaign != of.Campaign || head.At.Before(loop.Quarter(c.Now(), set.Clock())) {
			continue
		}
		r, _, err := c.Store.Round(ctx, head.ID)
		if err != nil {
			return "", false, err
		}
		if executive, ok := r.Of(of.Contact); ok {
			calls, err := c.Store.Calls(ctx, r, []survey.ContactID{of.Contact})
			return executive, len(calls) > 0, err
		}
	}
	return "", false, nil
}
