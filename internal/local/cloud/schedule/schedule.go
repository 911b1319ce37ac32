// Package schedule reads EventBridge's schedule expressions, rate(…) and cron(…), and says when they are next due.
package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Schedule says when something is due.
type Schedule interface {
	// Next is the first due time after t. It is zero when there is none any more.
	Next(t time.Time) time.Time
}

// Parse reads rate(1 minute), rate(5 minutes), cron(0 3 * * ? *) and so on. Cron times are in loc.
// L, W and # are not understood and refused.
func Parse(expression string, loc *time.Location) (Schedule, error) {
	switch inner, kind := inside(expression); kind {
	case "rate":
		return parseRate(inner)
	case "cron":
		return parseCron(inner, loc)
	default:
		return nil, fmt.Errorf("schedule %q is neither rate(…) nor cron(…)", expression)
	}
}

func inside(expression string) (inner, kind string) {
	kind, rest, ok := strings.Cut(expression, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed {
		return "", ""
	}
	return inner, kind
}

type rate time.Duration

func (r rate) Next(t time.Time) time.Time { return t.Add(time.Duration(r)) }

func parseRate(inner string) (Schedule, error) {
	count, unit, _ := strings.Cut(inner, " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 {
		return nil, fmt.Errorf("rate(%s): needs a whole number above zero", inner)
	}
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	d, ok := units[strings.TrimSuffix(unit, "s")]
	// EventBridge itself insists on "1 minute" and "5 minutes".
	if !ok || (n == 1) == strings.HasSuffix(unit, "s") {
		return nil, fmt.Errorf("rate(%s): needs minute, hour or day, in the plural from two on", inner)
	}
	return rate(time.Duration(n) * d), nil
}

// cron holds the allowed values of each field, in the order of the expression.
type cron struct {
	minute, hour, day, month, weekday, year set
	loc                                     *time.Location
}

type set map[int]bool

type cronField struct {
	name     string
	min, max int
	names    []string // names[i] stands for min+i
}

var cronFields = []cronField{
	{"minutes", 0, 59, nil},
	{"hours", 0, 23, nil},
	{"day of month", 1, 31, nil},
	{"month", 1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
	{"day of week", 1, 7, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}},
	{"year", 1970, 2199, nil},
}

func parseCron(inner string, loc *time.Location) (Schedule, error) {
	parts := strings.Fields(inner)
	if len(parts) != len(cronFields) {
		return nil, fmt.Errorf("cron(%s): has %d fields, not 6", inner, len(parts))
	}
	if (parts[2] == "?") == (parts[4] == "?") {
		return nil, fmt.Errorf("cron(%s): exactly one of day of month and day of week must be ?", inner)
	}
	var sets [6]set
	for i, f := range cronFields {
		s, err := f.parse(parts[i])
		if err != nil {
			return nil, fmt.Errorf("cron(%s): %s: %w", inner, f.name, err)
		}
		sets[i] = s
	}
	return cron{sets[0], sets[1], sets[2], sets[3], sets[4], sets[5], loc}, nil
}

func (f cronField) parse(text string) (set, error) {
	s := set{}
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			var err error
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
				return nil, fmt.Errorf("step %q is not a number above zero", stepText)
			}
		}
		low, high := f.min, f.max
		if span != "*" && span != "?" {
			from, to, isRange := strings.Cut(span, "-")
			var err error
			if low, err = f.value(from); err != nil {
				return nil, err
			}
			switch {
			case isRange:
				if high, err = f.value(to); err != nil {
					return nil, err
				}
			case !stepped:
				high = low
			}
		}
		if low > high {
			return nil, fmt.Errorf("%q runs backwards", part)
		}
		for v := low; v <= high; v += step {
			s[v] = true
		}
	}
	return s, nil
}

func (f cronField) value(text string) (int, error) {
	for i, name := range f.names {
		if strings.EqualFold(text, name) {
			return f.min + i, nil
		}
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not understood", text)
	}
	if v < f.min || v > f.max {
		return 0, fmt.Errorf("%d is not within %d…%d", v, f.min, f.max)
	}
	return v, nil
}

// Next goes over days, then hours, then minutes, so that a yearly schedule is found in a few hundred steps.
func (c cron) Next(t time.Time) time.Time {
	t = t.In(c.loc).Truncate(time.Minute).Add(time.Minute)
	for t.Year() <= 2199 {
		switch {
		case !c.year[t.Year()]:
			t = time.Date(t.Year()+1, 1, 1, 0, 0, 0, 0, c.loc)
		case !c.month[int(t.Month())]:
			t = time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, c.loc)
		case !c.day[t.Day()] || !c.weekday[int(t.Weekday())+1]:
			t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, c.loc)
		case !c.hour[t.Hour()]:
			// Whole hours as durations: a wall-clock hour that daylight saving skips must not hold the loop.
			t = t.Add(time.Duration(60-t.Minute()) * time.Minute)
		case !c.minute[t.Minute()]:
			t = t.Add(time.Minute)
		default:
			return t
		}
	}
	return time.Time{}
}
