package notify

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/authz"
	"onetap/internal/awsenv"
	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/keys"
	"onetap/internal/loop"
	"onetap/internal/restoring"
	"onetap/internal/survey"
)

// line is a line of a workspace: what a thing says, and its kind.
func line(t *testing.T, kind string, things ...any) string {
	t.Helper()
	all := map[string]any{}
	for _, v := range things {
		text, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(text, &all)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	all["kind"] = kind
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

// Nobody is written to and no other system is told of cases and answers that are read back from another workspace; of what happens to such a case here it is told, and of nothing that
// happened there.
func TestNothingIsToldOfWhatIsReadBack(t *testing.T) {
	t.Parallel()
	there, here := followuptest.Open(t), followuptest.Open(t)
	ctx := context.Background()
	c := there.Campaign(mailing, "Spring")
	id := there.Contact(1, nil)
	before, now := there.Says(mailing, id, 3, "slow and rude")
	if err := there.Alerts.Begin(ctx).Answer(ctx, before, now); err != nil {
		t.Fatal(err)
	}
	who := authz.Who{Staff: survey.Staff{Role: survey.RoleAdministrator}, Token: "crm"}
	there.Pass(time.Hour)
	for _, w := range []followup.Work{{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: loop.CustomerKept}, {State: loop.Open}} {
		if _, err := (&followup.Cases{Store: there.Store, Now: there.Now}).Do(ctx, who, there.Case(mailing, id).ID(), w); err != nil {
			t.Fatal(err)
		}
	}
	old := there.Case(mailing, id)
	body := line(t, "campaign", c) + line(t, "contact", map[string]any{"audience": "customers", "id": id, "person": map[string]string{"email": "ann@example.com"}, "created": there.Now(), "updated": there.Now()}) +
		line(t, "answer", map[string]any{"campaign_id": mailing, "contact": id, "created_at": there.Now(), "score": 3, "verified": true, "comment": "slow and rude"}) +
		line(t, "case", old, map[string]any{"of": old.Is(), "notes": []loop.Note{{At: there.Now(), Text: "They are on holiday"}}})
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	here.Pass(2 * time.Hour)
	r := &restoring.Restorer{Store: here.Store, Keys: k, Now: here.Now}
	if out, err := r.Restore(ctx, []byte(body)); err != nil || out.New["case"] != 1 || out.New["answer"] != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	var told []loop.Announcement
	var types []string
	h := publishing(here, func(_ context.Context, es []awsenv.BusEvent) error {
		for _, e := range es {
			var a loop.Announcement
			if err := json.Unmarshal(e.Detail, &a); err != nil {
				return err
			}
			told, types = append(told, a), append(types, e.Type)
		}
		return nil
	})
	rs := records(t, here)
	if _, err := h.Handle(ctx, events.DynamoDBEvent{Records: rs}); err != nil || len(rs) == 0 {
		t.Fatal(len(rs), err)
	}
	if emails := here.Letters(mailing, id); len(told) > 0 || len(emails) > 0 {
		t.Errorf("told of what was read back: %v %+v, %d emails", types, told, len(emails))
	}
	told, types = nil, nil
	if _, err := (&followup.Cases{Store: here.Store, Now: here.Now}).Do(ctx, who, old.ID(), followup.Work{State: loop.Contacted}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Handle(ctx, events.DynamoDBEvent{Records: records(t, here)[len(rs):]}); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || types[0] != string(loop.CaseChanged) || len(told[0].Did) != 1 {
		t.Errorf("of work on it is told %v %+v", types, told)
	}
}
