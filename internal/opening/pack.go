package opening

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"onetap/internal/ballot"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// page is what is packed of a box. Answers and words on it belong to nobody and not to each other.
type page struct {
	Answers []answer       `json:"a,omitempty"`
	Words   []survey.Words `json:"w,omitempty"`
}

// answer is one person's, in a group of which it tells nothing but the score.
type answer struct {
	ID    survey.ContactID `json:"i"` // drawn here
	Score int              `json:"s"`
	Cell  ballot.Cell      `json:"c"`
}

// How much a page holds: a table's item may have 400 KB.
const (
	answersOnPage = 500
	wordsOnPage   = 200 << 10 // bytes
)

// pack reads, opens, groups, shuffles and packs a box under a run of its own. Nothing of it counts yet.
func (o *Opener) pack(ctx context.Context, c survey.Campaign) (survey.Opening, error) {
	packed := survey.Opening{Run: rand.Text(), At: endOf(c)}
	cells, weights, perhaps, err := o.people(ctx, c)
	if err != nil {
		return packed, err
	}
	answers, spoiled, err := o.answers(ctx, c, cells, weights)
	if err != nil {
		return packed, err
	}
	packed.Box.Spoiled = spoiled
	pages, err := o.pages(cells, weights, answers, &packed.Box)
	if err != nil {
		return packed, err
	}
	for _, w := range weights {
		perhaps += w.People
	}
	if packed.Box.Surplus = max(0, len(answers)-perhaps); packed.Box.Surplus > 0 {
		o.Log.Error("more answers than letters", "campaign", c.ID, "answers", len(answers), "letters", perhaps)
	}
	for i, p := range pages {
		if err := o.put(ctx, c.ID, packed.Run, i, p); err != nil {
			return packed, err
		}
	}
	packed.Pages = len(pages)
	return packed, nil
}

func endOf(c survey.Campaign) time.Time {
	if !c.ClosesAt.IsZero() && c.State == survey.Closed {
		return c.ClosesAt
	}
	return c.Ended
}

// people counts, by cell, who was written to and did not bounce, and cards that were printed: among whom an answer can hide. Perhaps is how many more may have a
// ballot: their letters are uncertain, or were said to have bounced.
func (o *Opener) people(ctx context.Context, c survey.Campaign) (cells []ballot.Cell, weights []ballot.Weight, perhaps int, err error) {
	m, begun, err := o.Store.Mailing(ctx, c.ID, survey.MailingInvitation)
	if err != nil || !begun || m.Cells == "" { // nobody was ever written to
		return nil, nil, 0, err
	}
	planned, err := o.Store.Cells(ctx, m)
	if err != nil {
		return nil, nil, 0, err
	}
	cells, weights = make([]ballot.Cell, len(planned)), make([]ballot.Weight, len(planned))
	for i, p := range planned {
		cells[i] = p.Cell
	}
	for cell, printed := range c.Cards { // whoever took one: an answer by a card hides among those by letters
		if cell < len(weights) {
			weights[cell].People += printed
		}
	}
	const limit = 50
	for from := ""; ; {
		bs, err := o.Store.Batches(ctx, m, from, limit)
		if err != nil {
			return nil, nil, 0, err
		}
		for _, b := range bs {
			from = b.Name + " "
			of, err := o.Store.InvitationsOf(ctx, c.ID, survey.MailingInvitation, b.Contacts)
			if err != nil {
				return nil, nil, 0, err
			}
			for _, i := range of {
				switch {
				case i.State == survey.InvitationSent && b.Cell < len(weights):
					weights[b.Cell].People++
				case i.State == survey.InvitationUncertain, i.State == survey.InvitationFailed && i.Reason == string(survey.EventBounced):
					perhaps++
				}
			}
		}
		if len(bs) < limit {
			return cells, weights, perhaps, nil
		}
	}
}

// answers opens what lies in the box. What does not open, or is no answer of this campaign, is spoiled; the rest goes on.
func (o *Opener) answers(ctx context.Context, c survey.Campaign, cells []ballot.Cell, weights []ballot.Weight) (all []ballot.Answer, spoiled int, err error) {
	purpose := seal.Ballots.Of(string(c.ID))
	err = o.Store.WalkBox(ctx, c.ID, func(b ballot.Cast) error {
		plain, err := o.Seal.Open(ctx, purpose, o.Store.BallotPlace(c.ID, b.Box), b.Sealed)
		if err != nil && !errors.Is(err, seal.ErrBroken) {
			return err
		}
		a, unreadable := ballot.Read(plain)
		if err != nil || unreadable != nil || int(a.Cell) >= len(cells) {
			spoiled++
			return nil
		}
		weights[a.Cell].Answers++
		all = append(all, a)
		return nil
	})
	if spoiled > 0 {
		o.Log.Error("sealed answers that do not open were left out", "campaign", c.ID, "spoiled", spoiled)
	}
	return all, spoiled, err
}

// pages groups and shuffles answers. What is in no group large enough is on no page.
func (o *Opener) pages(cells []ballot.Cell, weights []ballot.Weight, answers []ballot.Answer, box *survey.Box) (pages []page, err error) {
	if len(answers) == 0 {
		return nil, nil
	}
	figures, words := groupsOf(cells, weights)
	var all []answer
	for _, g := range figures {
		for _, a := range answers {
			if !slices.Contains(g.Members, int(a.Cell)) {
				continue
			}
			id, err := drawID(o.Random)
			if err != nil {
				return nil, err
			}
			all = append(all, answer{id, a.Score, g.Cell})
		}
	}
	if err := ballot.Shuffle(o.Random, all); err != nil {
		return nil, err
	}
	box.Kept = len(all)
	for some := range slices.Chunk(all, answersOnPage) {
		pages = append(pages, page{Answers: some})
	}
	if len(figures) == 0 {
		return nil, nil
	}
	said := wordsOf(words, answers)
	if err := ballot.Shuffle(o.Random, said); err != nil {
		return nil, err
	}
	box.Words = len(said)
	return append(pages, wordPages(said)...), nil
}

// groupsOf puts together the cells that anybody is in. One in which all were written to and none has answered counts too: that it did
// not have to be put with another would tell of it.
func groupsOf(cells []ballot.Cell, weights []ballot.Weight) (figures, words []ballot.Group) {
	var numbers []int
	var some []ballot.Cell
	var weigh []ballot.Weight
	for i, w := range weights {
		if w != (ballot.Weight{}) {
			numbers, some, weigh = append(numbers, i), append(some, cells[i]), append(weigh, w)
		}
	}
	figures, words = ballot.Open(some, weigh)
	for _, groups := range [][]ballot.Group{figures, words} {
		for _, g := range groups {
			for i, m := range g.Members {
				g.Members[i] = numbers[m]
			}
		}
	}
	return figures, words
}

// wordsOf is what people wrote, of groups in which so many have answered that words tell nobody apart.
func wordsOf(groups []ballot.Group, answers []ballot.Answer) (said []survey.Words) {
	for _, g := range groups {
		for _, a := range answers {
			if slices.Contains(g.Members, int(a.Cell)) && (a.Why != "" || a.Wish != "") {
				said = append(said, survey.Words{Values: append(slices.Clone(g.Cell.Values), g.Cell.Language), Why: a.Why, Wish: a.Wish})
			}
		}
	}
	return said
}

func wordPages(said []survey.Words) (pages []page) {
	size := wordsOnPage
	for _, w := range said {
		n := len(w.Why) + len(w.Wish)
		for _, v := range w.Values {
			n += len(v) + 8
		}
		if size+n > wordsOnPage {
			pages, size = append(pages, page{}), 0
		}
		last := &pages[len(pages)-1]
		last.Words, size = append(last.Words, w), size+n
	}
	return pages
}

var ids = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// drawID is what stands where other answers have their contact.
func drawID(random io.Reader) (survey.ContactID, error) {
	var b [10]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", err
	}
	return survey.ContactID(ids.EncodeToString(b[:])), nil
}

func (o *Opener) put(ctx context.Context, c survey.CampaignID, run string, n int, p page) error {
	plain, err := json.Marshal(p)
	if err != nil {
		return err
	}
	sealed, err := o.Seal.SealTo(ctx, seal.Ballots.Of(string(c)), o.Store.OpeningPlace(c, run, n), plain)
	if err != nil {
		return err
	}
	return o.Store.PutOpeningPage(ctx, c, run, n, sealed)
}

// unpack writes what is on the pages of the run that counts.
func (o *Opener) unpack(ctx context.Context, c survey.Campaign, packed survey.Opening) error {
	for n := range packed.Pages {
		sealed, err := o.Store.OpeningPage(ctx, c.ID, packed.Run, n)
		if err != nil {
			return err
		}
		plain, err := o.Seal.Open(ctx, seal.Ballots.Of(string(c.ID)), o.Store.OpeningPlace(c.ID, packed.Run, n), sealed)
		if err != nil {
			return fmt.Errorf("page %d of %d: %w", n, packed.Pages, err)
		}
		var p page
		if err := json.Unmarshal(plain, &p); err != nil {
			return err
		}
		rs := make([]survey.Response, len(p.Answers))
		for i, a := range p.Answers {
			rs[i] = response(c, a, packed)
		}
		if err := o.Store.PutAnswers(ctx, rs); err != nil {
			return err
		}
		if len(p.Words) > 0 {
			if err := o.putWords(ctx, c.ID, n, p.Words); err != nil {
				return err
			}
		}
	}
	return nil
}

// response is an answer as the figures count any other. It is never unhappy: of employees there are no cases.
func response(c survey.Campaign, a answer, packed survey.Opening) survey.Response {
	r := survey.Response{
		Campaign: c.ID, Contact: a.ID, Audience: c.Audience, Language: a.Cell.Language, Score: a.Score, Verified: true,
		First: packed.At, Counted: packed.At, Updated: packed.At, Version: 1,
	}
	for i, column := range c.Columns() {
		switch {
		case i >= len(a.Cell.Values):
		case column == survey.GroupTeam:
			r.Team = a.Cell.Values[i]
		default:
			r.Segments = append(r.Segments, a.Cell.Values[i])
		}
	}
	return r
}

// putWords seals a page of words with the public key that respondents' words have: whoever reads those reads these, and this
// function none of them again.
func (o *Opener) putWords(ctx context.Context, c survey.CampaignID, n int, words []survey.Words) error {
	plain, err := json.Marshal(words)
	if err != nil {
		return err
	}
	sealed, err := o.Seal.SealTo(ctx, seal.Words, o.Store.WordsPagePlace(c, n), plain)
	if err != nil {
		return err
	}
	return o.Store.PutSealedWords(ctx, c, n, sealed)
}
