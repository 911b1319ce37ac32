package store

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"onetap/internal/authz"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"
)

// auditLife is how long it is known who did what. DynamoDB deletes the items within two days after that.
const auditLife = 2 * 365 * 24 * time.Hour

// auditDays is how many days back one call looks for entries.
const auditDays = 30

// AddAudit writes who did what; the id is made here.
func (s *Store) AddAudit(ctx context.Context, d authz.AuditEntry) error {
	d.ID = stamp(d.At) + "#" + rand.Text()[:12]
	it := auditKey(d.At, d.ID).item()
	it["gsi1pk"], it["gsi1sk"] = str(auditorPK(d.Auditor(), d.At)), str(d.ID)
	it["who"], it["action"], it["ttl"] = str(d.Who), str(d.Action), num(d.At.Add(auditLife).Unix())
	if d.Token {
		it["token"] = yes(true)
	}
	set(it, "object", d.Object)
	return s.put(ctx, it, "", nil)
}

func auditEntryOf(it item) authz.AuditEntry {
	id := text(it, "sk")
	at, _ := time.Parse("2006-01-02T15:04:05.000Z", id[:min(24, len(id))])
	return authz.AuditEntry{ID: id, Who: text(it, "who"), Token: truth(it, "token"), Action: text(it, "action"), Object: text(it, "object"), At: at}
}

// Audit lists the newest entries before an id or a time ("": now), newest first, at most limit, of the last auditDays days
// before that. next is where to go on, "" when two years are through.
func (s *Store) Audit(ctx context.Context, before string, limit int, now time.Time) (all []authz.AuditEntry, next string, err error) {
	from, before := auditFrom(before, now)
	for n := range auditDays {
		day := from.AddDate(0, 0, -n)
		shards := make([][]authz.AuditEntry, auditShards)
		g, ctx := errgroup.WithContext(ctx)
		for i := range auditShards {
			g.Go(func() (err error) {
				shards[i], err = s.auditEntries(ctx, "", "pk", auditPK(day, i), "sk", before, limit)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return nil, "", err
		}
		some := slices.Concat(shards...)
		slices.SortFunc(some, func(a, b authz.AuditEntry) int { return strings.Compare(b.ID, a.ID) })
		if all = append(all, some...); len(all) >= limit {
			return all[:limit], all[limit-1].ID, nil
		}
	}
	return all, earlier(from.AddDate(0, 0, 1-auditDays), now), nil
}

// AuditOf is Audit of one person, or of one token.
func (s *Store) AuditOf(ctx context.Context, who string, token bool, before string, limit int, now time.Time) (all []authz.AuditEntry, next string, err error) {
	from, before := auditFrom(before, now)
	month := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
	for range 6 {
		some, err := s.auditEntries(ctx, "gsi1", "gsi1pk", auditorPK(authz.AuditEntry{Who: who, Token: token}.Auditor(), month), "gsi1sk", before, limit-len(all))
		if err != nil {
			return nil, "", err
		}
		if all = append(all, some...); len(all) >= limit {
			return all, all[limit-1].ID, nil
		}
		month = month.AddDate(0, -1, 0)
	}
	return all, earlier(month.AddDate(0, 1, 0), now), nil
}

// auditFrom is the day on which a list begins, and the bound of its ids.
func auditFrom(before string, now time.Time) (time.Time, string) {
	if at, err := time.Parse("2006-01-02T15:04:05.000Z", before[:min(24, len(before))]); err == nil && at.Before(now) {
		return at.UTC(), before
	}
	return now.UTC(), stamp(now.Add(time.Minute))
}

// earlier is where a list goes on before a day, unless nothing is kept for so long.
func earlier(day, now time.Time) string {
	if now.Sub(day) > auditLife {
		return ""
	}
	return stamp(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC))
}

func (s *Store) auditEntries(ctx context.Context, index, pkName, pk, skName, before string, limit int) (all []authz.AuditEntry, err error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(limit)),
		KeyConditionExpression:    aws.String(pkName + " = :pk AND " + skName + " < :before"),
		ExpressionAttributeValues: item{":pk": str(pk), ":before": str(before)},
	}
	if index != "" {
		in.IndexName = &index
	}
	err = s.pages(ctx, in, func(it item) (bool, error) {
		all = append(all, auditEntryOf(it))
		return len(all) < limit, nil
	})
	return all, err
}
