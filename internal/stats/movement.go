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

	before, after nps.Tally // of those in both
}

// Count adds one who answered both waves.
func (m *Movement) Count(before, after nps.Score) {
	m.People[place(before)][place(after)]++
	m.before.Count(before, 1)
	m.after.Count(after, 1)
}

// CountCame adds one who answered only the later wave; CountLeft one who answered only the earlier.
func (m *Movement) CountCame(after nps.Score)  { m.Came[place(after)]++ }
func (m *Movement) CountLeft(before nps.Score) { m.Left[place(before)]++ }

// Both is how many answered both waves.
func (m *Movement) Both() int64 { return m.before.Answers() }

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
	return pairs(m.before, m.after, sum, squares)
}

func place(s nps.Score) int { return slices.Index(nps.Groups, s.Group()) }
