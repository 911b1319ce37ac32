package api

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/mailing"
	"onetap/internal/web"
)

// cardGroup is a group for which cards can be made.
type cardGroup struct {
	Number int               `json:"number"`
	Group  map[string]string `json:"group"` // what its people have in common; nothing: everybody
	Cards  int               `json:"cards"` // made so far
}

// card is a ballot on paper.
type card struct {
	Code string `json:"code"`
	URL  string `json:"url"`
}

// cardGroups answers for which groups of a campaign there can be cards, and how many were made.
func (d *API) cardGroups(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	cells, err := d.Mailing.CardCells(r.Context(), c)
	if err != nil {
		return err
	}
	out, columns := []cardGroup{}, c.Columns()
	for n, cell := range cells {
		one := cardGroup{Number: n, Group: map[string]string{}}
		for i, v := range cell.Cell.Values {
			if v != "" && i < len(columns) {
				one.Group[columns[i]] = v
			}
		}
		if cell.Cell.Language != "" {
			one.Group["language"] = cell.Cell.Language
		}
		if n < len(c.Cards) {
			one.Cards = c.Cards[n]
		}
		out = append(out, one)
	}
	web.JSON(w, http.StatusOK, map[string]any{"groups": out, "made": c.Printed()})
	return nil
}

// makeCards makes cards, as the page does; the answer holds their codes, which stand nowhere else.
func (d *API) makeCards(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Group    int    `json:"group"`
		Count    int    `json:"count"`
		Language string `json:"language"`
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	language, err := mailing.CardLanguage(c, in.Language)
	if err != nil {
		return err
	}
	made, c, err := d.Mailing.PrintCards(r.Context(), c, in.Group, in.Count)
	if err != nil {
		return err
	}
	cards, site := make([]card, len(made)), mailing.CardSite(c, d.Addresses.LinksOf(r))
	for i, one := range made {
		cards[i] = card{one.Code, mailing.CardLink(site, one, language)}
	}
	web.JSON(w, http.StatusCreated, map[string]any{"cards": cards, "type_at": site + "/card", "made": c.Printed()})
	return nil
}
