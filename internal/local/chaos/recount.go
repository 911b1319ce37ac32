package chaos

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// figures are named numbers by place: "scope|kind|value" and field.
type figures map[string]map[string]int

func (f figures) add(scope, kind, value, field string, n int) {
	place := scope + "|" + kind + "|" + value
	if f[place] == nil {
		f[place] = map[string]int{}
	}
	f[place][field] += n
}

// read takes in one stored shard of a tally.
func (f figures) read(scope string, r record) {
	kind, value, _ := strings.Cut(r.text("sk"), "#")
	value = strings.NewReplacer("%23", "#", "%25", "%").Replace(value)
	for name, v := range r {
		if n, ok := v.(int); ok {
			f.add(scope, kind, value, name, n)
		}
	}
}

// differences lists every number in which f, as counted by the functions, differs from the truth, and their sum.
func (f figures) differences(truth figures) (sum int, list []string) {
	seen := map[string]bool{}
	for _, side := range []figures{f, truth} {
		for place, fields := range side {
			for field := range fields {
				name := place + " " + field
				counted, is := f[place][field], truth[place][field]
				if counted == is || seen[name] {
					continue
				}
				seen[name] = true
				sum += max(counted-is, is-counted)
				list = append(list, fmt.Sprintf("%s: counted %d, is %d", name, counted, is))
			}
		}
	}
	slices.Sort(list)
	return sum, list
}

func isoWeek(t time.Time) string {
	y, w := t.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, w)
}

// weekday is "d1" for Monday to "d7" for Sunday: under which a campaign's week holds its days.
func weekday(t time.Time) string {
	if t.Weekday() == time.Sunday {
		return "d7"
	}
	return fmt.Sprintf("d%d", t.Weekday())
}

// recount counts what the figures of all campaigns must be, from the answers and invitations alone.
func recount(t rows) figures {
	f := figures{}
	for id, c := range t.campaigns {
		clock, err := time.LoadLocation(c.zone)
		if err != nil {
			panic(err) // the director has chosen it
		}
		for _, r := range c.responses {
			if r.truth("early") { // it waits for its invitation, and is not counted
				continue
			}
			when := r.time("first")
			fields := []string{"unverified"}
			if r.truth("verified") {
				when = r.time("counted")
				fields = []string{fmt.Sprintf("s%d", r.number("score"))}
				if worded(r) || r.truth("worded") { // the latter: it had words, which were deleted by their age
					fields = append(fields, "comments")
				}
			}
			when = when.In(clock)
			for _, field := range fields {
				f.place(id, c.audience, when, r, field)
			}
			if !r.truth("verified") {
				f.add(id, "week", isoWeek(when), fmt.Sprintf("u%d", r.number("score")), 1)
			}
		}
		for n, people := range c.invited {
			for _, r := range people {
				f.sending(id, c.audience, n, r, clock)
			}
			for reason, planned := range c.mailings[n].Skipped { // what was skipped while planning stands with the mailing
				field := "skip_" + reason
				if reason != "not_sampled" && reason != "answered" && reason != "paper" {
					f.add(id, "wave", fmt.Sprint(n), field, -planned)
				}
			}
		}
	}
	return f
}

func (f figures) place(campaign, audience string, when time.Time, r record, field string) {
	week := isoWeek(when)
	f.add(audience, "week", week, field, 1)
	f.add(campaign, "week", week, field, 1)
	f.add(campaign, "week", week, weekday(when)+field, 1)
	for _, kind := range []string{"owner", "team", "language"} {
		f.add(campaign, kind, r.text(kind), field, 1)
	}
}

func (f figures) sending(campaign, audience string, mailing int, r record, clock *time.Location) {
	state, reason := r.text("state"), r.text("reason")
	add := func(field string) { f.add(campaign, "wave", fmt.Sprint(mailing), field, 1) }
	switch state {
	case "skipped":
		add("skip_" + reason)
		return
	case "sent":
		if reason == "complained" {
			add("complained")
		}
		if mailing == 0 {
			f.place(campaign, audience, r.time("at").In(clock), r, "sent")
		}
	case "failed":
		if reason == "bounced" {
			add("bounced")
		}
	}
	add(state)
}

// worded reports whether an answer has words.
func worded(r record) bool { return r.text("why")+r.text("wish")+r.text("said") != "" }
