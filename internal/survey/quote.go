package survey

import (
	"strings"
	"time"

	"onetap/internal/nps"
)

// Quote is a promoter's consent to being quoted: it was asked for after the answer, never in a letter, and is about the comment as it stood then.
type Quote struct {
	Named     bool      `json:"named"`              // with name and company
	Wording   string    `json:"wording"`            // what was asked and answered, as the page said it
	Language  string    `json:"language"`           // in which
	Words     string    `json:"words"`              // which words it is about: their traces
	At        time.Time `json:"at"`                 // when it was given
	Withdrawn time.Time `json:"withdrawn,omitzero"` // when it was taken back; zero: it was not
	By        string    `json:"by,omitempty"`       // staff id of who took it back for them; "": they did, or a program
	How       AskedHow  `json:"how,omitempty"`      // how they asked that; "": by the page
}

// AskedHow is how somebody has asked staff for something.
type AskedHow string

// The ways of asking.
const (
	AskedByPhone  AskedHow = "phone"
	AskedByEmail  AskedHow = "email"
	AskedInPerson AskedHow = "person"
)

// AskedHows lists them in the order in which they are shown.
var AskedHows = []AskedHow{AskedByPhone, AskedByEmail, AskedInPerson}

// Withdraw returns a consent that staff take back for who has given it; changed is false where it does not stand.
func (q Quote) Withdraw(by string, how AskedHow, now time.Time) (after Quote, changed bool) {
	if !q.Given() {
		return q, false
	}
	q.Withdrawn, q.By, q.How = now.UTC(), by, how
	return q, true
}

// Given reports whether the consent stands.
func (q Quote) Given() bool { return !q.At.IsZero() && q.Withdrawn.IsZero() }

// Of reports whether the consent stands for an answer as it is now: a promoter's, whose comment nobody has changed since.
func (q Quote) Of(r Response) bool { return q.Given() && r.Quotable() && q.Words == r.Words() }

// Quotable reports whether whoever gave an answer can be asked for a quote: a person, a promoter, with a comment.
func (r Response) Quotable() bool {
	return r.Verified && r.Group() == nps.Promoter && len(r.Kept.Why) > 0
}

// Words tells which comment an answer has, without saying what is in it.
func (r Response) Words() string {
	traces := make([]string, len(r.Kept.Why))
	for i, p := range r.Kept.Why {
		traces[i] = p.Trace
	}
	return strings.Join(traces, " ")
}

// AsksQuotes reports whether a campaign asks its promoters whether they may be quoted. Of employees nobody knows who wrote what.
func (c Campaign) AsksQuotes() bool { return c.Quotes && !c.Audience.Anonymous() }
