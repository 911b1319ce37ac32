package nps_test

import (
	"fmt"

	"onetap/internal/nps"
)

// Ten people answered: their Net Promoter Score, and how far off the score of everybody may be.
func Example() {
	var tally nps.Tally
	for _, text := range []string{"10", "10", "9", "9", "9", "10", "8", "7", "6", "2"} {
		score, err := nps.ParseScore(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		tally.Count(score, 1)
	}
	value, _ := tally.NPS()
	interval, _ := tally.Interval()
	fmt.Printf("%d promoters, %d passives, %d detractors\n", tally.Promoters(), tally.Passives(), tally.Detractors())
	fmt.Printf("NPS %+.0f, with 95 %% confidence between %+.0f and %+.0f\n", value, interval.Low, interval.High)
	// Output:
	// 6 promoters, 2 passives, 2 detractors
	// NPS +40, with 95 % confidence between -13 and +74
}
