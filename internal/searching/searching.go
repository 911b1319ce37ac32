// Package searching keeps an index of contacts' words, packed and sealed, so that a search reads those few contacts whom its words can fit
// and not all there are.
//
// # What lies where
//
// The index of an audience consists of parts, as a log-structured merge tree does. A part is sorted keys (text.Keys: words, stems, digits
// of numbers; and who may see a contact), each with the numbers of the contacts that have it, on pages of some 16 KB, and the contacts' ids
// by their numbers. A search for the beginning of a word is a range of keys, however short the beginning, and reads the pages of the
// range. Pages are sealed (internal/seal, purpose contacts) for their place. Which page has which keys is on a page of its own, sealed
// too: of the table nobody sees more than how many contacts there are, how much is written of them together, and when they change.
//
// # How it is kept
//
// The table's stream may have two readers, and has two (recompute, notify): so recompute writes the ids of contacts that have changed into
// notes, and the Keeper, once a minute, reads those contacts as they are now, makes a part of them and deletes the notes. Notes may be
// repeated, late and in any order: a contact is looked at as it is. Who is gone is in a part as gone. A search reads the contacts
// of the newest notes too, so that it finds who came in a moment ago.
//
// Parts never change. When four or more of the newest are together as large as the one before them, they are merged into one: a contact
// is written some log2(n) times in all. A merge takes what the newest part of a contact says; of somebody who is gone nothing
// is left after all parts have been merged, which is done within sweepAfter of the news.
//
// # Why nothing is lost
//
// Everything that a run does is a compare-and-swap of the index's item: it names the part that it is going to write as one to be deleted,
// reads the contacts, writes the pages, and then swaps the part in and those it replaces out, if nobody else has swapped meanwhile. A
// run that dies leaves a part that nobody reads, which the next run deletes, and notes, which the next run reads.
//
// What the index finds is a superset: whoever searches reads the contacts and asks text.Query, the one rule of search.
package searching

import (
	"context"

	"onetap/internal/seal"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// Pages are where a search reads the index.
type Pages interface {
	// SearchIndex reads the index of an audience, and up to limit notes of who has changed since, the newest first. Consistent.
	SearchIndex(ctx context.Context, a survey.Audience, limit int) (x survey.SearchIndex, notes []survey.SearchNote, more bool, err error)
	// SearchPages reads sealed pages, in the order of their names; apperr.ErrChanged where one is not there any more.
	SearchPages(ctx context.Context, pages []survey.SearchPage) ([][]byte, error)
	// SearchPlace is where a page is sealed for.
	SearchPlace(p survey.SearchPage) seal.Place
}

// Opener opens sealed pages: *seal.Sealer.
type Opener interface {
	Open(ctx context.Context, p seal.Purpose, at seal.Place, sealed []byte) ([]byte, error)
}

// Form is what the parts are made by. A change of it, or of text.Keys, has every index made anew.
const Form = 2

// Texts are the texts of a contact in which a search looks.
func Texts(c survey.Contact) []string {
	texts := []string{c.Person.Name, c.Person.Email, c.Person.Phone, c.Person.Customer, c.Product, c.Location, c.Company.Name, c.Company.Code, c.Company.Parent}
	for _, v := range c.Attrs {
		texts = append(texts, v)
	}
	return texts
}

// Keys of who may see a contact.
const ownerKey, teamKey = "@o", "@t"

// keysOf are the keys of a contact.
func keysOf(c survey.Contact) []string {
	keys := text.Keys(Texts(c)...)
	if c.Owner != "" {
		keys = append(keys, ownerKey+text.Fold(c.Owner))
	}
	if team := trimmed(c.Team); team != "" {
		keys = append(keys, teamKey+team)
	}
	return keys
}

// OfOwner and OfTeam are ways (text.Query.Needs) in which a contact may be seen.
func OfOwner(id string) []text.Range { return exactly(ownerKey + text.Fold(id)) }

// OfTeam is OfOwner for a team.
func OfTeam(team string) []text.Range { return exactly(teamKey + trimmed(team)) }

func exactly(key string) []text.Range {
	return []text.Range{{Begin: key, Fits: func(k string) bool { return k == key }}}
}
