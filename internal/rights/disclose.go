package rights

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// Disclosure is what respondents read of what is kept of them: it is written here, so that the function that shows it only reads a page.
type Disclosure struct{ Store DisclosureStore }

// DisclosureStore is what that needs of the table.
type DisclosureStore interface {
	Privacy(ctx context.Context) (survey.Privacy, error)
	// PutPrivacy is a compare-and-swap by the version that was read; apperr.ErrChanged.
	PutPrivacy(ctx context.Context, p survey.Privacy) error
	Settings(ctx context.Context) (survey.Settings, error)
	// DisclosedSum is the sum under which pages were written last; "": none were.
	DisclosedSum(ctx context.Context) (string, error)
	// PutDisclosed writes pages, and then their sum.
	PutDisclosed(ctx context.Context, pages []survey.Disclosed, sum string) error
}

// Said reads what the company has said: who answers for the data, purposes and grounds.
func (d *Disclosure) Said(ctx context.Context) (survey.Privacy, error) { return d.Store.Privacy(ctx) }

// Say changes that, if nobody else did since version. The pages follow at once, or with the clock. Problems: ground_too_long,
// ground_unknown, changed_meanwhile.
func (d *Disclosure) Say(ctx context.Context, controller string, grounds map[survey.Audience]survey.Ground, version int) error {
	p, err := d.Store.Privacy(ctx)
	if err != nil {
		return err
	}
	if p.Version != version {
		return changed()
	}
	p.Controller, p.Grounds = controller, grounds
	if err := p.Check(); err != nil {
		return err
	}
	if err := d.Store.PutPrivacy(ctx, p); errors.Is(err, apperr.ErrChanged) {
		return changed()
	} else if err != nil {
		return err
	}
	if err := d.Run(ctx); err != nil {
		slog.WarnContext(ctx, "the pages for respondents are left to the clock", "error", err)
	}
	return nil
}

// Run writes the pages anew where the company has said something else, or a release has other words. It is the clock's.
func (d *Disclosure) Run(ctx context.Context) error {
	p, err := d.Store.Privacy(ctx)
	if err != nil {
		return err
	}
	s, err := d.Store.Settings(ctx)
	if err != nil {
		return err
	}
	var pages []survey.Disclosed
	for _, a := range survey.Audiences {
		for _, l := range lang.All() {
			pages = append(pages, survey.Disclosed{Audience: a, Language: string(l), Sections: wording.Disclosed(l, a, p, s)})
		}
	}
	b, err := json.Marshal(pages)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(b)
	sum := base64.RawStdEncoding.EncodeToString(hash[:12])
	if was, err := d.Store.DisclosedSum(ctx); err != nil || was == sum {
		return err
	}
	return d.Store.PutDisclosed(ctx, pages, sum)
}
