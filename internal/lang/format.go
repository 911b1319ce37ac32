package lang

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Number writes a whole number with the language's grouping: 1 234 567 in Russian (no-break spaces), 1,234,567 in English.
func (l Language) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "−", digits[1:]
	}
	return sign + l.group(digits)
}

// Decimal writes a number with so many digits after the language's decimal mark, and a real minus sign.
func (l Language) Decimal(f float64, digits int) string {
	s := strconv.FormatFloat(f, 'f', digits, 64)
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	sign := ""
	if s[0] == '-' && strings.Trim(s, "-0.") != "" { // no "−0"
		sign = "−"
	}
	out := sign + l.group(whole)
	if fraction != "" {
		out += l.T("format.decimal_mark") + fraction
	}
	return out
}

func (l Language) group(digits string) string {
	if len(digits) < 4 {
		return digits
	}
	mark := l.T("format.group_mark")
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Date writes a day: "3 марта 2026", "3 March 2026". The zone is the one that t carries.
func (l Language) Date(t time.Time) string {
	return oneLine(t.Day(), l.T("format.date", Values{"Day": t.Day(), "Month": l.month(t), "Year": t.Year()}))
}

// ShortDate writes a day for where there is little room: "3 мар", "3 Mar".
func (l Language) ShortDate(t time.Time) string {
	month := []rune(l.month(t))
	return oneLine(t.Day(), l.T("format.short_date", Values{"Day": t.Day(), "Month": string(month[:min(3, len(month))])}))
}

// oneLine keeps a day and its month on one line, whichever of them a language writes first.
func oneLine(day int, date string) string {
	d := strconv.Itoa(day)
	if rest, first := strings.CutPrefix(date, d+" "); first {
		return d + noBreak + rest
	}
	month, rest, found := strings.Cut(date, " "+d)
	if !found {
		return date
	}
	return month + noBreak + d + rest
}

// Day writes a day without its year: "3 марта", "3 March".
func (l Language) Day(t time.Time) string {
	return oneLine(t.Day(), l.T("format.day", Values{"Day": t.Day(), "Month": l.month(t)}))
}

// Moment writes a day of the week, a day and a time: "четверг, 3 марта 2026, 18:00".
func (l Language) Moment(t time.Time) string {
	weekday := l.T("format.weekday." + strconv.Itoa(int(t.Weekday())))
	return l.T("format.moment", Values{"Weekday": weekday, "Date": l.Date(t), "Time": t.Format("15:04")})
}

// Offset writes how far the zone of t is from UTC at that time: "UTC", "UTC+3", "UTC−3:30".
func Offset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	text := "UTC" + sign + strconv.Itoa(seconds/3600)
	if m := seconds % 3600 / 60; m > 0 {
		text += fmt.Sprintf(":%02d", m)
	}
	return text
}

func (l Language) month(t time.Time) string {
	return l.T("format.month." + strconv.Itoa(int(t.Month())))
}
