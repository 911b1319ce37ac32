package loop_test

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
)

// A case shows the procedure of the level to which it has climbed, and of that what helps now.
func TestRungAndPartsOfACase(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	c := loop.Case{State: loop.Open, Deadline: at.Add(time.Hour), Top: at.Add(2 * time.Hour)}
	for _, test := range []struct {
		state loop.State
		after time.Duration
		want  loop.Rung
		parts int
	}{
		{loop.Open, 0, loop.Line, 3},
		{loop.Acknowledged, time.Hour, loop.Line, 3},
		{loop.Acknowledged, time.Hour + time.Second, loop.Middle, 3},
		{loop.Open, 2 * time.Hour, loop.Middle, 3},
		{loop.Open, 3 * time.Hour, loop.Top, 3},
		{loop.Contacted, 3 * time.Hour, loop.Line, 2},
		{loop.Resolved, 3 * time.Hour, loop.Line, 0},
		{loop.Unreachable, 3 * time.Hour, loop.Line, 0},
	} {
		c.State = test.state
		if rung, parts := c.Rung(at.Add(test.after)), c.PartsNow(); rung != test.want || len(parts) != test.parts {
			t.Errorf("%s after %v: %s with %v", test.state, test.after, rung, parts)
		}
	}
	if old := (loop.Case{State: loop.Open, Deadline: at}).Rung(at.AddDate(0, 1, 0)); old != loop.Middle {
		t.Errorf("a case without a top: %s", old)
	}
}

// What the company has written comes before the standard, and what is of a kind before what is of all.
func TestProcedureInForce(t *testing.T) {
	t.Parallel()
	id := func(k loop.Kind) loop.ProcedureID { return loop.ProcedureID{Rung: loop.Line, Kind: k} }
	standard := func(i loop.ProcedureID) bool { return i.Kind == loop.AllKinds || i.Kind == loop.OfDetractor }
	own := func(k loop.Kind) loop.Procedure {
		return loop.Procedure{ProcedureID: id(k), Version: 3, Texts: map[string]map[loop.ProcedurePart]string{"en": {loop.Begin: "x"}}}
	}
	back := loop.Procedure{ProcedureID: id(loop.OfDetractor), Version: 4}
	for name, test := range map[string]struct {
		written []loop.Procedure
		of      loop.Kind
		kind    loop.Kind
		own     bool
	}{
		"nothing":                  {nil, loop.OfDetractor, loop.OfDetractor, false},
		"nothing, and no standard": {nil, loop.OfSilent, loop.AllKinds, false},
		"the kind's":               {[]loop.Procedure{own(loop.OfDetractor), own(loop.AllKinds)}, loop.OfDetractor, loop.OfDetractor, true},
		"that of all":              {[]loop.Procedure{own(loop.AllKinds)}, loop.OfDetractor, loop.AllKinds, true},
		"the standard again":       {[]loop.Procedure{back}, loop.OfDetractor, loop.OfDetractor, false},
	} {
		written := map[loop.ProcedureID]loop.Procedure{}
		for _, p := range test.written {
			written[p.ProcedureID] = p
		}
		if got := loop.InForce(written, id(test.of), standard); got.Kind != test.kind || got.Own() != test.own {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A procedure says no times itself, but names those of the settings; a place that is none is refused with its field.
func TestProcedureChecks(t *testing.T) {
	t.Parallel()
	write := func(text string) loop.Procedure {
		return loop.Procedure{Texts: map[string]map[loop.ProcedurePart]string{"en": {loop.Say: text}, "ru": {loop.Begin: "  "}}}
	}
	p, err := write(" Call within {term}.\r\nThen wait. ").Check()
	if err != nil || p.Text(loop.Say, "ru", []string{"en"}) != "Call within {term}.\nThen wait." || len(p.Texts) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if got := loop.FillProcedure("{term}, {tries}, {top}, {morning}", "2 days", "3", "4", "9:00"); got != "2 days, 3, 4, 9:00" {
		t.Error(got)
	}
	for text, code := range map[string]string{"{days}": "procedure_place", strings.Repeat("я", loop.MaxProcedure+1): "procedure_long", strings.Repeat("я", loop.MaxProcedure): "", "{ not a place }": ""} {
		_, err := write(text).Check()
		if q := apperr.As(err); (q == nil) != (code == "") || q != nil && (q.Code != code || q.Where != "say_en") {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}
