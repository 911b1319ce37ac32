package mail

import (
	"errors"
	"time"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

// WeeklyData is what somebody is told of how cases went in a week: their own, their people's, or all.
type WeeklyData struct {
	From, To string
	Language string
	Level    string    // the reader's role: owner, manager or executive
	Week     time.Time // its first day, on the company's clock
	Tags     map[string]string

	Opened, Before   int // in the week, and in the one before
	InTime, Decided  int
	Share, Low, High float64 // of InTime in percent with its 95 % interval; all 0: too few cases for one
	Spoken, Hours    int     // half of Spoken were spoken to within so many hours; Hours 0: it took longer than MaxHours
	MaxHours         int
	Kept, Answered   int // promises of the week's cases that were kept, of those of which it is said

	Open, Old         int // now; Old of them opened four weeks ago or earlier
	Overdue, DueToday int
	Broke, Owed       int    // promises overdue, and due within a week
	BoardURL, RunURL  string // "" where no address of the console is known
}

type weeklyData struct {
	Lang, Subject, Title                                string
	Week, Now                                           []fact
	NowTitle, Few, Reason, BoardURL, Board, RunURL, Run string
}

// Weekly makes the letter about a week.
func Weekly(w WeeklyData) (Message, error) {
	to, err := survey.NormalizeEmail(w.To)
	if err != nil {
		return Message{}, errors.New("weekly: the reader's address is not one")
	}
	l, ok := lang.Parse(w.Language)
	if !ok {
		l = lang.Default
	}
	m := Message{From: w.From, To: to, Tags: w.Tags}
	m.Subject, m.HTML, m.Text, err = render("weekly", w.words(l))
	return m, err
}

func (w WeeklyData) words(l lang.Language) weeklyData {
	dates := l.T("weekly.dates", lang.Values{"From": l.ShortDate(w.Week), "Until": l.ShortDate(w.Week.AddDate(0, 0, 6))})
	d := weeklyData{
		Lang: string(l), Title: l.T("weekly.title."+w.Level, lang.Values{"Dates": dates}), NowTitle: l.T("weekly.now"), Reason: l.T("weekly.reason"),
		BoardURL: w.BoardURL, Board: l.T("weekly.board"), RunURL: w.RunURL, Run: l.T("weekly.run"),
		Subject: l.T("weekly.subject", lang.Values{"Count": w.Open, "Dates": dates}),
	}
	if w.Overdue > 0 {
		d.Subject = l.T("weekly.subject_overdue", lang.Values{"Count": w.Overdue, "Dates": dates})
	}
	number := func(n int) string { return l.Number(int64(n)) }
	of := func(some, n int) string { return l.T("weekly.of", lang.Values{"Some": number(some), "Count": n}) }
	d.Week = append(d.Week, fact{Name: l.T("weekly.opened"), Text: l.T("weekly.opened_value", lang.Values{"Count": w.Opened, "Before": number(w.Before)})})
	if w.Decided > 0 {
		text := of(w.InTime, w.Decided)
		if w.High > 0 {
			text = l.T("weekly.share", lang.Values{"Of": text, "Share": l.Decimal(w.Share, 0), "Low": l.Decimal(w.Low, 0), "High": l.Decimal(w.High, 0)})
		} else {
			d.Few = l.T("weekly.few")
		}
		d.Week = append(d.Week, fact{Name: l.T("weekly.in_time"), Text: text})
	}
	if w.Spoken > 0 {
		text := l.T("weekly.hours", lang.Values{"Count": w.Hours})
		switch {
		case w.Hours == 0:
			text = l.T("weekly.longer", lang.Values{"Count": w.MaxHours / 24})
		case w.Hours >= 48:
			text = l.T("weekly.days", lang.Values{"Count": w.Hours / 24})
		}
		d.Week = append(d.Week, fact{Name: l.T("weekly.half"), Text: text})
	}
	if w.Answered > 0 {
		d.Week = append(d.Week, fact{Name: l.T("weekly.kept"), Text: of(w.Kept, w.Answered)})
	}
	open := number(w.Open)
	if w.Old > 0 {
		open = l.T("weekly.open_old", lang.Values{"Count": w.Open, "Old": number(w.Old)})
	}
	d.Now = append(d.Now, fact{Name: l.T("weekly.open"), Text: open}, fact{Name: l.T("weekly.overdue"), Text: number(w.Overdue)})
	for _, one := range []struct {
		id string
		n  int
	}{{"weekly.today", w.DueToday}, {"weekly.broke", w.Broke}, {"weekly.owed", w.Owed}} {
		if one.n > 0 {
			d.Now = append(d.Now, fact{Name: l.T(one.id), Text: number(one.n)})
		}
	}
	return d
}
