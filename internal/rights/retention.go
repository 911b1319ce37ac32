package rights

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// RetentionStore is what deleting by age needs of the table.
type RetentionStore interface {
	// Privacy reads what the company has said; version 0 before it has said anything.
	Privacy(ctx context.Context) (survey.Privacy, error)
	// PutPrivacy is a compare-and-swap by the version that was read; apperr.ErrChanged.
	PutPrivacy(ctx context.Context, p survey.Privacy) error
	// RetentionRun reads how far the deleting is; version 0: there was none.
	RetentionRun(ctx context.Context) (survey.RetentionRun, error)
	// SaveRetentionRun is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveRetentionRun(ctx context.Context, r survey.RetentionRun) (survey.RetentionRun, error)
	// Campaigns lists an audience's campaigns.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// WalkResponses calls each for every answer of a shard of a campaign, until it returns false.
	WalkResponses(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error
	// OpenCases tells which of some contacts have a case in one of the campaigns that is not resolved.
	OpenCases(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]bool, error)
	// DropWords deletes an answer's words; apperr.ErrChanged: it is another by now.
	DropWords(ctx context.Context, r survey.Response) error
	// WordsOf and DropAllWords read and delete what employees wrote whose box was opened.
	WordsOf(ctx context.Context, c survey.CampaignID) ([]survey.Words, error)
	DropAllWords(ctx context.Context, c survey.CampaignID) error
	// Cases lists a campaign's cases.
	Cases(ctx context.Context, campaign survey.CampaignID) ([]loop.Case, error)
	// EraseCase deletes a case with its notes.
	EraseCase(ctx context.Context, c survey.CampaignID, id survey.ContactID) (cases, notes int, err error)
	// CampaignItems lists a campaign's ideas, questions and leads, DropItem deletes one.
	CampaignItems(ctx context.Context, c survey.CampaignID) ([]loop.Item, error)
	DropItem(ctx context.Context, i loop.Item) error
	// DropAudit deletes a day's entries of the audit list that drop says are to go.
	DropAudit(ctx context.Context, day time.Time, drop func(authz.AuditEntry) bool) (int, error)
	// AddAudit writes down that it was done.
	AddAudit(ctx context.Context, d authz.AuditEntry) error
	goneStore
}

// Retention deletes what is older than the company keeps it: first it counts, then what was counted is shown, for a fortnight at least, then
// it is deleted if an administrator has switched that on, and the month after again. It never touches a figure.
type Retention struct {
	Store RetentionStore
	Now   func() time.Time
}

// Run goes on with it until ctx is over, in steps that are written down. It is the clock's.
func (r *Retention) Run(ctx context.Context) error {
	if err := r.compareWhole(ctx); err != nil {
		return err
	}
	p, err := r.Store.Privacy(ctx)
	if err != nil || p.Retention == (survey.Retention{}) {
		return err
	}
	run, err := r.Store.RetentionRun(ctx)
	if err != nil {
		return err
	}
	now := r.Now().UTC()
	due := run.Stage == survey.RetentionAnnounced && !now.Before(run.Due)
	switch {
	case run.Version == 0 || run.Rules != p.Retention, // what was shown does not hold any more
		run.Stage == survey.RetentionDeleting && !p.On,
		due && !p.On: // nobody said that it may be: the next month's is counted
		if run, err = r.Store.SaveRetentionRun(ctx, run.Next(p.Retention, dueAfter(now.Add(survey.RetentionNotice)), nil)); err != nil {
			return unlessChanged(err)
		}
	case due:
		run.Stage, run.At, run.Deleted = survey.RetentionDeleting, "", survey.RetentionSum{}
	}
	for run.Stage != survey.RetentionAnnounced && ctx.Err() == nil {
		if run, err = r.step(ctx, run); err != nil {
			return unlessChanged(err)
		}
	}
	return nil
}

func unlessChanged(err error) error {
	if errors.Is(err, apperr.ErrChanged) { // another clock is at it
		return nil
	}
	return err
}

// dueAfter is the first third of a month after a time, by day.
func dueAfter(t time.Time) time.Time {
	due := time.Date(t.Year(), t.Month(), 3, 0, 0, 0, 0, time.UTC)
	if due.Before(t) {
		due = time.Date(t.Year(), t.Month()+1, 3, 0, 0, 0, 0, time.UTC)
	}
	return due
}

// step looks at one shard of a campaign, a campaign's cases, some contacts that are gone, or a month of the audit list.
func (r *Retention) step(ctx context.Context, run survey.RetentionRun) (survey.RetentionRun, error) {
	sum := &run.Counted
	if run.Stage == survey.RetentionDeleting {
		sum = &run.Deleted
	}
	next, err := r.piece(ctx, run, sum)
	if err != nil {
		return run, err
	}
	if run.At = next; next != "" {
		return r.Store.SaveRetentionRun(ctx, run)
	}
	if run.Stage == survey.RetentionCounting {
		run.Stage = survey.RetentionAnnounced
		return r.Store.SaveRetentionRun(ctx, run)
	}
	now := r.Now().UTC()
	if err := r.Store.AddAudit(ctx, authz.AuditEntry{Who: authz.Clock, Action: "retention", At: now}); err != nil {
		return run, err
	}
	return r.Store.SaveRetentionRun(ctx, run.Next(run.Rules, dueAfter(run.Due.AddDate(0, 0, 1)), &survey.RetentionDone{At: now, Sum: run.Deleted}))
}

// The parts of the walk come in this order: campaigns, "<campaign>/<shard>"; contacts, "gone/<n>"; the audit list, "audit/<day>".
const (
	gonePart  = "gone/"
	auditPart = "audit/"
)

func (r *Retention) piece(ctx context.Context, run survey.RetentionRun, sum *survey.RetentionSum) (next string, err error) {
	if day, ok := strings.CutPrefix(run.At, auditPart); ok {
		return r.audit(ctx, run, day, sum)
	}
	if n, ok := strings.CutPrefix(run.At, gonePart); ok {
		return r.gone(ctx, run, n, sum)
	}
	id, at, _ := strings.Cut(run.At, "/")
	shard, _ := strconv.Atoi(at)
	campaigns, err := r.old(ctx, run)
	if err != nil {
		return "", err
	}
	n := slices.IndexFunc(campaigns, func(c survey.Campaign) bool { return string(c.ID) >= id })
	if n < 0 {
		return gonePart, nil
	}
	c := campaigns[n]
	if string(c.ID) != id {
		shard = 0
	}
	if shard < survey.ContactShards {
		return string(c.ID) + "/" + strconv.Itoa(shard+1), r.words(ctx, run, c.ID, shard, sum)
	}
	if err := r.boxWords(ctx, run, c, sum); err != nil {
		return "", err
	}
	if err := r.cases(ctx, run, c.ID, sum); err != nil || n+1 == len(campaigns) {
		return gonePart, err
	}
	return string(campaigns[n+1].ID) + "/0", nil
}

// old are the campaigns that may have something of such an age, in the order of their ids.
func (r *Retention) old(ctx context.Context, run survey.RetentionRun) (found []survey.Campaign, err error) {
	for _, a := range survey.Audiences {
		all, err := r.Store.Campaigns(ctx, a, allCampaigns)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			if !c.Launched.IsZero() && (c.Launched.Before(run.Before(run.Rules.Comments)) || c.Launched.Before(run.Before(run.Rules.Cases))) {
				found = append(found, c)
			}
		}
	}
	slices.SortFunc(found, func(a, b survey.Campaign) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return found, nil
}

// words are those of the answers of a shard. Whoever has to call a customer needs what the customer wrote: while the case of an answer is
// open, its words stay.
func (r *Retention) words(ctx context.Context, run survey.RetentionRun, c survey.CampaignID, shard int, sum *survey.RetentionSum) error {
	before := run.Before(run.Rules.Comments)
	if before.IsZero() {
		return nil
	}
	var old []survey.Response
	err := r.Store.WalkResponses(ctx, c, shard, "", func(s survey.Response) (bool, error) {
		if s.HasWords() && s.Updated.Before(before) {
			old = append(old, s)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(old, atOnce) {
		ids := make([]survey.ContactID, len(some))
		for n, s := range some {
			ids[n] = s.Contact
		}
		open, err := r.Store.OpenCases(ctx, []survey.CampaignID{c}, ids)
		if err != nil {
			return err
		}
		for _, s := range some {
			if open[s.Contact] {
				continue
			}
			if run.Stage == survey.RetentionDeleting {
				if err := r.Store.DropWords(ctx, s); errors.Is(err, apperr.ErrChanged) { // it is younger now
					continue
				} else if err != nil {
					return err
				}
			}
			sum.Comments++
		}
	}
	return nil
}

// boxWords are those of employees: nobody knows when each was written, so all go together, by the end of their campaign.
func (r *Retention) boxWords(ctx context.Context, run survey.RetentionRun, c survey.Campaign, sum *survey.RetentionSum) error {
	if c.Ended.IsZero() || !c.Ended.Before(run.Before(run.Rules.Comments)) {
		return nil
	}
	all, err := r.Store.WordsOf(ctx, c.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	if run.Stage == survey.RetentionDeleting {
		if err := r.Store.DropAllWords(ctx, c.ID); err != nil {
			return err
		}
	}
	sum.Comments += len(all)
	return nil
}

func (r *Retention) cases(ctx context.Context, run survey.RetentionRun, c survey.CampaignID, sum *survey.RetentionSum) error {
	before := run.Before(run.Rules.Cases)
	if before.IsZero() {
		return nil
	}
	all, err := r.Store.Cases(ctx, c)
	if err != nil {
		return err
	}
	for _, v := range all {
		last := v.Opened
		if n := len(v.History); n > 0 && v.History[n-1].At.After(last) {
			last = v.History[n-1].At
		}
		if !v.Over() || !last.Before(before) {
			continue
		}
		if run.Stage == survey.RetentionDeleting {
			if _, _, err := r.Store.EraseCase(ctx, c, v.Contact); err != nil {
				return err
			}
		}
		sum.Cases++
	}
	items, err := r.Store.CampaignItems(ctx, c)
	if err != nil {
		return err
	}
	for _, i := range items { // what was passed on is kept as long as a case
		if i.Waits() || !i.Ended.Before(before) {
			continue
		}
		if run.Stage == survey.RetentionDeleting {
			if err := r.Store.DropItem(ctx, i); err != nil {
				return err
			}
		}
		sum.Cases++
	}
	return nil
}

// auditDaysOfStep is how many days of the audit list one step looks at.
const auditDaysOfStep = 31

// audit deletes entries of some days, the oldest that there can be first.
func (r *Retention) audit(ctx context.Context, run survey.RetentionRun, day string, sum *survey.RetentionSum) (next string, err error) {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		from = run.Due.Add(-auditKept).AddDate(0, 0, -3).Truncate(24 * time.Hour) // DynamoDB takes its time to delete
	}
	all, signIns := run.Before(run.Rules.Audit), run.Before(run.Rules.SignIns)
	last := all
	if signIns.After(all) {
		last = signIns
	}
	for n := range auditDaysOfStep {
		at := from.AddDate(0, 0, n)
		if !at.Before(last) {
			return "", nil
		}
		found := 0
		_, err := r.Store.DropAudit(ctx, at, func(e authz.AuditEntry) bool {
			old := e.At.Before(all) || e.Action == "sign-in" && e.At.Before(signIns)
			if old {
				found++
			}
			return old && run.Stage == survey.RetentionDeleting
		})
		if err != nil {
			return "", err
		}
		sum.Audit += found
	}
	return cmp.Or(auditPart+from.AddDate(0, 0, auditDaysOfStep).Format(time.DateOnly), ""), nil
}
