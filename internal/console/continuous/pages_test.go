package continuous_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// Somebody of marketing looks at what it would ask, starts it, changes its pace, pauses it, goes on, and stops it; without a script. What is wrong stands at its field.
func TestContinuousSurveyOnTheDesk(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "marketing")
	g.Get("/campaigns").Want(t, 200, `href="/continuous"`)
	g.Get("/continuous").Want(t, 200, "Make one first")
	g.Get("/continuous?audience=employees").Want(t, 200, "would tell who gave an answer")
	w.Must("POST", "/api/v1/campaigns", "application/json", []byte(`{"name":"Customers","audience":"customers","company":"Shop","quiet_days":60}`))
	page := g.Get("/continuous").Want(t, 200, "Customers", `action="/continuous/customers/start"`)
	from := strings.Split(strings.Split(page.Raw, `<select id="from" name="from"><option value="`)[1], `"`)[0]
	form := func(pairs ...string) []string {
		return append([]string{"from", from, "every_days", "90", "new_after_days", "14", "close_after_days", "14", "free_days", ""}, pairs...)
	}
	g.Send("/continuous/customers/start", form()...).Want(t, 409, "There is no one to ask")
	consoletest.Many(w, 300)
	for _, wrong := range []struct{ field, value, says string }{
		{"every_days", "30", "Between 31 and 730"},
		{"every_days", "45", "The quiet period is 60 days"},
		{"every_days", "soon", "Write a whole number"},
		{"new_after_days", "-1", "Between 0 and 365"},
		{"close_after_days", "0", "Between 1 and 90"},
		{"free_days", "2027-01-01\nNew Year", "Line 2: “New” is no date"},
	} {
		pairs := form()
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == wrong.field {
				pairs[i+1] = wrong.value
			}
		}
		g.Send("/continuous/customers/start", pairs...).Want(t, 400, wrong.says, `id="`+wrong.field+`-wrong"`)
	}
	g.Send("/continuous/customers/look", form()...).Want(t, 200, "people a day", "The next days", "<svg")
	if s := survey.Audience("customers"); len(stored(t, w, s).Months) > 0 || stored(t, w, s).Version > 0 {
		t.Error("looking has started it")
	}
	done := g.Send("/continuous/customers/start", form()...).Want(t, 303)
	g.Get(done.To).Want(t, 200, "It runs.", "Running", "14 days after they appear", `action="/continuous/customers/pause"`)
	g.Send("/continuous/customers/start", form()...).Want(t, 409, "already")
	g.Send("/continuous/customers/change", form()[2:]...).Want(t, 303)
	for _, act := range []struct{ name, says string }{{"pause", "Paused"}, {"resume", "Running"}, {"stop", "Stopped"}} {
		done = g.Send("/continuous/customers/"+act.name).Want(t, 303)
		g.Get(done.To).Want(t, 200, act.says)
	}
	g.Send("/continuous/customers/pause").Want(t, 409, "It is not running")
	if status, out := w.Call("GET", "/api/v1/audiences/customers/continuous", "", nil); status != 200 || out["state"] != "stopped" {
		t.Errorf("the API: %d %v", status, out)
	}
	out := w.Must("POST", "/api/v1/audiences/customers/continuous", "application/json", []byte(`{"from":"`+from+`","every_days":60,"weekends":true}`))
	if next, ok := out["next"].([]any); !ok || len(next) != 20 || out["new_after_days"] != nil || out["close_after_days"] != 14.0 {
		t.Errorf("started by the API: %v", out)
	}
	for path, want := range map[string]int{"/api/v1/audiences/employees/continuous": 400, "/api/v1/audiences/customers/continuous": 409} {
		if status, out := w.Call("POST", path, "application/json", []byte(`{"from":"`+from+`"}`)); status != want {
			t.Errorf("%s: %d %v", path, status, out)
		}
	}
}

func stored(t *testing.T, w *consoletest.World, a survey.Audience) survey.Continuous {
	t.Helper()
	s, err := w.Store.ContinuousOf(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
