package stats

import (
	"slices"

	"onetap/internal/nps"
)

// Movement is how people went from group to group between two waves. Rows and columns are in the order of nps.Groups: detractor, passive, promoter.
type Movement struct {
	People [3][3]int64 `json:"people"` // who answered both: [before][after]
	Came   [3]int64    `json:"came"`   // answered only the later wave, by group then
	Left   [3]int64    `json:"left"`   // answered only the earlier one, by group then

	Before nps.Tally `json:"before"` // of those in both, then
	After  nps.Tally `json:"after"`  // and now
}

// Count adds one who answered both waves.
func (m *Movement) Count(before, after nps.Score) {
	m.People[place(before)][place(after)]++
	m.Before.Count(before, 1)
	m.After.Count(after, 1)
}

// CountCame adds one who answered only the later wave; CountLeft one who answered only the earlier.
func (m *Movement) CountCame(after nps.Score)  { m.Came[place(after)]++ }
func (m *Movement) CountLeft(before nps.Score) { m.Left[place(before)]++ }

// Both is how many answered both waves.
func (m *Movement) Both() int64 { return m.Before.Answers() }

// Up and Down are how many of them went to a better group, and to a worse one.
func (m *Movement) Up() int64   { return m.People[0][1] + m.People[0][2] + m.People[1][2] }
func (m *Movement) Down() int64 { return m.People[1][0] + m.People[2][0] + m.People[2][1] }

// Compare is Paired of those who answered both.
func (m *Movement) Compare() (nps.Comparison, bool) {
	var sum, squares float64
	for i, row := range m.People {
		for j, n := range row {
			d := float64(j - i)
			sum += d * float64(n)
			squares += d * d * float64(n)
		}
	}
	return pairs(m.Before, m.After, sum, squares)
}

// Products is what nps.CompareShared asks of those who answered both.
func (m *Movement) Products() (sum float64) {
	n := float64(m.Both())
	if n == 0 {
		return 0
	}
	a, _ := m.Before.NPS()
	b, _ := m.After.NPS()
	for i, row := range m.People {
		for j, people := range row {
			sum += float64(people) * (float64(i-1) - a/100) * (float64(j-1) - b/100)
		}
	}
	return sum
}

func place(s nps.Score) int { return slices.Index(nps.Groups, s.Group()) }
