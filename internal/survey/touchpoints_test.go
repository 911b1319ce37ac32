package survey_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

func asking(n int) survey.Campaign {
	c := survey.Campaign{ID: "abcdefgh", Name: "n", Audience: survey.Customers, Language: "en"}
	for i := range n {
		c.Touchpoints = append(c.Touchpoints, survey.Touchpoint{ID: survey.TouchpointID(fmt.Sprint("t", i+1))})
	}
	return c
}

// Of many touchpoints each person is asked of eight, always the same ones; each is asked of as many people as any other, and each pair as often as any.
func TestTouchpointsAreDealtEvenly(t *testing.T) {
	t.Parallel()
	const people, all = 20_000, 12
	c := asking(all)
	alone, pairs := map[survey.TouchpointID]int{}, map[string]int{}
	for i := range people {
		dealt := c.Dealt(survey.ContactID(fmt.Sprintf("contact%09d", i)))
		if len(dealt) != survey.MaxDealt {
			t.Fatalf("%d are dealt", len(dealt))
		}
		for n, a := range dealt {
			alone[a.ID]++
			for _, b := range dealt[:n] {
				pairs[string(b.ID+" "+a.ID)]++
			}
		}
	}
	within := func(n int, p float64, what string) {
		if d := float64(n) - p*people; math.Abs(d) > 5*math.Sqrt(people*p*(1-p)) {
			t.Errorf("%s: %d of %d, want about %.0f", what, n, people, p*people)
		}
	}
	for id, n := range alone {
		within(n, 8.0/all, string(id))
	}
	for pair, n := range pairs {
		within(n, 8.0*7/(all*(all-1)), pair)
	}
	if len(pairs) != all*(all-1)/2 {
		t.Errorf("%d pairs", len(pairs))
	}
	if n := len(asking(5).Dealt("x")); n != 5 {
		t.Errorf("of five, %d", n)
	}
}

// A catalogue gives ids once: renamed, reordered and retired touchpoints keep theirs, and none that was there can go.
func TestTouchpointsKeepTheirIDs(t *testing.T) {
	t.Parallel()
	named := func(id, en string) survey.Touchpoint {
		return survey.Touchpoint{ID: survey.TouchpointID(id), Kind: "service", Names: map[string]string{"en": en, "ru": " "}}
	}
	first, err := survey.CheckTouchpoints([]survey.Touchpoint{named("", "Delivery"), named("", " Order  desk")}, nil)
	if err != nil || first[0].ID != "t1" || first[1].ID != "t2" || first[1].Names["en"] != "Order desk" || len(first[1].Names) != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	retired := named("t1", "Couriers")
	retired.Retired = true
	second, err := survey.CheckTouchpoints([]survey.Touchpoint{named("", "Site"), named("t2", "Order desk"), retired}, first)
	if err != nil || second[0].ID != "t3" || second[2].ID != "t1" || !second[2].Retired {
		t.Fatalf("%+v, %v", second, err)
	}
	long := strings.Repeat("я", survey.MaxTouchpointName+1)
	for _, tt := range []struct {
		all  []survey.Touchpoint
		want string
	}{
		{[]survey.Touchpoint{named("t1", "a")}, "touchpoint_removed touchpoints"},
		{[]survey.Touchpoint{named("t1", "a"), named("t2", "b"), named("t9", "c")}, "touchpoint_unknown touchpoints.3.id"},
		{[]survey.Touchpoint{named("t1", "a"), named("t2", "A")}, "touchpoint_twice touchpoints.2.names.en"},
		{[]survey.Touchpoint{named("t1", "a"), named("t1", "b"), named("t2", "c")}, "touchpoint_twice touchpoints.2.names.en"},
		{[]survey.Touchpoint{named("t1", " "), named("t2", "b")}, "touchpoint_name touchpoints.1.names"},
		{[]survey.Touchpoint{named("t1", long), named("t2", "b")}, "touchpoint_name_long touchpoints.1.names.en"},
		{[]survey.Touchpoint{{ID: "t1", Kind: "thing", Names: map[string]string{"en": "a"}}, named("t2", "b")}, "touchpoint_kind touchpoints.1.kind"},
		{make([]survey.Touchpoint, survey.MaxTouchpoints+1), "touchpoints_many touchpoints"},
	} {
		_, err := survey.CheckTouchpoints(tt.all, first)
		if p := apperr.As(err); p == nil || p.Code+" "+p.Where != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

// A campaign asks of what is in the catalogue and not retired, as it is called then; employees of nothing.
func TestWhatACampaignAsksOf(t *testing.T) {
	t.Parallel()
	catalogue := []survey.Touchpoint{{ID: "t1", Kind: "staff", Names: map[string]string{"en": "Now"}}, {ID: "t2", Kind: "staff", Names: map[string]string{"en": "Old"}, Retired: true}}
	if c, err := asking(1).Asking(catalogue); err != nil || c.Touchpoints[0].Name("ru") != "Now" {
		t.Errorf("%+v, %v", c.Touchpoints, err)
	}
	if _, err := asking(2).Asking(catalogue); !apperr.Is(err, "touchpoint_not_asked") {
		t.Error("a retired one is asked:", err)
	}
	c := asking(1)
	if c.Audience = survey.Employees; !apperr.Is(c.Check(), "touchpoints_employees") {
		t.Error("employees are asked:", c.Check())
	}
	if err := asking(survey.MaxAsked + 1).Check(); !apperr.Is(err, "touchpoints_asked") {
		t.Error(err)
	}
}

// Ratings are counted beside a person's score, as often as answers, wherever its answer is; a change moves them, and an audience's week has none.
func TestRatingsAreCounted(t *testing.T) {
	t.Parallel()
	rated := func(of ...string) map[survey.TouchpointID]survey.Rating {
		m := map[survey.TouchpointID]survey.Rating{}
		for _, one := range of {
			m[survey.TouchpointID(one[:2])] = survey.Rating(one[2:])
		}
		return m
	}
	r := take(t, fresh(), survey.Post{Score: score(3), Gesture: survey.ByScript, Rated: rated("t1w")})
	if r.Ratings != "" {
		t.Error("a script rates")
	}
	d := survey.Deltas{}
	count := func(r survey.Response, sign int64) { survey.MarkOf(r, time.UTC).Count(d, r.Campaign, sign) }
	r = take(t, r, survey.Post{Gesture: survey.ByButton, Rated: rated("t1w")})
	if count(r, 1); len(d[survey.TallyKey{Scope: "c", Kind: "team", Value: "t"}]) != 1 { // unverified
		t.Error("a rating beside nobody's score is counted", d)
	}
	count(r, -1)
	r = take(t, r, survey.Post{Score: score(9), Gesture: survey.ByButton, Rated: rated("t2p")})
	before := r
	if count(r, 1); d[survey.TallyKey{Scope: "c", Kind: "owner", Value: "o"}].Rated("t1") != (survey.RatingCount{Wow: 1}) {
		t.Error("not counted", d)
	}
	r = take(t, r, survey.Post{Gesture: survey.ByGesture, Rated: rated("t2f")})
	if r.Version != before.Version+1 || r.Ratings != "t1w t2f" {
		t.Errorf("%+v", r)
	}
	count(before, -1)
	count(r, 1)
	week := survey.Week(noon)
	for k, c := range d {
		want := survey.RatingCount{Fine: 1}
		if k.Scope == "customers" || k.Kind == "language" {
			want = survey.RatingCount{}
		}
		if c.Rated("t2") != want {
			t.Errorf("%v has %v", k, c)
		}
	}
	c := d[survey.TallyKey{Scope: "c", Kind: "week", Value: week}]
	if fmt.Sprint(c.Whole()) != fmt.Sprint(d[survey.TallyKey{Scope: "customers", Kind: "week", Value: week}]) {
		t.Errorf("an audience's week is not the whole of its campaign's: %v", c)
	}
	count(r, -1)
	if len(d) > 0 {
		t.Error("taken back, something is left:", d)
	}
	if _, changed, _ := r.Apply(survey.Post{Gesture: survey.ByButton, Rated: rated("t2f")}, noon); changed {
		t.Error("the same rating again is a change")
	}
}
