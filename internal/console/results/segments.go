package results

import (
	"net/http"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/waves"
)

// segmentsPage is which segments of a campaign differ from everybody else, and who answered against who was asked.
type segmentsPage struct {
	waveFrame
	Closed   string // who may not know the people sees none of it
	Sentence string
	Rows     []standingRow
	Weighted string
	By       []compositionView
}

type standingRow struct {
	Segment, Kind, Href string
	NPS, Count          string
	Than                shell.DifferenceView
}

// compositionView is one dimension of who was asked and who answered.
type compositionView struct {
	Title shell.Phrase
	Rows  []compositionRow
}

type compositionRow struct {
	Value, Asked, Answered, Rate, OfAsked, OfAnswers, Badge string
}

func (d *Pages) segmentsPage(w http.ResponseWriter, r *http.Request) error {
	f, opened, err := d.openWave(r, "segments")
	if err != nil {
		return err
	}
	p := &segmentsPage{waveFrame: f}
	l := p.Lang
	p.Title = p.Campaign + ": " + l.T("stand.title")
	if p.wave == nil {
		return shell.Show(w, r, http.StatusOK, p)
	}
	standing, ok := p.wave.Standing()
	if !ok {
		p.Closed = l.T("stand.closed")
		return shell.Show(w, r, http.StatusOK, p)
	}
	p.standing(standing, func(s waves.Segment) string {
		if !p.wave.Leads() || !p.Can(authz.ReadAnswers) {
			return ""
		}
		return "/results/" + p.ID + "/answers?" + d.ValueQuery(opened.Campaign(), s.Kind, s.Value)
	})
	sample, _ := p.wave.Sample()
	p.sample(sample)
	return shell.Show(w, r, http.StatusOK, p)
}

func (p *segmentsPage) standing(s waves.Standing, href func(waves.Segment) string) {
	l, differ := p.Lang, 0
	for _, one := range s.Segments {
		than := one.Than
		if than.Real = one.Differs(); than.Real {
			differ++
		}
		row := standingRow{
			Segment: shell.ValueLabel(l, one.Kind, one.Value, nil), Kind: shell.KindLabel(l, one.Kind), Href: href(one),
			NPS: shell.Signed(l, than.B, 0), Count: l.Number(one.Tally.Answers()), Than: shell.SmallDifference(l, &than),
		}
		p.Rows = append(p.Rows, row)
	}
	switch {
	case s.Looked == 0:
		p.Sentence = l.T("stand.none")
	case differ == 0:
		p.Sentence = l.T("stand.alike", lang.Values{"Count": s.Looked})
	default:
		p.Sentence = l.T("stand.differ", lang.Values{"Count": differ, "Looked": l.Number(int64(s.Looked))})
	}
}

// sample says who answered, and what the score is when weighted to who was asked.
func (p *segmentsPage) sample(s waves.Sample) {
	l := p.Lang
	if w := s.Weighted; w != nil {
		by := make([]string, len(w.Kinds))
		for i, kind := range w.Kinds {
			by[i] = shell.KindLabel(l, kind)
		}
		kinds := strings.Join(by, ", ")
		if w.Refused == "" {
			value, ends := shell.NpsText(l, w.NPS, w.Interval)
			p.Weighted = l.T("stand.weighted", lang.Values{"NPS": value, "Interval": ends, "Kinds": kinds, "Effective": l.Number(int64(w.N)), "Answers": l.Number(p.wave.Answers())})
		} else {
			values := lang.Values{"Kinds": kinds}
			if w.Kind != "" {
				values["Kind"], values["Value"] = shell.KindLabel(l, w.Kind), l.T("stand.small")
				if w.Value != "" {
					values["Value"] = shell.ValueLabel(l, w.Kind, w.Value, nil)
				}
			}
			code := "stand.refused." + string(w.Refused)
			if w.Refused == waves.EmptyCell && w.Kind == "" {
				code = "stand.refused.not_asked"
			}
			p.Weighted = l.T(code, values)
		}
	}
	for _, c := range s.By {
		p.By = append(p.By, p.composition(c))
	}
}

func (p *segmentsPage) composition(c waves.Composition) compositionView {
	l := p.Lang
	v := compositionView{Title: shell.Text(shell.KindLabel(l, c.Kind))}
	var all nps.Share
	for _, one := range append(c.Values[:len(c.Values):len(c.Values)], c.Rest) {
		all.Of += one.Asked
		all.Did += one.Answered
	}
	row := func(label string, one waves.Part) {
		rate := nps.Share{Of: one.Asked, Did: min(one.Answered, one.Asked)}
		r := compositionRow{Value: label, Asked: l.Number(one.Asked), Answered: l.Number(one.Answered)}
		if percent, ok := rate.Percent(); ok {
			r.Rate = shell.Percent(l, percent)
		}
		r.OfAsked, r.OfAnswers = share(l, one.Asked, all.Of), share(l, one.Answered, all.Did)
		rest := nps.Share{Of: all.Of - one.Asked, Did: all.Did - one.Answered}
		if c, ok := nps.CompareShares(rest, rate); ok && c.Real {
			r.Badge = l.T("stand.less")
			if c.Difference > 0 {
				r.Badge = l.T("stand.more")
			}
		}
		v.Rows = append(v.Rows, r)
	}
	for _, one := range c.Values {
		row(shell.ValueLabel(l, c.Kind, one.Value, nil), one)
	}
	if c.More > 0 {
		row(l.T("wave.mix_rest", lang.Values{"Count": c.More}), c.Rest)
	}
	return v
}

func share(l lang.Language, part, of int64) string {
	percent, ok := nps.Share{Of: of, Did: part}.Percent()
	if !ok {
		return ""
	}
	return shell.Percent(l, percent)
}
