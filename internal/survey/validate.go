package survey

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// Limits of a campaign's settings.
const (
	MaxName         = 200  // characters
	MaxQuietDays    = 3650 // ten years
	MaxPerAccount   = 1000
	MaxRemindDays   = 365
	MaxFilterValues = 500 // of all fields together
	MaxFilterValue  = 200 // characters; with the words, a campaign stays under DynamoDB's 400 KB
)

// Languages are the codes of the languages in which a campaign can be written. The domain reads no files: package wording, which
// every program that checks campaigns has, tells it which there are. A program without words believes what is stored.
var Languages = func() []string { return nil }

func knownLanguage(l string) bool {
	all := Languages()
	return l != "" && (all == nil || slices.Contains(all, l))
}

// Check tells what keeps a campaign from being stored; its words are checked by wording.Check, whether the deployment
// allows its sender by Senders.Check. Problems: name_missing, name_too_long, audience_unknown, language_unknown,
// sample_range, days_range, per_account_range, per_account_employees, closing_before_start, reminder_after_closing, second_after_closing, filter_too_long, filter_value_too_long, and
// those of ReadSender, CheckLine and CheckName, and of checkGroups, checkPaper and checkTouchpoints.
func (c Campaign) Check() error {
	invalid := func(code, where string, with ...any) error { return apperr.New(apperr.Invalid, code, where, with...) }
	switch {
	case strings.TrimSpace(c.Name) == "":
		return invalid("name_missing", "name")
	case utf8.RuneCountInString(c.Name) > MaxName:
		return invalid("name_too_long", "name", "Limit", MaxName)
	case !c.Audience.Valid():
		return invalid("audience_unknown", "audience", "Known", KnownAudiences())
	case !knownLanguage(c.Language):
		return invalid("language_unknown", "language", "Known", strings.Join(Languages(), ", "))
	case math.IsNaN(c.Sample) || c.Sample < 0 || c.Sample > 1:
		return invalid("sample_range", "sample")
	case c.QuietDays < 0 || c.QuietDays > MaxQuietDays:
		return invalid("days_range", "quiet_days", "Limit", MaxQuietDays)
	case c.PerAccount < 0 || c.PerAccount > MaxPerAccount:
		return invalid("per_account_range", "per_account", "Limit", MaxPerAccount)
	case c.PerAccount > 0 && c.Audience.Anonymous():
		return invalid("per_account_employees", "per_account")
	case c.RemindDays < 0 || c.RemindDays > MaxRemindDays:
		return invalid("days_range", "remind_days", "Limit", MaxRemindDays)
	case c.SecondDays < 0 || c.SecondDays > MaxRemindDays:
		return invalid("days_range", "second_remind_days", "Limit", MaxRemindDays)
	case !c.ClosesAt.IsZero() && !c.StartsAt.IsZero() && !c.ClosesAt.After(c.StartsAt):
		return invalid("closing_before_start", "closes_at", "Start", c.StartsAt.UTC().Format(time.RFC3339))
	}
	if err := c.checkTexts(); err != nil {
		return err
	}
	if err := c.checkGroups(); err != nil {
		return err
	}
	if err := c.checkPaper(); err != nil {
		return err
	}
	if err := c.checkTouchpoints(); err != nil {
		return err
	}
	if !c.StartsAt.IsZero() {
		if err := c.reminderFits(c.StartsAt); err != nil {
			return err
		}
	}
	return c.Filter.check()
}

// Ready tells what keeps a stored campaign from being launched at now: the problems of Check, closing_in_past, and
// reminder_after_closing and second_after_closing counted from the real start.
func (c Campaign) Ready(now time.Time) error {
	if err := c.Check(); err != nil {
		return err
	}
	if err := c.ClosesLater(now); err != nil {
		return err
	}
	start := now
	if c.StartsAt.After(now) {
		start = c.StartsAt
	}
	return c.reminderFits(start)
}

// ClosesLater refuses a closing date that is not in the future.
func (c Campaign) ClosesLater(now time.Time) error {
	if !c.ClosesAt.IsZero() && !c.ClosesAt.After(now) {
		return apperr.New(apperr.Invalid, "closing_in_past", "closes_at", "Now", now.UTC().Format(time.RFC3339))
	}
	return nil
}

// reminderFits refuses reminders that would come at or after closing even if everything were sent at the start. A second one
// without a first counts from when somebody sends the first, so that nothing is known of it yet.
func (c Campaign) reminderFits(start time.Time) error {
	second := start.AddDate(0, 0, c.RemindDays+c.SecondDays)
	if c.RemindDays > 0 && !c.ClosesAt.IsZero() && !start.AddDate(0, 0, c.RemindDays).Before(c.ClosesAt) {
		return apperr.New(apperr.Invalid, "reminder_after_closing", "remind_days", "Closing", c.ClosesAt.UTC().Format(time.RFC3339))
	}
	if c.RemindDays > 0 && c.SecondDays > 0 && !c.ClosesAt.IsZero() && !second.Before(c.ClosesAt) {
		return apperr.New(apperr.Invalid, "second_after_closing", "second_remind_days", "Closing", c.ClosesAt.UTC().Format(time.RFC3339))
	}
	return nil
}

func (f Filter) check() error {
	lists := [][]string{f.Teams, f.Owners, f.Locations, f.Products, f.Tiers, f.Languages}
	for name, values := range f.Attrs {
		lists = append(lists, []string{name}, values)
	}
	n := 0
	for _, values := range lists {
		n += len(values)
		for _, v := range values {
			if tooLongToChoose(v) {
				return apperr.New(apperr.Invalid, "filter_value_too_long", "filter", "Limit", MaxFilterValue)
			}
		}
	}
	if n > MaxFilterValues {
		return apperr.New(apperr.Invalid, "filter_too_long", "filter", "Limit", MaxFilterValues)
	}
	return nil
}

func tooLongToChoose(v string) bool {
	return len(v) > MaxFilterValue && utf8.RuneCountInString(v) > MaxFilterValue
}

// Choosable reports whether a contact's value is offered for a filter: one that Check takes, in one line, for a form
// changes the newlines of others, which then fit nobody.
func Choosable(v string) bool { return !tooLongToChoose(v) && !strings.ContainsAny(v, "\r\n") }

// checkTexts looks at what goes into headers.
func (c Campaign) checkTexts() error {
	if err := CheckLine(c.Name, "name"); err != nil {
		return err
	}
	if err := CheckName(c.Company, "company"); err != nil {
		return err
	}
	return checkSender(c.Sender)
}

// checkSender tells what is wrong with a sender; "" is the deployment's.
func checkSender(s string) error {
	if s == "" {
		return nil
	}
	_, err := ReadSender(s)
	return err
}

// KnownAudiences lists the audiences for a message.
func KnownAudiences() string {
	names := make([]string, len(Audiences))
	for i, a := range Audiences {
		names[i] = string(a)
	}
	return strings.Join(names, ", ")
}
