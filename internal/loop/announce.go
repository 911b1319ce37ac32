package loop

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"onetap/internal/survey"
)

// Announcement is what other systems are told of a case: ids, states and times; nothing that the respondent has said, and nobody's name
// or address. docs/events.md has its form.
type Announcement struct {
	Type News      `json:"-"`
	At   time.Time `json:"-"` // when it happened

	Form     int               `json:"form"`     // AnnouncementForm
	ID       string            `json:"id"`       // the same each time that this one is told
	Case     string            `json:"case"`     // "<campaign>-<contact>"
	Revision int               `json:"revision"` // of the case: the later has the higher one
	Campaign survey.CampaignID `json:"campaign"`
	Contact  survey.ContactID  `json:"contact"`
	Audience survey.Audience   `json:"audience"`
	Kind     Kind              `json:"kind"`
	State    State             `json:"state"`
	Level    Level             `json:"level"`
	Owner    string            `json:"owner"` // staff id; "": the administrator
	Team     string            `json:"team"`
	Opened   time.Time         `json:"opened"`
	Deadline time.Time         `json:"deadline"`
	Causes   []Cause           `json:"causes"`
	Outcome  Outcome           `json:"outcome"`
	Did      []What            `json:"did"`               // what happened, of Opened, Changed and Resolved
	Gone     bool              `json:"gone,omitempty"`    // there is no such case any more
	Overdue  Level             `json:"overdue,omitempty"` // of Overdue: whose time has passed
}

// AnnouncementForm is the version of an announcement's form. What is added leaves it as it is.
const AnnouncementForm = 1

// News is what an announcement is about, as EventBridge's detail-type has it.
type News string

const (
	CaseOpened   News = "Case Opened" // or opened again
	CaseChanged  News = "Case Changed"
	CaseOverdue  News = "Case Overdue"
	CaseResolved News = "Case Resolved" // or given up: State says which
)

func announcementOf(c Case) Announcement {
	return Announcement{
		Form: AnnouncementForm, Case: c.ID(), Revision: c.Version, Campaign: c.Campaign, Contact: c.Contact, Audience: c.Audience, Kind: c.Is(), State: c.State, Level: c.Level,
		Owner: c.Owner, Team: c.Team, Opened: c.Opened, Deadline: c.Deadline, Causes: append([]Cause{}, c.Causes...), Outcome: c.Outcome, Did: []What{},
	}
}

// Announce says what is told of a change; ok is false of one that is the system's own bookkeeping.
func (c CaseChange) Announce() (a Announcement, ok bool) {
	switch {
	case c.Now == nil && c.Before == nil:
		return a, false
	case c.Now == nil:
		a = announcementOf(*c.Before)
		a.Type, a.Gone = CaseChanged, true
	default:
		a = announcementOf(*c.Now)
		known, over := 0, false
		if c.Before != nil {
			known, over = c.Before.Version, c.Before.Over()
		}
		for _, e := range c.Now.History {
			if e.Version > known {
				a.Did, a.At = append(a.Did, e.What), e.At
			}
		}
		switch {
		case len(a.Did) == 0:
			return a, false
		case slices.Contains(a.Did, Opened) || slices.Contains(a.Did, Reopened):
			a.Type = CaseOpened
		case c.Now.Over() && !over:
			a.Type = CaseResolved
		default:
			a.Type = CaseChanged
		}
	}
	a.ID = a.Case + "." + c.Record
	return a, true
}

// AnnounceOverdue says that a level's time for a case has passed.
func (e Entry) AnnounceOverdue(c Case, level Level) Announcement {
	a := announcementOf(c)
	a.Type, a.Overdue, a.At = CaseOverdue, level, e.Deadline
	if level == LevelManager {
		a.At = e.Top
	}
	a.ID = strings.Join([]string{a.Case, "overdue", string(level), fmt.Sprint(a.At.Unix())}, ".")
	return a
}
