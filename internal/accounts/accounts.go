// Package accounts keeps what is known of the companies that contacts work for: names, ids, values and contacts, so that a page reads a few
// items of them, however many contacts there are.
//
// # What lies where
//
// An audience has one tree of sorted keys (tree.go), on pages of some 4 KB, sealed (internal/seal, purpose contacts) for their place.
// Open stand how many accounts and contacts there are, how many accounts have a value in which currency, and when they change. Keys are
//
//	c<account>\x00<contact>          what a contact's row says of its account
//	s<account>                       the account (Row), with the owners and teams of its contacts
//	v<account>                       what the account is worth and how many contacts it has, and nothing else: a column that is read whole
//	r<scope>\x00<order><account>     the account as lists show it, by their order, once for everybody and for each owner and team
//	l<name as it is compared>\x00<account>   accounts whose names look like one company's; the value is their order
//	d<order><name as it is compared>         of which names there are several
//
// # How it is kept
//
// As the index of words is (internal/searching): the stream's recompute writes into notes which contacts with an account, now or
// before, have changed, and which account they have left; the Keeper, in the function analyse once a minute, reads those contacts as they are and changes the tree. All
// that follows of an account is made again of its contacts' rows, so that nothing is ever added up twice; notes may be repeated, late and in any
// order. While a list comes in, notes wait until it is quiet for a moment, or until they are many: each page is then written once for many rows.
// Once a month, and when the workspace's currency changes, the tree is made anew of all contacts.
//
// Pages never change. What a run changes is written on new pages up to a new root, which is swapped in with the names of the pages that it
// replaces; then these are deleted. Whoever reads an old page's name finds it gone, and begins again. A run that dies leaves pages with higher numbers
// than the tree knows, which the next run deletes, and its notes, which the next run reads.
//
// Whoever reads looks at the newest notes too, so that what was changed a moment ago by hand is shown.
package accounts

import (
	"context"

	"onetap/internal/seal"
	"onetap/internal/survey"
)

// Pages are where accounts are read.
type Pages interface {
	// AccountIndex reads where an audience's accounts are, and up to limit notes of what has changed since, the newest first; more reports whether there
	// are others. Consistent.
	AccountIndex(ctx context.Context, a survey.Audience, limit int) (x survey.AccountIndex, notes []survey.AccountNote, more bool, err error)
	// AccountPages reads sealed pages, in the order of their names; apperr.ErrChanged where one is not there any more.
	AccountPages(ctx context.Context, pages []survey.AccountPage) ([][]byte, error)
	// AccountPlace is where a page is sealed for.
	AccountPlace(p survey.AccountPage) seal.Place
	// Contacts reads contacts by id; those that are not there are absent.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
}

// Opener opens sealed pages: *seal.Sealer.
type Opener interface {
	Open(ctx context.Context, p seal.Purpose, at seal.Place, sealed []byte) ([]byte, error)
}

// Form is what the pages are made by. A change of it, of Row's bytes or of survey.Company.Likely has every tree made anew.
const Form = 2
