package survey

import (
	"math"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
)

// The languages, as package wording tells them in a program.
func init() { Languages = func() []string { return []string{"en", "ru"} } }

func TestCheck(t *testing.T) {
	t.Parallel()
	many := make([]string, MaxFilterValues)
	for name, tc := range map[string]struct {
		change      func(*Campaign)
		code, where string // "" where it is right
	}{
		"as it is":             {func(c *Campaign) {}, "", ""},
		"no name":              {func(c *Campaign) { c.Name = " \t" }, "name_missing", "name"},
		"a long name":          {func(c *Campaign) { c.Name = strings.Repeat("й", MaxName) }, "", ""},
		"too long a name":      {func(c *Campaign) { c.Name = strings.Repeat("й", MaxName+1) }, "name_too_long", "name"},
		"no audience":          {func(c *Campaign) { c.Audience = "" }, "audience_unknown", "audience"},
		"other audience":       {func(c *Campaign) { c.Audience = "Customers" }, "audience_unknown", "audience"},
		"other language":       {func(c *Campaign) { c.Language = "de" }, "language_unknown", "language"},
		"address as sender":    {func(c *Campaign) { c.Sender = "nps@example.com" }, "", ""},
		"name as sender":       {func(c *Campaign) { c.Sender = "Магазин <nps@example.ru>" }, "", ""},
		"quoted sender":        {func(c *Campaign) { c.Sender = `"Shop, Ltd." <nps@example.com>` }, "", ""},
		"sender of two lines":  {func(c *Campaign) { c.Sender = "Shop\r\nBcc: x@example.com <nps@example.com>" }, "text_one_line", "sender"},
		"sender, no address":   {func(c *Campaign) { c.Sender = "Shop" }, "sender_wrong", "sender"},
		"two senders":          {func(c *Campaign) { c.Sender = "a@example.com, b@example.com" }, "sender_wrong", "sender"},
		"sender, bad domain":   {func(c *Campaign) { c.Sender = "nps@localhost" }, "sender_wrong", "sender"},
		"half":                 {func(c *Campaign) { c.Sample = 0.5 }, "", ""},
		"all":                  {func(c *Campaign) { c.Sample = 1 }, "", ""},
		"more than all":        {func(c *Campaign) { c.Sample = 1.01 }, "sample_range", "sample"},
		"less than nobody":     {func(c *Campaign) { c.Sample = -0.1 }, "sample_range", "sample"},
		"no number":            {func(c *Campaign) { c.Sample = math.NaN() }, "sample_range", "sample"},
		"quiet before":         {func(c *Campaign) { c.QuietDays = -1 }, "days_range", "quiet_days"},
		"quiet for ever":       {func(c *Campaign) { c.QuietDays = MaxQuietDays + 1 }, "days_range", "quiet_days"},
		"reminder before":      {func(c *Campaign) { c.RemindDays = -1 }, "days_range", "remind_days"},
		"reminder in ages":     {func(c *Campaign) { c.RemindDays = MaxRemindDays + 1 }, "days_range", "remind_days"},
		"closes as it starts":  {func(c *Campaign) { c.StartsAt, c.ClosesAt = midday, midday }, "closing_before_start", "closes_at"},
		"closes after it":      {func(c *Campaign) { c.StartsAt, c.ClosesAt = midday, nextday }, "", ""},
		"reminder too late":    {func(c *Campaign) { c.StartsAt, c.ClosesAt, c.RemindDays = midday, nextday, 2 }, "reminder_after_closing", "remind_days"},
		"reminder in time":     {func(c *Campaign) { c.StartsAt, c.ClosesAt, c.RemindDays = midday, nextday, 1 }, "", ""},
		"reminder, no start":   {func(c *Campaign) { c.ClosesAt, c.RemindDays = nextday, 30 }, "", ""}, // launching checks that
		"as much of a filter":  {func(c *Campaign) { c.Filter.Teams = many }, "", ""},
		"long filter values":   {func(c *Campaign) { c.Filter.Teams = []string{strings.Repeat("й", MaxFilterValue)} }, "", ""},
		"too long a value":     {func(c *Campaign) { c.Filter.Tiers = []string{strings.Repeat("й", MaxFilterValue+1)} }, "filter_value_too_long", "filter"},
		"too long a heading":   {func(c *Campaign) { c.Filter.Attrs = map[string][]string{strings.Repeat("й", MaxFilterValue+1): nil} }, "filter_value_too_long", "filter"},
		"too much of a filter": {func(c *Campaign) { c.Filter = Filter{Teams: many, Attrs: map[string][]string{"a": nil}} }, "filter_too_long", "filter"},
	} {
		c := campaignIn(Draft)
		tc.change(&c)
		err := c.Check()
		if tc.code == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if p := apperr.As(err); p == nil || p.Code != tc.code || p.Where != tc.where || p.Kind != apperr.Invalid {
			t.Errorf("%s: %v, want %s at %s", name, err, tc.code, tc.where)
		}
	}
}

// What is ready can be stored, and the clock alone decides the rest.
func TestReady(t *testing.T) {
	t.Parallel()
	c := campaignIn(Draft)
	c.Name = ""
	if err := c.Ready(midday); !apperr.Is(err, "name_missing") {
		t.Errorf("what cannot be stored is not ready: %v", err)
	}
	c = campaignIn(Draft)
	c.ClosesAt = nextday
	for at, want := range map[time.Time]string{midday: "", nextday.Add(-time.Second): "", nextday: "closing_in_past", nextday.Add(time.Hour): "closing_in_past"} {
		err := c.Ready(at)
		if want == "" && err != nil || want != "" && !apperr.Is(err, want) {
			t.Errorf("at %v: %v, want %q", at, err, want)
		}
	}
}
