package insight

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onetap/internal/ballot"
	"onetap/internal/blocks/blockstest"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// boxed is an opened campaign of employees of a random organisation, as the opening writes it.
func boxed(t *rapid.T) *memory {
	m := &memory{
		campaign: survey.Campaign{
			ID: "aaaaaaaa", Audience: survey.Employees, State: survey.Closed, ClosesAt: noon.AddDate(0, 0, -1), Launched: noon.AddDate(0, 0, -30), Ballots: true,
			Groups: []string{survey.GroupTeam, survey.DimensionLocation}, Dimensions: []string{survey.DimensionLocation},
		},
		figures: survey.Deltas{}, asked: survey.Asked{}, kept: map[int]survey.DimensionCount{},
	}
	var cells []ballot.Cell
	var people []ballot.Weight
	for range rapid.IntRange(1, 8).Draw(t, "cells") {
		cells = append(cells, ballot.Cell{
			Language: rapid.SampledFrom([]string{"ru", "ru", "en"}).Draw(t, "language"),
			Values:   []string{rapid.SampledFrom([]string{"North", "South", "West"}).Draw(t, "team"), rapid.SampledFrom([]string{"", "Tver", "Kazan"}).Draw(t, "town")},
		})
		people = append(people, ballot.Weight{People: rapid.IntRange(1, 12).Draw(t, "people")})
	}
	planned := ballot.Plan(cells, people)
	var of []ballot.Cell
	var weights []ballot.Weight
	for _, g := range planned {
		of = append(of, g.Cell)
		weights = append(weights, ballot.Weight{People: g.People, Answers: rapid.IntRange(0, min(g.People, 9)).Draw(t, "answers")})
	}
	groups, _ := ballot.Open(of, weights)
	for _, g := range groups {
		for range g.Answers {
			r := survey.Response{
				Campaign: m.campaign.ID, Audience: survey.Employees, Contact: survey.ContactID(fmt.Sprintf("answer%010d", len(m.answers))), Team: g.Cell.Values[0], Language: g.Cell.Language,
				Segments: []string{g.Cell.Values[1]}, Score: rapid.IntRange(0, 10).Draw(t, "score"), Verified: true, First: noon, Counted: noon, Updated: noon, Version: 1,
			}
			m.answers = append(m.answers, r)
			survey.MarkOf(r, time.UTC).Count(m.figures, m.campaign.ID, 1)
		}
	}
	m.campaign.Box = survey.Box{Opened: noon, Kept: len(m.answers)}
	return m
}

// The attacker asks, as every role, for every figure that there is of an opened box, by every column, and takes them all as linear
// equations over who said what: nothing is about fewer than five.
func TestAttackerWhoAsksForEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := boxed(t)
		if len(m.answers) > 20 {
			t.Skip("too many answers to try all sets of four of them; rapid draws another organisation")
		}
		var equations [][]int64
		ask := func(kind, value string, d Disclosed) {
			row, members := make([]int64, len(m.answers)), nps.Tally{}
			for i, r := range m.answers {
				if kind == "" || Value(m.campaign, kind, r) == value {
					row[i] = 1
					members.Count(nps.Score(r.Score), 1)
				}
			}
			if d.Withheld() != "" || d.Tally().Answers() == 0 {
				return
			}
			if d.Tally().Scores != members.Scores {
				t.Fatalf("%s %q shows %v and is %v", kind, value, d.Tally().Scores, members.Scores)
			}
			equations = append(equations, row)
		}
		for _, role := range roles {
			opened, err := m.results().Open(context.Background(), person(role), m.campaign)
			if err != nil {
				t.Fatal(err)
			}
			report, err := opened.Report(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			ask("", "", report.Whole())
			ask("", "", report.Own().Disclosed)
			for _, row := range report.Weeks() {
				ask(survey.KindWeek, row.Value(), row.Disclosed)
			}
			for _, kind := range append([]string{survey.KindTeam, survey.KindOwner, survey.KindLanguage}, m.campaign.Dimensions...) {
				by, err := report.By(context.Background(), kind)
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range by.Rows {
					ask(kind, row.Value(), row.Disclosed)
					if row.Rated() || row.Tally().Sent > 0 {
						t.Fatalf("%s %q tells how many of it have answered", kind, row.Value())
					}
				}
			}
		}
		if found := blockstest.Audit(equations, len(m.answers), LeastFigures); found != nil {
			t.Fatalf("of %d answers %v can be worked out from %d figures", len(m.answers), found, len(equations))
		}
	})
}
