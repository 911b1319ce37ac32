package mailing

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/survey"
)

// voter is somebody who gets a ballot.
type voter struct {
	candidate
	cell ballot.Cell // whole; what the ballot carries of it is decided when all are known
}

// planBallots plans an anonymous audience in one go: who is in which cell can only be said when all are known. Nothing counts before
// the last write, a compare-and-swap of the mailing, so that a planner that dies leaves a plan that the next one makes again,
// shuffled anew. An audience in which nobody's answer could hide is written to by nobody: the campaign is paused and says why.
func (r *senderRun) planBallots(ctx context.Context, c survey.Campaign) (bool, error) {
	m, err := r.mailing(ctx, c, survey.MailingInvitation)
	if err != nil {
		return false, err
	}
	if m.State == survey.MailingPlanning {
		begun, p := m.Clone(), planned{}
		var all []voter
		note, err := r.awaiting(ctx, c)
		if err != nil {
			return false, err
		}
		for shard := range survey.ContactShards {
			if !r.timeLeft(ctx) {
				return true, nil
			}
			before, err := r.askedIn(ctx, c, shard)
			if err != nil {
				return false, err
			}
			note(before)
			err = r.Store.WalkContacts(ctx, c.Audience, shard, func(contact survey.Contact, stopped survey.SuppressionReason) error {
				k, ok := candidateOf(c, contact, stopped)
				if !ok {
					return nil
				}
				if skip := k.skip(c, before); skip != "" {
					m.Pass(skip)
					p.skip(c, m.Number, k, skip, r.Now())
					if skip != survey.SkipPaper {
						return nil
					}
				}
				all = append(all, voter{k, ballot.Cell{Language: k.language, Values: survey.GroupValues(contact, c.Columns())}})
				return nil
			})
			if err != nil {
				return false, err
			}
		}
		if len(all) < ballot.Least && !c.Paper {
			return r.refuse(ctx, c, survey.StoppedFew, len(all))
		}
		switch err := r.deal(ctx, c, begun, m, p, all); {
		case errors.Is(err, errNear):
			return r.refuse(ctx, c, survey.StoppedNear, len(all))
		case err != nil:
			return false, err
		}
	}
	c, ok := c.Planned(slices.DeleteFunc(slices.Clone(c.Columns()), func(column string) bool { return column == survey.GroupTeam }))
	if !ok {
		return false, nil
	}
	_, err = r.Store.SaveCampaign(ctx, c)
	return true, err
}

// errNear is that a part of the audience was chosen who are nearly those of an earlier round.
var errNear = errors.New("nearly the people of an earlier round")

// refuse writes to nobody.
func (r *senderRun) refuse(ctx context.Context, c survey.Campaign, reason string, people int) (bool, error) {
	r.Log.Warn("an answer could not hide among so few, or beside an earlier round; nobody is written to", "campaign", c.ID, "people", people, "reason", reason)
	c, ok := c.Refuse(reason, r.Now())
	if !ok {
		return false, nil
	}
	_, err := r.Store.SaveCampaign(ctx, c)
	return true, err
}

// deal makes the batches of an audience, in an order that says nothing, and writes the plan.
func (r *senderRun) deal(ctx context.Context, c survey.Campaign, begun, m survey.Mailing, p planned, all []voter) error {
	type dealt struct {
		people   []survey.ContactID
		language string
		cell     ballot.Number
	}
	cells, people := cellsOf(all)
	kept := []ballot.Planned{ballot.Everybody: {Cell: ballot.Cell{Values: make([]string, len(c.Columns()))}}}
	weights := make([]ballot.Weight, len(cells))
	for i := range people {
		weights[i].People = len(people[i])
	}
	var batches []dealt
	rounds, err := r.rounds(ctx, c, people)
	if err != nil {
		return fmt.Errorf("earlier rounds: %w", err)
	}
	groups, apart := ballot.Apart(ballot.Plan(cells, weights), rounds)
	if !apart && c.Narrows() {
		return errNear
	}
	for _, g := range groups {
		var of []survey.ContactID
		for _, member := range g.Members {
			of = append(of, people[member]...)
		}
		if c.Paper { // there are cards for the cell, and no letters
			kept = append(kept, ballot.Planned{Cell: g.Cell, People: len(of)})
			continue
		}
		some, err := ballot.Deal(rand.Reader, of)
		if err != nil {
			return fmt.Errorf("a cell of %d: %w", len(of), err)
		}
		language := g.Cell.Language
		if language == "" { // several: each is written to in their own
			language = c.Language
		}
		for _, batch := range some {
			batches = append(batches, dealt{batch, language, ballot.Number(len(kept))})
		}
		kept = append(kept, ballot.Planned{Cell: g.Cell, People: len(of)})
	}
	if err := ballot.Shuffle(rand.Reader, batches); err != nil {
		return err
	}
	for _, b := range batches {
		p.batches = append(p.batches, m.Deal(b.people, b.language, int(b.cell)))
	}
	m.EndWhole(rand.Text())
	if err = r.Store.PutCells(ctx, c.ID, m.Cells, kept); err != nil {
		return err
	}
	if err := r.Store.AddInvitations(ctx, p.skipped, r.held); err != nil {
		return err
	}
	m, err = r.Store.SavePlan(ctx, begun, m, p.batches)
	if err == nil {
		r.Log.Info("planned", "campaign", c.ID, "audience", m.Audience, "invited", m.Invited, "batches", m.Batches, "cells", len(kept)-1)
	}
	return err
}

// earlierRounds is with how many of the rounds before a plan is compared.
const earlierRounds = 8

// rounds are the earlier rounds of an audience beside this one's people by cell. Who was asked in which cell stands in the batches; who was
// erased since is known by number only.
func (r *senderRun) rounds(ctx context.Context, c survey.Campaign, people [][]survey.ContactID) (rounds []ballot.Round, err error) {
	now := map[survey.ContactID]int{}
	for cell, of := range people {
		for _, id := range of {
			now[id] = cell
		}
	}
	all, err := r.Store.Campaigns(ctx, c.Audience, survey.RecentCampaigns)
	if err != nil {
		return nil, err
	}
	for _, other := range all {
		if other.ID == c.ID || !other.Ballots || len(rounds) == earlierRounds {
			continue
		}
		m, begun, err := r.Store.Mailing(ctx, other.ID, survey.MailingInvitation)
		if err != nil {
			return nil, err
		}
		if !begun || m.Cells == "" {
			continue
		}
		round, err := r.round(ctx, m, now)
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, round)
	}
	return rounds, nil
}

// round is one earlier round.
func (r *senderRun) round(ctx context.Context, m survey.Mailing, now map[survey.ContactID]int) (round ballot.Round, err error) {
	cells, err := r.Store.Cells(ctx, m)
	if err != nil {
		return round, err
	}
	for _, cell := range cells {
		round.Shared, round.Gone = append(round.Shared, map[int]int{}), append(round.Gone, cell.People)
	}
	const limit = 50
	seen := map[survey.ContactID]bool{}
	for from := ""; ; {
		bs, err := r.Store.Batches(ctx, m, from, limit)
		if err != nil {
			return round, err
		}
		for _, b := range bs {
			from = b.Name + " "
			for _, id := range b.Contacts {
				if cell, both := now[id]; both && !seen[id] && b.Cell < len(cells) {
					seen[id] = true
					round.Shared[b.Cell][cell]++
					round.Gone[b.Cell]--
				}
			}
		}
		if len(bs) < limit {
			return round, nil
		}
	}
}

// cellsOf sorts people by their cells.
func cellsOf(all []voter) (cells []ballot.Cell, people [][]survey.ContactID) {
	at := map[string]int{}
	for _, v := range all {
		name := fmt.Sprintf("%q", append([]string{v.cell.Language}, v.cell.Values...))
		i, ok := at[name]
		if !ok {
			i = len(cells)
			at[name] = i
			cells, people = append(cells, v.cell), append(people, nil)
		}
		people[i] = append(people[i], v.id)
	}
	return cells, people
}

// least is how many people a campaign must write to.
func least(c survey.Campaign) int {
	if c.Paper {
		return 0
	}
	if c.Audience.Anonymous() {
		return ballot.Least
	}
	return 1
}

// tooFew refuses a campaign of an anonymous audience that would write to so few people that an answer could not hide among them:
// employees_too_few.
func tooFew(people HeadCount) *apperr.Error {
	return apperr.New(apperr.Conflict, "employees_too_few", "filter", "Count", people.Invited, "Least", ballot.Least)
}
