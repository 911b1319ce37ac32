package authz

import (
	"time"

	"onetap/internal/survey"
)

// SignIn is a link by which somebody of the staff signs in, once.
type SignIn struct {
	Hash     string // of the link's token
	Staff    string // id; "": of the first administrator, who is nobody yet
	Browser  string // hash of what the asking browser keeps; "": any browser
	Standing string // seal of what the person was when the link was made; "": made on the laptop, for whoever the id is
	Expires  time.Time
}

// AskLimits is how many links one address may be sent: in a span of the clock from one browser, from one network and on
// the whole; and in an hour, though one in each span in any case.
type AskLimits struct {
	Span                        time.Duration
	Browser, Network, All, Hour int
}

// Code is six digits that use up a link in the browser that asked for it.
type Code struct {
	Key     string // seal of the address that was asked for and of the browser
	Digits  string // seal of the digits
	Link    string // hash of the link's token
	Expires time.Time
}

// TryCount is how many codes may be tried of something within an hour and a day of the clock.
type TryCount struct {
	Of        string // seal of an address, or of all together
	Hour, Day int
}

// Session is one browser in which somebody of the staff is signed in.
type Session struct {
	ID      string
	Staff   string
	Created time.Time
	Expires time.Time
	Reach   string // seal of where the person's letters went when it began; "": begun by an earlier version
	Trusted bool   // on a device that the person says is their own
	Device  string // what kind of one it is, "Chrome, Android"
	Before  string // id of the same person's session that this one took the place of in the same browser
}

// Visitor is what a page knows of who opens it, and of the company around it.
type Visitor struct {
	Session  Session
	Staff    survey.Staff // as they are now
	Settings survey.Settings
}

// Token lets a program use the API with the rights of a role.
type Token struct {
	Hash string // of its text, which is kept nowhere
	Name string
	Role survey.Role
	By   string // id of the staff member who made it
	Made time.Time
	Used time.Time // the last time, give or take an hour; zero: never
}
