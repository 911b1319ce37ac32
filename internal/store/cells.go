package store

import (
	"context"
	"errors"

	"onetap/internal/ballot"
	"onetap/internal/survey"
)

// cellsOnPage is how many cells one item holds: with the longest values of the most columns they are a quarter of a megabyte.
const cellsOnPage = 500

// PutCells keeps the cells of a plan, numbered in their order. They count only once a mailing names the plan.
func (s *Store) PutCells(ctx context.Context, c survey.CampaignID, plan string, cells []ballot.Planned) error {
	for page := 0; len(cells) > 0; page++ {
		n := min(cellsOnPage, len(cells))
		it := cellsKey(c, plan, page).item()
		it["cells"] = asJSON(cells[:n])
		if err := s.put(ctx, it, "", nil); err != nil {
			return err
		}
		cells = cells[n:]
	}
	return nil
}

// Cells reads the cells that the ballots of a mailing carry, by their numbers.
func (s *Store) Cells(ctx context.Context, m survey.Mailing) ([]ballot.Planned, error) {
	if m.Cells == "" {
		return nil, errors.New("cells of a mailing without ballots")
	}
	var all []ballot.Planned
	err := s.queryItems(ctx, "CAMPAIGN#"+string(m.Campaign), cellsPrefix(m.Cells), true, func(it item) (bool, error) {
		var page []ballot.Planned
		err := fromJSON(it, "cells", &page)
		all = append(all, page...)
		return true, err
	})
	return all, err
}
