package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/loop"
)

// letterLife is how long it is kept that a letter has gone.
const letterLife = 60 * 24 * time.Hour

// entryLife is for how long an entry is kept after its case has climbed as far as it can: for as long the clock may stand still.
const entryLife = 30 * 24 * time.Hour

// entryItem is of a case whose respondent nobody has spoken to. Once somebody has, it is passed by, and goes by itself.
func entryItem(e loop.Entry) item {
	it := agendaKey(e.Deadline, e.Campaign, e.Contact).item()
	it["top"], it["ttl"] = at(e.Top), num(e.Top.Add(entryLife).Unix())
	return it
}

// DropAgenda takes a contact's case off the agenda, whatever it says. Again changes nothing.
func (s *Store) DropAgenda(ctx context.Context, c loop.Case) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: agendaKey(c.Deadline, c.Campaign, c.Contact).item()})
	return s.failed("drop from the agenda", err)
}

// Agenda lists the entries with deadlines after one time and until another, in no order.
func (s *Store) Agenda(ctx context.Context, after, until time.Time) (all []loop.Entry, err error) {
	for n := range dueShards {
		err := s.pages(ctx, &dynamodb.QueryInput{
			TableName: &s.table, ConsistentRead: aws.Bool(true),
			KeyConditionExpression:    aws.String("pk = :pk AND sk BETWEEN :from AND :to"),
			ExpressionAttributeValues: item{":pk": str(agendaPK(n)), ":from": str(dueAfter(after)), ":to": str(dueAfter(until))},
		},
			func(it item) (bool, error) {
				d, err := parseDue(it)
				all = append(all, loop.Entry{Deadline: d.At, Top: instant(it, "top"), Campaign: d.Campaign, Contact: d.Contact})
				return true, err
			})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Morning reads how far the letters about what is overdue are; zero before the first.
func (s *Store) Morning(ctx context.Context) (m loop.Morning, err error) {
	it, err := s.get(ctx, morningKey)
	if err != nil || it == nil {
		return m, err
	}
	return loop.Morning{At: instant(it, "at"), Since: instant(it, "since"), Done: truth(it, "done"), Version: int(number64(it, "version"))}, nil
}

// SaveMorning writes it if it has the version that was read, and returns it with the next one; otherwise ErrChanged.
func (s *Store) SaveMorning(ctx context.Context, m loop.Morning) (loop.Morning, error) {
	was := m.Version
	m.Version++
	it := morningKey.item()
	it["at"], it["since"], it["done"], it["version"] = at(m.At), at(m.Since), &types.AttributeValueMemberBOOL{Value: m.Done}, num(m.Version)
	if was == 0 {
		return m, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return m, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// PlanMorning keeps who is told of what on a morning, and returns what is kept: an earlier plan of the same morning stays.
func (s *Store) PlanMorning(ctx context.Context, m loop.Morning, letters []loop.Told, now time.Time) ([]loop.Told, error) {
	it := morningPlanKey(m).item()
	it["letters"], it["ttl"] = asJSON(letters), num(now.Add(letterLife).Unix())
	err := s.put(ctx, it, "attribute_not_exists(pk)", nil)
	if !errors.Is(err, apperr.ErrChanged) {
		return letters, err
	}
	letters, _, err = s.MorningPlan(ctx, m)
	return letters, err
}

// MorningPlan reads who is told of what on a morning; ok is false where that is not decided.
func (s *Store) MorningPlan(ctx context.Context, m loop.Morning) (letters []loop.Told, ok bool, err error) {
	it, err := s.get(ctx, morningPlanKey(m))
	if err != nil || it == nil {
		return nil, false, err
	}
	return letters, true, fromJSON(it, "letters", &letters)
}

// Letter reads a letter; ok is false where it has not been begun.
func (s *Store) Letter(ctx context.Context, group, name string) (l loop.Letter, ok bool, err error) {
	it, err := s.get(ctx, letterKey(group, name))
	if err != nil || it == nil {
		return l, false, err
	}
	l, err = letterOf(group, it)
	return l, true, err
}

func letterOf(group string, it item) (l loop.Letter, err error) {
	if err = json.Unmarshal([]byte(text(it, "letter")), &l); err != nil {
		return l, fmt.Errorf("stored letter: %w", err)
	}
	l.Group, l.Name, l.Version = group, unpart(strings.TrimPrefix(text(it, "sk"), "LETTER#")), int(number64(it, "version"))
	return l, nil
}

// Letters lists the letters of a group whose names are not before one, in their order.
func (s *Store) Letters(ctx context.Context, group, from string) (all []loop.Letter, err error) {
	err = s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk AND sk BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":pk": str(letterGroup(group)), ":from": str(letterKey(group, from).sk), ":to": str("LETTER$")},
	},
		func(it item) (bool, error) {
			l, err := letterOf(group, it)
			all = append(all, l)
			return true, err
		})
	return all, err
}

// SaveLetter writes a letter if it has the version that was read (0: there is none), and returns it with the next one; otherwise ErrChanged.
func (s *Store) SaveLetter(ctx context.Context, l loop.Letter, now time.Time) (loop.Letter, error) {
	was := l.Version
	l.Version++
	it := letterKey(l.Group, l.Name).item()
	it["letter"], it["version"], it["ttl"] = asJSON(l), num(l.Version), num(now.Add(letterLife).Unix())
	if was == 0 {
		return l, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return l, s.put(ctx, it, "version = :was", item{":was": num(was)})
}
