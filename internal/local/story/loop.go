package story

import (
	"context"
	"errors"
	"strings"
	"time"

	"onetap/internal/local/drive"
)

// longestClimb is how many days may pass until a case that nobody sees to has climbed to the top: two for the owner, two working days for the manager, and a
// weekend with the mornings after it.
const longestClimb = 12

// closeLoop works on one case from the link of its letter to its end, deals calls out to an executive, and lets days pass over the rest, until the executives
// hear of what nobody has seen to.
func (t *Teller) closeLoop(ctx context.Context, c campaign, s *Summary) error {
	if err := t.fromTheLetter(ctx, s); err != nil {
		return err
	}
	if err := t.calls(ctx, c, s); err != nil {
		return err
	}
	if t.Pass == nil {
		return nil
	}
	return t.climbs(ctx, s)
}

// fromTheLetter resolves a case by the link of its alert, without signing in.
func (t *Teller) fromTheLetter(ctx context.Context, s *Summary) error {
	letters, err := t.Company.Letters(ctx)
	if err != nil {
		return err
	}
	for _, l := range letters {
		at := -1
		for i, link := range l.Links {
			if strings.Contains(link, "/act/") && strings.HasSuffix(link, "?do=called") {
				at = i
			}
		}
		if l.Kind != "alert" || at < 0 {
			continue
		}
		var one struct {
			State, Outcome string
			Version        int
		}
		id := l.Cases()[0]
		if err := t.Company.Call(ctx, "GET", "/cases/"+id, nil, &one); err != nil || one.State != "open" {
			continue // somebody's who was erased
		}
		page, err := t.Company.Open(ctx, l.Links[at])
		if err != nil {
			return err
		}
		var unread struct{ Version int }
		if err := t.Company.Call(ctx, "GET", "/cases/"+id, nil, &unread); err != nil {
			return err
		}
		t.promise(page.Status == 200 && unread.Version == one.Version, "the link of an alert answers %d, and opening it has changed the case: %v", page.Status, unread.Version != one.Version)
		done, err := t.Company.Submit(ctx, page, map[string]string{"note": "They waited too long. It is mended.", "cause": "speed", "outcome": "kept"})
		if err != nil {
			return err
		}
		if err := t.Company.Call(ctx, "GET", "/cases/"+id, nil, &one); err != nil {
			return err
		}
		t.promise(done.Status == 200 && one.State == "resolved" && one.Outcome == "kept", "the case is %s, %s after the form: %d", one.State, one.Outcome, done.Status)
		s.Resolved++
		t.say("22. An owner opens “I have called” from the alert, without signing in: one sentence, a cause, an outcome, and the case is resolved. Opening the link alone changed nothing.")
		return nil
	}
	return errors.New("no alert has a link by which its owner acts")
}

// calls deals the largest detractors out to the executive.
func (t *Teller) calls(ctx context.Context, c campaign, s *Summary) error {
	const each = 5
	var round struct {
		ID    string
		Hands []struct {
			Executive string
			Calls     []struct{ Contact string }
		}
	}
	deal := map[string]any{"campaign": c.ID, "executives": []string{"voronin"}, "number": each}
	if err := t.Company.Call(ctx, "POST", "/calls", deal, &round); err != nil {
		return err
	}
	var report struct {
		Executives []struct{ Dealt, Made int }
	}
	if err := t.Company.Call(ctx, "GET", "/calls/"+round.ID, nil, &report); err != nil {
		return err
	}
	for _, one := range report.Executives {
		s.Calls += one.Dealt
	}
	t.promise(s.Calls == each, "%d calls are dealt, want %d", s.Calls, each)
	t.say("23. Marketing deals %d detractors out to the executive, those of the largest value first.", s.Calls)
	return nil
}

// climbs lets days pass over what nobody sees to.
func (t *Teller) climbs(ctx context.Context, s *Summary) error {
	overdue, climbed := map[string]int{}, map[string]int{}
	for day := 0; day < longestClimb && len(climbed) == 0; day++ {
		t.Pass(23 * time.Hour)
		err := drive.Until(ctx, 4*time.Second, "a morning", func() (bool, error) {
			letters, err := t.Company.Letters(ctx)
			clear(overdue)
			clear(climbed)
			for _, l := range letters {
				for _, id := range l.Cases() {
					switch l.Kind {
					case "overdue":
						overdue[id]++
					case "climbed":
						climbed[id]++
					}
				}
			}
			return len(climbed) > 0, err
		})
		if err != nil && ctx.Err() != nil {
			return err
		}
	}
	twice := 0
	for _, told := range []map[string]int{overdue, climbed} {
		for _, n := range told {
			twice += n - 1
		}
	}
	s.Climbed = len(climbed)
	t.promise(s.Climbed > 0 && len(overdue) >= s.Climbed && twice == 0, "%d cases are told of as overdue, %d have climbed, %d are told of too often", len(overdue), s.Climbed, twice)
	t.say("24. Days pass. What nobody has seen to is told to the managers, %d cases, and then to the executive, %d; each once.", len(overdue), s.Climbed)
	return nil
}
