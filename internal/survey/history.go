package survey

import (
	"slices"
	"time"
)

// History says of a campaign that its answers were given elsewhere and brought in. It is closed, has no letters and no ledger.
type History struct {
	Imports []string  `json:"imports,omitempty"` // those that brought answers, the first of them first
	From    string    `json:"from,omitempty"`    // the service that they come from, as it calls itself; "": a list
	At      time.Time `json:"at,omitzero"`       // when the latest of them began
}

// Brought reports whether a campaign's answers were brought in.
func (c Campaign) Brought() bool { return len(c.History.Imports) > 0 }

// BroughtBy reports whether an import has brought answers of a campaign.
func (c Campaign) BroughtBy(imported string) bool {
	return slices.Contains(c.History.Imports, imported)
}

// Spans reports whether a campaign that was brought in may have an answer of that time.
func (c Campaign) Spans(t time.Time) bool { return !t.Before(c.Launched) && !t.After(c.ClosesAt) }

// BringIn returns a campaign as it is with answers of an import, given between two times; changed is false where it says so already.
func (c Campaign) BringIn(imported, from string, first, last, now time.Time, dimensions []string) (after Campaign, changed bool) {
	after = c
	if !after.BroughtBy(imported) {
		after.History.Imports, after.History.At = append(slices.Clone(c.History.Imports), imported), now
		changed = true
	}
	if after.History.From == "" && from != "" {
		after.History.From, changed = from, true
	}
	if after.Launched.IsZero() || first.Before(after.Launched) {
		after.Launched, after.Created, changed = first, first, true
	}
	if last.After(after.ClosesAt) {
		after.Opened, after.ClosesAt, after.Ended, changed = last, last, last, true
	}
	after.State = Closed
	for _, d := range dimensions {
		if !slices.Contains(after.Dimensions, d) && len(after.Dimensions) < maxDimensions {
			after.Dimensions, changed = append(slices.Clone(after.Dimensions), d), true
		}
	}
	return after, changed
}

// TakeBack returns a campaign without an import's answers, which must be gone.
func (c Campaign) TakeBack(imported string) Campaign {
	c.History.Imports = slices.DeleteFunc(slices.Clone(c.History.Imports), func(i string) bool { return i == imported })
	return c
}

// AnswerPlace is where an answer lies.
type AnswerPlace struct {
	Campaign CampaignID
	Contact  ContactID
}

// BroughtAnswer is what stands at such a place.
type BroughtAnswer struct {
	Import, Origin string // see Response; both "" of an answer that was given here, or is nobody's
	Version        int
	There          bool // there is an answer; otherwise Version is that of one that was taken back
}

// Earlier are those of some campaigns that were launched before another of their audience, and asked people.
func (c Campaign) Earlier(all []Campaign) []Campaign {
	return slices.DeleteFunc(all, func(o Campaign) bool {
		return o.ID == c.ID || o.Brought() || o.Launched.IsZero() || !o.Launched.Before(c.Launched)
	})
}
