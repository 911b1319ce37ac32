package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// sortedAnswers is a page of the answers that fit, sorted among those that one request looks at. Its place, "cursor~answer", is where those
// begin and how many of them stand on the pages before.
func (o *Reading) sortedAnswers(ctx context.Context, f Filter, after string, fits func(survey.Response) bool) (Answers, error) {
	place, skipped, _ := strings.Cut(after, "~")
	from, err := survey.ParseCursor(place)
	if err != nil {
		return Answers{}, err
	}
	at, err := strconv.Atoi(cmp.Or(skipped, "0"))
	if err != nil || at < 0 {
		return Answers{}, apperr.New(apperr.Invalid, "cursor_wrong", "after")
	}
	found, looked, next, err := o.results.Store.FindResponses(ctx, o.campaign.ID, from, o.budget, o.budget, fits)
	if err != nil {
		return Answers{}, err
	}
	sortAnswers(found, f.Sort)
	page := Answers{Looked: looked, Partly: next != nil}
	switch rest := found[min(at, len(found)):]; {
	case len(rest) > o.page:
		found, page.Next = rest[:o.page], fmt.Sprintf("%s~%d", from, at+o.page)
	default:
		if found = rest; next != nil {
			page.Next = next.String() + "~0"
		}
	}
	page.List, err = o.shown(ctx, found)
	return page, err
}

// sortAnswers sorts by score or by time; what is equal stays in its order.
func sortAnswers(all []survey.Response, by string) {
	slices.SortStableFunc(all, func(a, b survey.Response) int {
		switch by {
		case SortTime:
			return When(b).Compare(When(a))
		case SortScore:
			return cmp.Compare(a.Score, b.Score)
		case SortScoreDown:
			return cmp.Compare(b.Score, a.Score)
		}
		return 0
	})
}

// maxChoices is how many values of a kind a reader may choose from, those with the most people.
const maxChoices = 200

// Choices are the values by which a reader may narrow a campaign's answers, by kind: team, owner, language, and the campaign's dimensions. Of
// very many those with the most people.
func (o *Reading) Choices(ctx context.Context) (map[string][]string, error) {
	all := map[string][]string{}
	if !o.view.Answers() {
		return all, nil
	}
	if !o.view.People() {
		report, err := o.Report(ctx)
		if err != nil || report.groups.kept {
			return all, err
		}
		for kind, some := range report.groups.shown {
			for _, g := range some {
				if g.words && g.value != "" {
					all[kind] = append(all[kind], g.value)
				}
			}
		}
		return all, nil
	}
	sees, err := o.results.sees(ctx, o.who)
	if err != nil {
		return nil, err
	}
	kinds := []string{survey.KindTeam, survey.KindOwner}
	tallies := make([]map[survey.TallyKey]survey.Counts, len(kinds))
	var asked survey.Asked
	g, reading := errgroup.WithContext(ctx)
	for i, kind := range kinds {
		g.Go(func() (err error) {
			tallies[i], _, err = o.results.Store.SomeTallies(reading, string(o.campaign.ID), kind, maxChoices)
			return err
		})
	}
	g.Go(func() (err error) {
		if len(o.Dimensions()) > 0 {
			asked, err = o.results.Store.Asked(reading, o.campaign.ID)
		}
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i, kind := range kinds {
		people := map[string]int{}
		for k, counts := range tallies[i] {
			if k.Value != "" && (kind != survey.KindOwner || sees(k.Value, "")) && (kind != survey.KindTeam || o.who.All() || sees("", k.Value)) {
				t := counts.Tally()
				people[k.Value] = int(t.Sent + t.Answers())
			}
		}
		all[kind] = mostPeople(people)
	}
	for _, kind := range o.Dimensions() {
		if column := asked[kind]; column != nil {
			all[kind] = mostPeople(column.Values)
		}
	}
	return all, nil
}

func mostPeople(people map[string]int) []string {
	values := make([]string, 0, len(people))
	for v := range people {
		values = append(values, v)
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(people[b], people[a]), cmp.Compare(a, b)) })
	values = values[:min(len(values), maxChoices)]
	slices.Sort(values)
	return values
}
