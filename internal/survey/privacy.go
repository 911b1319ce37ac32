package survey

import (
	"slices"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// Privacy is what the company has said of personal data: for how long they are kept, and what for.
type Privacy struct {
	Retention
	// On says that an administrator has seen what would be deleted by these rules, and that it may be. Other rules switch it off.
	On      bool                `json:"on,omitempty"`
	Grounds map[Audience]Ground `json:"grounds,omitempty"`
	// Controller says who answers for the data, and whom to ask about them: name, postal address, address. "": the company, as the settings have it.
	Controller string `json:"controller,omitempty"`
	Version    int    `json:"-"` // 0: nobody has said anything yet, and nothing is deleted by its age
}

// Retention is for how many months something is kept; 0: for good, the audit list and signing in as long as they are kept at all.
type Retention struct {
	Comments int `json:"comments"` // words of answers, after they were last changed; employees', after their campaign ended
	Contacts int `json:"contacts"` // those that no whole list names any more, after the first that did not
	Cases    int `json:"cases"`    // resolved cases with their notes, after the last that happened
	Audit    int `json:"audit"`    // entries of the audit list
	SignIns  int `json:"sign_ins"` // those of them that say who signed in
}

// ProposedRetention stands in the form before anybody has said anything.
var ProposedRetention = Retention{Comments: 36, Contacts: 12, Cases: 36, Audit: 24, SignIns: 12}

// Ground is what an audience's data are kept for, and by what right.
type Ground struct {
	Purpose string `json:"purpose,omitempty"` // in the company's words; "": as it is with surveys
	Basis   Basis  `json:"basis,omitempty"`
}

// Basis is a legal ground of processing: article 6 of GDPR, article 6 of 152-ФЗ. The words of each are messages "basis.<basis>".
type Basis string

const (
	BasisUnsaid     Basis = ""                    // nobody has said it
	BasisConsent    Basis = "consent"             // 6(1)(a); ч. 1 п. 1
	BasisContract   Basis = "contract"            // 6(1)(b); ч. 1 п. 5
	BasisEmployment Basis = "employment"          // the same of a contract of employment
	BasisInterest   Basis = "legitimate_interest" // 6(1)(f); ч. 1 п. 7
)

// Bases are those that can be chosen.
var Bases = []Basis{BasisConsent, BasisContract, BasisEmployment, BasisInterest}

// Section is a part of what respondents read of their data.
type Section struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Link  string `json:"link,omitempty"` // where more of it stands, and the words of that link
	More  string `json:"more,omitempty"`
}

// Disclosed is a page that tells people of one audience, in one language, what is kept of them.
type Disclosed struct {
	Audience Audience
	Language string
	Sections []Section
}

// NeedsConsent reports whether nobody of an audience is asked who has not consented.
func (p Privacy) NeedsConsent(a Audience) bool { return p.Grounds[a].Basis == BasisConsent }

// MaxRetention is ten years; MaxAuditMonths is how long the audit list is kept at all.
const (
	MaxRetention   = 120
	MaxAuditMonths = 24
	maxGround      = 500
)

// Check tells what keeps it from being stored. Problems: months_range, ground_too_long, ground_unknown.
func (p Privacy) Check() error {
	for _, f := range []struct {
		name     string
		n, limit int
	}{{"comments", p.Comments, MaxRetention}, {"contacts", p.Contacts, MaxRetention}, {"cases", p.Cases, MaxRetention}, {"audit", p.Audit, MaxAuditMonths}, {"sign_ins", p.SignIns, MaxAuditMonths}} {
		if f.n < 0 || f.n > f.limit {
			return apperr.New(apperr.Invalid, "months_range", f.name, "Limit", f.limit)
		}
	}
	for a, g := range p.Grounds {
		if utf8.RuneCountInString(g.Purpose) > maxGround {
			return apperr.New(apperr.Invalid, "ground_too_long", "purpose_"+string(a), "Limit", maxGround)
		}
		if !a.Valid() || g.Basis != BasisUnsaid && !slices.Contains(Bases, g.Basis) {
			return apperr.New(apperr.Invalid, "ground_unknown", "basis_"+string(a))
		}
	}
	if utf8.RuneCountInString(p.Controller) > maxGround {
		return apperr.New(apperr.Invalid, "ground_too_long", "controller", "Limit", maxGround)
	}
	return nil
}

// RetentionNotice is how long before it happens it is shown what will be deleted.
const RetentionNotice = 14 * 24 * time.Hour

// RetentionStage is how far a month's deleting is.
type RetentionStage string

const (
	RetentionCounting  RetentionStage = "counting"
	RetentionAnnounced RetentionStage = "announced"
	RetentionDeleting  RetentionStage = "deleting"
)

// RetentionRun is one deleting of what is older than it may be: it is counted, shown, and done when it is due.
type RetentionRun struct {
	Rules   Retention       `json:"rules"`
	Due     time.Time       `json:"due"`
	Stage   RetentionStage  `json:"stage"`
	At      string          `json:"at,omitempty"` // how far the walk is
	Counted RetentionSum    `json:"counted"`
	Deleted RetentionSum    `json:"deleted"`
	Past    []RetentionDone `json:"past,omitempty"` // those before, the latest first
	Version int             `json:"-"`
}

// RetentionDone is a deleting that came to its end.
type RetentionDone struct {
	At  time.Time    `json:"at"`
	Sum RetentionSum `json:"sum"`
}

// pastRetentions is two years of them.
const pastRetentions = 24

// Next is the run after this one, which is counted for its time; done, if any, joins those that came to their end.
func (r RetentionRun) Next(rules Retention, due time.Time, done *RetentionDone) RetentionRun {
	past := r.Past
	if done != nil {
		past = append([]RetentionDone{*done}, past[:min(len(past), pastRetentions-1)]...)
	}
	return RetentionRun{Rules: rules, Due: due, Stage: RetentionCounting, Past: past, Version: r.Version}
}

// RetentionSum counts what is deleted.
type RetentionSum struct {
	Comments int `json:"comments"`
	Contacts int `json:"contacts"`
	Cases    int `json:"cases"`
	Audit    int `json:"audit"`
}

// Before is the time before which something of so many months is deleted; zero: nothing is.
func (r RetentionRun) Before(months int) time.Time {
	if months == 0 {
		return time.Time{}
	}
	return r.Due.AddDate(0, -months, 0)
}
