package insight

import (
	"context"
	"testing"
	"time"

	"onetap/internal/survey"
)

// What an owner's and a manager's pages open on is exactly the answers that are listed for them, however the lists spell
// the team, and whatever group or score they ask for.
func TestOwnIsWhatIsListed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for seed := range uint64(30) {
		m := crowd(seed, survey.Customers, 60)
		for _, team := range []string{"Team 0", "TEAM 0", "team 0", "Nowhere", ""} {
			for _, who := range []survey.Staff{
				{ID: "owner 1", Role: survey.RoleOwner, Team: team}, {ID: "Anna", Role: survey.RoleManager, Team: team}, {ID: "owner 0", Role: survey.RoleManager, Team: team},
			} {
				reader := person(who.Role)
				reader.Staff = who
				opened := must[*Reading](t)(m.results().Open(ctx, reader, m.campaign))
				own := must[*Report](t)(opened.Report(ctx)).Own()
				for filter, want := range map[Filter]int64{
					{}: own.Tally().Answers(), {Group: "detractor"}: own.Tally().Detractors(), {Score: "9"}: own.Tally().Scores[9],
					{Unverified: "1"}: own.Tally().Unverified, {Words: "1"}: own.Tally().Comments,
				} {
					page := must[Answers](t)(opened.Answers(ctx, filter, ""))
					if int64(len(page.List)) != want {
						t.Errorf("seed %d, %+v: of %+v %d are counted and %d listed", seed, who, filter, want, len(page.List))
					}
				}
			}
		}
	}
}

// Of two campaigns with the same answers nothing has moved; where one team's have turned it is that team, and with the
// level that many teams need.
func TestMoved(t *testing.T) {
	t.Parallel()
	ctx, exec := context.Background(), person(survey.RoleExecutive)
	m := crowd(3, survey.Customers, 0)
	after := m.campaign
	after.ID = "bbbbbbbb"
	count := func(c survey.CampaignID, team string, scores ...int) {
		for range 15 {
			for _, s := range scores {
				r := survey.Response{Campaign: c, Audience: survey.Customers, Team: team, Language: "ru", Score: s, Verified: true, First: noon, Counted: noon, Version: 1}
				survey.MarkOf(r, time.UTC).Count(m.figures, c, 1)
			}
		}
	}
	for _, team := range []string{"A", "B", "C"} {
		count(m.campaign.ID, team, 10, 8, 3)
	}
	count(after.ID, "A", 10, 8, 3)
	count(after.ID, "B", 2, 3, 8)
	count(after.ID, "C", 10, 8, 7)
	moved := must[Moved](t)(m.results().Moved(ctx, exec, m.campaign, after))
	if moved.Kind != survey.KindTeam || moved.Value != "B" || moved.Looked != 3 || !moved.Change.Real || moved.Change.Difference > -60 {
		t.Errorf("what moved it is %+v", moved)
	}
	if alone, ok := (Pair{A: Disclosed{tally: m.figures[survey.TallyKey{Scope: "aaaaaaaa", Kind: survey.KindTeam, Value: "B"}].Tally()}, B: Disclosed{tally: m.figures[survey.TallyKey{Scope: "bbbbbbbb", Kind: survey.KindTeam, Value: "B"}].Tally()}}).Difference(); !ok || alone.Interval.Width() >= moved.Change.Interval.Width() {
		t.Errorf("among three the interval is %+v, alone %+v", moved.Change.Interval, alone.Interval)
	}
	count(m.campaign.ID, "B", 2, 3, 8, 2, 3, 8)
	count(after.ID, "B", 10, 8, 3, 2, 3, 8)
	if moved := must[Moved](t)(m.results().Moved(ctx, exec, after, m.campaign)); moved.Kind == survey.KindTeam && moved.Value == "A" {
		t.Errorf("A has the same answers, and moved it: %+v", moved)
	}
}
