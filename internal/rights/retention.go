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
	// RetentionRun reads how far the deleting is; version 0: there was none.
	RetentionRun(ctx context.Context) (survey.RetentionRun, error)
	// SaveRetentionRun is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveRetentionRun(ctx context.Context, r survey.RetentionRun) (survey.RetentionRun, error)
	// Campaigns lists an audience's campaigns.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// WalkResponses calls each for every answer of a shard of a campaign, until it returns false.
	WalkResponses(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error
	// DropWords deletes an answer's words; apperr.ErrChanged: it is another by now.
	DropWords(ctx context.Context, r survey.Response) error
	// Cases lists a campaign's cases.
	Cases(ctx context.Context, campaign survey.CampaignID) ([]loop.Case, error)
	// EraseCase deletes a case with its notes.
	EraseCase(ctx context.Context, c survey.CampaignID, id survey.ContactID) (cases, notes int, err error)
	// AuditObjects and DropAudit read and delete a day's entries of the audit list.
	DropAudit(ctx context.Context, day time.Time, drop func(authz.AuditEntry) bool) (int, error)
}

// Retention deletes what is older than the company keeps it: first it counts, then what was counted is shown for a fortnight, then it is
// deleted, and the month after again. It never touches a figure.
type Retention struct {
	Store RetentionStore
	Now   func() time.Time
}

// Run goes on with it until ctx is over, in steps that are written down. It is the clock's.
func (r *Retention) Run(ctx context.Context) error {
	p, err := r.Store.Privacy(ctx)
	if err != nil || p.Version == 0 {
		return err
	}
	run, err := r.Store.RetentionRun(ctx)
	if err != nil {
		return err
	}
	now := r.Now().UTC()
	if run.Version == 0 || run.Rules != p.Retention { // other rules: what was shown does not hold any more
		run = survey.RetentionRun{Rules: p.Retention, Due: dueAfter(now.Add(survey.RetentionNotice)), Stage: survey.RetentionCounting, Version: run.Version, Last: run.Last, LastSum: run.LastSum}
		if run, err = r.Store.SaveRetentionRun(ctx, run); err != nil {
			return unlessChanged(err)
		}
	}
	if run.Stage == survey.RetentionAnnounced && !now.Before(run.Due) {
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

// step looks at one shard of a campaign, a campaign's cases, or a month of the audit list.
func (r *Retention) step(ctx context.Context, run survey.RetentionRun) (survey.RetentionRun, error) {
	sum := &run.Counted
	if run.Stage == survey.RetentionDeleting {
		sum = &run.Deleted
	}
	next, err := r.piece(ctx, run, sum)
	if err != nil {
		return run, err
	}
	if run.At = next; next == "" {
		switch run.Stage {
		case survey.RetentionCounting:
			run.Stage = survey.RetentionAnnounced
		default:
			run = survey.RetentionRun{Rules: run.Rules, Due: dueAfter(run.Due.AddDate(0, 0, 1)), Stage: survey.RetentionCounting, Version: run.Version, Last: r.Now().UTC(), LastSum: run.Deleted}
		}
	}
	return r.Store.SaveRetentionRun(ctx, run)
}

const auditPart = "audit/"

func (r *Retention) piece(ctx context.Context, run survey.RetentionRun, sum *survey.RetentionSum) (next string, err error) {
	if day, ok := strings.CutPrefix(run.At, auditPart); ok {
		return r.audit(ctx, run, day, sum)
	}
	id, at, _ := strings.Cut(run.At, "/")
	shard, _ := strconv.Atoi(at)
	campaigns, err := r.old(ctx, run)
	if err != nil {
		return "", err
	}
	n := slices.IndexFunc(campaigns, func(c survey.CampaignID) bool { return string(c) >= id })
	if n < 0 {
		return auditPart, nil
	}
	c := campaigns[n]
	if string(c) != id {
		shard = 0
	}
	if shard < survey.ContactShards {
		return string(c) + "/" + strconv.Itoa(shard+1), r.words(ctx, run, c, shard, sum)
	}
	if err := r.cases(ctx, run, c, sum); err != nil || n+1 == len(campaigns) {
		return auditPart, err
	}
	return string(campaigns[n+1]) + "/0", nil
}

// old are the campaigns that may have something of such an age, in the order of their ids.
func (r *Retention) old(ctx context.Context, run survey.RetentionRun) (ids []survey.CampaignID, err error) {
	for _, a := range survey.Audiences {
		all, err := r.Store.Campaigns(ctx, a, allCampaigns)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			if !c.Launched.IsZero() && (c.Launched.Before(run.Before(run.Rules.Comments)) || c.Launched.Before(run.Before(run.Rules.Cases))) {
				ids = append(ids, c.ID)
			}
		}
	}
	slices.Sort(ids)
	return ids, nil
}

func (r *Retention) words(ctx context.Context, run survey.RetentionRun, c survey.CampaignID, shard int, sum *survey.RetentionSum) error {
	before := run.Before(run.Rules.Comments)
	return r.Store.WalkResponses(ctx, c, shard, "", func(s survey.Response) (bool, error) {
		if s.Why+s.Wish == "" || !s.Updated.Before(before) {
			return true, nil
		}
		if run.Stage == survey.RetentionDeleting {
			if err := r.Store.DropWords(ctx, s); errors.Is(err, apperr.ErrChanged) { // it is younger now
				return true, nil
			} else if err != nil {
				return false, err
			}
		}
		sum.Comments++
		return true, nil
	})
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
		if v.State != loop.Resolved || !last.Before(before) {
			continue
		}
		if run.Stage == survey.RetentionDeleting {
			if _, _, err := r.Store.EraseCase(ctx, c, v.Contact); err != nil {
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
