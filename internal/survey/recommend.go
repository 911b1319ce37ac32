package survey

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/nps"
)

// Recommend is what a campaign offers its promoters once they have answered: a link of their own to hand on. The zero value offers nothing.
type Recommend struct {
	Address string            `json:"address,omitempty"` // where newcomers are sent, https
	Words   map[string]string `json:"words,omitempty"`   // the company's to newcomers, by language; none: the standard text
}

// maxRecommendAddress and maxRecommendWords are in characters.
const maxRecommendAddress, maxRecommendWords = 500, 1000

// Check tells what keeps it from being stored. Problems: recommend_address, recommend_long.
func (r Recommend) Check() error {
	if r.Address != "" {
		u, err := url.Parse(r.Address)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(r.Address) > maxRecommendAddress || strings.ContainsAny(r.Address, " \t\r\n;,'\"<>\\") || u.Opaque != "" || !plainHost(u.Host) {
			return apperr.New(apperr.Invalid, "recommend_address", "recommend_address")
		}
	}
	for _, text := range r.Words {
		if utf8.RuneCountInString(text) > maxRecommendWords {
			return apperr.New(apperr.Invalid, "recommend_long", "recommend_words", "Limit", maxRecommendWords)
		}
	}
	return nil
}

// plainHost reports whether a host can stand in a page's policy as it is: a wildcard there would be many hosts.
func plainHost(host string) bool {
	return strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") == "" && !strings.ContainsRune(host, '*')
}

// Host is the host of the company's address, as people read it.
func (r Recommend) Host() string {
	u, err := url.Parse(r.Address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Recommends reports whether a campaign offers its promoters a link to hand on. Of employees nobody knows who answered what.
func (c Campaign) Recommends() bool { return c.Recommend.Address != "" && !c.Audience.Anonymous() }

// Promotes reports whether whoever gave an answer is offered a link to hand on: a person, a promoter.
func (r Response) Promotes() bool { return r.Verified && r.Group() == nps.Promoter }

// Recommendation is a promoter's link and what came of it. It holds no personal data of whoever came by it.
type Recommendation struct {
	Contact ContactID       `json:"-"`
	Taken   time.Time       `json:"taken"`            // when the promoter asked for the link
	Opened  int             `json:"opened,omitempty"` // how often somebody went on to the company's address by its button
	Leads   []RecommendLead `json:"leads,omitempty"`
	Version int             `json:"-"` // for a compare-and-swap; 0: nothing is stored
}

// RecommendLead is a newcomer who asked to be called back.
type RecommendLead struct {
	Name     string    `json:"name"` // of the item of the inbox
	At       time.Time `json:"at"`
	Customer bool      `json:"customer,omitempty"` // became one, as staff say
}

const (
	// MaxRecommendLeads is how many newcomers can leave how they are reached by one link, and MaxRecommendHour within an hour of them.
	MaxRecommendLeads, MaxRecommendHour = 20, 5
	// maxRecommendOpened is where counting ends.
	maxRecommendOpened = 10_000
)

// Open counts that somebody went on; changed is false where nothing more is counted.
func (r Recommendation) Open() (after Recommendation, changed bool) {
	if r.Opened >= maxRecommendOpened {
		return r, false
	}
	r.Opened++
	return r, true
}

// Leave adds a newcomer; changed is false for one that is there already. Problems: recommend_full, recommend_often.
func (r Recommendation) Leave(name string, now time.Time) (after Recommendation, changed bool, err error) {
	if slices.ContainsFunc(r.Leads, func(l RecommendLead) bool { return l.Name == name }) {
		return r, false, nil
	}
	n := 0
	for _, l := range r.Leads {
		if now.Sub(l.At) < time.Hour {
			n++
		}
	}
	switch {
	case len(r.Leads) >= MaxRecommendLeads:
		return r, false, apperr.New(apperr.Conflict, "recommend_full", "")
	case n >= MaxRecommendHour:
		return r, false, apperr.New(apperr.TooMany, "recommend_often", "")
	}
	r.Leads = append(slices.Clip(r.Leads), RecommendLead{Name: name, At: now.UTC().Truncate(time.Second)})
	return r, true, nil
}

// Became notes whether a newcomer became a customer; changed is false where that is known, or there is no such newcomer.
func (r Recommendation) Became(name string, customer bool) (after Recommendation, changed bool) {
	n := slices.IndexFunc(r.Leads, func(l RecommendLead) bool { return l.Name == name })
	if n < 0 || r.Leads[n].Customer == customer {
		return r, false
	}
	r.Leads = slices.Clone(r.Leads)
	r.Leads[n].Customer = customer
	return r, true
}

// Customers is how many newcomers became customers.
func (r Recommendation) Customers() (n int) {
	for _, l := range r.Leads {
		if l.Customer {
			n++
		}
	}
	return n
}
