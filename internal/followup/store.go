package followup

import (
	"context"
	"time"

	"onetap/internal/insight"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// Facts of a case are read from a FactsStore. Reads are consistent but for Campaigns and Answers.
type FactsStore interface {
	// Campaign reads a campaign; campaign_unknown.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// Campaigns lists an audience's campaigns, the latest first, up to limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// Response reads an answer; ok is false where there is none.
	Response(ctx context.Context, c survey.CampaignID, id survey.ContactID) (r survey.Response, ok bool, err error)
	// Answers reads a contact's verified answers to these campaigns, in no order.
	Answers(ctx context.Context, id survey.ContactID, campaigns []survey.CampaignID) ([]survey.Response, error)
	// Contact reads a contact; contact_unknown.
	Contact(ctx context.Context, a survey.Audience, id survey.ContactID) (survey.Contact, error)
}

// Store is what Alerts needs of the table. A write that finds another version than was read returns apperr.ErrChanged.
type Store interface {
	FactsStore
	// Case reads a case, consistently; ok is false where there is none.
	Case(ctx context.Context, campaign survey.CampaignID, contact survey.ContactID) (c loop.Case, ok bool, err error)
	// CreateCase stores a new case with what is due of it; ErrChanged where the contact has one in this campaign already.
	CreateCase(ctx context.Context, c loop.Case) (loop.Case, error)
	// SaveCase writes c over was and moves what is due of it; ErrChanged.
	SaveCase(ctx context.Context, was, c loop.Case) (loop.Case, error)
	// DropCase deletes a case with what is due of it; ErrChanged. One that is gone already is no error.
	DropCase(ctx context.Context, c loop.Case) error
	// Latest lists the open cases of an owner that were opened last, limit of them or some more, in no order. It may be behind by a
	// moment.
	Latest(ctx context.Context, owner string, limit int) ([]loop.Case, error)
	// WalkDue calls each for everything that is due at now until it returns false.
	WalkDue(ctx context.Context, now time.Time, each func(loop.Due) (bool, error)) error
	// DoubtDue notes since when nothing is known of what a hint says is due; whoever writes the hint again takes that back.
	DoubtDue(ctx context.Context, d loop.Due, now time.Time) error
	// DropDoubted forgets a hint that is doubted since the time that was read. Again changes nothing.
	DropDoubted(ctx context.Context, d loop.Due) error
	// DropDue forgets that something is due. Again changes nothing.
	DropDue(ctx context.Context, d loop.Due) error
	// Agenda lists when cases climb: those with deadlines after one time and until another, in no order.
	Agenda(ctx context.Context, after, until time.Time) ([]loop.Entry, error)
	// Morning reads how far the letters about what is overdue are; zero before the first.
	Morning(ctx context.Context) (loop.Morning, error)
	// SaveMorning writes it if it has the version that was read, and returns it with the next one; ErrChanged.
	SaveMorning(ctx context.Context, m loop.Morning) (loop.Morning, error)
	// AnnounceOverdue puts what is overdue on a morning where the stream tells of it. Again changes nothing, or tells of it once more.
	AnnounceOverdue(ctx context.Context, m loop.Morning, all []loop.Announcement, now time.Time) error
	// PlanMorning keeps who is told of what on a morning, and returns what is kept: an earlier plan of the same morning stays.
	PlanMorning(ctx context.Context, m loop.Morning, letters []loop.Told, now time.Time) ([]loop.Told, error)
	// MorningPlan reads who is told of what on a morning; ok is false where that is not decided.
	MorningPlan(ctx context.Context, m loop.Morning) (letters []loop.Told, ok bool, err error)
	// Weekly reads how far the letters about a week are; zero before the first.
	Weekly(ctx context.Context) (loop.Weekly, error)
	// SaveWeekly writes it if it has the version that was read, and returns it with the next one; ErrChanged.
	SaveWeekly(ctx context.Context, w loop.Weekly) (loop.Weekly, error)
	// PlanWeek keeps who is told of a week, and returns what is kept: an earlier plan of the same week stays.
	PlanWeek(ctx context.Context, w loop.Weekly, letters []loop.WeekLetter, now time.Time) ([]loop.WeekLetter, error)
	// WeekPlan reads who is told of a week; ok is false where that is not decided.
	WeekPlan(ctx context.Context, w loop.Weekly) (letters []loop.WeekLetter, ok bool, err error)
	// AllCaseFigures reads the figures of all owners' boards (week ""), CaseWeeks those of weeks, by owner in small letters.
	AllCaseFigures(ctx context.Context, week string, consistent bool) (map[string]loop.Figures, error)
	CaseWeeks(ctx context.Context, weeks, owners []string) (map[string]map[string]loop.Figures, error)
	// Letter reads a letter of a group; ok is false where it has not been begun.
	Letter(ctx context.Context, group, name string) (l loop.Letter, ok bool, err error)
	// Letters lists the letters of a group whose names are not before one, in their order.
	Letters(ctx context.Context, group, from string) ([]loop.Letter, error)
	// SaveLetter writes a letter if it has the version that was read (0: there is none), and returns it with the next one; ErrChanged.
	SaveLetter(ctx context.Context, l loop.Letter, now time.Time) (loop.Letter, error)
	// Staff lists the staff.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// Practice reads how the company follows up.
	Practice(ctx context.Context) (loop.Practice, error)
	// Settings reads the company's settings; zero where there are none.
	Settings(ctx context.Context) (survey.Settings, error)
	// Schedule reads by when respondents should have been spoken to; zero where nobody has said.
	Schedule(ctx context.Context) (loop.Schedule, error)
}

// Mail sends one message and returns its id at the mail service. An error may come of a message that was sent; it names no
// address, and a *mail.Refusal is in its chain where the service answered and did not take the message.
type Mail interface {
	Send(ctx context.Context, m mail.Message) (id string, err error)
}

// CaseStore is what Cases needs of the table.
type CaseStore interface {
	FactsStore
	insight.ThemeStore
	// CaseByID reads a case by its name, consistently; case_unknown.
	CaseByID(ctx context.Context, id string) (loop.Case, error)
	// SaveCaseAnd writes c over was, and notes: all or nothing; apperr.ErrChanged.
	SaveCaseAnd(ctx context.Context, was, c loop.Case, notes []loop.Note) (loop.Case, error)
	// Events lists everything that happened to a case, the first thing first.
	Events(ctx context.Context, c loop.Case) ([]loop.Event, error)
	// Practice reads how the company follows up.
	Practice(ctx context.Context) (loop.Practice, error)
	// Procedures reads what the company has written, the versions in force; ProcedureVersions of one of them, the latest first.
	Procedures(ctx context.Context) (map[loop.ProcedureID]loop.Procedure, error)
	ProcedureVersions(ctx context.Context, id loop.ProcedureID, limit int) ([]loop.Procedure, error)
	// PutProcedure writes the version after the one that was read; apperr.ErrChanged.
	PutProcedure(ctx context.Context, p loop.Procedure) (loop.Procedure, error)
	// PutPractice writes it over the one that was read; apperr.ErrChanged.
	PutPractice(ctx context.Context, p loop.Practice) (loop.Practice, error)
	// Notes lists a case's notes, the first one first.
	Notes(ctx context.Context, c loop.Case) ([]loop.Note, error)
	// CasesOf reads a contact's cases in these campaigns, in no order.
	CasesOf(ctx context.Context, id survey.ContactID, campaigns []survey.CampaignID) ([]loop.Case, error)
	// Between lists owners' cases in one state that are to be turned to from one time until before another, in that order; up to
	// limit of each owner. It may be behind by a moment.
	Between(ctx context.Context, owners []string, state loop.State, from, to time.Time, limit int) ([]loop.Case, error)
	// Owing lists an owner's cases in which something is promised until a time, the earliest first, up to limit. It may be behind by a moment.
	Owing(ctx context.Context, owner string, until time.Time, limit int) ([]loop.Case, error)
	// Board lists owners' cases in one state that fit (nil: all), the earliest deadline first, of those that are over the latest, after the case whose
	// Place is given: up to limit of them; next is after what others may follow, "" where none do. It may be behind by a moment; cursor_wrong.
	Board(ctx context.Context, asked []loop.Asked, state loop.State, after string, limit int, fits func(loop.Case) bool) (cs []loop.Case, next string, err error)
	// CaseWords reads what the respondents of some cases wrote, why and wish, by case; those who wrote nothing, or whose words cannot be
	// read, are left out.
	CaseWords(ctx context.Context, cs []loop.Case) (map[string]string, error)
	// CaseDesk reads what is known of an owner's cases, CaseDesks of all owners', by owner in small letters. They may be behind by some seconds.
	CaseDesk(ctx context.Context, owner string) (loop.Desk, error)
	CaseDesks(ctx context.Context, consistent bool) (map[string]loop.Desk, error)
	AllCaseFigures(ctx context.Context, week string, consistent bool) (map[string]loop.Figures, error)
	// CaseWeeks reads figures of weeks, of all owners (nil) or some, by week and owner in small letters. They may be behind by some seconds.
	CaseWeeks(ctx context.Context, weeks, owners []string) (map[string]map[string]loop.Figures, error)
	// Huddle reads what a team has agreed, SaveHuddle writes it over what was read; apperr.ErrChanged.
	Huddle(ctx context.Context, team string) (loop.Huddle, error)
	SaveHuddle(ctx context.Context, h loop.Huddle) error
	// Outer reads the company's board, SaveOuter writes it over what was read; apperr.ErrChanged.
	Outer(ctx context.Context) (loop.Outer, error)
	SaveOuter(ctx context.Context, o loop.Outer) error
	// Contacts reads several contacts; those that are not there are left out.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// Staff lists the staff.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// Settings reads the company's settings; zero where there are none.
	Settings(ctx context.Context) (survey.Settings, error)
	// Schedule reads by when respondents should have been spoken to; zero where nobody has said.
	Schedule(ctx context.Context) (loop.Schedule, error)
}
