package mailing

import (
	"context"
	"math"
	"time"

	"onetap/internal/nps"
	"onetap/internal/survey"
)

// guessedRate is the share of people who answer, where no campaign of the audience has been sent yet: said to be a guess wherever it is shown.
const guessedRate = 0.2

// ratedBy is of how many of an audience's latest campaigns the response rate is taken.
const ratedBy = 3

// mostAnswered is in which time after its letters most answers of a campaign have come.
const mostAnswered = 7 * 24 * time.Hour

// pointsWanted is the change of the NPS for which it is said how many answers it takes.
const pointsWanted = 5

// Expected is what a campaign's answers will be able to tell, as far as the audience's earlier ones say.
type Expected struct {
	People    int          // who are asked
	Answers   int64        // about
	Rate      nps.Interval // of the response rate in percent, at 95 %; of no meaning with Guessed
	Percent   float64      // the response rate
	Asked     int64        // how many people it was of
	Campaigns int          // and how many campaigns
	Guessed   bool         // nobody of this audience has been asked yet
	Before    string       // name of the campaign that the new result is held against; "": there is none with answers
	Heard     int64        // its answers
	// Points is the smallest change against Before that chance will not explain; without Before how far the NPS may be off to either side. 0: with
	// no answers nothing can be told.
	Points float64
	Need   int64 // answers for pointsWanted; 0: no number is enough, because Before has too few itself
}

// Expect says what a draft's answers will be able to tell, of people who are counted. ok is false of an anonymous audience, and where nobody is asked.
func (cs *Campaigns) Expect(ctx context.Context, c survey.Campaign, people HeadCount) (e Expected, ok bool, err error) {
	if c.Audience.Anonymous() || c.Paper || people.Invited == 0 {
		return e, false, nil
	}
	before, err := cs.Newest(ctx, c.Audience, lookedBack)
	if err != nil {
		return e, false, err
	}
	var sum, last nps.Tally
	now := cs.Now()
	for _, other := range before {
		if other.ID == c.ID || other.Launched.IsZero() || e.Campaigns >= ratedBy && e.Before != "" {
			continue
		}
		t, err := cs.whole(ctx, other)
		if err != nil {
			return e, false, err
		}
		over := !other.Live() || !other.Opened.IsZero() && now.Sub(other.Opened) > mostAnswered
		if t.Sent > 0 && over && e.Campaigns < ratedBy {
			sum.Add(t)
			e.Campaigns++
		}
		if t.Answers() > 0 && over && e.Before == "" {
			e.Before, e.Heard, last = other.Name, t.Answers(), t
		}
	}
	e.People = people.Invited
	rate := guessedRate
	if percent, known := sum.ResponseRate(); known {
		e.Percent, e.Asked, rate = percent, sum.Sent, percent/100
		e.Rate, _ = sum.ResponseRateInterval()
	} else {
		e.Guessed, e.Percent = true, 100*guessedRate
	}
	e.Answers = int64(math.Round(rate * float64(e.People)))
	if e.Before != "" {
		e.Points, _ = nps.Detectable(last, e.Answers)
		e.Need, _ = nps.AnswersFor(last, pointsWanted)
		return e, true, nil
	}
	e.Points, _ = nps.MarginAhead(nps.Supposed(), e.Answers)
	e.Need, _ = nps.AnswersForMargin(nps.Supposed(), pointsWanted)
	return e, true, nil
}

// whole are the figures of a campaign that is not an anonymous audience's.
func (cs *Campaigns) whole(ctx context.Context, c survey.Campaign) (t nps.Tally, err error) {
	counts, err := cs.Store.TalliesOf(ctx, string(c.ID), survey.KindWeek)
	for _, n := range counts {
		t.Add(n.Tally())
	}
	return t, err
}
