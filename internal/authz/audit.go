package authz

import (
	"strings"
	"time"
)

// Clock stands in the audit list where nobody did something: it was time.
const Clock = "clock"

// AuditEntry is something that somebody did.
type AuditEntry struct {
	ID     string // sorts by time
	Who    string // a staff member's id, or the name of a program's token
	Token  bool
	Action string // what the route does, e.g. "campaigns.launch"
	Object string // the id of what it was done to; "": there is none
	At     time.Time
}

// Auditor is the part of a key that tells people and tokens apart.
func (d AuditEntry) Auditor() string {
	if d.Token {
		return "token:" + d.Who
	}
	return strings.ToLower(d.Who)
}
