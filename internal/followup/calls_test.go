package followup_test

import (
	"testing"

	"onetap/internal/authz"
	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Wherever the desk dies while an executive's call is written down, once the executive has kept it again it is on the customer's case once.
func TestCallLandsOnce(t *testing.T) {
	t.Parallel()
	for _, heard := range []loop.Heard{{Reached: true, Words: "They wait. "}, {}} {
		reached := 0
		for n := 1; ; n++ {
			b, _, _, _ := company(t)
			id := b.Contact(n, nil)
			says(t, b, id, 2, "slow")
			desk := &followup.Calls{Store: b.Faulty, Cases: &followup.Cases{Store: b.Faulty, Now: b.Now}, Now: b.Now}
			top := survey.Staff{ID: "vera", Email: "vera@example.com", Name: "Vera", Role: survey.RoleExecutive}
			staff, err := b.Store.Staff(t.Context())
			if err == nil {
				err = b.Store.PutStaff(t.Context(), append(staff, top))
			}
			if err != nil {
				t.Fatal(err)
			}
			who := authz.Who{Staff: top}
			round, err := desk.Deal(t.Context(), who, spring, []string{"vera"}, 5)
			if err != nil {
				t.Fatal(err)
			}
			b.Arm(&followuptest.Fault{At: n, Dies: true})
			_, failed := desk.Record(t.Context(), who, round.ID, id, heard, 0)
			b.Arm(nil)
			for range 2 { // again, and once more
				calls, err := b.Store.Calls(t.Context(), round, []survey.ContactID{id})
				if err == nil {
					_, err = desk.Record(t.Context(), who, round.ID, id, heard, calls[id].Version)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			c := b.Case(spring, id)
			times := c.Tries
			if heard.Reached {
				if times = c.Notes; c.State != loop.Contacted {
					t.Errorf("dead at call %d: the case is %s", n, c.State)
				}
			}
			if times != 1 {
				t.Errorf("dead at call %d, reached %v: on the case %d times", n, heard.Reached, times)
			}
			if failed == nil {
				break
			}
			reached++
		}
		if reached < 8 {
			t.Errorf("the desk died at %d calls", reached)
		}
	}
}
