package auth

import (
	"context"
	"time"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

// Store is what the door asks of the table.
type Store interface {
	// Staff lists everybody of the staff; it may lag behind what was just written.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// StaffMember reads one of the staff consistently; ok is false when nobody has that id.
	StaffMember(ctx context.Context, id string) (m survey.Staff, ok bool, err error)
	// ChangeStaff writes those whom decide makes of everybody there is, as long as nobody else changes the staff meanwhile:
	// then it asks decide again. What decide refuses is returned.
	ChangeStaff(ctx context.Context, decide func(stored []survey.Staff) ([]survey.Staff, error)) error

	// AskSignIn counts that an address asked for a link, and reports whether it may have one; a refusal writes nothing.
	// address, browser and network are seals.
	AskSignIn(ctx context.Context, address, browser, network string, limits authz.AskLimits, now time.Time) (bool, error)
	// PutSignIn keeps a link until it is used, ended or expires.
	PutSignIn(ctx context.Context, l authz.SignIn) error
	// SignIn reads a link consistently; ok is false for one that was used, ended or never made.
	SignIn(ctx context.Context, hash string) (l authz.SignIn, ok bool, err error)
	// UseSignIn takes a link away. Of two that try, one gets apperr.ErrChanged.
	UseSignIn(ctx context.Context, l authz.SignIn) error

	// PutCode keeps a code, in the place of the one before of the same address and browser.
	PutCode(ctx context.Context, c authz.Code) error
	// TryCode counts a try of a code and reads it; ok is false, and the code empty, where there is none or tries have been
	// made of it already.
	TryCode(ctx context.Context, key string, tries int) (c authz.Code, ok bool, err error)
	// CountTry counts a try in its hour and its day, and reports whether it may be made; a refusal writes nothing.
	CountTry(ctx context.Context, c authz.TryCount, now time.Time) (bool, error)
	// ForgiveTry takes back what CountTry counted.
	ForgiveTry(ctx context.Context, c authz.TryCount, now time.Time) error

	// PutSession begins a session.
	PutSession(ctx context.Context, v authz.Session) error
	// Session reads a session with its staff member and the company's settings, consistently; ok is false when the session
	// or the staff member is gone.
	Session(ctx context.Context, staff, id string) (v authz.Visitor, ok bool, err error)

	// Sessions lists a staff member's sessions, those that are over included.
	Sessions(ctx context.Context, staff string) ([]authz.Session, error)
	// EndSession ends one session; ending it twice is no error.
	EndSession(ctx context.Context, staff, id string) error
	// Settings reads what the company has set.
	Settings(ctx context.Context) (survey.Settings, error)

	// Token reads an API token consistently; ok is false when there is none.
	Token(ctx context.Context, hash string) (t authz.Token, ok bool, err error)
	// UseToken keeps, to the hour, when a token was last used.
	UseToken(ctx context.Context, t authz.Token, now time.Time) error

	// AddAudit writes who did what; the id is made there.
	AddAudit(ctx context.Context, e authz.AuditEntry) error
}
