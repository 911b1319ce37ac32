package main

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/ballot"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// finished is the employees' campaign of the sample, as it stands when its box has been opened: real letters and an hour of waiting would be the
// only other way to one.
const (
	employeesName = "eNPS"
	finishedDays  = 9  // days ago it was closed
	finishedOpen  = 14 // for so many days
)

// said is one line of samples/employees-answers.csv.
type said struct {
	team, why, wish string
	score           int
}

// employees uploads the employees of the sample and writes down a campaign that they have answered: letters to everybody, and what came out of the box, in the
// groups in which the real opening would have put it.
func (w *workspace) employees(ctx context.Context) error {
	table := w.table
	list, err := fs.ReadFile(w.files, "employees.csv")
	if err != nil {
		return err
	}
	if err := w.company.Upload(ctx, "POST", "/contacts?audience=employees", "application/octet-stream", list, nil); err != nil {
		return err
	}
	if slices.Contains(w.there, employeesName) {
		return nil
	}
	answers, err := readAnswers(w.files)
	if err != nil {
		return err
	}
	closed := time.Now().UTC().AddDate(0, 0, -finishedDays).Truncate(24 * time.Hour).Add(15 * time.Hour)
	asked := closed.AddDate(0, 0, -finishedOpen)
	campaign := survey.Campaign{
		ID: "enpsaaaa", Name: employeesName, Audience: survey.Employees, State: survey.Closed, Company: "Северный ветер", Language: "ru",
		Created: asked, Launched: asked, Opened: asked.Add(time.Minute), ClosesAt: closed, Ended: closed.Add(time.Minute), Ballots: true,
	}
	people, err := writeTo(ctx, table, campaign)
	if err != nil {
		return err
	}
	opened, words := opening(campaign, people, answers)
	campaign.Box = survey.Box{Opened: closed.Add(11 * time.Minute), Kept: len(opened), Words: len(words)}
	if err := table.CreateCampaign(ctx, campaign); err != nil {
		return err
	}
	if err := table.PutAnswers(ctx, opened); err != nil {
		return err
	}
	return table.PutWords(ctx, campaign.ID, 0, words)
}

func readAnswers(samples fs.FS) (all []said, err error) {
	file, err := samples.Open("employees-answers.csv")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	for _, row := range rows[1:] {
		score, err := strconv.Atoi(row[1])
		if err != nil {
			return nil, fmt.Errorf("a score of the sample: %w", err)
		}
		all = append(all, said{row[0], row[2], row[3], score})
	}
	return all, nil
}

// writeTo writes down that everybody of the list got a letter, and returns how many there are by language and team.
func writeTo(ctx context.Context, table *store.Store, c survey.Campaign) (people map[[2]string]int, err error) {
	m, err := table.SaveMailing(ctx, survey.NewMailing(c.ID, survey.MailingInvitation, c.Launched))
	if err != nil {
		return nil, err
	}
	begun := m.Clone()
	people = map[[2]string]int{}
	var ids []survey.ContactID
	for shard := range survey.ContactShards {
		err := table.WalkContacts(ctx, c.Audience, shard, func(one survey.Contact, _ survey.SuppressionReason) error {
			ids = append(ids, one.ID)
			people[[2]string{one.Language, one.Team}]++
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	batches, err := ballot.Deal(rand.Reader, ids)
	if err != nil {
		return nil, err
	}
	var written []survey.Batch
	for _, some := range batches {
		written = append(written, m.Deal(some, c.Language, int(ballot.Everybody)))
	}
	const sender = "sample"
	m.EndWhole(sender)
	if m, err = table.SavePlan(ctx, begun, m, written); err != nil {
		return nil, err
	}
	for _, b := range written {
		if err := table.ClaimBatch(ctx, b, sender, c.Launched); err != nil {
			return nil, err
		}
		b.State, b.At = survey.BatchDone, c.Opened
		for _, id := range b.Contacts {
			b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: id, State: survey.InvitationSent})
		}
		if err := table.DecideBatch(ctx, b, sender, nil, c.Audience); err != nil {
			return nil, err
		}
		if err := table.AddInvitations(ctx, b.Invitations(c.Audience), func() bool { return true }); err != nil {
			return nil, err
		}
	}
	_, err = table.SaveMailing(ctx, m.Finish(c.Opened))
	return people, err
}

// opening puts answers into the groups in which they may be kept, shuffled, as package opening does.
func opening(c survey.Campaign, people map[[2]string]int, answers []said) (opened []survey.Response, words []survey.Words) {
	var cells []ballot.Cell
	var weights []ballot.Weight
	var in [][]said
	for key, n := range people {
		cells = append(cells, ballot.Cell{Language: key[0], Values: []string{key[1]}})
		theirs := slices.DeleteFunc(slices.Clone(answers), func(a said) bool { return a.team != key[1] })
		weights, in = append(weights, ballot.Weight{People: n, Answers: len(theirs)}), append(in, theirs)
	}
	figures, of := ballot.Open(cells, weights)
	for _, g := range figures {
		for _, m := range g.Members {
			for _, a := range in[m] {
				opened = append(opened, survey.Response{
					Campaign: c.ID, Contact: drawn(), Audience: c.Audience, Team: g.Cell.Values[0], Language: g.Cell.Language, Score: a.score, Verified: true,
					First: c.ClosesAt, Counted: c.ClosesAt, Updated: c.ClosesAt, Version: 1,
				})
			}
		}
	}
	for _, g := range of {
		for _, m := range g.Members {
			for _, a := range in[m] {
				if a.why != "" || a.wish != "" {
					words = append(words, survey.Words{Values: append(slices.Clone(g.Cell.Values), g.Cell.Language), Why: a.why, Wish: a.wish})
				}
			}
		}
	}
	_ = ballot.Shuffle(rand.Reader, opened) // crypto/rand never fails
	_ = ballot.Shuffle(rand.Reader, words)
	return opened, words
}

// drawn is an id that belongs to nobody.
func drawn() survey.ContactID {
	var b [10]byte
	rand.Read(b[:])
	return survey.ContactID(strings.ToLower(base32.StdEncoding.EncodeToString(b[:])))
}
