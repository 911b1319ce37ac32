package campaigns

import (
	"net/http"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/survey"
)

// commentView is one answer with words, without who gave it.
type commentView struct {
	Score   int    `json:"score"`
	Group   string `json:"group"`
	Comment string `json:"comment"`
	Wish    string `json:"wish"`
	When    string `json:"when"`
}

func (d *Pages) mayComments(f *shell.Frame, c survey.Campaign) bool {
	return f.Can(authz.ReadAnswers) && d.Results.View(f.Visit.Who, c).Answers()
}

// comments are the last ones; all is false when there may be later ones.
func (d *Pages) comments(r *http.Request, f *shell.Frame, c survey.Campaign) (views []commentView, all bool, err error) {
	found, all, err := d.Results.Latest(r.Context(), f.Visit.Who, c)
	for _, a := range found {
		view := commentView{a.Score(), string(a.Group()), shortened(a.Comment()), shortened(a.Wish()), ""}
		if whole, ok := a.Response(); ok {
			view.When = f.Lang.Moment(whole.Updated.In(f.Zone))
		}
		views = append(views, view)
	}
	return views, all, err
}

func shortened(s string) string {
	const maxShown = 300
	if r := []rune(s); len(r) > maxShown {
		return string(r[:maxShown]) + "…"
	}
	return s
}
