package loop

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onetap/internal/survey"
)

// Entry says in the agenda when a case that nobody has seen to climbs. Like Due it is a hint: the case itself says whether it holds.
type Entry struct {
	Deadline time.Time // to the millisecond, as it is stored
	Top      time.Time
	Campaign survey.CampaignID
	Contact  survey.ContactID
}

// EntryOf is a case's place in the agenda; ok is false where its deadline does not run.
func EntryOf(c Case) (e Entry, ok bool) {
	if !c.Waits() || c.Deadline.IsZero() || c.Top.IsZero() {
		return e, false
	}
	return Entry{c.Deadline.UTC().Truncate(time.Millisecond), c.Top.UTC().Truncate(time.Millisecond), c.Campaign, c.Contact}, true
}

// Is reports whether the entry holds for the case as it is now.
func (e Entry) Is(c Case) bool {
	now, ok := EntryOf(c)
	return ok && now == e
}

// Letter is one that goes out once: about cases that are fixed when it is begun. It is claimed, sent and recorded, as an alert is: at least
// once, rarely twice.
type Letter struct {
	Group   string    `json:"-"` // what it belongs to: a morning, or an owner
	Name    string    `json:"-"` // in the group
	Cases   []string  `json:"cases"`
	Claim   string    `json:"claim,omitempty"`
	Claimed time.Time `json:"claimed,omitzero"`
	Tries   int       `json:"tries,omitempty"`
	Sent    time.Time `json:"sent,omitzero"`     // zero: not yet
	Message string    `json:"message,omitempty"` // its id at SES; "": there was nothing left to say
	Version int       `json:"-"`
}

// Claimable reports whether a sending may begin: it has not gone, and no claim of it is younger than ClaimTTL. Each try that came to nothing
// doubles that time, to half an hour.
func (l Letter) Claimable(now time.Time) bool {
	if !l.Sent.IsZero() {
		return false
	}
	return l.Claim == "" || now.Sub(l.Claimed).Abs() >= ClaimTTL<<min(max(l.Tries-1, 0), 5)
}

// Morning is how far the letters about what is overdue are. Each is about the deadlines that have passed since the one before.
type Morning struct {
	At      time.Time // the latest that has begun
	Since   time.Time // the one before
	Done    bool      // all its letters have gone
	Version int
}

// Group is that of its letters.
func (m Morning) Group() string { return "morning " + m.At.UTC().Format("2006-01-02T15:04:05.000Z") }

// Told is one letter of a morning: whom it goes to, and about what.
type Told struct {
	To    string   `json:"to"`             // staff id; "": the administrator
	Level Level    `json:"level"`          // whose deadline has passed: LevelOwner, told to the manager; LevelManager, told to the top
	Cases []string `json:"cases"`          // the first, by deadline
	More  int      `json:"more,omitempty"` // how many others
}

// MaxTold is how many cases a letter of a morning names; what is more is on the board.
const MaxTold = 24

// Climbs decides which letter of a morning a case is in, if any: by which of its times has passed in it, the top's first. level is whose
// deadline that is. Every moment is in one morning, and so is each of a case's times: nothing climbs twice.
func (m Morning) Climbs(e Entry) (level Level, ok bool) {
	within := func(t time.Time) bool { return t.After(m.Since) && !t.After(m.At) }
	switch {
	case within(e.Top):
		return LevelManager, true
	case within(e.Deadline) && e.Top.After(m.At):
		return LevelOwner, true
	}
	return "", false
}

// Letters sorts a morning's cases into letters: one for each reader and level. whom says who hear of a case whose deadline of a level has passed, by staff id.
func (m Morning) Letters(cs []Case, entries []Entry, whom func(Case, Level) []string) (all []Told) {
	order := make([]int, len(cs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(entries[a].Deadline.Compare(entries[b].Deadline), strings.Compare(cs[a].ID(), cs[b].ID()))
	})
	for _, i := range order {
		level, ok := m.Climbs(entries[i])
		if !ok {
			continue
		}
		for _, to := range whom(cs[i], level) {
			at := slices.IndexFunc(all, func(t Told) bool { return t.Level == level && strings.EqualFold(t.To, to) })
			if at < 0 {
				at, all = len(all), append(all, Told{To: to, Level: level})
			}
			if t := &all[at]; len(t.Cases) < MaxTold {
				t.Cases = append(t.Cases, cs[i].ID())
			} else {
				t.More++
			}
		}
	}
	slices.SortFunc(all, func(a, b Told) int { return cmp.Or(cmp.Compare(a.Level, b.Level), strings.Compare(a.To, b.To)) })
	return all
}
