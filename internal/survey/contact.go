package survey

import (
	"cmp"
	"maps"
	"time"
)

// Audience is a kind of people asked; audiences are never mixed in a result (D1).
type Audience string

const (
	Customers    Audience = "customers"
	ProjectStaff Audience = "project_staff"
	Candidates   Audience = "candidates"
	Employees    Audience = "employees"
)

// Audiences lists every audience in the order in which it is shown.
var Audiences = []Audience{Customers, ProjectStaff, Candidates, Employees}

// Valid reports whether a is one of Audiences.
func (a Audience) Valid() bool {
	for _, b := range Audiences {
		if a == b {
			return true
		}
	}
	return false
}

// ContactID is 16 lower-case base32 characters (80 bits): a keyed hash of audience and normalised address, so that
// the same person uploaded twice is the same contact and the id tells nothing; of who came without an address one of the
// customer id or of the telephone. It stays when the address changes. Made by keys.Keys.
type ContactID string

// Person is the personal data of a contact: one attribute of the stored item, so that it can be sealed.
type Person struct {
	Email string `json:"email"`          // normalised: see NormalizeEmail; "": nobody writes to this person
	Name  string `json:"name,omitempty"` // the whole name, as the list has it; Greeting of package names understands it
	Phone string `json:"phone,omitempty"`
	// First and Middle are what the list has in columns of their own; "" where it has none, and in older contacts.
	First  string `json:"first,omitempty"`
	Middle string `json:"middle,omitempty"`
	// Customer is the id that the company's own systems have for this person, as written; see CustomerKey.
	Customer string `json:"customer,omitempty"`
	// Consent is what a list says of this person's consent: a date, its wording, a reference. "": it says nothing, or no.
	Consent string `json:"consent,omitempty"`
}

// Contact is somebody who can be asked. The zero time means "not yet stored".
type Contact struct {
	ID       ContactID
	Audience Audience
	Person   Person
	Owner    string // staff id of the responsible; "" when nobody or unknown
	OwnerRaw string // what the file said, kept where Owner could not be resolved
	Team     string // the contact's own, else its owner's
	Location string
	Product  string
	Tier     string
	Language string            // "ru" or "en"; "" when the file does not say
	Zone     string            // the time zone it lives by, as ReadZone keeps it; "": not known
	Value    string            // what the customer is worth, as the file gave it ("1 200 000 ₽"): see money.Parse
	Company  Company           // that the contact works for; never of an employee
	Former   []FormerValue     // what Value was before, the eldest first
	Attrs    map[string]string // any further column, by its heading as written
	Created  time.Time
	Updated  time.Time

	// Mailbox is the id of the address (Identifiers.Mail) where that is not the contact's own id, because the address came
	// later or was changed; NoMailbox without an address.
	Mailbox ContactID
	// Unreadable says that the contact's item was changed past Onetap and does not open: Person, OwnerRaw, Value and Attrs are not known.
	// Such a contact is shown and not written to; whoever enters its details again puts it right.
	Unreadable bool
	// Consented reports whether Person has a Consent, where a contact is read without the person.
	Consented bool
	// Gone reports whether a whole list did not name the contact, and no list has since, nor has anybody changed it; only where a campaign is planned.
	Gone bool
	// Found is what the contact is found by besides its address; the zero value of contacts stored before that was kept.
	Found FoundBy
	// Account is that of Company (keys.Keys.AccountID); "" where there is none.
	Account AccountID
}

// FoundBy are the identifiers of a contact that are indexed.
type FoundBy struct {
	Customer, Phone ContactID
	// Shared says that several people have the telephone: it is indexed as another's, and finds nobody.
	Shared bool
}

// Same reports whether a and b hold the same imported data; ids, times and what is made of the data are not.
func (c Contact) Same(d Contact) bool {
	return c.Audience == d.Audience && c.Person == d.Person && c.Owner == d.Owner && c.OwnerRaw == d.OwnerRaw && c.Team == d.Team &&
		c.Location == d.Location && c.Product == d.Product && c.Tier == d.Tier && c.Language == d.Language && c.Zone == d.Zone &&
		c.Value == d.Value && c.Company == d.Company && maps.Equal(c.Attrs, d.Attrs)
}

// Role is what a staff member may see and do (D27).
type Role string

const (
	RoleMarketing     Role = "marketing"
	RoleOwner         Role = "owner"
	RoleManager       Role = "manager"
	RoleExecutive     Role = "executive"
	RoleAnalyst       Role = "analyst"
	RoleAdministrator Role = "administrator"
)

// Staff is somebody of the company who works with answers.
type Staff struct {
	ID       string `json:"id"`    // as the customer database names them, never a new one's address; unique, case-insensitive
	Email    string `json:"email"` // normalised
	Name     string `json:"name"`
	Role     Role   `json:"role"`
	Team     string `json:"team,omitempty"`
	Manager  string `json:"manager,omitempty"`  // staff id
	Language string `json:"language,omitempty"` // "ru" or "en"; of the letters to them
	Phone    string `json:"phone,omitempty"`
	Zone     string `json:"zone,omitempty"`    // time zone in which they work, as ReadZone makes it; "": the company's
	Country  string `json:"country,omitempty"` // whose public holidays they have, one of calendar.Countries; "": the company's
	Written  string `json:"written,omitempty"` // the address that lists name them by, which the id was made of; "": the id
}

// Code is what lists name somebody by: the id, or the address that it was made of.
func (m Staff) Code() string { return cmp.Or(m.Written, m.ID) }

// SuppressionReason says why nobody writes to an address any more (D8).
type SuppressionReason string

const (
	Unsubscribed SuppressionReason = "unsubscribed"
	Bounced      SuppressionReason = "bounced"
	Complained   SuppressionReason = "complained"
)

// Wish reports whether it is the person who wants no letters, at whichever address; a bounce is a mailbox's.
func (r SuppressionReason) Wish() bool { return r == Unsubscribed || r == Complained }

// SuppressionCause is what was seen that stopped an address: a mail system's status code ("5.1.1"), or CauseRepeated.
type SuppressionCause string

// CauseRepeated means that the mailbox did not take letters on several days in a row.
const CauseRepeated SuppressionCause = "repeated"

// Suppression is an address to which nobody writes, as seen from one audience.
type Suppression struct {
	Contact ContactID
	Reason  SuppressionReason
	Cause   SuppressionCause // "" where nothing more is known
	Since   time.Time
}
