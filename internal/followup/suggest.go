package followup

import (
	"context"
	"slices"
	"strings"

	"onetap/internal/insight/themes"
	"onetap/internal/loop"
)

// Suggested is a cause that goes with what the customer wrote.
type Suggested struct {
	Cause  loop.Cause
	Themes []themes.Theme // that the words speak of, whose cause it is
}

// Suggest lists the causes that a comment's themes go with, of those that the company offers, in the order of the dictionary. They are offered first, and
// never chosen by themselves.
func (c *Cases) Suggest(ctx context.Context, offered []loop.Cause, words string) (all []Suggested, err error) {
	if strings.TrimSpace(words) == "" {
		return nil, nil
	}
	found, err := c.speaks.Of(ctx, c.Store, words)
	for _, t := range found {
		cause := loop.Cause(t.Cause)
		if !slices.Contains(offered, cause) {
			continue
		}
		i := slices.IndexFunc(all, func(s Suggested) bool { return s.Cause == cause })
		if i < 0 {
			i = len(all)
			all = append(all, Suggested{Cause: cause})
		}
		all[i].Themes = append(all[i].Themes, t)
	}
	return all, err
}
