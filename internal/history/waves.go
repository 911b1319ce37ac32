package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/survey"
)

// waves are the campaigns of an audience whose answers were brought in, as far as this part knows them.
type waves struct {
	known map[survey.CampaignID]survey.Campaign
	chain map[string][]survey.CampaignID // by what its answers have in common: the campaign, "(2)", …
	mine  map[survey.CampaignID]bool     // this part has made them: nobody else's answers are in them
}

// manyCampaigns is more than an audience has.
const manyCampaigns = 5000

func (im *Imports) wavesOf(ctx context.Context, p *progress) (*waves, error) {
	w := &waves{known: map[survey.CampaignID]survey.Campaign{}, chain: map[string][]survey.CampaignID{}, mine: map[survey.CampaignID]bool{}}
	all, err := im.Store.Campaigns(ctx, p.audience, manyCampaigns)
	for _, c := range all {
		if c.Brought() {
			w.known[c.ID] = c
		}
	}
	for _, in := range p.Total.Campaigns { // one that was just made may be missing in that list
		if _, ok := w.known[in.ID]; !ok && err == nil && !p.Look {
			_, err = im.load(ctx, w, in.ID)
		}
	}
	return w, err
}

// load reads a campaign, if it is there.
func (im *Imports) load(ctx context.Context, w *waves, id survey.CampaignID) (ok bool, err error) {
	c, err := im.Store.Campaign(ctx, id)
	if apperr.Is(err, "campaign_unknown") {
		return false, nil
	}
	if err == nil {
		w.known[id] = c
	}
	return err == nil, err
}

// wave is what an answer's campaign is: what its answers have in common, and its name.
func (p *progress) wave(a answer) (key, name string) {
	at := a.at.In(p.List.clock())
	switch into := p.Into; {
	case strings.HasPrefix(into, "name:"):
		name = strings.TrimPrefix(into, "name:")
	case into == "quarter":
		q := (int(at.Month()) + 2) / 3
		return fmt.Sprintf("quarter:%d-%d", at.Year(), q), p.Language.T("history.quarter."+strconv.Itoa(q), nil) + " " + strconv.Itoa(at.Year())
	case into == "month" || a.wave == "":
		m := p.Language.T("history.month."+strconv.Itoa(int(at.Month())), nil)
		return at.Format("month:2006-01"), m + " " + strconv.Itoa(at.Year())
	default:
		name = a.wave
	}
	return "name:" + celltext.Fold(name), name
}

// of returns the campaigns of what answers have in common, those that are there.
func (im *Imports) of(ctx context.Context, w *waves, p *progress, key string) ([]survey.CampaignID, error) {
	ids, met := w.chain[key]
	for !met {
		id := im.Keys.Wave(p.audience, key+"#"+strconv.Itoa(len(ids)+1))
		if _, ok := w.known[id]; !ok {
			if there, err := im.load(ctx, w, id); err != nil {
				return nil, err
			} else if !there {
				break
			}
		}
		ids = append(ids, id)
	}
	w.chain[key] = ids
	return ids, nil
}

// nth is the id of the n-th campaign, from 0, of what answers have in common; it is put into the chain, and need not be there.
func (im *Imports) nth(w *waves, p *progress, key string, n int) survey.CampaignID {
	if n < len(w.chain[key]) {
		return w.chain[key][n]
	}
	id := im.Keys.Wave(p.audience, key+"#"+strconv.Itoa(n+1))
	w.chain[key] = append(w.chain[key], id)
	return id
}

// spanning are the campaigns in which an answer of that time may lie.
func (w *waves) spanning(t time.Time) (ids []survey.CampaignID) {
	for id, c := range w.known {
		if c.Spans(t) {
			ids = append(ids, id)
		}
	}
	return ids
}

// ensure has a campaign say that this import brings it answers of between two times, and makes it where it is not there.
func (im *Imports) ensure(ctx context.Context, p *progress, id survey.CampaignID, name string, first, last time.Time) error {
	w := p.waves
	for range 20 {
		c, ok := w.known[id]
		if !ok {
			c = survey.Campaign{ID: id, Name: name, Audience: p.audience, Language: string(p.Language), Zone: p.List.Zone}
		}
		after, changed := c.BringIn(p.id, p.List.From, first, last, im.Now().UTC(), p.Dimensions)
		if !changed {
			return nil
		}
		if err := p.begin(); err != nil {
			return err
		}
		var err error
		if !ok {
			if err = im.Store.CreateCampaign(ctx, after); err == nil {
				after.Version = 1
				w.known[id], w.mine[id] = after, true
				return nil
			}
		} else if after, err = im.Store.SaveCampaign(ctx, after); err == nil {
			w.known[id] = after
			return nil
		}
		if !errors.Is(err, apperr.ErrChanged) {
			return err
		}
		delete(w.mine, id)
		delete(w.known, id)
		if _, err := im.load(ctx, w, id); err != nil {
			return err
		}
	}
	return errors.New("other imports change the same campaign all the time")
}

// note counts one of the list's answers in its campaign.
func (t *Total) note(id survey.CampaignID, name string, a answer) {
	i := slices.IndexFunc(t.Campaigns, func(c InWave) bool { return c.ID == id })
	if i < 0 {
		i = len(t.Campaigns)
		t.Campaigns = append(t.Campaigns, InWave{ID: id, Name: name})
	}
	t.Campaigns[i].Answers++
	if t.First.IsZero() || a.at.Before(t.First) {
		t.First = a.at
	}
	if a.at.After(t.Last) {
		t.Last = a.at
	}
	if t.Scores == nil {
		t.Scores = map[int]int{}
	}
	t.Scores[a.score]++
}
