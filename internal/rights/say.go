package rights

import (
	"context"
	"errors"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Keeping is what is said of how long data are kept, and how far the deleting is.
type Keeping struct {
	Rules survey.Retention
	Said  bool // somebody has said it; otherwise Rules are what is proposed, and nothing is deleted by its age
	On    bool
	Run   survey.RetentionRun // Version 0: nothing has been counted yet
	// Counted reports whether Run says what would be deleted by Rules.
	Counted bool
	Version int // of what is said
}

// Kept reads what is said of how long data are kept.
func (r *Retention) Kept(ctx context.Context) (k Keeping, err error) {
	p, err := r.Store.Privacy(ctx)
	if err != nil {
		return k, err
	}
	k = Keeping{Rules: p.Retention, Said: p.Retention != survey.Retention{}, On: p.On, Version: p.Version}
	if !k.Said {
		k.Rules = survey.ProposedRetention
	}
	k.Run, err = r.Store.RetentionRun(ctx)
	k.Counted = k.Said && k.Run.Rules == k.Rules && k.Run.Stage != survey.RetentionCounting && k.Run.Version > 0
	return k, err
}

// Say changes for how long data are kept, if nobody else did since version. What goes by other rules has to be
// seen before it is switched on again. Problems: months_range, changed_meanwhile.
func (r *Retention) Say(ctx context.Context, rules survey.Retention, version int) error {
	p, err := r.Store.Privacy(ctx)
	if err != nil {
		return err
	}
	if p.Version != version {
		return changed()
	}
	if p.Retention == rules {
		return nil
	}
	p.Retention, p.On = rules, false
	if err := p.Check(); err != nil {
		return err
	}
	return r.put(ctx, p)
}

func (r *Retention) put(ctx context.Context, p survey.Privacy) error {
	err := r.Store.PutPrivacy(ctx, p)
	if errors.Is(err, apperr.ErrChanged) {
		return changed()
	}
	return err
}

func changed() error { return apperr.New(apperr.Conflict, "changed_meanwhile", "version") }

// Switch switches the deleting on or off. On is for who has seen what would go: counted is the version of the run that was shown. Problem:
// retention_unseen, where it is not what would be deleted now.
func (r *Retention) Switch(ctx context.Context, on bool, counted int) error {
	k, err := r.Kept(ctx)
	if err != nil {
		return err
	}
	if on && (!k.Counted || k.Run.Version != counted || k.Run.Stage != survey.RetentionAnnounced) {
		return apperr.New(apperr.Conflict, "retention_unseen", "")
	}
	p, err := r.Store.Privacy(ctx)
	if err != nil || p.On == on {
		return err
	}
	if on && p.Retention != k.Rules {
		return apperr.New(apperr.Conflict, "retention_unseen", "")
	}
	p.On = on
	return r.put(ctx, p)
}
