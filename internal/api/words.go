package api

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/web"
)

// wordsGroup is what the people of one group wrote, who have these values in common.
type wordsGroup struct {
	Group map[string]string `json:"group"`
	Words []said            `json:"words"`
}

type said struct {
	Why  string `json:"why,omitempty"`
	Wish string `json:"wish,omitempty"`
}

// campaignWords answers what employees wrote whose box was opened.
func (d *API) campaignWords(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	reading, err := d.openCampaign(r)
	if err != nil {
		return err
	}
	words, err := reading.Words(r.Context())
	if err != nil {
		return err
	}
	out, columns := []wordsGroup{}, reading.Columns()
	for _, g := range words {
		one := wordsGroup{Group: map[string]string{}, Words: []said{}}
		for i, v := range g.Group {
			if v != "" && i < len(columns) {
				one.Group[columns[i]] = v
			}
		}
		for _, s := range g.Said {
			one.Words = append(one.Words, said{s.Comment(), s.Wish()})
		}
		out = append(out, one)
	}
	web.JSON(w, http.StatusOK, map[string]any{"groups": out})
	return nil
}
