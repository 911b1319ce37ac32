package nps

// Tally counts the answers of some part of the world: a campaign, a week, a team. A tally can also be a difference
// between two, so every field may be negative; the figures (NPS, intervals) are for tallies that are not.
type Tally struct {
	Scores     [11]int64 `json:"scores"`     // verified answers by score
	Sent       int64     `json:"sent"`       // invitations that went out
	Responded  int64     `json:"responded"`  // people who answered, verified
	Comments   int64     `json:"comments"`   // verified answers with words
	Unverified int64     `json:"unverified"` // answers that cannot be told from a mail scanner's; in no figure
	// UnverifiedScores are the scores of those, kept apart to be compared with the verified ones; of answers counted before
	// they were kept there are none, so that their sum may be less than Unverified.
	UnverifiedScores [11]int64 `json:"unverified_scores,omitzero"`
}

// Count adds n answers of one score; n may be negative.
func (t *Tally) Count(s Score, n int64) { t.Scores[s] += n }

// Add adds d to t.
func (t *Tally) Add(d Tally) {
	for i, n := range d.Scores {
		t.Scores[i] += n
		t.UnverifiedScores[i] += d.UnverifiedScores[i]
	}
	t.Sent += d.Sent
	t.Responded += d.Responded
	t.Comments += d.Comments
	t.Unverified += d.Unverified
}

// Sub takes d away from t.
func (t *Tally) Sub(d Tally) {
	for i, n := range d.Scores {
		t.Scores[i] -= n
		t.UnverifiedScores[i] -= d.UnverifiedScores[i]
	}
	t.Sent -= d.Sent
	t.Responded -= d.Responded
	t.Comments -= d.Comments
	t.Unverified -= d.Unverified
}

// Plus returns t + d.
func (t Tally) Plus(d Tally) Tally {
	t.Add(d)
	return t
}

// Minus returns t − d.
func (t Tally) Minus(d Tally) Tally {
	t.Sub(d)
	return t
}

// IsZero reports whether t counts nothing, so that adding it changes nothing.
func (t Tally) IsZero() bool { return t == Tally{} }

// Detractors returns the number of scores 0..6.
func (t Tally) Detractors() int64 { return t.sum(0, 6) }

// Passives returns the number of scores 7 and 8.
func (t Tally) Passives() int64 { return t.sum(7, 8) }

// Promoters returns the number of scores 9 and 10.
func (t Tally) Promoters() int64 { return t.sum(9, 10) }

// Answers returns the number of scores.
func (t Tally) Answers() int64 { return t.sum(0, 10) }

// In returns the number of scores in a group.
func (t Tally) In(g Group) int64 {
	switch g {
	case Detractor:
		return t.Detractors()
	case Passive:
		return t.Passives()
	case Promoter:
		return t.Promoters()
	}
	panic("nps: group " + string(g))
}

func (t Tally) sum(from, to int) (n int64) {
	for _, k := range t.Scores[from : to+1] {
		n += k
	}
	return n
}

// NPS returns 100 × (promoters − detractors) / answers, −100..100, unrounded. Without answers there is none.
func (t Tally) NPS() (value float64, ok bool) {
	n := t.Answers()
	if n <= 0 {
		return 0, false
	}
	return 100 * float64(t.Promoters()-t.Detractors()) / float64(n), true
}

// Mean returns the mean score, 0..10. Without answers there is none.
func (t Tally) Mean() (value float64, ok bool) {
	n := t.Answers()
	if n <= 0 {
		return 0, false
	}
	var sum int64
	for s, k := range t.Scores {
		sum += int64(s) * k
	}
	return float64(sum) / float64(n), true
}

// ResponseRate returns the percentage of the invited who answered, 0..100. Answers given without an invitation (by
// telephone, from a QR code) can make it more than all; it is 100 then. Nothing sent: there is none.
func (t Tally) ResponseRate() (percent float64, ok bool) {
	if t.Sent <= 0 {
		return 0, false
	}
	return 100 * float64(t.responded()) / float64(t.Sent), true
}

func (t Tally) responded() int64 { return max(0, min(t.Responded, t.Sent)) }
