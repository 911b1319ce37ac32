package story

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"onetap/internal/local/attack"
	"onetap/internal/local/drive"
)

// erase has a customer ask for everything that is kept of them, and then to be forgotten: nothing names them, the score stays.
func (t *Teller) erase(ctx context.Context, c campaign, people []*person, s *Summary) error {
	whom, them, before, err := t.forget(ctx, people)
	if err != nil {
		return err
	}
	texts, ids := []string{whom.address, them.Name}, []string{whom.contact}
	var exported json.RawMessage
	if err := t.Company.Call(ctx, "POST", "/people/export", map[string]string{"audience": them.Audience, "contact": them.ID}, &exported); err != nil {
		return err
	}
	t.promise(strings.Contains(string(exported), whom.address) && strings.Contains(string(exported), whom.why), "the export lacks address or words")
	t.say("17. A customer asks what is kept of them: %d KB of JSON, from %d items of the table, with answer, words, case and letters.", (len(exported)+1023)/1024, len(before))
	var was, is results
	if err := t.Company.Call(ctx, "GET", "/campaigns/"+c.ID+"/results", nil, &was); err != nil {
		return err
	}
	var e struct{ ID, State string }
	err = t.Company.Call(ctx, "POST", "/people/erase", map[string]string{"audience": them.Audience, "contact": them.ID, "words": "erase"}, &e)
	if err == nil {
		err = drive.Until(ctx, t.MaxWait, "the erasure", func() (bool, error) {
			err := t.Company.Call(ctx, "GET", "/people/erasures/"+e.ID, nil, &e)
			return e.State == "settling" || e.State == "erased", err
		})
	}
	if err == nil {
		err = t.again(ctx)
	}
	if err != nil {
		return err
	}
	left := []string{"not looked"}
	err = drive.Until(ctx, t.MaxWait, "nothing to be left of somebody erased", func() (bool, error) {
		left, err = t.traces(ctx, texts, ids)
		return len(left) == 0, err
	})
	t.promise(err == nil, "of somebody erased there is: %v", left)
	s.Erased = len(before) - len(left)
	began := time.Now()
	err = drive.Until(ctx, t.MaxWait, "the figures without the words", func() (bool, error) {
		err := t.Company.Call(ctx, "GET", "/campaigns/"+c.ID+"/results", nil, &is)
		return is.Whole.Comments == was.Whole.Comments-1, err
	})
	t.promise(err == nil && is.Whole.Scores == was.Whole.Scores, "figures were %+v, are %+v", was.Whole, is.Whole)
	var found struct{ People [][]contact }
	if err := t.Company.Call(ctx, "POST", "/people/find", map[string]string{"whom": whom.address}, &found); err != nil {
		return err
	}
	t.promise(len(found.People) == 0, "the list has brought back somebody erased")
	t.say("18. Then they are erased: a scan of the whole table finds nothing of them, their score still counts (%.1f s later %d answers as before), and the same list does not bring them back.",
		time.Since(began).Seconds(), is.Whole.Answers)
	return nil
}

// contact is what a search for a person finds.
type contact struct{ ID, Audience, Name string }

// forget finds somebody who is unhappy, says why, and whose name nobody else has; traces are the items that name them.
func (t *Teller) forget(ctx context.Context, people []*person) (whom *person, them contact, traces []string, err error) {
	for _, p := range people {
		if must, _ := p.unhappy(); !must || p.why == "" || p.complained {
			continue
		}
		var found struct{ People [][]contact }
		if err := t.Company.Call(ctx, "POST", "/people/find", map[string]string{"whom": p.address}, &found); err != nil {
			return nil, them, nil, err
		}
		if len(found.People) != 1 || len(found.People[0]) == 0 {
			return nil, them, nil, errors.New("the person who wants to be forgotten is not found")
		}
		them = found.People[0][0]
		table, err := t.Onlooker.Read(ctx)
		if err != nil {
			return nil, them, nil, err
		}
		namesake := slices.ContainsFunc(table, func(i attack.Item) bool {
			one := []attack.Item{i}
			return len(attack.Traces(one, []string{them.Name}, nil)) > len(attack.Traces(one, []string{p.address}, nil))
		})
		if !namesake {
			return p, them, attack.Traces(table, []string{p.address, them.Name}, []string{p.contact}), nil
		}
	}
	return nil, them, nil, errors.New("nobody is unhappy and says why")
}

// again uploads the lists once more.
func (t *Teller) again(ctx context.Context) error {
	for _, name := range []string{"customers-ru.csv", "customers-en.csv"} {
		file, err := fs.ReadFile(t.Samples, name)
		if err != nil {
			return err
		}
		if err := t.Company.Upload(ctx, "POST", "/contacts?audience=customers", "application/octet-stream", file, nil); err != nil {
			return err
		}
	}
	return nil
}

func (t *Teller) traces(ctx context.Context, texts, ids []string) ([]string, error) {
	table, err := t.Onlooker.Read(ctx)
	return attack.Traces(table, texts, ids), err
}
