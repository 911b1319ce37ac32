package store

import (
	"cmp"
	"context"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// walk looks at no more than budget items whose sk begins with prefix, shard by shard from the cursor on, until each
// returns false. It returns where to go on, nil at the end.
func (s *Store) walk(ctx context.Context, pk func(shard int) string, prefix string, from survey.Cursor, budget int, each func(item, survey.ContactID) (bool, error)) (*survey.Cursor, error) {
	return s.walkParts(ctx, pk, prefix, sought{}, from, budget, each)
}

// walkPage is how many items a walk asks for at once.
const walkPage = 1000

// sought is what a walk wants of the items.
type sought struct {
	names      map[string]string
	projection string // of some attributes alone (see attributes); "": all
	filter     string // the table leaves out what does not fit; it looks at it all the same
	values     item   // of the filter
	first      int    // of how many items the first page is, if few are likely to be enough; each page after it is larger
	looked     *int   // where it is written at how many items the walk has looked; may be nil
}

// walkParts is walk with a wish.
func (s *Store) walkParts(ctx context.Context, pk func(shard int) string, prefix string, want sought,
	from survey.Cursor, budget int, each func(item, survey.ContactID) (bool, error),
) (*survey.Cursor, error) {
	page := min(cmp.Or(want.first, walkPage), walkPage)
	for ; from.Shard < from.Stop(); from = (survey.Cursor{Shard: from.Shard + 1, End: from.End}) {
		in := &dynamodb.QueryInput{
			TableName: &s.table, ConsistentRead: aws.Bool(true),
			KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :from AND :to"),
			ExpressionAttributeValues: item{
				":pk": str(pk(from.Shard)), ":to": str(prefix + "~"),
				":from": str(prefix + string(from.After) + "\""),
			},
		} // '"' sorts after "!", which ends a suppression's key
		in.ExpressionAttributeNames = want.names
		if want.projection != "" {
			in.ProjectionExpression = &want.projection
		}
		if want.filter != "" {
			in.FilterExpression = &want.filter
			maps.Copy(in.ExpressionAttributeValues, want.values)
		}
		if from.After == "" {
			in.ExpressionAttributeValues[":from"] = str(prefix + "!")
		}
		for {
			if budget <= 0 {
				return &from, nil
			}
			in.Limit = aws.Int32(int32(min(budget, page)))
			page = min(4*page, walkPage)
			out, err := s.db.Query(ctx, in)
			if err != nil {
				return nil, s.failed("walk", err)
			}
			idOf := func(it item) survey.ContactID {
				return survey.ContactID(strings.TrimSuffix(strings.TrimPrefix(text(it, "sk"), prefix), "!"))
			}
			budget -= int(out.ScannedCount)
			if want.looked != nil {
				*want.looked += int(out.ScannedCount)
			}
			for _, it := range out.Items {
				id := idOf(it)
				more, err := each(it, id)
				if err != nil {
					return nil, err
				}
				from.After = id
				if !more {
					return &from, nil
				}
			}
			if len(out.LastEvaluatedKey) == 0 {
				break
			}
			in.ExclusiveStartKey, from.After = out.LastEvaluatedKey, idOf(out.LastEvaluatedKey)
		}
	}
	return nil, nil
}

// pageBytes bounds what a page of texts adds up to: an answer through Lambda holds 6 MB, and JSON may double a text.
const pageBytes = 2 << 20

// ResponsesPage reads up to limit answers of a campaign, verified or not, from the cursor on; next is nil at the end.
func (s *Store) ResponsesPage(ctx context.Context, c survey.CampaignID, from survey.Cursor, limit int) (rs []survey.Response, next *survey.Cursor, err error) {
	size := 0
	next, err = s.walk(ctx, func(n int) string { return peoplePK(c, n) }, "RESPONSE#", from, limit, func(it item, _ survey.ContactID) (bool, error) {
		r, err := s.response(ctx, it)
		if err != nil {
			return false, err
		}
		rs = append(rs, r)
		size += len(r.Why) + len(r.Wish)
		return size < pageBytes, nil
	})
	return rs, next, err
}

// FindResponses reads up to limit answers of a campaign that fit, from the cursor on. It looks at no more than budget of
// them and says at how many it did, so that it may find few or none and yet have a next.
func (s *Store) FindResponses(ctx context.Context, c survey.CampaignID, from survey.Cursor, limit, budget int, fits func(survey.Response) bool) (rs []survey.Response, looked int, next *survey.Cursor, err error) {
	want := sought{first: 2 * limit}
	next, err = s.walkParts(ctx, func(n int) string { return peoplePK(c, n) }, "RESPONSE#", want, from, budget, func(it item, _ survey.ContactID) (bool, error) {
		looked++
		r, err := s.response(ctx, it)
		if err != nil {
			return false, err
		}
		if fits(r) {
			rs = append(rs, r)
		}
		return len(rs) < limit, nil
	})
	return rs, looked, next, err
}

// InvitationsPage reads up to limit decided invitations of a mailing from the cursor on, those in one state ("": in any).
// It looks at no more than budget of them, so that a page may hold few or none and yet have a next.
func (s *Store) InvitationsPage(ctx context.Context, c survey.CampaignID, mailing int, state survey.InvitationState, from survey.Cursor, limit, budget int) ([]survey.Invitation, *survey.Cursor, error) {
	is, _, next, err := s.FindInvitations(ctx, c, mailing, state, "", from, limit, budget, func(survey.Invitation) bool { return true })
	return is, next, err
}

// FindInvitations reads up to limit decided invitations of a mailing that fit, from the cursor on: those in a state and with a reason
// ("": in any, with any), which the table picks out. It looks at no more than budget of them and says at how many it did, so that it may
// find few or none and yet have a next.
func (s *Store) FindInvitations(ctx context.Context, c survey.CampaignID, mailing int, state survey.InvitationState, reason string, from survey.Cursor, limit, budget int,
	fits func(survey.Invitation) bool,
) (is []survey.Invitation, looked int, next *survey.Cursor, err error) {
	want := sought{first: 2 * limit, looked: &looked}
	if state != "" {
		want.names, want.filter, want.values = map[string]string{"#state": "state"}, "#state = :state", item{":state": str(string(state))}
		if reason != "" {
			want.names["#reason"], want.values[":reason"] = "reason", str(reason)
			want.filter += " AND #reason = :reason"
		}
	}
	next, err = s.walkParts(ctx, func(n int) string { return peoplePK(c, n) }, invitationKind(mailing)+"#", want, from, budget, func(it item, _ survey.ContactID) (bool, error) {
		if i := invitationOf(it); fits(i) {
			is = append(is, i)
		}
		return len(is) < limit, nil
	})
	return is, looked, next, err
}

// CasesPage reads up to limit cases of a campaign from the cursor on.
func (s *Store) CasesPage(ctx context.Context, c survey.CampaignID, from survey.Cursor, limit int) (cs []loop.Case, next *survey.Cursor, err error) {
	size := 0
	next, err = s.walk(ctx, func(n int) string { return peoplePK(c, n) }, "CASE#", from, limit, func(it item, _ survey.ContactID) (bool, error) {
		v, err := caseOf(it)
		cs = append(cs, v)
		size += len(text(it, "is")) + len(text(it, "case")) + len(text(it, "events"))
		return size < pageBytes, err
	})
	return cs, next, err
}

// SomeCases reads up to most cases of each of a campaign's shards, all shards at once; more reports whether there are others.
func (s *Store) SomeCases(ctx context.Context, c survey.CampaignID, limit int) (cs []loop.Case, more bool, err error) {
	var shards [survey.ContactShards][]loop.Case
	g, ctx := errgroup.WithContext(ctx)
	for n := range shards {
		g.Go(func() error {
			return s.pages(ctx, &dynamodb.QueryInput{
				TableName: &s.table, Limit: aws.Int32(int32(limit + 1)),
				KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :sk)"),
				ExpressionAttributeValues: item{":pk": str(peoplePK(c, n)), ":sk": str("CASE#")},
			}, func(it item) (bool, error) {
				v, err := caseOf(it)
				shards[n] = append(shards[n], v)
				return len(shards[n]) <= limit, err
			})
		})
	}
	err = g.Wait()
	for _, some := range shards {
		more = more || len(some) > limit
		cs = append(cs, some[:min(len(some), limit)]...)
	}
	return cs, more, err
}

// ContactsPage calls each for the contacts of an audience from the cursor on, with the reason why nobody may write to it,
// if any. It looks at no more than budget items, contacts and suppressions. The contacts come as WalkContacts gives them:
// without the person, who is most of what would be read.
func (s *Store) ContactsPage(ctx context.Context, a survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason)) (*survey.Cursor, error) {
	parts := map[int]goneSince{}
	read := func(ctx context.Context, it item) (survey.Contact, error) {
		c, err := s.plannedContact(ctx, it)
		if err != nil {
			return c, err
		}
		gone, known := parts[shard(c.ID)]
		if !known {
			if gone, err = s.goneIn(ctx, a, shard(c.ID)); err != nil {
				return c, err
			}
			parts[shard(c.ID)] = gone
		}
		c.Gone = gone.has(c)
		return c, nil
	}
	return s.contactsUntil(ctx, a, plannedNames, plannedParts, read, from, budget, func(c survey.Contact, stopped survey.SuppressionReason) bool {
		c.Audience = a
		each(c, stopped)
		return true
	})
}

// ContactsUntil is ContactsPage with whole contacts, and ends once each returns false: the cursor then goes on behind that contact.
func (s *Store) ContactsUntil(ctx context.Context, a survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason) bool) (*survey.Cursor, error) {
	return s.contactsUntil(ctx, a, nil, "", s.contactOf, from, budget, each)
}

func (s *Store) contactsUntil(ctx context.Context, a survey.Audience, names map[string]string, projection string, read func(context.Context, item) (survey.Contact, error),
	from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason) bool,
) (*survey.Cursor, error) {
	var held *survey.Contact // a contact waits for the item after it, which may be its suppression
	var enough *survey.Cursor
	flush := func(reason survey.SuppressionReason) bool {
		if held != nil && enough == nil && !each(*held, reason) {
			enough = &survey.Cursor{Shard: shard(held.ID), After: held.ID, End: from.End}
		}
		held = nil
		return enough == nil
	}
	next, err := s.walkParts(ctx, func(n int) string { return contactsPK(a, n) }, "", sought{names: names, projection: projection}, from, budget, func(it item, id survey.ContactID) (bool, error) {
		if strings.HasSuffix(text(it, "sk"), "!") {
			if held != nil && held.ID == id {
				return flush(survey.SuppressionReason(text(it, "reason"))), nil
			}
			return true, nil // without a contact: an address stopped before it was ever uploaded to this audience
		}
		if !flush("") {
			return false, nil
		}
		c, err := read(ctx, it)
		held = &c
		return true, err
	})
	if err == nil && enough == nil && next != nil && held != nil { // the page ends between the two
		_, stopped, err := s.Recipients(ctx, a, []survey.ContactID{held.ID})
		if err != nil {
			return nil, err
		}
		flush(stopped[held.ID])
	}
	flush("")
	if enough != nil {
		next = enough
	}
	return next, err
}
