package survey

import (
	"slices"
	"testing"
	"time"

	"onetap/internal/apperr"
)

// Employees are asked by ballots alone: a campaign that was launched without them stays withheld whatever the switch says, one with
// them is not, and nobody of it gets a second letter.
func TestBallotsAreNotWithheld(t *testing.T) {
	t.Parallel()
	for _, s := range CampaignStates {
		for _, a := range Actions {
			_, usual := do(campaignIn(s), a, midday)
			c := campaignIn(s)
			c.Audience, c.Ballots = Employees, true
			_, err := do(c, a, midday)
			switch {
			case a == ActResend && usual == nil:
				if !apperr.Is(err, "employees_sent_once") {
					t.Errorf("a second letter of a %s campaign: %v", s, err)
				}
			case (err == nil) != (usual == nil) || err != nil && err.Error() != usual.Error():
				t.Errorf("%s of a %s campaign of employees: %v, of customers %v", a, s, err, usual)
			}
		}
	}
	c := campaignIn(Draft)
	c.Audience, c.Ballots = Employees, true
	if c, err := c.Launch(time.Time{}, "", midday); err != nil || !c.Ballots || !c.Promises() {
		t.Errorf("launched: %+v, %v", c, err)
	}
	old := campaignIn(Sending)
	old.Audience, old.Launched = Employees, midday
	if !old.Withheld() || old.Promises() {
		t.Error("a campaign without ballots is sent")
	}
	customers := campaignIn(Draft)
	customers.Ballots = true
	if c, err := customers.Launch(time.Time{}, "", midday); err != nil || c.Ballots || c.Promises() {
		t.Errorf("customers: %+v, %v", c, err)
	}
}

// A planner that finds too few pauses the campaign, once, and whoever resumes it has it planned again.
func TestRefuse(t *testing.T) {
	t.Parallel()
	for _, s := range CampaignStates {
		c, ok := campaignIn(s).Refuse(StoppedFew, midday)
		if ok != (s == Planning) || ok && (c.State != Paused || c.Stopped != StoppedFew || !c.TellAt.Equal(midday)) {
			t.Errorf("a %s campaign is %s: %v", s, c.State, ok)
		}
		if ok {
			if c, err := c.Resume(&Mailing{State: MailingPlanning}, midday); err != nil || c.State != Planning || c.Stopped != "" {
				t.Errorf("resumed: %s, %v", c.State, err)
			}
		}
	}
}

// Columns are those that were chosen, else the team; what is chosen must be a column, once, and for employees.
func TestGroups(t *testing.T) {
	t.Parallel()
	for want, groups := range map[string][]string{
		"":                {GroupTeam, DimensionLocation, DimensionTier, "attr:Grade"},
		"groups_unknown":  {"owner"},
		"groups_twice":    {GroupTeam, GroupTeam},
		"groups_too_many": {GroupTeam, DimensionLocation, DimensionTier, DimensionProduct, "attr:Grade"},
	} {
		c := campaignIn(Draft)
		c.Audience, c.Groups = Employees, groups
		if err := c.Check(); want == "" && err != nil || want != "" && !apperr.Is(err, want) {
			t.Errorf("%v: %v, want %s", groups, err, want)
		}
	}
	c := campaignIn(Draft)
	c.Groups = []string{GroupTeam}
	if err := c.Check(); !apperr.Is(err, "groups_not_here") {
		t.Errorf("of customers: %v", err)
	}
	c.Groups = []string{"attr:", GroupTeam}
	if c.Audience = Employees; !apperr.Is(c.Check(), "groups_unknown") {
		t.Error("a column without a heading")
	}
	contact := Contact{Team: "North", Location: "Perm", Attrs: map[string]string{"Grade": "7"}}
	if c.Groups = nil; !slices.Equal(GroupValues(contact, c.Columns()), []string{"North"}) {
		t.Errorf("by %v", c.Columns())
	}
	if c.Groups = []string{"attr:Grade", GroupTeam, DimensionProduct}; !slices.Equal(GroupValues(contact, c.Columns()), []string{"7", "North", ""}) {
		t.Errorf("%q", GroupValues(contact, c.Columns()))
	}
}
