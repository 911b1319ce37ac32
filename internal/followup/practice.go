package followup

import (
	"context"
	"errors"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/loop"
)

// Causes reads the causes that the company counts.
func (c *Cases) Causes(ctx context.Context) (loop.Causes, error) {
	p, err := c.Store.Practice(ctx)
	return p.Causes, err
}

// Practice reads how the company follows up.
func (c *Cases) Practice(ctx context.Context) (loop.Practice, error) { return c.Store.Practice(ctx) }

// ChangePractice stores how an administrator wants cases followed up, with the causes as said, unless somebody else has changed it since
// they had the version: then it returns apperr.ErrChanged with what is stored. Problems: those of loop.Causes.Change and loop.Practice.Check.
func (c *Cases) ChangePractice(ctx context.Context, p loop.Practice, said []loop.CauseChange) (loop.Practice, error) {
	stored, err := c.Store.Practice(ctx)
	if err != nil {
		return stored, err
	}
	if stored.Version != p.Version {
		return stored, apperr.ErrChanged
	}
	if p.Causes, err = stored.Causes.Change(said); err == nil {
		err = p.Check()
	}
	if err != nil {
		return stored, err
	}
	saved, err := c.Store.PutPractice(ctx, p)
	if !errors.Is(err, apperr.ErrChanged) {
		return saved, err
	}
	if stored, err = c.Store.Practice(ctx); err != nil {
		return stored, err
	}
	return stored, apperr.ErrChanged
}

// CauseName is how a cause is called in a language: as the company calls it, there or in another language, else by its own name.
func CauseName(l lang.Language, all loop.Causes, id loop.Cause) string {
	k, _ := all.Kind(id)
	if name := k.Names[string(l)]; name != "" {
		return name
	}
	if text := "case.cause." + string(id); id.Standard() && l.Has(text) {
		return l.T(text)
	}
	for _, other := range lang.All() {
		if name := k.Names[string(other)]; name != "" {
			return name
		}
	}
	return string(id)
}

// CauseNames are those of several causes, as one text.
func CauseNames(l lang.Language, all loop.Causes, ids []loop.Cause) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = CauseName(l, all, id)
	}
	return strings.Join(names, "; ")
}
