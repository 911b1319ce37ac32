package mailing

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/survey"
)

// MaxCards is how many cards are printed at a time; a page with the codes of more would be too large to send.
const MaxCards = 200

// cardLife is how long the code of a card is kept whose campaign has no closing date, in days; of others so many days longer than that.
const cardLife, cardLonger = 400, 30

// PaperCard is a card as it is printed. Its code stands on it and nowhere else.
type PaperCard struct {
	Code   string // as people type it
	Ballot string // token of its link
}

// MayPrint says why no cards can be printed of a campaign now: cards_employees, cards_not_now.
func (cs *Campaigns) MayPrint(c survey.Campaign) error {
	switch {
	case !c.Audience.Anonymous() || !c.Ballots:
		return apperr.New(apperr.Conflict, "cards_employees", "audience")
	case !c.Accepts(cs.Now()):
		return apperr.New(apperr.Conflict, "cards_not_now", "state")
	}
	return nil
}

// CardCells are the groups for which cards can be printed, by their numbers: everybody, and those that letters carry.
func (cs *Campaigns) CardCells(ctx context.Context, c survey.Campaign) ([]ballot.Planned, error) {
	if err := cs.MayPrint(c); err != nil {
		return nil, err
	}
	m, begun, err := cs.Store.Mailing(ctx, c.ID, survey.MailingInvitation)
	if err != nil {
		return nil, err
	}
	if !begun || m.Cells == "" {
		return nil, apperr.New(apperr.Conflict, "cards_not_now", "state")
	}
	return cs.Store.Cells(ctx, m)
}

// PrintCards makes n cards of a cell, each a ballot that nobody has yet, and counts them as given out. Whoever asks again gets others; they
// are counted, too. Problems: those of MayPrint; cards_count, cards_cell.
func (cs *Campaigns) PrintCards(ctx context.Context, c survey.Campaign, cell, n int) ([]PaperCard, survey.Campaign, error) {
	if n < ballot.Least || n > MaxCards {
		return nil, c, apperr.New(apperr.Invalid, "cards_count", "count", "Least", ballot.Least, "Most", MaxCards)
	}
	cells, err := cs.CardCells(ctx, c)
	if err != nil {
		return nil, c, err
	}
	if cell < 0 || cell >= len(cells) {
		return nil, c, apperr.New(apperr.Invalid, "cards_cell", "cell")
	}
	// What is counted first may never be printed; what is printed is always counted.
	c, err = cs.change(ctx, string(c.ID), nil, func(c survey.Campaign) (survey.Campaign, error) {
		if err := cs.MayPrint(c); err != nil {
			return c, err
		}
		printed := make([]int, max(len(c.Cards), cell+1))
		copy(printed, c.Cards)
		printed[cell] += n
		c.Cards = printed
		return c, nil
	})
	if err != nil {
		return nil, c, err
	}
	until := cs.Now().AddDate(0, 0, cardLife)
	if !c.ClosesAt.IsZero() {
		until = c.ClosesAt.AddDate(0, 0, cardLonger)
	}
	paper, stored := make([]PaperCard, n), make([]survey.Card, n)
	for i := range paper {
		code, err := keys.NewCode(rand.Reader)
		if err != nil {
			return nil, c, err
		}
		paper[i] = PaperCard{keys.ShowCode(code), cs.Keys.MakeBallot(cs.Keys.OfCode(c.ID, ballot.Number(cell), code))}
		stored[i] = survey.Card{Hash: cs.Keys.CodeHash(code), Campaign: c.ID, Cell: cell, Until: until}
	}
	return paper, c, cs.Store.PutCards(ctx, stored)
}

// CardSite is the base of a campaign's cards' links; site is the deployment's.
func CardSite(c survey.Campaign, site string) string {
	return strings.TrimSuffix(cmp.Or(c.Site, site), "/")
}

// CardLanguage is the language of the page that a card opens: the one that is asked for, else the campaign's. Problem: language_unknown.
func CardLanguage(c survey.Campaign, asked string) (string, error) {
	if asked == "" {
		return c.Language, nil
	}
	if !slices.Contains(survey.Languages(), asked) || !c.Speaks(asked) {
		return c.Language, apperr.New(apperr.Invalid, "language_unknown", "language", "Known", strings.Join(slices.DeleteFunc(slices.Clone(survey.Languages()), func(l string) bool { return !c.Speaks(l) }), ", "))
	}
	return asked, nil
}

// CardLink is where a card's QR leads.
func CardLink(site string, p PaperCard, language string) string {
	return site + "/b/" + p.Ballot + "?lang=" + language
}

// CellNumber reads a cell's number of a form.
func CellNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, apperr.New(apperr.Invalid, "cards_cell", "cell")
	}
	return n, nil
}
