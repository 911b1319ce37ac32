package insight

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"onetap/internal/local/dynamo"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// Of more answers than are read at once the last count is shown, and that obeys the same rule. On the real table.
func TestKeptGroupsAreThoseOfTheCount(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	ctx, m := t.Context(), crowd(3, survey.Customers, 400)
	for i := range m.answers { // contacts' ids as the table has them
		id := []byte("aaaacontactaaaaa")
		id[0], id[1] = 'a'+byte(i%26), 'a'+byte(i/26)
		m.answers[i].Contact = survey.ContactID(id)
		if err := s.SaveResponse(ctx, m.answers[i], 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddFigures(ctx, m.figures); err != nil {
		t.Fatal(err)
	}
	if err := s.PutAsked(ctx, m.campaign.ID, 0, m.asked); err != nil {
		t.Fatal(err)
	}
	results := &Results{Store: s, Now: func() time.Time { return noon }}
	opened := must[*Reading](t)(results.Open(ctx, person(survey.RoleAnalyst), m.campaign))
	small := must[*Report](t)(opened.Report(ctx))
	if err := s.AddFigures(ctx, survey.Deltas{{Scope: string(m.campaign.ID), Kind: survey.KindWeek, Value: "2026-W42"}: {"s9": CountedAtOnce}}); err != nil {
		t.Fatal(err)
	}
	never := must[*Report](t)(opened.Report(ctx))
	if b := must[Breakdown](t)(never.By(ctx, survey.KindTeam)); !b.At.IsZero() || len(b.Rows) != 0 || len(never.Weeks()) != 0 {
		t.Fatalf("never counted: %+v", b)
	}
	if err := opened.Count(ctx); err != nil {
		t.Fatal(err)
	}
	large := must[*Report](t)(opened.Report(ctx))
	shown := 0
	for _, kind := range []string{survey.KindTeam, survey.KindOwner, survey.KindLanguage, survey.DimensionLocation} {
		kept, now := must[Breakdown](t)(large.By(ctx, kind)), must[Breakdown](t)(small.By(ctx, kind))
		if !slices.Equal(ByValue(kept.Rows), ByValue(now.Rows)) || kept.Hidden != now.Hidden || !kept.Kept || now.Kept || !kept.At.Equal(noon) {
			t.Errorf("%s: kept %+v, now %+v", kind, kept, now)
		}
		for _, row := range now.Rows {
			if shown++; large.Leads(kind, row.Value()) {
				t.Errorf("%s %s: words of groups are shown by a count that is over", kind, row.Value())
			}
		}
	}
	if !slices.Equal(large.Weeks(), small.Weeks()) || shown == 0 || len(small.Weeks()) == 0 {
		t.Errorf("weeks: kept %+v, now %+v", large.Weeks(), small.Weeks())
	}
	if !small.Leads(survey.KindTeam, "Team 0") {
		t.Error("the words of the largest team are not shown")
	}
}

// An owner sees the own figures among the owners', a manager those of the reports, others all.
func TestOwnersSeeTheirOwnFigures(t *testing.T) {
	t.Parallel()
	m := crowd(1, survey.Customers, 60)
	m.answers[0].Owner = "anna"
	survey.MarkOf(m.answers[0], time.UTC).Count(m.figures, m.campaign.ID, 1)
	for role, want := range map[survey.Role]string{survey.RoleOwner: "[anna]", survey.RoleManager: "[anna owner 1]", survey.RoleExecutive: "[anna owner 0 owner 1"} {
		opened := must[*Reading](t)(m.results().Open(t.Context(), person(role), m.campaign))
		report := must[*Report](t)(opened.Report(t.Context()))
		var owners []string
		for _, row := range ByValue(must[Breakdown](t)(report.By(t.Context(), survey.KindOwner)).Rows) {
			owners = append(owners, row.Value())
		}
		if got := fmt.Sprint(owners); got != want && (role != survey.RoleExecutive || got[:len(want)] != want) {
			t.Errorf("%s sees %s, want %s", role, got, want)
		}
	}
}
