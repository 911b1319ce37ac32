package store

import (
	"context"
	"slices"

	"onetap/internal/survey"
)

// givenUp are the claims that give identifiers of a contact up.
func givenUp(all []survey.Identifier, of survey.ContactID) []survey.Claim {
	claims := make([]survey.Claim, len(all))
	for n, i := range all {
		claims[n] = survey.Claim{Identifier: i, Was: survey.Identified{Contact: of}}
	}
	return claims
}

// identifyBack makes a contact found again by what it was found by before an upload, and gives it back its address. What others share
// with it, or got by something else than the upload, stays theirs, too.
func (s *Store) identifyBack(ctx context.Context, u survey.UploadRecord, before survey.Contact, is item) error {
	a := u.Audience
	now, err := openContact(is)
	if err != nil {
		return err
	}
	before.ID = now.ID
	if from, to := now.MailID(), before.MailID(); from != to {
		if _, err := s.MoveAddress(ctx, survey.AddressMove{Audience: a, Contact: now.ID, From: from, To: to}, nil); err != nil {
			return err
		}
	}
	gone, back := identifiersOf(now), identifiersOf(before)
	lost := slices.DeleteFunc(slices.Clone(back), func(i survey.Identifier) bool { return slices.Contains(gone, i) })
	gone = slices.DeleteFunc(gone, func(i survey.Identifier) bool { return slices.Contains(back, i) })
	whose, err := s.Identified(ctx, a, lost, false)
	if err != nil {
		return err
	}
	claims := givenUp(gone, now.ID)
	for _, i := range lost {
		claim := survey.Claim{Identifier: i, Was: whose[i], Now: whose[i]}
		kept, err := s.keeps(ctx, u, i, whose[i].Contact)
		switch {
		case err != nil:
			return err
		case !kept:
			claim.Now.Contact = now.ID
		case claim.Was.Contact != now.ID:
			claim.Now.Shared = i.Kind == survey.ByPhone
		}
		if claim.Now != claim.Was {
			claims = append(claims, claim)
		}
	}
	return s.Identify(ctx, a, claims)
}

// keeps reports whether a contact has an identifier still when an upload is undone.
func (s *Store) keeps(ctx context.Context, u survey.UploadRecord, i survey.Identifier, id survey.ContactID) (bool, error) {
	if id == "" {
		return false, nil
	}
	it, err := s.get(ctx, contactKey(u.Audience, id))
	if err != nil || it == nil || markedBy(it, u.ID) {
		return false, err
	}
	found := foundOf(text(it, "ids"))
	return i.Kind == survey.ByPhone && found.Phone == i.Hash || i.Kind == survey.ByCustomer && found.Customer == i.Hash, nil
}

// identifiersOf are the identifiers by which a contact, and nobody else, is found besides its address.
func identifiersOf(c survey.Contact) (all []survey.Identifier) {
	if c.Found.Customer != "" {
		all = append(all, survey.Identifier{Kind: survey.ByCustomer, Hash: c.Found.Customer})
	}
	if c.Found.Phone != "" && !c.Found.Shared {
		all = append(all, survey.Identifier{Kind: survey.ByPhone, Hash: c.Found.Phone})
	}
	return all
}
