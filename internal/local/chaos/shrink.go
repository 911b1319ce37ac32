package chaos

import (
	"context"
	"slices"
)

// shrink looks for a shorter history that breaks a promise too: it leaves out halves, quarters and single ones of the
// faults and of the steps, as long as that still fails. Timing differs from run to run, so a history which passes once
// is not proof that what was left out is needed; each is given two chances.
func shrink(ctx context.Context, cfg Config, h History) (History, string) {
	cfg.Keep, cfg.Verbose = false, false
	budget := cfg.Shrink
	why := ""
	fails := func(h History) bool {
		for range 2 {
			if budget == 0 || ctx.Err() != nil {
				return false
			}
			budget--
			r, err := Play(ctx, cfg, h)
			if ctx.Err() == nil && (err != nil || len(r.Broken) > 0) {
				why = r.verdict(err)
				return true
			}
		}
		return false
	}
	h.Faults = less(h.Faults, func(part []int) bool {
		try := h
		try.Faults = keep(h.Faults, part)
		return fails(try)
	})
	h.Steps = less(h.Steps, func(part []int) bool {
		try := h
		try.Steps = keep(h.Steps, part)
		return fails(try)
	})
	return h, why
}

func keep[T any](all []T, which []int) []T {
	some := make([]T, len(which))
	for i, w := range which {
		some[i] = all[w]
	}
	return some
}

// less drops ever smaller pieces of a list while the rest still fails.
func less[T any](all []T, fails func(which []int) bool) []T {
	which := make([]int, len(all))
	for i := range which {
		which[i] = i
	}
	for size := (len(which) + 1) / 2; size > 0; size /= 2 {
		for at := 0; at < len(which); {
			rest := slices.Delete(slices.Clone(which), at, min(at+size, len(which)))
			if fails(rest) {
				which = rest
			} else {
				at += size
			}
		}
	}
	return keep(all, which)
}
