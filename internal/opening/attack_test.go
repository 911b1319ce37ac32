package opening_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/ballot"
	"onetap/internal/local/attack"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// sequence is in which order things came into the stream, or stand in the table, and what they say.
type sequence struct{ score, words []string }

// The strongest of those who look on: the attacker holds the whole table before and after, the stream in its order, and
// has watched every single colleague click, so that each knows which sealed item is whose. What was opened then is put side by side
// with the clicks in every order that is there: of the stream, of the table, of the box's names, each forwards and backwards.
// Nobody is named better than within groups of five.
func TestAttackerWhoSawEveryClick(t *testing.T) {
	t.Parallel()
	const people = 200
	w := newWorld(t, map[string][2]int{"North": {people, 0}})
	var scores, words, names []string
	for i := range people {
		score := (i*7 + i/13) % 11
		name := fmt.Sprintf("%c%025d", 'a'+(i*i)%26, i)
		scores, words, names = append(scores, strconv.Itoa(score)), append(words, fmt.Sprint("words of ", i)), append(names, name)
		w.cast(name, ballot.Answer{Cell: 1, Score: score, Why: fmt.Sprint("words of ", i)})
	}
	var lies []int // people in the order in which their sealed answers lie in the table
	must(t, w.store.WalkBox(t.Context(), id, func(b ballot.Cast) error {
		lies = append(lies, slices.Index(names, b.Box))
		return nil
	}))
	must(t, w.opener().Run(t.Context()))
	if kept := w.campaign().Box; kept.Kept != people || kept.Words != people {
		t.Fatalf("%+v", kept)
	}
	byName := make([]int, people)
	for i := range byName {
		byName[i] = i
	}
	slices.SortFunc(byName, func(a, b int) int { return strings.Compare(names[a], names[b]) })
	clicks := map[string][]int{"when they clicked": nil, "by the box's names": byName, "as the box lies": lies}
	for i := range people {
		clicks["when they clicked"] = append(clicks["when they clicked"], i)
	}
	var inStream, inTable sequence
	for _, r := range storetest.Records(t, w.db) {
		if r.EventName == string(events.DynamoDBOperationTypeInsert) && strings.HasPrefix(r.Change.Keys["sk"].String(), "RESPONSE#") {
			inStream.score = append(inStream.score, r.Change.NewImage["score"].Number())
		}
	}
	for shard := range survey.ContactShards {
		must(t, w.store.WalkResponses(t.Context(), id, shard, "", func(r survey.Response) (bool, error) {
			inTable.score = append(inTable.score, strconv.Itoa(r.Score))
			return true, nil
		}))
	}
	stored, err := w.store.WordsOf(t.Context(), id)
	must(t, err)
	for _, s := range stored {
		inTable.words = append(inTable.words, s.Why)
	}
	if len(inStream.score) != people || len(inTable.score) != people || len(inTable.words) != people {
		t.Fatalf("%d, %d, %d of %d", len(inStream.score), len(inTable.score), len(inTable.words), people)
	}
	most := 0
	for order, click := range clicks {
		for what, guesses := range map[string][]string{"stream": inStream.score, "table": inTable.score, "words": inTable.words} {
			truth := make([]string, people)
			for i, person := range click {
				truth[i] = scores[person]
				if what == "words" {
					truth[i] = words[person]
				}
			}
			backwards := slices.Clone(guesses)
			slices.Reverse(backwards)
			for _, g := range [][]string{guesses, backwards} {
				n := attack.Named(g, truth)
				if most = max(most, n); n > 0 {
					t.Errorf("%s, against the %s: linkable=%d", order, what, n)
				}
			}
		}
	}
	t.Logf("linkable=%d", most)
}

// The attacker's count counts: whoever sees answers in the order of the clicks names everybody.
func TestAttackerFinds(t *testing.T) {
	t.Parallel()
	truth := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "0"}
	if n := attack.Named(truth, truth); n != 10 {
		t.Errorf("linkable=%d of ten in their order", n)
	}
	if n := attack.Named([]string{"1", "2", "x", "x", "x", "x", "x", "x", "x", "x"}, truth); n != 0 {
		t.Errorf("linkable=%d by guessing", n)
	}
}

// Sealed items tell nothing by themselves before the opening: one length, no time, no order but their names, which are keyed hashes.
func TestSealedItemsLookAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string][2]int{"North": {30, 20}})
	attributes, lengths := map[string]bool{}, map[int]bool{}
	n := 0
	for _, r := range storetest.Records(t, w.db) {
		if !strings.HasPrefix(r.Change.Keys["sk"].String(), "BALLOT#") {
			continue
		}
		n++
		for name, v := range r.Change.NewImage {
			attributes[name] = true
			if name == "sealed" {
				lengths[len(v.Binary())] = true
			}
		}
	}
	var names []string
	for a := range attributes {
		names = append(names, a)
	}
	slices.Sort(names)
	if n != 20 || len(lengths) != 1 || !slices.Equal(names, []string{"changes", "pk", "sealed", "sk"}) {
		t.Errorf("%d items with %v of lengths %v", n, names, lengths)
	}
}
