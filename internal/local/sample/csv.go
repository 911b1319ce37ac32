package sample

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"time"
)

// History is the past waves as a list of answers that another service exports: UTF-8, commas.
func (w *World) History() []byte {
	var out bytes.Buffer
	rows := csv.NewWriter(&out)
	_ = rows.Write([]string{"Response ID", "Campaign", "Responded at", "Score", "Comment", "Wish", "Email", "Language", "Team", "City", "Service", "Segment"}) // into memory: cannot fail
	for i, a := range w.Answers {
		_ = rows.Write([]string{
			fmt.Sprintf("A-%05d", 1+i), w.Names[a.Wave], a.At.Format(time.RFC3339), fmt.Sprint(a.Score), a.Why, a.Wish,
			a.Who.Email, a.Who.Language, a.Who.Team, a.Who.City, a.Who.Product, a.Who.Tier,
		})
	}
	rows.Flush()
	return out.Bytes()
}
