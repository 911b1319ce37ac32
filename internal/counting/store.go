package counting

import (
	"context"
	"encoding/json"
	"time"

	"onetap/internal/survey"
)

// CounterStore is what counting the stream's changes needs of the table.
type CounterStore interface {
	CountWriter
	ClockReader

	// Marks reads, consistently, the markers of items; those that were never counted are absent.
	Marks(ctx context.Context, keys []survey.ItemKey) (map[survey.ItemKey]json.RawMessage, error)
}

// ClockReader reads campaigns' clocks.
type ClockReader interface {
	// Clocks are the time zones in which campaigns' weeks and days are; those that are gone are absent.
	Clocks(ctx context.Context, ids []survey.CampaignID) (map[survey.CampaignID]*time.Location, error)
}

// CountWriter writes what is counted.
type CountWriter interface {
	// AddCounts writes the counts' markers and figures in one transaction. It takes as many of the counts, from the first on,
	// as fit one and returns how many those were. apperr.ErrChanged means that nothing was written because a marker was not
	// as believed; stale then says, for each that was taken, whether it is its. shard picks the copy of the figures
	// that is added to; a few that follow one another are different copies, so that their transactions do not meet.
	AddCounts(ctx context.Context, counts []survey.ItemCount, shard int) (taken int, stale []bool, err error)
}

// RecounterStore is what the night's recount needs of the table. All reads are consistent.
type RecounterStore interface {
	CountWriter
	ClockReader
	CampaignLister
	CaseRecountStore

	// SeeRecount reads how far a recount is; the zero version means that there is none.
	SeeRecount(ctx context.Context, scope string) (survey.Recount, error)
	// SaveRecount is a compare-and-swap by the version that was read, and returns the recount with the next one. Where
	// somebody was faster nothing is written, and it returns apperr.ErrChanged.
	SaveRecount(ctx context.Context, r survey.Recount) (survey.Recount, error)
	// SaveStep keeps what a step found under a name of its own: another clock may be doing the same step, and only what the
	// recount names counts.
	SaveStep(ctx context.Context, scope, name string, sum survey.Deltas) error
	// Steps adds up what the steps of a recount found.
	Steps(ctx context.Context, r survey.Recount) (survey.Deltas, error)
	// ForgetSteps deletes what steps found. A recount that needs it must have been moved on before.
	ForgetSteps(ctx context.Context, scope string) error

	// WalkCounted calls each for everything that counts in one step (below survey.RecountSteps) of a campaign.
	WalkCounted(ctx context.Context, c survey.CampaignID, step int, each func(survey.CountedItem) error) error
	// Tallies reads every figure of a scope.
	Tallies(ctx context.Context, scope string) (map[survey.TallyKey]survey.Counts, error)
	// TalliesOf reads the figures of one kind of a scope.
	TalliesOf(ctx context.Context, scope, kind string) (map[survey.TallyKey]survey.Counts, error)
	// Repair adds to figures what a recount found missing, if the recount still is as read, which it moves on; otherwise
	// apperr.ErrChanged. It may take several transactions: after an error some may be written.
	Repair(ctx context.Context, d survey.Deltas, r survey.Recount) (survey.Recount, error)
}

// CampaignLister lists campaigns.
type CampaignLister interface {
	// Campaigns lists an audience's campaigns, newest first, at most limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
}
