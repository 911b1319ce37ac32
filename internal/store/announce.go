package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/loop"
)

// overdueAtOnce is how many announcements an item has; each has some 400 bytes.
const overdueAtOnce = 200

// overdue is an announcement as it waits in an item.
type overdue struct {
	At   time.Time         `json:"at"`
	Told loop.Announcement `json:"told"`
}

// AnnounceOverdue puts what is overdue on a morning where the stream tells of it. Again changes nothing, or tells of it once more.
func (s *Store) AnnounceOverdue(ctx context.Context, m loop.Morning, all []loop.Announcement, now time.Time) error {
	page := 0
	for some := range slices.Chunk(all, overdueAtOnce) {
		var kept []overdue
		for _, a := range some {
			kept = append(kept, overdue{a.At, a})
		}
		it := overdueKey(m, page).item()
		it["overdue"], it["ttl"] = asJSON(kept), num(now.Add(letterLife).Unix())
		if err := s.put(ctx, it, "", nil); err != nil {
			return fmt.Errorf("announce what is overdue: %w", err)
		}
		page++
	}
	return nil
}

// AnnouncementsOf reads what a stream record tells of cases; none of one that is of no case, or the system's own bookkeeping.
func AnnouncementsOf(r events.DynamoDBEventRecord) (all []loop.Announcement, err error) {
	if strings.HasPrefix(streamText(r.Change.Keys, "sk"), overduePrefix) {
		if len(r.Change.NewImage) == 0 {
			return nil, nil
		}
		it, err := streamItem(r.Change.NewImage)
		if err != nil {
			return nil, err
		}
		var kept []overdue
		if err := fromJSON(it, "overdue", &kept); err != nil {
			return nil, err
		}
		for _, k := range kept {
			k.Told.Type, k.Told.At = loop.CaseOverdue, k.At
			all = append(all, k.Told)
		}
		return all, nil
	}
	c, ok, err := CaseChangeOf(r)
	if err != nil || !ok {
		return nil, err
	}
	if a, ok := c.Announce(); ok {
		all = append(all, a)
	}
	return all, nil
}
