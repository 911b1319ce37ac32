package cases

import (
	"net/http"
	"slices"
	"strings"

	"onetap/internal/console/shell"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
)

// suggested are the causes that go with what the respondent wrote, of a case that can be resolved.
func (d *Pages) suggested(r *http.Request, c loop.Case, causes loop.Causes, known followup.Facts) ([]followup.Suggested, error) {
	if c.Over() {
		return nil, nil
	}
	return d.Cases.Suggest(r.Context(), causes.Offered(), known.Response.Why+"\n"+known.Response.Wish)
}

// offer lists the causes: those first that go with what the respondent wrote, and of what that speaks. None is chosen but by a person.
func (p *casePage) offer(causes loop.Causes, suggested []followup.Suggested, typed []loop.Cause) {
	var first, names []string
	for _, s := range suggested {
		first = append(first, string(s.Cause))
		for _, t := range s.Themes {
			names = append(names, t.Name(string(p.Lang)))
		}
	}
	for _, v := range causes.Offered() {
		p.Causes = append(p.Causes, shell.Option{Value: string(v), Label: followup.CauseName(p.Lang, causes, v), On: slices.Contains(typed, v)})
	}
	place := func(o shell.Option) int {
		if i := slices.Index(first, o.Value); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(p.Causes, func(a, b shell.Option) int { return place(a) - place(b) })
	if len(first) > 0 {
		p.Speaks = p.Lang.T("case.speaks", lang.Values{"Themes": strings.Join(names, ", "), "Count": len(first)})
		p.First = len(first)
	}
}
