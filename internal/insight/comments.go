package insight

import (
	"context"
	"errors"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

const (
	// commentsLookedAt is how many answers a search over several campaigns looks at.
	commentsLookedAt = 5000
	// narrowCampaigns is of how many campaigns somebody searches who may not know the people: each is read as a whole.
	narrowCampaigns = 3
)

// Comments is what a search over several campaigns has found.
type Comments struct {
	Of     []survey.Campaign // with something found, as given
	Found  [][]Answer        // in each of Of
	Looked int               // at how many answers was looked
	Partly bool              // there are others
}

// Comments finds answers by their words in campaigns, one after the other, until most are found or commentsLookedAt looked at. What
// comes out of a campaign is what Reading.Answers shows of it.
func (r *Results) Comments(ctx context.Context, who authz.Who, campaigns []survey.Campaign, words string, most int) (all Comments, err error) {
	found, narrow := 0, 0
	for _, c := range campaigns {
		view := r.View(who, c)
		if !view.Answers() || c.State == survey.Draft {
			continue
		}
		if !view.People() {
			narrow++
		}
		if found >= most || all.Looked >= commentsLookedAt || narrow > narrowCampaigns {
			all.Partly = true
			break
		}
		opened, err := r.Open(ctx, who, c)
		if err != nil {
			return all, err
		}
		opened.budget = commentsLookedAt - all.Looked
		page, err := opened.Answers(ctx, Filter{Search: words, Words: "1"}, "")
		if errors.Is(err, ErrNarrow) {
			continue
		}
		if err != nil {
			return all, err
		}
		all.Looked += page.Looked
		all.Partly = all.Partly || page.Next != ""
		if some := page.List[:min(len(page.List), most-found)]; len(some) > 0 {
			all.Of, all.Found = append(all.Of, c), append(all.Found, some)
			all.Partly = all.Partly || len(some) < len(page.List)
			found += len(some)
		}
	}
	return all, nil
}
