package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"time"

	"onetap/internal/local/drive"
)

const (
	formerContacts = 5000 // of those who answered elsewhere, so many are contacts
	formerMonths   = 24
	formerPart     = 1 << 20 // bytes of a part, about what the page sends at once
)

// measureHistory brings in answers that were given elsewhere, each size on a laptop of its own: over two years, a tenth of them by contacts, four in
// ten with a comment; waits until they are counted; and brings the same in once more.
func measureHistory(ctx context.Context, l *lab) (all []Figure, err error) {
	for _, n := range l.cfg.Sizes.Grow {
		figures, err := l.history(ctx, n)
		if err != nil {
			return all, fmt.Errorf("%d answers: %w", n, err)
		}
		all = append(all, figures...)
	}
	return all, nil
}

func (l *lab) history(ctx context.Context, n int) ([]Figure, error) {
	name := strconv.Itoa(n)
	s, err := l.start(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	defer l.clean(name)
	defer s.Close()
	if err := s.people(ctx, min(formerContacts, n), l.cfg.Seed); err != nil {
		return nil, err
	}
	parts := formerAnswers(n, formerPart, l.cfg.Seed)
	binary, _ := s.Cloud().Environment("DeskFunction", "")
	before, everything, units := processes(binary), family(), s.Cloud().Meter().Report(time.Now()).Of("DeskFunction").WriteUnits
	began := time.Now()
	if err := s.bring(ctx, parts, n, 0); err != nil {
		return nil, err
	}
	took := time.Since(began)
	units = s.Cloud().Meter().Report(time.Now()).Of("DeskFunction").WriteUnits - units
	desk := processes(binary)
	if err := s.counted(ctx, n); err != nil {
		return nil, err
	}
	counted, cpu := time.Since(began), family()-everything
	again := time.Now()
	if err := s.bring(ctx, parts, 0, n); err != nil {
		return nil, err
	}
	second := time.Since(again)
	l.say("%d answers in %d parts: %.1f s, counted %.1f s, again %.1f s", n, len(parts), took.Seconds(), counted.Seconds(), second.Seconds())
	at, per := ", at "+number(float64(n)), 1000/float64(n)
	figures := []Figure{
		single("history: answers a second"+at, atLeast(5000), float64(n)/took.Seconds(), "answers/s", "rate", n, "answers"),
		single("history: answers a second until all are in the figures"+at, Bound{}, float64(n)/counted.Seconds(), "answers/s", "rate", n, "answers"),
		single("history: answers a second, the same once more"+at, Bound{}, float64(n)/second.Seconds(), "answers/s", "rate", n, "answers"),
		single("history: write units an answer"+at, Bound{}, units/float64(n), "", "mean", n, "answers").remark("Without those of counting."),
	}
	if desk.known {
		figures = append(figures, single("history: memory of the function"+at, atMost(128), float64(max(desk.memory, processes(binary).memory))/(1<<20), "MB", "peak", n, "answers"))
		if used, err := desk.since(before); err == nil {
			figures = append(figures, single("history: CPU time of the function"+at, Bound{}, used.Seconds()*per, "s/1,000 answers", "mean", n, "answers"),
				single("history: CPU time of everything, counting too"+at, Bound{}, cpu.Seconds()*per, "s/1,000 answers", "mean", n, "answers"))
		}
	}
	return figures, nil
}

// bring sends a list of answers in parts and checks what became of them.
func (s *stage) bring(ctx context.Context, parts [][]byte, isNew, unchanged int) error {
	return s.bringAs(ctx, "month", parts, isNew, unchanged)
}

// bringAs is bring where something else than a month becomes a campaign.
func (s *stage) bringAs(ctx context.Context, into string, parts [][]byte, isNew, unchanged int) error {
	var im struct {
		Import string
		Total  struct{ New, Unchanged, Refused int }
	}
	if err := s.Upload(ctx, "POST", "/history?audience=customers&into="+url.QueryEscape(into), "text/csv", nil, &im); err != nil {
		return err
	}
	for i, part := range parts {
		for { // a machine that does other things, too, may need a part's time twice
			err := s.Upload(ctx, "PUT", "/history/"+im.Import+"/parts/"+strconv.Itoa(i+1), "text/csv", part, nil)
			if no := (*drive.Refusal)(nil); errors.As(err, &no) && no.Code == "part_unfinished" {
				continue
			}
			if err != nil {
				return err
			}
			break
		}
	}
	if err := s.Call(ctx, "POST", "/history/"+im.Import+"/finish", nil, &im); err != nil {
		return err
	}
	if im.Total.New != isNew || im.Total.Unchanged != unchanged || im.Total.Refused > 0 {
		return fmt.Errorf("%d new, %d unchanged, %d refused; %d and %d should be", im.Total.New, im.Total.Unchanged, im.Total.Refused, isNew, unchanged)
	}
	return nil
}

// counted waits until the figures of all campaigns together have n answers.
func (s *stage) counted(ctx context.Context, n int) error {
	return drive.Until(ctx, maxWait, "old answers to be counted", func() (bool, error) {
		var list struct {
			Campaigns []struct{ ID string }
		}
		if err := s.Call(ctx, "GET", "/campaigns?audience=customers&limit=500", nil, &list); err != nil {
			return false, err
		}
		sum := 0
		for _, c := range list.Campaigns {
			var got struct{ Whole struct{ Answers int } }
			if err := s.Call(ctx, "GET", "/campaigns/"+c.ID+"/results", nil, &got); err != nil {
				return false, err
			}
			sum += got.Whole.Answers
		}
		if sum > n {
			return false, fmt.Errorf("of %d answers %d are counted", n, sum)
		}
		return sum == n, nil
	})
}

// formerAnswers are n answers as one CSV, cut into parts anywhere. Nobody answers twice in a month.
func formerAnswers(n, size int, seed uint64) [][]byte {
	r := rand.New(rand.NewPCG(seed, 4))
	people := customerRange(0, min(formerContacts, n), 1<<30, seed, "")[0]
	var addresses [][]byte
	for line := range bytes.Lines(people) {
		address, _, _ := bytes.Cut(line, []byte(","))
		addresses = append(addresses, address)
	}
	addresses = addresses[1:] // the heading
	day := time.Date(2023, 1, 1, 6, 0, 0, 0, time.UTC)
	step := time.Duration(formerMonths) * 30 * 24 * time.Hour / time.Duration(n)
	words := []string{"Delivery was late again.", "Всё хорошо, спасибо.", "The invoice had a mistake; it took a week to get it right.", "Звонят сами, всегда помогают"}
	var b bytes.Buffer
	b.WriteString("date,score,email,comment,answer id\n")
	for i := range n {
		who := fmt.Appendf(nil, "former%d@example.com", i)
		if i%10 == 0 && i/10 < len(addresses)*formerMonths {
			who = addresses[i/10%len(addresses)]
		}
		comment := ""
		if r.IntN(10) < 4 {
			comment = words[r.IntN(len(words))]
		}
		fmt.Fprintf(&b, "%s,%d,%s,%q,a%d\n", day.Add(time.Duration(i)*step).Format(time.RFC3339), min(10, r.IntN(12)), who, comment, i)
	}
	return cut(b.Bytes(), size)
}
