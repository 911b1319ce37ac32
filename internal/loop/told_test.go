package loop

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// resolved is a case that somebody has ended.
func resolved(at time.Time) Case {
	c := NewSilent(Silent{Campaign: "abcdefgh", Contact: "a", Audience: survey.Customers, Waves: 3}, Responsible{Staff: survey.Staff{ID: "anna"}}, "", Rules{Term: time.Hour}, at)
	c, _, _ = c.Do(Work{State: Resolved, Causes: []Cause{"price"}, Outcome: CustomerKept}, "anna", at)
	return c
}

func withTold(c Case, at time.Time) Case {
	c.Told = at
	return c
}

func TestTellingTheRespondent(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	open := NewSilent(Silent{Campaign: "abcdefgh", Contact: "a", Waves: 3}, Responsible{}, "", Rules{}, at)
	begun, note, err := resolved(at).Tell(" mended ", false, "anna", at)
	if err != nil || note.Text != "mended" || !begun.Telling.Equal(at) || begun.Notes != 1 {
		t.Fatalf("%+v, %v", begun, err)
	}
	told, changed := begun.WasTold(true, "anna", at)
	if !changed || !told.Telling.IsZero() || !told.Told.Equal(at) {
		t.Fatalf("%+v", told)
	}
	refused, _ := begun.WasTold(false, "anna", at)
	for name, c := range map[string]struct {
		of    Case
		text  string
		again bool
		want  string
	}{
		"open":          {open, "x", false, "tell_state"},
		"no words":      {resolved(at), " ", false, "tell_words"},
		"not completed": {resolved(at), "This is what we have done:\n\n…\n", false, "tell_words"},
		"too many":      {resolved(at), strings.Repeat("ж", MaxTell+1), false, "tell_long"},
		"nobody knows":  {begun, "x", false, "tell_twice"},
		"and so again":  {begun, "x", true, ""},
		"told":          {told, "x", true, "tell_twice"},
		"after refusal": {refused, "x", false, ""},
	} {
		_, _, err := c.of.Tell(c.text, c.again, "anna", at)
		if got := apperr.As(err); (got == nil) != (c.want == "") || got != nil && got.Code != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, changed := told.WasTold(true, "anna", at); changed {
		t.Error("recorded twice")
	}
}

func TestWhatTheRespondentSays(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	later := at.Add(time.Hour)
	begun, _, _ := resolved(at).Tell("mended", false, "anna", at)
	told, _ := begun.WasTold(true, "anna", at)
	says := func(c Case, what survey.Righted) (Case, bool) {
		return c.Said(survey.Told{At: at, Said: what, SaidAt: later})
	}
	yes, changed := says(told, survey.RightedYes)
	if !changed || yes.Right != SaidRight || yes.State != Resolved {
		t.Errorf("yes: %+v", yes)
	}
	if _, changed := says(yes, survey.RightedYes); changed {
		t.Error("the same twice")
	}
	no, changed := says(yes, survey.RightedNo)
	if !changed || no.State != Open || no.Right != SaidWrong || !no.Deadline.Equal(later.Add(time.Hour)) || no.Outcome != "" || !no.Alert.Due.Equal(later) || !no.ByHand {
		t.Errorf("no: %+v", no)
	}
	for name, c := range map[string]Case{"nobody told": resolved(at), "open again": no, "another letter": withTold(told, later)} {
		if _, changed := says(c, survey.RightedPartly); changed {
			t.Errorf("%s: something was said", name)
		}
	}
	if _, changed := told.Said(survey.Told{Said: "perhaps"}); changed {
		t.Error("perhaps")
	}
	for _, c := range []Case{begun, told, yes, no} {
		back, err := UnpackCase(PackCase(c))
		is := Fold(c.History)
		if err != nil || !back.Telling.Equal(c.Telling) || !back.Told.Equal(c.Told) || back.Right != c.Right || !is.Telling.Equal(c.Telling) || !is.Told.Equal(c.Told) || is.Right != c.Right || is.State != c.State {
			t.Errorf("kept as %+v, folded to %+v, %v; is %+v", back, is, err, c)
		}
	}
	if again, _, err := no.Do(Work{State: Resolved, Causes: []Cause{"price"}, Outcome: CustomerKept}, "anna", later); err != nil || reflect.DeepEqual(again, no) {
		t.Error("it cannot be resolved again", err)
	} else if _, _, err := again.Tell("mended, really", false, "anna", later); err != nil {
		t.Error("they cannot be told again", err)
	}
}
