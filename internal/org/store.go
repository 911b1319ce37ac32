package org

import (
	"context"
	"time"

	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/theme"
)

// Store is what a company asks of the table.
type Store interface {
	// ChangeStaff writes those whom decide makes of everybody there is, whole, by id, as long as nobody else changes the
	// staff meanwhile: then it asks decide again. What decide refuses is returned.
	ChangeStaff(ctx context.Context, decide func(stored []survey.Staff) ([]survey.Staff, error)) error
	// RemoveStaff takes somebody off the list, unless may refuses by who is stored then, and ends their sessions. Again is
	// no error.
	RemoveStaff(ctx context.Context, id string, may func(stored []survey.Staff) error) error
	// StaffInUse reports whether somebody has a case, or a session.
	StaffInUse(ctx context.Context, id string) (bool, error)
	// KeepStaff keeps what an upload is about to change, for undoing it; of one person the latest.
	KeepStaff(ctx context.Context, upload string, changes []survey.StaffChange, now time.Time) error
	// KeptStaff reads what KeepStaff has kept.
	KeptStaff(ctx context.Context, upload string) ([]survey.StaffChange, error)
	// AddUploadRecord begins a line of the history; one that is there is left as it is.
	AddUploadRecord(ctx context.Context, u survey.UploadRecord) error
	// UploadRecord reads a line of the history, or a problem upload_unknown.
	UploadRecord(ctx context.Context, id string) (survey.UploadRecord, error)
	// SaveUploadRecord writes a line of the history if it has the version that was read, otherwise apperr.ErrChanged, and returns it
	// with the next version.
	SaveUploadRecord(ctx context.Context, u survey.UploadRecord) (survey.UploadRecord, error)
	// UploadRecords lists lines of the history, newest first, before a place; next is where to go on, "" at the end.
	UploadRecords(ctx context.Context, kind survey.UploadKind, before string, limit int, now time.Time) (all []survey.UploadRecord, next string, err error)
	// ColumnMemory reads how people have put right the columns of lists of a kind; empty where nobody has.
	ColumnMemory(ctx context.Context, a survey.Audience) (survey.ColumnMemory, error)
	// ChangeColumnMemory keeps what change made of it, where change says that it did; change may be called again.
	ChangeColumnMemory(ctx context.Context, a survey.Audience, change func(survey.ColumnMemory) bool) error
	// EndSessions ends all sessions of a staff member, and the links that would begin one.
	EndSessions(ctx context.Context, staff string) error

	// Settings reads what the company has set, consistently; the zero settings before it has set anything.
	Settings(ctx context.Context) (survey.Settings, error)
	// PutSettings writes the settings if they still have the version that was read, and returns them with the next one;
	// otherwise apperr.ErrChanged.
	PutSettings(ctx context.Context, v survey.Settings) (survey.Settings, error)
	// Schedule reads by when respondents should have been spoken to, consistently; the zero schedule before anybody has said.
	Schedule(ctx context.Context) (loop.Schedule, error)
	// PutSchedule writes the schedule if it still has the version that was read, and returns it with the next one; otherwise
	// apperr.ErrChanged.
	PutSchedule(ctx context.Context, v loop.Schedule) (loop.Schedule, error)
	// PutLogo keeps a logo for good.
	PutLogo(ctx context.Context, l theme.Logo) error
	// Logo reads a logo, which never changes; ok is false when there is none of that hash.
	Logo(ctx context.Context, hash string) (l theme.Logo, ok bool, err error)

	// Tokens lists all API tokens consistently, newest first.
	Tokens(ctx context.Context) ([]authz.Token, error)
	// PutToken keeps a new token; apperr.ErrChanged where there is one of that hash.
	PutToken(ctx context.Context, t authz.Token) error

	// AddAudit writes who did what; the id is made there.
	AddAudit(ctx context.Context, e authz.AuditEntry) error
}
