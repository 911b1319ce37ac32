package survey

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// SenderRefusal is a letter that a mail system did not take because of its sender.
type SenderRefusal struct {
	Batch int       // where in the mailing it stands; 0 for letters from before that was written on them
	Sent  time.Time // when SES took the letter; zero where it does not say
}

// What stops a mailing: so many refusals, and such a share, of the last so many letters.
const (
	refusalsLeast   = 5
	refusalsPercent = 2
	refusalsOf      = 200
)

// RefusedBatches is how many batches in a row hold the letters that are looked at together.
const RefusedBatches = refusalsOf / BatchSize

// SenderRefused reports whether refusals of a mailing are as many, in batches that stand together, as say that the sender is
// to blame. Letters sent before since do not count: somebody has resumed the campaign after them. The order of the refusals
// does not matter, for bounces come when they come.
func SenderRefused(all []SenderRefusal, since time.Time) bool {
	all = slices.DeleteFunc(slices.Clone(all), func(r SenderRefusal) bool { return !r.Sent.IsZero() && r.Sent.Before(since) })
	slices.SortFunc(all, func(a, b SenderRefusal) int { return a.Batch - b.Batch })
	enough := max(refusalsLeast, (refusalsOf*refusalsPercent+99)/100)
	for i := enough - 1; i < len(all); i++ {
		if all[i].Batch-all[i-enough+1].Batch < RefusedBatches {
			return true
		}
	}
	return false
}

// BatchTag is a batch's name as a message's tag may have it.
func BatchTag(name string) string { return strings.ReplaceAll(name, ".", "-") }

// BatchPlace is where a batch stands in its mailing, by its tag; 0 where there is none.
func BatchPlace(tag string) int {
	if zone, rest, ok := strings.Cut(tag, "-"); ok && strings.HasPrefix(zone, "z") {
		tag = rest
	}
	number, _, _ := strings.Cut(tag, "-")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
