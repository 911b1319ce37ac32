package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// errNarrow refuses a way to look at answers that would tell whose they are.
var errNarrow = apperr.New(apperr.Forbidden, "answers_narrow", "", "Least", insight.LeastWords)

// segment is the one property by which somebody who may not know the people looks at answers; no Kind: at all of them.
type segment struct{ Kind, Value string }

// segmentOf reads it from what was asked for; more than one, a time, or a group too small for words is errNarrow.
func segmentOf(f answerFilter, c survey.Campaign, n *narrow) (s segment, err error) {
	var asked []segment
	for _, one := range []segment{{survey.KindTeam, f.Team}, {survey.KindOwner, f.Owner}, {survey.KindLanguage, f.Language}} {
		if one.Value != "" {
			asked = append(asked, one)
		}
		if f.Part == "none-"+one.Kind {
			asked = append(asked, segment{Kind: one.Kind})
		}
	}
	if kind, err := kindNamed(c, "part-"+f.Part); err == nil {
		for _, one := range n.Shown[kind] {
			if valueSum(one.Value) == f.Value {
				asked = append(asked, segment{kind, one.Value})
			}
		}
	}
	switch {
	case f.Week != "", f.Day != "", f.Unverified != "", len(asked) > 1, len(asked) == 0 && f.Part != "", len(asked) == 1 && n.Kept:
		return s, errNarrow
	case len(asked) == 0:
		return s, nil
	}
	group, ok := n.Words(asked[0].Kind, asked[0].Value)
	if !ok {
		return s, errNarrow
	}
	return segment{asked[0].Kind, group.Value}, nil
}

// narrowAnswers fills the page for somebody who may not know the people. The answers stand in the order of what they say:
// in that of the table one could count contacts. After is how far the last page came.
func (d *Desk) narrowAnswers(ctx context.Context, p *answersPage, c survey.Campaign, after string) error {
	p.Narrow = p.lang.T("results.narrow", lang.Values{"Least": insight.LeastWords})
	whole, err := d.whole(ctx, p.visit.Who, c)
	if err != nil {
		return err
	}
	n, err := d.narrow(ctx, p.visit.Who, c, whole)
	if err != nil {
		return err
	}
	in, err := segmentOf(p.Filter, c, n)
	if err != nil {
		return err
	}
	if in.Kind != "" {
		p.Chosen = []string{kindLabel(p.lang, in.Kind) + ": " + valueLabel(p.lang, in.Kind, in.Value, nil)}
	}
	shards, at, err := answersPlace(after, n.Kept)
	if err != nil {
		return err
	}
	var found []survey.Response
	answers := 0
	fits := answerFilter{Group: p.Filter.Group, Score: p.Filter.Score, Words: p.Filter.Words, Wish: p.Filter.Wish, Search: p.Filter.Search}.match(c)
	for _, shard := range shards {
		looked := 0
		err := d.store.WalkResponses(ctx, c.ID, shard, "", func(r survey.Response) (bool, error) {
			looked++
			if r.Verified {
				answers++
			}
			if fits(r) && (in.Kind == "" || insight.Value(c, in.Kind, r) == in.Value) {
				found = append(found, r)
			}
			return looked < answersLookedAt, nil
		})
		if err != nil {
			return err
		}
	}
	if answers < insight.LeastWords {
		found = nil
		p.Narrow = p.lang.T("results.words_few", lang.Values{"Least": insight.LeastWords})
	}
	byWords(found)
	found = found[min(at, len(found)):]
	if len(found) > answersShown {
		found, p.Next = found[:answersShown], fmt.Sprintf("%d.%d", shards[0], at+answersShown)
	} else if n.Kept && shards[0]+1 < survey.ContactShards {
		p.Next, p.Looked = fmt.Sprintf("%d.0", shards[0]+1), p.lang.T("results.looked", lang.Values{"Count": answers})
	}
	for _, r := range found {
		p.Answers = append(p.Answers, answerView{Score: r.Score, Class: string(r.Group()), Group: p.lang.T("case.group." + string(r.Group())), Why: cutWords(r.Why), Wish: cutWords(r.Wish)})
	}
	p.Empty = len(found) == 0 && p.Next == ""
	return nil
}

// answersPlace reads how far a page came, "shard.answer". Of a campaign that is read at once all shards are one.
func answersPlace(after string, kept bool) (shards []int, at int, err error) {
	shard := 0
	if after != "" {
		if n, err := fmt.Sscanf(after, "%d.%d", &shard, &at); n != 2 || err != nil || shard < 0 || shard >= survey.ContactShards || at < 0 {
			return nil, 0, apperr.New(apperr.Invalid, "cursor_wrong", "after")
		}
	}
	if kept {
		return []int{shard}, at, nil
	}
	for n := range survey.ContactShards {
		shards = append(shards, n)
	}
	return shards, at, nil
}

// byWords puts answers into an order that only what they say decides.
func byWords(all []survey.Response) {
	sum := func(r survey.Response) string {
		h := sha256.Sum256([]byte(strconv.Itoa(r.Score) + "\x00" + r.Why + "\x00" + r.Wish))
		return string(h[:])
	}
	slices.SortFunc(all, func(a, b survey.Response) int { return cmp.Compare(sum(a), sum(b)) })
}
