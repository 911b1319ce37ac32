package mailing_test

import (
	"encoding/json"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// A change that leaves something out leaves it as it was; what is wrong is named with its field.
func TestApply(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := d.draft(func(c *survey.Campaign) { c.StartsAt, c.QuietDays = d.now().Add(time.Hour), 30 })
	for _, tc := range []struct {
		change, want string
		left         func(survey.Campaign) bool // of what is applied
	}{
		{`{}`, "", func(c survey.Campaign) bool { return c.Name == "Autumn" && c.QuietDays == 30 && !c.StartsAt.IsZero() }},
		{`{"name":" Winter ","quiet_days":0}`, "", func(c survey.Campaign) bool { return c.Name == "Winter" && c.QuietDays == 0 && c.Company == "Shop" }},
		{`{"starts_at":null}`, "", func(c survey.Campaign) bool { return c.StartsAt.IsZero() && !c.ClosesAt.IsZero() }},
		{`{"closes_at":"2026-12-24T10:00:00+03:00"}`, "", func(c survey.Campaign) bool {
			return c.ClosesAt.Equal(time.Date(2026, 12, 24, 7, 0, 0, 0, time.UTC))
		}},
		{`{"closes_at":null}`, "", func(c survey.Campaign) bool { return c.ClosesAt.IsZero() }},
		{`{"sender":"Юг <a@example.net>"}`, "", func(c survey.Campaign) bool { return c.Sender == "Юг <a@example.net>" }},
		{`{"sender":""}`, "", nil},
		{`{"sender":"a@bank.example"}`, "sender_not_allowed at sender", nil},
		{`{"closes_at":"tomorrow"}`, "json_want_time at closes_at", nil},
		{`{"starts_at":7}`, "json_want_time at starts_at", nil},
		{`{"starts_at":null,"closes_at":"2026-11-20T08:00:00Z"}`, "closing_in_past at closes_at", nil},
		{`{"audience":"everybody"}`, "audience_unknown at audience", nil},
		{`{"sample":1.5}`, "sample_range at sample", nil},
		{`{"wording":{"en":{"subject":"{nobody}"}}}`, "wording_placeholder at wording.en.subject", nil},
	} {
		var in mailing.Change
		if err := json.Unmarshal([]byte(tc.change), &in); err != nil {
			t.Fatal(err)
		}
		c, err := d.Apply(before, in)
		if got := code(t, err); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.change, got, tc.want)
		} else if tc.left != nil && !tc.left(c) {
			t.Errorf("%s: %+v", tc.change, c)
		}
	}
}

// What is launched keeps all but its name and its closing date; a paused campaign's sender can be mended. Whoever saw an
// earlier version changes nothing.
func TestEdit(t *testing.T) {
	t.Parallel()
	d, ctx := newDesk(t), t.Context()
	name, sender := "Winter", "a@example.net"
	for _, state := range survey.CampaignStates {
		c := d.draft(func(c *survey.Campaign) { c.State = state })
		over := state == survey.Closed || state == survey.Cancelled
		for what, tc := range map[string]struct {
			in mailing.Change
			ok bool
		}{
			"name":            {mailing.Change{Name: &name}, !over},
			"closing":         {mailing.Change{ClosesAt: mailing.At(d.now().AddDate(0, 1, 0))}, !over},
			"sender":          {mailing.Change{Sender: &sender}, state == survey.Draft || state == survey.Paused},
			"name and people": {mailing.Change{Name: &name, Filter: &survey.Filter{Teams: []string{"North"}}}, state == survey.Draft},
			"start":           {mailing.Change{StartsAt: mailing.NoTime()}, state == survey.Draft},
		} {
			if err := d.Editable(c, tc.in); (err == nil) != tc.ok {
				t.Errorf("%s of one that is %s: %v", what, state, err)
			}
		}
	}
	c := d.draft(nil)
	saved, err := d.Edit(ctx, c, &c.Version, mailing.Change{Name: &name})
	if err != nil || saved.Version != 2 || saved.Name != name {
		t.Fatalf("%+v, %v", saved, err)
	}
	for _, version := range []*int{&c.Version, nil} {
		if _, err := d.Edit(ctx, c, version, mailing.Change{Sender: &sender}); code(t, err) != "version_stale at version" || apperr.As(err).With["Version"] != 2 {
			t.Errorf("a second change of the first version: %v", err)
		}
	}
	if _, err := d.Edit(ctx, saved, &c.Version, mailing.Change{Sender: &sender}); code(t, err) != "version_stale at version" {
		t.Errorf("a change by whoever saw the first version: %v", err)
	}
}
