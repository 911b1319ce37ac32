package calendar

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
)

// Dates of a pasted list: 31.12.2027, 2027-12-31, or without a year, which is then that of the line before.
var (
	isoDate    = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	dottedDate = regexp.MustCompile(`^(\d{1,2})[./](\d{1,2})(?:[./](\d{4}))?$`)
	dash       = strings.NewReplacer("–", "-", "—", "-", "−", "-", "\u00a0", " ")
	until      = regexp.MustCompile(`\s+-+\s*(\d)|(\d)-+\s+(\d)`) // a dash with spaces between two dates
)

// words say what a day of a pasted list is. Whatever stands after the word is a remark.
var words = map[string]bool{
	"works": true, "work": true, "working": true, "+": true, "рабочий": true, "рабочая": true, "работаем": true,
	"free": false, "off": false, "holiday": false, "-": false, "выходной": false, "выходная": false, "праздник": false, "нерабочий": false, "отдыхаем": false,
}

// maxRange is how many days in a row one line may name.
const maxRange = 60

// ReadDays reads a pasted list of days: one a line, a date or a first and a last one ("01.05.2027–04.05.2027"), and whether people work:
// "31.12.2027 выходной", "2027-02-20 works". Without a word the day is off. Of a day that is named twice the last line holds. Problems:
// calendar_line with the line's number, calendar_days_many.
func ReadDays(text string) ([]Day, error) {
	found := map[Date]bool{}
	year := 0
	n := 0
	for line := range strings.Lines(text) {
		n++
		fields := strings.Fields(until.ReplaceAllString(dash.Replace(strings.TrimSpace(line)), "$2..$1$3"))
		fields = slices.DeleteFunc(fields, func(f string) bool { return f == "-" && len(fields) > 2 })
		if len(fields) == 0 || strings.HasPrefix(fields[0], "//") {
			continue
		}
		wrong := apperr.New(apperr.Invalid, "calendar_line", "days", "Line", n)
		first, last, ok := readRange(fields[0], &year)
		if !ok {
			return nil, wrong
		}
		works := false
		if len(fields) > 1 {
			if works, ok = words[strings.ToLower(strings.Trim(fields[1], ",;:()"))]; !ok {
				return nil, wrong
			}
		}
		for d := first; !last.Before(d); d = d.Next(1) {
			found[d] = works
		}
		if len(found) > MaxOwnDays {
			return nil, apperr.New(apperr.TooLarge, "calendar_days_many", "days", "Limit", MaxOwnDays)
		}
	}
	days := make([]Day, 0, len(found))
	for d, works := range found {
		days = append(days, Day{d, works})
	}
	slices.SortFunc(days, func(a, b Day) int { return strings.Compare(a.Date.String(), b.Date.String()) })
	return days, nil
}

// readRange reads one date, or the first and the last of several.
func readRange(text string, year *int) (first, last Date, ok bool) {
	from, to, several := strings.Cut(text, "..")
	if !several && !isoDate.MatchString(text) && len(text) > 1 {
		from, to, several = strings.Cut(text, "-")
	}
	if first, ok = readDate(from, year); !ok || !several {
		return first, first, ok
	}
	last, ok = readDate(to, year)
	return first, last, ok && !last.Before(first) && last.Before(first.Next(maxRange))
}

func readDate(text string, year *int) (d Date, ok bool) {
	text = strings.TrimRight(text, ",;:")
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	if m := isoDate.FindStringSubmatch(text); m != nil {
		d = Date{number(m[1]), time.Month(number(m[2])), number(m[3])}
	} else if m := dottedDate.FindStringSubmatch(text); m != nil {
		d = Date{number(m[3]), time.Month(number(m[2])), number(m[1])}
		if m[3] == "" {
			d.Year = *year
		}
	}
	*year = d.Year
	return d, d.Year >= 2000 && d.Year < 2100 && On(d.At(0, time.UTC)) == d
}
