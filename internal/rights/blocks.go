package rights

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"onetap/internal/survey"
)

func (r *Rights) secret() string {
	if r.Random != nil {
		return r.Random()
	}
	return rand.Text()
}

// blocks are the seals of what the person may come back by: the address, in every audience, the customer id and the contact itself;
// the telephone only where there is nothing else or with the name, for families share telephones.
func (r *Rights) blocks(ctx context.Context, p Person, erasure string, now time.Time) (all []survey.ErasedBlock, err error) {
	var stop survey.SuppressionReason
	for _, c := range p.Contacts {
		v, ok, err := r.Store.Suppression(ctx, c.Audience, c.ID)
		if err != nil {
			return nil, err
		}
		if ok && v.Reason.Wish() {
			stop = v.Reason
		}
	}
	for _, c := range p.Contacts {
		for _, id := range r.ways(c.Audience, c.Person) {
			all = append(all, survey.ErasedBlock{Seal: r.Keys.Erased(id), Since: now, Stop: stop, Erasure: erasure})
		}
		all = append(all, survey.ErasedBlock{Seal: r.Keys.Erased(c.ID), Since: now, Stop: stop, Erasure: erasure})
	}
	return all, nil
}

// ways are the ids by which a person of an audience comes back.
func (r *Rights) ways(a survey.Audience, p survey.Person) (ids []survey.ContactID) {
	of := r.Keys.Identifiers(a, p)
	if p.Email != "" {
		for _, id := range r.Keys.ContactIDs(p.Email) {
			ids = append(ids, id)
		}
	}
	if of.Customer != "" {
		ids = append(ids, of.Customer)
	}
	if len(ids) == 0 && of.Phone != "" {
		ids = append(ids, of.Phone)
	}
	if both := r.Keys.Namesake(a, p); both != "" { // a second row of theirs may have neither address nor customer id that is known
		ids = append(ids, both)
	}
	return ids
}

// Lift lets somebody come back who was erased: by the address, the customer id, or the telephone. It takes away what is blocked of that,
// and all else that the same erasure blocks; what they wished of letters is wished again. Where there is such a wish and no address is
// said of which it holds, the rest stays: nobody could be stopped by it any more. It returns how many blocks it took away. Problem:
// rights_whom.
func (r *Rights) Lift(ctx context.Context, text string) (int, error) {
	seals, addresses, err := r.sealsOf(text)
	if err != nil {
		return 0, err
	}
	blocks, err := r.Store.BlockedAmong(ctx, seals)
	if err != nil || len(blocks) == 0 {
		return 0, err
	}
	wish := slices.ContainsFunc(blocks, func(b survey.ErasedBlock) bool { return b.Stop != "" })
	if addresses != nil || !wish {
		if blocks, err = r.withTheirs(ctx, blocks); err != nil {
			return 0, err
		}
	}
	seals = nil
	for _, b := range blocks {
		seals = append(seals, b.Seal)
		if b.Stop != "" && addresses != nil {
			if err := r.Store.Suppress(ctx, addresses, b.Stop, r.Now()); err != nil {
				return 0, err
			}
		}
	}
	return len(blocks), r.Store.Unblock(ctx, seals)
}

// withTheirs adds to some blocks all others of the same erasures.
func (r *Rights) withTheirs(ctx context.Context, some []survey.ErasedBlock) ([]survey.ErasedBlock, error) {
	all, err := r.Store.Blocked(ctx)
	of := map[string]bool{}
	for _, b := range some {
		of[b.Erasure] = b.Erasure != ""
		delete(all, b.Seal)
	}
	for _, b := range all {
		if of[b.Erasure] {
			some = append(some, b)
		}
	}
	return some, err
}

// IsBlocked reports whether somebody may not come back, and since when. Problem: rights_whom.
func (r *Rights) IsBlocked(ctx context.Context, text string) (since time.Time, blocked bool, err error) {
	seals, _, err := r.sealsOf(text)
	if err != nil {
		return since, false, err
	}
	blocks, err := r.Store.BlockedAmong(ctx, seals)
	if len(blocks) > 0 {
		since = blocks[0].Since
	}
	return since, len(blocks) > 0, err
}
