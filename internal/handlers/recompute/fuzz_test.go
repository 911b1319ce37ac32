package recompute

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/local/dynamo"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var ofADay = regexp.MustCompile(`^d[1-7]`)

// FuzzRecords: whatever the stream holds of an item — answers, batches, invitations with whatever text in them — the
// function counts it in every part of a campaign alike, the same record again changes nothing, and what it reports as
// failed is a record that it was given.
func FuzzRecords(f *testing.F) {
	s, _ := storetest.Open(f, dynamo.Options{})
	r := handler(s)
	f.Add("RESPONSE#aaaabbbbccccdddd", "o1", "Team #1", "ru", "2026-11-20T09:00:00Z", int64(9), int64(1), true, `why={"S":"slow"}`)
	f.Add("RESPONSE#x", "%23", "%", "", "no time", int64(-3), int64(0), true, `score={"S":"9"}`)
	f.Add("RESPONSE#", "", "", "\xff", "9999-12-31T23:59:59Z", int64(1<<62), int64(-1), false, `version={"N":"1e400"}`)
	f.Add("INVITATION#aaaabbbbccccdddd", "o1", "t", "en", "2026-11-20T09:00:00Z", int64(0), int64(2), true, `state={"S":"failed"}`)
	f.Add("REMINDER#a", "o1", "t", "en", "2026-11-20T09:00:00Z", int64(0), int64(2), true, `decided={"S":"sent"}`)
	f.Add("BATCH#00000000", "o1", "t", "en", "2026-11-20T09:00:00Z", int64(0), int64(0), true, `outcomes={"S":"[{\"s\":\"sent\",\"o\":\"a\",\"n\":[0,0,7]}]"}`)
	f.Add("COUNTED#RESPONSE#x", "", "", "", "", int64(0), int64(0), false, `pk={"S":"other"}`)
	f.Add("RESPONSE#x", "", "", "", "", int64(0), int64(0), false, `set={"SS":["a"]}`)
	f.Fuzz(func(t *testing.T, sk, owner, team, language, when string, score, version int64, verified bool, extra string) {
		pk := "CAMPAIGN#campaign#00"
		if strings.HasPrefix(sk, "BATCH#") {
			pk = "PLAN#campaign#0"
		}
		if sk == "" || len(sk)+len(owner)+len(team)+len(language) > 900 {
			return // no such key can be in the table
		}
		text := func(s string) map[string]string { return map[string]string{"S": s} }
		number := func(n int64) map[string]string { return map[string]string{"N": strconv.FormatInt(n, 10)} }
		image := map[string]any{
			"audience": text("customers"), "score": number(score), "version": number(version),
			"verified": map[string]bool{"BOOL": verified}, "first": text(when), "counted": text(when), "updated": text(when), "at": text(when), "language": text(language),
			"owner": text(owner), "team": text(team), "state": text("done"), "decided": text("sent"), "outcomes": text("[]"), "contacts": map[string]string{"B": "AAAAAAAAAAAAAA=="},
		}
		if name, value, ok := strings.Cut(extra, "="); ok && json.Valid([]byte(value)) {
			image[name] = json.RawMessage(value)
		}
		image["pk"], image["sk"] = text(pk), text(sk)
		b, err := json.Marshal(map[string]any{"Records": []any{map[string]any{
			"eventID": "1", "eventName": "MODIFY",
			"dynamodb": map[string]any{"SequenceNumber": "111", "Keys": map[string]any{"pk": text(pk), "sk": text(sk)}, "NewImage": image},
		}}})
		if err != nil {
			t.Skip()
		}
		var e Event
		if json.Unmarshal(b, &e) != nil {
			return // Lambda's runtime refuses it
		}
		count := func() map[survey.TallyKey]survey.Counts {
			answer, err := r.Handle(context.Background(), e)
			if err != nil || len(answer.BatchItemFailures) > 1 || len(answer.BatchItemFailures) == 1 && answer.BatchItemFailures[0].ItemIdentifier != "111" {
				t.Fatalf("%+v, %v", answer, err)
			}
			figures, err := s.Tallies(context.Background(), "campaign")
			if err != nil {
				t.Fatal(err)
			}
			return figures
		}
		once := count()
		parts := map[string]map[string]int64{}
		for k, counts := range once {
			for field, n := range counts {
				kind := k.Kind
				if day := ofADay.FindString(field); day != "" { // of a week
					kind, field = "day", field[2:]
				}
				if parts[field] == nil {
					parts[field] = map[string]int64{}
				}
				parts[field][kind] += n
			}
		}
		for field, by := range parts {
			if all := by[survey.KindWeek]; all != 0 && (by["day"] != all || by[survey.KindOwner] != all || by[survey.KindTeam] != all || by[survey.KindLanguage] != all) {
				t.Fatalf("%s is %v: the parts differ", field, by)
			}
		}
		if d := cmp.Diff(once, count()); d != "" {
			t.Fatalf("the same record again (-once +twice):\n%s", d)
		}
	})
}
