package local_test

import (
	"testing"
	"time"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
	"onetap/internal/local/startpage"
	"onetap/internal/survey"
)

// The recount of the night mends figures with the permissions that the template gives it, and asks KMS for nothing: what is sealed it
// cannot open.
func TestTheRecountOpensNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	ctx := t.Context()
	s, err := local.Start(ctx, local.Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	campaign, _ := surveyed(t, s, drive.New(s.Site(), s.Inbox(), s.Token()), 3)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Settle(ctx))
	table := startpage.OpenTable(s.AWS(), s.TableName())
	figures := func() map[survey.TallyKey]survey.Counts {
		t.Helper()
		all, err := table.Tallies(ctx, campaign)
		must(err)
		return all
	}
	key := survey.TallyKey{Scope: campaign, Kind: survey.KindMailing, Value: "0"}
	before := figures()[key]
	must(table.AddFigures(ctx, survey.Deltas{key: {"sent": 7}}))
	if figures()[key]["sent"] != before["sent"]+7 {
		t.Fatalf("the figures are %v, and were %v", figures()[key], before)
	}
	state, err := table.SeeRecount(ctx, "night")
	must(err)
	state.Night, state.Done = "", false // as if it were another night
	_, err = table.SaveRecount(ctx, state)
	must(err)
	s.Cloud().Meter().Reset(time.Now())
	must(s.Tick(ctx, "recompute"))
	if state, err = table.SeeRecount(ctx, "night"); err != nil || !state.Done {
		t.Errorf("the recount is %+v, %v", state, err)
	}
	if after := figures()[key]; after["sent"] != before["sent"] {
		t.Errorf("the figures are %v, and were %v", after, before)
	}
	if used := s.Cloud().Meter().Report(time.Now()).Of("RecomputeFunction"); used.KMS != 0 || used.DynamoDB == 0 {
		t.Errorf("it used %+v", used)
	}
}
