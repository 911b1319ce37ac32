package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"onetap/internal/local/drive"
)

// brought is what the director knows of answers that were given elsewhere: one list of them, which comes any number of times and is taken back.
type brought struct {
	rows    int
	scores  [11]int
	list    []string // its lines, with the heading
	owners  []string // by row: the address that it names
	imports []string
	there   bool // after all that was answered so far
}

// oldAnswers makes the list: most of its people are contacts.
func oldAnswers(rows, people int, r *rand.Rand) *brought {
	b := &brought{rows: rows, list: []string{"date;score;email;comment;answer id\n"}}
	day := time.Date(2024, 2, 1, 7, 0, 0, 0, time.UTC)
	for i := range rows {
		score, who := r.IntN(11), address(r.IntN(people))
		if r.Float64() < 0.3 {
			who = fmt.Sprintf("former%d@example.com", i)
		}
		b.scores[score]++
		b.owners = append(b.owners, who)
		b.list = append(b.list, fmt.Sprintf("%s;%d;%s;old word %d;old-%d\n", day.Add(time.Duration(i)*41*time.Hour).Format("2006-01-02 15:04"), score, who, i, i))
	}
	return b
}

// bring imports the list, in parts as pages do; a part whose answer was lost is sent again.
func (d *director) bring(ctx context.Context, n int, r *rand.Rand) error {
	if d.brought == nil {
		d.brought = oldAnswers(n, d.uploaded, r)
	}
	b := d.brought
	var im struct {
		Import         string
		New, Unchanged int
		Total          struct {
			New, Unchanged, Refused int
			Erased                  int `json:"erased_on_request"`
		}
	}
	call := func(method, path string, body string) error {
		return d.insist(ctx, func() error {
			err := d.company.Upload(ctx, method, path, "text/csv; charset=utf-8", []byte(body), &im)
			var no *drive.Refusal
			if errors.As(err, &no) && no.Code == "part_unfinished" {
				return fmt.Errorf("again: %s", no.Code)
			}
			return err
		})
	}
	into := []string{"month", "quarter", "name:Old"}[r.IntN(3)]
	if err := call("POST", "/history?audience="+audience+"&into="+into, ""); err != nil {
		return err
	}
	id := im.Import
	b.imports, b.there = append(b.imports, id), true
	for part, from := 1, 0; from < len(b.list); part++ {
		to := min(len(b.list), from+1+len(b.list)/(1+r.IntN(3)))
		if err := call("PUT", fmt.Sprintf("/history/%s/parts/%d", id, part), strings.Join(b.list[from:to], "")); err != nil {
			return err
		}
		from = to
	}
	if err := call("POST", "/history/"+id+"/finish", ""); err != nil {
		return err
	}
	if t := im.Total; t.New+t.Unchanged+t.Erased != b.rows || t.Refused > 0 {
		d.broke("lost", 1, "%d answers of elsewhere: %+v", b.rows, t)
	}
	return nil
}

// takeBack takes back every import of the list.
func (d *director) takeBack(ctx context.Context) error {
	if d.brought == nil {
		return nil
	}
	for _, id := range d.brought.imports {
		for {
			var undone struct{ State string }
			if err := d.must(ctx, "DELETE", "/history/"+id, nil, &undone); err != nil {
				return err
			}
			if undone.State == "undone" {
				break
			}
			if err := sleep(ctx, 50*time.Millisecond); err != nil {
				return err
			}
		}
	}
	d.brought.imports, d.brought.there = nil, false
	return nil
}

// checkBrought looks for each answer of elsewhere once, and for nothing that came of them. Those of people who were erased may be there, as nobody's, or not.
func (d *director) checkBrought(t rows) {
	b := d.brought
	if b == nil {
		return
	}
	var found [11]int
	for _, c := range t.campaigns {
		if !c.brought {
			continue
		}
		for _, r := range c.responses {
			found[r.number("score")]++
		}
		for mailing, people := range c.invited {
			if len(people) > 0 {
				d.broke("broken", len(people), "a campaign of elsewhere has %d invitations, mailing %d", len(people), mailing)
			}
		}
		if len(c.cases) > 0 {
			d.broke("broken", len(c.cases), "a campaign of elsewhere has %d cases", len(c.cases))
		}
	}
	erased := 0
	for _, who := range b.owners {
		for _, e := range d.erased {
			if e.address == who {
				erased++
				break
			}
		}
	}
	most := b.rows
	least := b.rows - erased
	if !b.there {
		least, most = 0, erased
	}
	n, wrong := 0, 0
	for score, k := range found {
		n += k
		if b.there && erased == 0 && k != b.scores[score] || k > b.scores[score] {
			wrong++
		}
	}
	switch {
	case n < least:
		d.broke("lost", least-n, "of %d answers of elsewhere %d are there, %d may be erased", b.rows, n, erased)
	case n > most:
		d.broke("doubled", n-most, "of %d answers of elsewhere (there: %v) %d are there", b.rows, b.there, n)
	case wrong > 0:
		d.broke("broken", wrong, "the scores of elsewhere are %v, were %v", found, b.scores)
	}
}
