package contacts

import (
	"context"
	"maps"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

// StoppedAny names all reasons for which nobody writes to a contact.
const StoppedAny = "any"

// StoppedReasons are what Narrow.Stopped may hold.
var StoppedReasons = []string{StoppedAny, string(survey.Unsubscribed), string(survey.Bounced), string(survey.Complained)}

// Narrow is what a list of contacts is narrowed to. Of every field that is named one of the values must fit, in any letter case.
type Narrow struct {
	survey.Filter
	Stopped   []string `json:"stopped,omitempty"` // of StoppedReasons
	NoAddress bool     `json:"no_address,omitempty"`
	NoOwner   bool     `json:"no_owner,omitempty"` // or one that is nobody of the staff
}

// maxNarrow is how many values a list is narrowed to.
const maxNarrow = 100

// Count is how many values are named.
func (n Narrow) Count() int {
	sum := 0
	for _, values := range n.lists() {
		sum += len(values)
	}
	for _, said := range []bool{n.NoAddress, n.NoOwner} {
		if said {
			sum++
		}
	}
	return sum
}

func (n Narrow) lists() [][]string {
	all := [][]string{n.Teams, n.Owners, n.Locations, n.Products, n.Tiers, n.Languages, n.Stopped}
	return slices.AppendSeq(all, maps.Values(n.Attrs))
}

// Check looks for what fits nobody by mistake. Problems: stopped_unknown, filter_too_long.
func (n Narrow) Check() error {
	for _, reason := range n.Stopped {
		if !slices.Contains(StoppedReasons, reason) {
			return apperr.New(apperr.Invalid, "stopped_unknown", "stopped", "Known", strings.Join(StoppedReasons, ", "))
		}
	}
	if n.Count() > maxNarrow {
		return apperr.New(apperr.Invalid, "filter_too_long", "filter", "Limit", maxNarrow)
	}
	return nil
}

// Fits reports whether a contact is among those.
func (n Narrow) Fits(c survey.Contact, stopped survey.SuppressionReason) bool {
	within := func(values []string, v string) bool {
		return len(values) == 0 || slices.ContainsFunc(values, func(w string) bool { return strings.EqualFold(w, v) })
	}
	if !within(n.Teams, c.Team) || !within(n.Owners, c.Owner) || !within(n.Locations, c.Location) ||
		!within(n.Products, c.Product) || !within(n.Tiers, c.Tier) || !within(n.Languages, c.Language) {
		return false
	}
	for heading, values := range n.Attrs {
		if !within(values, c.Attrs[heading]) {
			return false
		}
	}
	if n.NoAddress && c.Person.Email != "" || n.NoOwner && c.Owner != "" {
		return false
	}
	return len(n.Stopped) == 0 || stopped != "" && (slices.Contains(n.Stopped, StoppedAny) || slices.Contains(n.Stopped, string(stopped)))
}

// Tally is how many contacts fit a search, among those that were looked at.
type Tally struct {
	Fit, Looked int
	Whole       bool // everybody was looked at
	Among
}

// talliedByWords is how many of those whom the index finds a count that nobody waits for reads.
const talliedByWords = 240

// Tally counts those who fit a search, from its beginning: a patient one for some seconds, another among the first few thousand.
func (l *Lists) Tally(ctx context.Context, who authz.Who, s Search) (Tally, error) {
	var t Tally
	fits, err := l.fitting(ctx, who, s)
	if err != nil {
		return t, err
	}
	needs, err := l.needs(ctx, who, s.Text)
	if err != nil {
		return t, err
	}
	count := func(c survey.Contact, stopped survey.SuppressionReason) bool {
		t.Looked++
		if fits(c, stopped) {
			t.Fit++
		}
		return true
	}
	most := talliedByWords
	if s.Patient {
		most = lookedByWords
	}
	in, next, err := l.among(ctx, s.Audience, needs, survey.Cursor{}, most, count)
	if t.Among = in; err != nil || in.All {
		t.Whole = next == nil && err == nil
		return t, err
	}
	began := l.Now()
	next = &survey.Cursor{}
	for n := 0; n == 0 || s.Patient && next != nil && n < searchRequests && l.Now().Sub(began) < searchTime; n++ {
		next, err = l.Store.ContactsUntil(ctx, s.Audience, *next, lookedAt, count)
		if err != nil {
			return t, err
		}
	}
	t.Whole = next == nil
	return t, nil
}
