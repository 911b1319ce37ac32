package stats

import (
	"math"

	"onetap/internal/nps"
)

// Shrunk is a small group's NPS drawn towards its company's.
type Shrunk struct {
	NPS      float64      `json:"nps"`
	Interval nps.Interval `json:"interval"` // 95 %
}

// Shrink returns a group's NPS after strength answers of the company's own distribution are added to its own: the mean of the Dirichlet posterior, and
// ±1.96 of its standard deviations, √((p + d − (p−d)²)/(N+1)) with p, d and N of all those answers together (Gelman and others 2013, Bayesian Data
// Analysis, 3rd ed., section 3.4). ok is false where the company has no answers.
func Shrink(group, company nps.Tally, strength float64) (s Shrunk, ok bool) {
	all := float64(company.Answers())
	if all <= 0 || !(strength > 0) {
		return Shrunk{}, false
	}
	n := float64(group.Answers()) + strength
	p := (float64(group.Promoters()) + strength*float64(company.Promoters())/all) / n
	d := (float64(group.Detractors()) + strength*float64(company.Detractors())/all) / n
	margin := nps.Quantile(nps.Level) * math.Sqrt((p+d-(p-d)*(p-d))/(n+1))
	s.NPS = 100 * (p - d)
	s.Interval = nps.Around(s.NPS, 100*margin, s.NPS, 100)
	return s, true
}

// Strength is how many answers of the company's distribution a group of it is drawn by: the variance of one answer (−1, 0, 1) over the variance between
// the groups' true NPS, which is what their NPS vary by more than chance makes them. Groups that vary no more than chance does are drawn by most,
// so that what is left are no differences.
//
// Method: moments, as DerSimonian and Laird (1986), Meta-analysis in clinical trials, Controlled Clinical Trials 7(3): with weights n (answers over the
// common variance of one), Q = Σn(x−x̄)²/σ², τ² = σ²·(Q−(k−1))/(Σn − Σn²/Σn).
func Strength(groups []nps.Tally) float64 {
	const least, most = 5, 1000
	var all nps.Tally
	for _, g := range groups {
		all.Add(g)
	}
	n := float64(all.Answers())
	if n == 0 {
		return most
	}
	mean := float64(all.Promoters()-all.Detractors()) / n
	variance := float64(all.Promoters()+all.Detractors())/n - mean*mean
	var q, squares, k float64
	for _, g := range groups {
		value, ok := g.NPS()
		if !ok {
			continue
		}
		m := float64(g.Answers())
		q += m * (value/100 - mean) * (value/100 - mean)
		squares += m * m
		k++
	}
	if variance <= 0 || k < 2 {
		return most
	}
	between := (q - (k-1)*variance) / (n - squares/n)
	if between <= 0 {
		return most
	}
	return min(most, max(least, variance/between))
}
