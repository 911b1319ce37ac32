package survey

import (
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/nps"
)

// maxSeen is how many posts are remembered so that a replay of one changes nothing.
const maxSeen = 16

// How often one answer may change. Each change is a write, a record of the stream and work of whoever reads that, and a link
// that is out can be posted to by anybody. Its version counts them, so that there is nothing else to keep.
const (
	burstChanges  = 60  // at once: nobody changes a mind so often
	hourlyChanges = 6   // and so many more for each hour since the first post
	maxChanges    = 200 // altogether
	scriptChanges = 30  // of the first ones; scripts must not use up what the person needs
)

// Post is what one form or script call says. Nil means "not said": the answer keeps what it has.
type Post struct {
	Score   *int
	Known   *int // version of the answer that the page showed, 0: none; nil: no page, whoever posts knows
	Why     *string
	Wish    *string
	WhyWas  *string // Trace of the words that the page's field showed, Hidden where it did not show them; nil: no page
	WishWas *string
	Trace   func(words string) string // makes the traces of words that are not ""; nil: Trace
	Rated   map[TouchpointID]Rating   // how touchpoints were found; those that it does not say stay
	Gesture Gesture
	Digest  string // random, made with the form; the same again when the post is repeated. Letters, digits, "-" and "_"
	Follows string // Digest of the post that the page had sent before without waiting for its reply; "": it waited
}

// Apply returns the answer after a post, and whether the post changed it; an unchanged answer need not be written.
//
// A person's score makes the answer verified, once and for all. What a script posts is kept only while no person has
// answered, and only its score: no page of ours lets a script write words. A post that was taken before, and one that
// says what the answer already says, change nothing. Words without a score are kept as they are: they verify nothing,
// for the score beside them may be a scanner's. A score that Asks is left as it is; words that the page did not know stay,
// and new ones are added below them. An answer that has changed very often changes no more: a script is not
// heard then, a person is told. Problems: score_out_of_range, score_missing, gesture_unknown, answer_too_often, answer_final.
func (r Response) Apply(p Post, now time.Time) (after Response, changed bool, err error) {
	switch p.Gesture {
	case ByButton, ByGesture, ByScript:
	default:
		return r, false, apperr.New(apperr.Invalid, "gesture_unknown", "gesture")
	}
	if p.Score != nil && (*p.Score < 0 || *p.Score > int(nps.MaxScore)) {
		return r, false, apperr.New(apperr.Invalid, "score_out_of_range", "score", "Max", int(nps.MaxScore))
	}
	if p.Score == nil && r.Version == 0 {
		return r, false, apperr.New(apperr.Invalid, "score_missing", "score")
	}
	if p.Digest != "" && slices.Contains(r.Seen, p.Digest) {
		return r, false, nil
	}
	after = r
	if p.Gesture == ByScript {
		if r.Verified || r.Version >= scriptChanges {
			return r, false, nil
		}
		p.Why, p.Wish, p.Rated = nil, nil, nil
	}
	if p.Score != nil && !r.Asks(p) {
		after.Score = *p.Score
		if p.Gesture != ByScript && !r.Verified {
			after.Verified, after.Counted = true, now
		}
	}
	after.Ratings = r.Ratings.With(p.Rated)
	why, wish := r.parts(p)
	after.Kept = Kept{p.reword(why, p.Why, p.WhyWas), p.reword(wish, p.Wish, p.WishWas)}
	after.Why, _ = Together(after.Kept.Why)
	after.Wish, _ = Together(after.Kept.Wish)
	if after.Verified && after.Group() == nps.Detractor {
		after.Unhappy = true
	}
	if r.Version > 0 && after.Score == r.Score && after.Verified == r.Verified && after.Ratings == r.Ratings && Whole(after.Kept.Why, p.Trace) == Whole(why, p.Trace) && Whole(after.Kept.Wish, p.Trace) == Whole(wish, p.Trace) {
		return r, false, nil
	}
	if err := r.mayChange(now); err != nil {
		return r, false, err
	}
	if r.Version == 0 {
		after.First = now
	}
	after.Updated = now
	after.Version = r.Version + 1
	if p.Digest != "" {
		after.Seen = append(slices.Clone(r.Seen[max(0, len(r.Seen)-maxSeen+1):]), p.Digest)
	}
	return after, true, nil
}

// Asks reports whether a post would write over a score that its page does not know: somebody, or another tab, has answered
// since. A page that left without waiting knows the answer that it had posted itself. The page then shows the answer as it is and asks.
func (r Response) Asks(p Post) bool {
	taken := p.Digest != "" && slices.Contains(r.Seen, p.Digest)
	knows := p.Follows != "" && len(r.Seen) > 0 && r.Seen[len(r.Seen)-1] == p.Follows
	return r.Verified && p.Gesture != ByScript && !taken && !knows && p.Score != nil && *p.Score != r.Score && p.Known != nil && *p.Known != r.Version
}

// Hidden is the trace of words that a page did not show.
const Hidden = "?"

// Trace tells whether words are the same as those that a page showed; it need not be hard to forge.
func Trace(words string) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(words))), 16)
}

// Whole is the trace of what stands in a field; trace nil: Trace.
func Whole(parts []Part, trace func(string) string) string {
	switch len(parts) {
	case 0:
		return Trace("")
	case 1:
		return parts[0].Trace
	}
	traces := make([]string, len(parts))
	for i, p := range parts {
		traces[i] = p.Trace
	}
	return traceBy(trace, strings.Join(traces, " "))
}

func traceBy(trace func(string) string, words string) string {
	if trace == nil || words == "" {
		return Trace(words)
	}
	return trace(words)
}

// parts are the words that are there: of an answer whose words were stored as they are, those.
func (r Response) parts(p Post) (why, wish []Part) {
	why, wish = r.Kept.Why, r.Kept.Wish
	if len(why) == 0 && r.Why != "" {
		why = []Part{p.part(r.Why)}
	}
	if len(wish) == 0 && r.Wish != "" {
		wish = []Part{p.part(r.Wish)}
	}
	return why, wish
}

func (p Post) part(words string) Part {
	return Part{Trace: traceBy(p.Trace, words), Size: (utf8.RuneCountInString(words) + sizeStep - 1) / sizeStep * sizeStep, Text: words}
}

// reword returns the words after a field said something; was is the trace of what it showed. A field that still says what
// it showed says nothing. What it did not show stays above what it says, as far as there is room.
func (p Post) reword(stored []Part, said, was *string) []Part {
	if said == nil {
		return stored
	}
	words, _ := Comment(*said)
	trace := traceBy(p.Trace, words)
	there := slices.ContainsFunc(stored, func(s Part) bool { return s.Trace == trace })
	switch {
	case words != "" && there && (len(stored) == 1 || was != nil && *was != Whole(stored, p.Trace)):
		return stored
	case was == nil || *was == Whole(stored, p.Trace):
		if words == "" {
			return nil
		}
		return []Part{p.part(words)}
	case words == "" || *was == trace:
		return stored
	}
	room := MaxComment
	for _, s := range stored {
		room -= s.Size + len("\n\n")
	}
	if words = first(words, room); words == "" {
		return stored
	}
	return append(slices.Clip(stored), p.part(words))
}

// mayChange reports why an answer cannot change now, if it has changed too often.
func (r Response) mayChange(now time.Time) error {
	if r.Version >= maxChanges {
		return apperr.New(apperr.Forbidden, "answer_final", "", "Limit", maxChanges)
	}
	hours := max(0, int(now.Sub(r.First)/time.Hour))
	if r.Version > 0 && r.Version >= burstChanges+min(hours, maxChanges)*hourlyChanges {
		return apperr.New(apperr.TooMany, "answer_too_often", "")
	}
	return nil
}

// Group is the group of the score; it means something only while Verified.
func (r Response) Group() nps.Group { return nps.Score(r.Score).Group() }

// Comment returns a comment as it is kept: valid UTF-8, line breaks as \n, no other control characters, no blank ends,
// at most MaxComment characters; cut reports whether it was longer.
func Comment(s string) (comment string, cut bool) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, s)
	s = strings.TrimSpace(s)
	comment = first(s, MaxComment)
	return comment, comment != s
}

// first are the first characters of a text, without blank ends.
func first(s string, limit int) string {
	n := 0
	for i := range s {
		if n >= limit {
			return strings.TrimSpace(s[:i])
		}
		n++
	}
	return s
}
