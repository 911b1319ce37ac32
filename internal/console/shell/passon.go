package shell

import (
	"slices"
	"strings"

	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// PassOnView offers to pass an answer on as an idea, a question or a lead, and says what it was passed on as.
type PassOnView struct {
	Campaign, Contact, Back string
	Suggests                string // what its words suggest; "": nothing that was not done
	Kinds                   []Option
	Done                    []PassedOn
}

// PassedOn is what an answer was passed on as.
type PassedOn struct{ What, State string }

// PassOn is that of an answer with some words; back is the page with the buttons.
func PassOn(l lang.Language, c survey.CampaignID, id survey.ContactID, words string, items []loop.Item, back string) *PassOnView {
	v := &PassOnView{Campaign: string(c), Contact: string(id), Back: back}
	var suggested []string
	may := loop.Suggested(words)
	for _, kind := range loop.ItemKinds {
		n := slices.IndexFunc(items, func(i loop.Item) bool { return i.Kind == kind })
		if n >= 0 {
			v.Done = append(v.Done, PassedOn{l.T("ideas.kind." + string(kind)), l.T("ideas.state." + string(items[n].State))})
			continue
		}
		o := Option{Value: string(kind), Label: l.T("ideas.kind." + string(kind)), On: slices.Contains(may, kind)}
		if o.On {
			suggested = append(suggested, l.T("ideas.like."+string(kind)))
		}
		v.Kinds = append(v.Kinds, o)
	}
	if len(suggested) > 0 {
		v.Suggests = l.T("ideas.suggests", lang.Values{"What": strings.Join(suggested, ", ")})
	}
	return v
}
