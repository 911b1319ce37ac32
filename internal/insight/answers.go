package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/text"
)

const (
	// answersShown is how many answers a page holds: of the longest words 25 are 100 KB.
	answersShown = 20
	// answersLookedAt is how many answers one request looks at for those that fit.
	answersLookedAt = 5000
	// Latest looks at so many answers, for they are kept by person and not by time, and shows so many.
	latestLookedAt, latestShown = 400, 5
)

// Answer is one answer that a reader may see. Only this package makes them: see shown.
type Answer struct {
	response  survey.Response // of it only score and words for who may not know the people
	people    bool
	pseudonym string
}

// Score is 0 to 10.
func (a Answer) Score() int { return a.response.Score }

// Group is detractor, passive or promoter.
func (a Answer) Group() nps.Group { return a.response.Group() }

// Comment is why they gave the score.
func (a Answer) Comment() string { return a.response.Why }

// Wish is what they wish for.
func (a Answer) Wish() string { return a.response.Wish }

// Damaged reports whether some of their words cannot be read any more.
func (a Answer) Damaged() bool { return a.response.Unreadable }

// Response is the whole answer, with whose it is; ok is false for a reader who may not know that.
func (a Answer) Response() (r survey.Response, ok bool) {
	if !a.people {
		return survey.Response{}, false
	}
	return a.response, true
}

// Pseudonym stands for whose it is before whoever works on pseudonyms: the same in every campaign. It is "" for all others.
func (a Answer) Pseudonym() string { return a.pseudonym }

// Answers is a page of a campaign's answers that fit a filter.
type Answers struct {
	List   []Answer
	Next   string  // where the next page begins; "" at the end
	Partly bool    // fewer fit than a page holds, and there may be others
	Looked int     // at how many answers was looked
	In     Segment // for who may not know the people, the segment that they are of
	TooFew bool    // for who may not know the people: fewer than LeastWords answered, so none is shown
}

// Answers lists the answers that fit from the place where the last page ended. It looks at a bounded number and goes on
// when asked. Problems: ErrWholeOnly, ErrPersonal, ErrNarrow, no_such_page, cursor_wrong.
func (o *Reading) Answers(ctx context.Context, f Filter, after string) (Answers, error) {
	if !o.view.Answers() {
		return Answers{}, ErrWholeOnly
	}
	if err := o.results.themed(ctx, &f); err != nil {
		return Answers{}, err
	}
	if !o.view.People() {
		return o.narrowAnswers(ctx, f, after)
	}
	place, _, sorted := strings.Cut(after, "~")
	from, err := survey.ParseCursor(place)
	if err != nil || sorted != (f.Sort != "") && after != "" {
		return Answers{}, cmp.Or(err, error(apperr.New(apperr.Invalid, "cursor_wrong", "after")))
	}
	sees, err := o.results.sees(ctx, o.who)
	if err != nil {
		return Answers{}, err
	}
	if err := f.check(o.campaign); err != nil {
		return Answers{}, err
	}
	within := Reach{all: true}
	if f.Team == "" && f.Owner == "" && f.Search == "" { // as the figures that lead here
		if within, err = o.reach(ctx); err != nil {
			return Answers{}, err
		}
	}
	fits := f.match(o.campaign.Clock())
	if f.Sort != "" {
		return o.sortedAnswers(ctx, f, after, func(a survey.Response) bool { return fits(a) && within.has(a.Owner, a.Team) && sees(a.Owner, a.Team) })
	}
	found, looked, next, err := o.results.Store.FindResponses(ctx, o.campaign.ID, from, o.page, o.budget, func(a survey.Response) bool {
		return fits(a) && within.has(a.Owner, a.Team) && sees(a.Owner, a.Team)
	})
	if err != nil {
		return Answers{}, err
	}
	page := Answers{Looked: looked}
	if page.List, err = o.shown(ctx, found); err != nil {
		return page, err
	}
	if next != nil {
		page.Next, page.Partly = next.String(), len(found) < o.page
	}
	return page, nil
}

// narrowAnswers is Answers for somebody who may not know the people. The answers stand in the order of what they say: in
// that of the table one could count contacts. After is how far the last page came.
func (o *Reading) narrowAnswers(ctx context.Context, f Filter, after string) (page Answers, err error) {
	report, err := o.Report(ctx)
	if err != nil {
		return page, err
	}
	if page.In, err = report.segmentOf(f); err != nil {
		return page, err
	}
	kept := report.groups.kept
	shards, at, err := answersPlace(after, kept)
	if err != nil {
		return page, err
	}
	var found []survey.Response
	fits := Filter{Group: f.Group, Score: f.Score, Words: f.Words, Wish: f.Wish, Search: f.Search, Theme: f.Theme, Touched: f.Touched, Rating: f.Rating, finder: f.finder}.match(o.campaign.Clock())
	for _, shard := range shards {
		looked := 0
		err := o.results.Store.WalkAnswers(ctx, o.campaign.ID, shard, "", func(r survey.Response) (bool, error) {
			looked++
			if r.Verified {
				page.Looked++
			}
			if fits(r) && (page.In.Kind == "" || Value(o.campaign, page.In.Kind, r) == page.In.Value) {
				found = append(found, survey.Response{Contact: r.Contact, Score: r.Score, Why: r.Why, Wish: r.Wish, Unreadable: r.Unreadable})
			}
			return looked < o.budget, nil
		})
		if err != nil {
			return page, err
		}
	}
	if page.TooFew = page.Looked < LeastWords; page.TooFew {
		found = nil
	}
	o.results.byWords(found)
	sortAnswers(found, f.Sort)
	if f.Search != "" { // a hidden word must not be found: that would tell that it stands there
		if page.List, err = o.shown(ctx, found); err != nil {
			return page, err
		}
		wanted := text.NewQuery(f.Search)
		page.List = slices.DeleteFunc(page.List, func(a Answer) bool { return !wanted.Match(a.Comment(), a.Wish()) })
		page.List, page.Next = cutAnswers(page.List, shards[0], at, o.page)
	} else {
		found, page.Next = cutAnswers(found, shards[0], at, o.page)
		if page.List, err = o.shown(ctx, found); err != nil {
			return page, err
		}
	}
	if page.Next == "" && kept && shards[0]+1 < survey.ContactShards {
		page.Next, page.Partly = fmt.Sprintf("%d.0", shards[0]+1), true
	}
	return page, nil
}

// shown are answers as the reader gets them.
func (o *Reading) shown(ctx context.Context, found []survey.Response) ([]Answer, error) {
	return o.results.shown(ctx, o.who, o.campaign, found)
}

// cutAnswers takes a page of what was found, and says where the next one begins.
func cutAnswers[T any](found []T, shard, at, most int) (page []T, next string) {
	found = found[min(at, len(found)):]
	if len(found) <= most {
		return found, ""
	}
	return found[:most], fmt.Sprintf("%d.%d", shard, at+most)
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

// byWords puts answers into an order that only what they say decides. It is keyed: nobody can try hidden words against it.
func (r *Results) byWords(all []survey.Response) {
	sum := func(a survey.Response) string {
		return r.Keys.Pseudonym("words", strconv.Itoa(a.Score)+"\x00"+a.Why+"\x00"+a.Wish)
	}
	slices.SortFunc(all, func(a, b survey.Response) int { return cmp.Compare(sum(a), sum(b)) })
}

// Latest are the last answers with words that a reader may see, the latest first; all is false when there are more answers
// than are looked at, so that they may not be the last. Who may not know the people gets them in no order of time.
func (r *Results) Latest(ctx context.Context, who authz.Who, c survey.Campaign) (list []Answer, all bool, err error) {
	view := r.View(who, c)
	if !view.Answers() {
		return nil, false, ErrWholeOnly
	}
	found, next, err := r.Store.ResponsesPage(ctx, c.ID, survey.Cursor{}, latestLookedAt)
	if err != nil {
		return nil, false, err
	}
	found = slices.DeleteFunc(found, func(a survey.Response) bool { return !a.Verified })
	if !view.People() && len(found) < LeastWords {
		return nil, next == nil, nil
	}
	reach, err := r.Reach(ctx, who)
	if err == nil && !reach.all {
		_, reach, err = r.reached(ctx, c, reach)
	}
	if err != nil {
		return nil, false, err
	}
	found = slices.DeleteFunc(found, func(a survey.Response) bool { return a.Why == "" && a.Wish == "" || !reach.has(a.Owner, a.Team) })
	slices.SortFunc(found, func(a, b survey.Response) int { return b.Updated.Compare(a.Updated) })
	found = found[:min(len(found), latestShown)]
	if !view.People() {
		r.byWords(found)
	}
	list, err = r.shown(ctx, who, c, found)
	return list, next == nil, err
}

// Responses lists a campaign's answers, verified and unverified, in no particular order, for whoever may know the people.
// Problems: ErrWholeOnly, ErrNarrow.
func (r *Results) Responses(ctx context.Context, who authz.Who, c survey.Campaign, from survey.Cursor, limit int) ([]Answer, *survey.Cursor, error) {
	switch view := r.View(who, c); {
	case !view.Answers():
		return nil, nil, ErrWholeOnly
	case !view.People():
		return nil, nil, ErrNarrow
	}
	found, next, err := r.Store.ResponsesPage(ctx, c.ID, from, limit)
	if err != nil {
		return nil, nil, err
	}
	list, err := r.shown(ctx, who, c, found)
	return list, next, err
}
