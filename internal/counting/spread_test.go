package counting

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// No key takes all writes (promise 5): what is counted is spread over copies of each figure, what is counted of over
// shards of its campaign. A partition takes 1,000 write units a second.
func TestWritesAreSpread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	const answers = 400
	for i := range answers {
		r := survey.Response{Campaign: campaign, Contact: survey.ContactID(fmt.Sprintf("%c%ccontactcontact", 'a'+i/20, 'a'+i%20)), Audience: survey.Customers, Language: "ru"}
		score := i % 11
		r, _, err := r.Apply(survey.Post{Score: &score, Gesture: survey.ByGesture, Digest: "d"}, start)
		must(t, err)
		must(t, w.store.SaveResponse(context.Background(), r, 0))
	}
	changes := w.changes(t)
	for len(changes) > 0 { // a few at a time, as answers come
		n := min(2, len(changes))
		w.deliver(t, changes[:n])
		changes = changes[n:]
	}
	writes, all := map[string]int{}, map[string]int{}
	for _, r := range storetest.Records(t, w.db) {
		pk := r.Change.Keys["pk"].String()
		if r.Change.Keys["sk"].String() == "CAMPAIGN" {
			continue
		}
		entity := pk[:strings.LastIndex(pk, "#")]
		writes[pk]++
		all[entity]++
	}
	for pk, n := range writes {
		if entity := pk[:strings.LastIndex(pk, "#")]; n*100 > all[entity]*40 {
			t.Errorf("%s takes %d of %d writes to %s", pk, n, all[entity], entity)
		}
	}
	if len(all) != 3 { // the answers with their markers, and the figures of campaign and audience
		t.Errorf("written were %v", all)
	}
}
