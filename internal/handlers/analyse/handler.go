// Package analyse handles the schedule on which the index of contacts' words, and what is kept of their accounts, are brought up to date, the silent are
// looked for and added up, it is measured what those who had cases answer next, and what each wave came to.
package analyse

import (
	"context"
	"errors"

	"onetap/internal/accounts"
	"onetap/internal/followup"
	"onetap/internal/insight"
	"onetap/internal/searching"
)

// Handler does what is due at each event of the schedule.
type Handler struct {
	Keeper   *searching.Keeper
	Accounts *accounts.Keeper
	Silences *followup.Silences

	Recovering *followup.Recovering
	Summing    *followup.Summing
	Analyst    *insight.Analyst
}

// Handle takes in who has changed. What it leaves, the next run goes on with.
func (h Handler) Handle(ctx context.Context) error {
	return errors.Join(h.Accounts.Run(ctx), h.Keeper.Run(ctx), h.Silences.Run(ctx), h.Recovering.Run(ctx), h.Summing.Run(ctx), h.Analyst.Run(ctx))
}
