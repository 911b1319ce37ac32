package attack

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// world is a campaign of employees, as the table, stream, events and logs have it when nothing ties people and answers: n people, all of
// whom have answered, shuffled when their box was opened.
func world(seed uint64, n int) (*Held, []Person) {
	r := rand.New(rand.NewPCG(seed, 1))
	id := func() string {
		var b [10]byte
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return idLetters.EncodeToString(b[:])
	}
	h := &Held{Tables: [][]Item{nil, nil}}
	var people []Person
	var scores []string
	var said []Said
	at := time.Unix(1_800_000_000, 0)
	for i := range n {
		token := make([]byte, 28)
		copy(token, "\x01campa\x00\x01")
		for j := ballotHead; j < len(token); j++ {
			token[j] = byte(r.Uint32())
		}
		p := Person{Contact: id(), Address: fmt.Sprintf("person%d@example.com", i), Ballot: base64.RawURLEncoding.EncodeToString(token), Answered: true, Score: r.IntN(11), Words: fmt.Sprintf("opinion %d of many", i)}
		people, scores = append(people, p), append(scores, fmt.Sprint(p.Score))
		said = append(said, Said{[]string{""}, p.Words})
		box := Item{"pk": []byte("BOX#campaign#00"), "sk": []byte("BALLOT#" + id() + id()[:10]), "sealed": make([]byte, 4200)}
		at = at.Add(time.Second)
		h.Stream = append(h.Stream, Change{At: at, Kind: "INSERT", New: box})
		h.Tables[0] = append(h.Tables[0], box)
		contact := Item{"pk": []byte("CONTACTS#employees#00"), "sk": []byte(p.Contact), "person": []byte(p.Address)}
		h.Tables[0], h.Tables[1] = append(h.Tables[0], contact), append(h.Tables[1], contact)
		h.Events = append(h.Events, []byte(`{"eventType":"Delivery","to":"`+p.Address+`"}`))
	}
	r.Shuffle(n, func(i, j int) { scores[i], scores[j] = scores[j], scores[i] })
	r.Shuffle(n, func(i, j int) { said[i], said[j] = said[j], said[i] })
	for _, s := range scores {
		h.answer(at, s, id())
	}
	h.words(said)
	h.Logs = append(h.Logs, []byte(`{"msg":"box opened"}`))
	return h, people
}

func (h *Held) answer(at time.Time, score, id string) {
	i := Item{"pk": []byte("CAMPAIGN#campaign#00"), "sk": []byte("RESPONSE#" + id), "score": []byte(score), "counted": []byte("2026-11-20"), "team": []byte("North")}
	h.Tables[1] = append(h.Tables[1], i)
	h.Stream = append(h.Stream, Change{At: at, Kind: "INSERT", New: i})
}

func (h *Held) words(said []Said) { h.Words = said }

// drop takes away what was opened.
func (h *Held) drop(sk string) {
	h.Stream = slices.DeleteFunc(h.Stream, func(c Change) bool { return strings.HasPrefix(c.New.Text("sk"), sk) })
	h.Tables[1] = slices.DeleteFunc(h.Tables[1], func(i Item) bool { return strings.HasPrefix(i.Text("sk"), sk) })
}

// Where nothing ties them the attacker names nobody; and each tie that there could be is found.
func TestLinkable(t *testing.T) {
	t.Parallel()
	const n = 60
	for seed := range uint64(40) {
		if h, people := world(seed, n); true {
			if named, how := h.Linkable("campaign", people); named != 0 {
				t.Errorf("seed %d: %d are named of whom nothing is known: %v", seed, named, how)
			}
		}
	}
	at := time.Unix(1_900_000_000, 0)
	for what, tc := range map[string]struct {
		tie   func(h *Held, people []Person)
		named int
	}{
		"the log has a ballot": {func(h *Held, people []Person) { h.Logs = append(h.Logs, []byte("GET /b/"+people[7].Ballot)) }, 1},
		"a batch has the randoms of its ballots": {func(h *Held, people []Person) {
			var all []byte
			for _, p := range people {
				raw, _ := base64.RawURLEncoding.DecodeString(p.Ballot)
				all = append(all, raw[ballotHead:ballotMAC]...)
			}
			h.Tables[0] = append(h.Tables[0], Item{"pk": []byte("PLAN#campaign#0"), "sk": []byte("BATCH#00000"), "randoms": all})
		}, n},
		"an event has a person and a sealed answer": {func(h *Held, people []Person) {
			h.Events = append(h.Events, []byte(people[3].Address+" "+strings.TrimPrefix(h.Stream[5].New.Text("sk"), "BALLOT#")))
		}, 1},
		"an invitation has the id of an opened answer, in bytes": {func(h *Held, people []Person) {
			id, _ := idLetters.DecodeString(strings.TrimPrefix(h.Stream[n].New.Text("sk"), "RESPONSE#"))
			h.Stream = append(h.Stream, Change{At: at, Kind: "MODIFY", Old: Item{"pk": []byte("CAMPAIGN#campaign#01"), "sk": []byte("INVITATION#" + people[0].Contact), "x": id}})
		}, 1},
		"words beside their writer": {func(h *Held, people []Person) {
			h.Logs = append(h.Logs, []byte(people[9].Contact+": "+people[9].Words))
		}, 1},
		"answers in the order of the clicks": {func(h *Held, people []Person) {
			h.drop("RESPONSE#")
			for i, p := range people {
				h.answer(at, fmt.Sprint(p.Score), fmt.Sprintf("%016d", i))
			}
		}, n},
		"answers backwards by address": {func(h *Held, people []Person) {
			h.drop("RESPONSE#")
			sorted := slices.SortedFunc(slices.Values(people), func(a, b Person) int { return strings.Compare(b.Address, a.Address) })
			for i, p := range sorted {
				h.answer(at, fmt.Sprint(p.Score), fmt.Sprintf("%016d", i*7919%100_000))
			}
		}, n},
		"words in the order of the clicks": {func(h *Held, people []Person) {
			var said []Said
			for _, p := range people {
				said = append(said, Said{[]string{""}, p.Words})
			}
			h.words(said)
		}, n},
		"words in the order of the box's names, backwards": {func(h *Held, people []Person) {
			names := h.boxes("campaign")
			h.Words = nil
			for _, name := range slices.Backward(slices.Sorted(slices.Values(names))) {
				h.Words = append(h.Words, Said{[]string{"North", "ru"}, people[slices.Index(names, name)].Words})
			}
		}, n},
		"words of two groups as the box lies": {func(h *Held, people []Person) {
			h.Words = nil
			for i, p := range people {
				h.Words = append(h.Words, Said{[]string{[]string{"North", "South"}[i%2]}, p.Words})
			}
		}, n / 2},
		"a group of three": {func(h *Held, _ []Person) {
			for _, i := range h.Tables[1][n : n+3] {
				i["team"] = []byte("South")
			}
		}, 3},
		"each answer with its time": {func(h *Held, _ []Person) {
			for i, c := range h.Stream[n:] {
				c.New["counted"] = []byte(fmt.Sprint("2026-11-20 ", i))
			}
		}, n},
		"sealed answers as long as they are": {func(h *Held, _ []Person) {
			for i, c := range h.Stream[:n] {
				c.New["sealed"] = make([]byte, 100+i)
			}
		}, n},
	} {
		h, people := world(1, n)
		tc.tie(h, people)
		if named, how := h.Linkable("campaign", people); named != tc.named {
			t.Errorf("%s: %d are named, want %d: %v", what, named, tc.named, how)
		}
	}
}

// What is left of somebody erased is found in whatever an item has, and others' are not taken for theirs.
func TestTraces(t *testing.T) {
	t.Parallel()
	raw, _ := idLetters.DecodeString("abcdefghijklmnop")
	for what, tc := range map[string]struct {
		item Item
		want int
	}{
		"another":            {Item{"pk": []byte("CONTACTS#x"), "person": []byte("anna1@example.com Anna Reeds")}, 0},
		"longer":             {Item{"pk": []byte("CONTACTS#x"), "person": []byte("johanna@example.com")}, 0},
		"address":            {Item{"pk": []byte("CONTACTS#x"), "person": []byte(`{"Email":"Anna@Example.com"}`)}, 1},
		"name":               {Item{"pk": []byte("UPLOAD#x"), "rows": []byte(`["Anna Reed"]`)}, 1},
		"id as a key":        {Item{"pk": []byte("CAMPAIGN#x"), "sk": []byte("RESPONSE#abcdefghijklmnop")}, 1},
		"id in bytes":        {Item{"pk": []byte("PLAN#x"), "contacts": append([]byte("0123456789"), raw...)}, 1},
		"a marker":           {Item{"pk": []byte("CAMPAIGN#x"), "sk": []byte("COUNTED#RESPONSE#abcdefghijklmnop")}, 0},
		"an erasure at work": {Item{"pk": []byte("ERASURES"), "person": []byte("anna@example.com")}, 0},
	} {
		if got := Traces([]Item{tc.item}, []string{"anna@example.com", "Anna Reed"}, []string{"abcdefghijklmnop"}); len(got) != tc.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}

// Values of every type are read as they are.
func TestItemOf(t *testing.T) {
	t.Parallel()
	var typed Typed
	err := json.Unmarshal([]byte(`{"a":{"S":"text"},"b":{"B":"AAEC"},"c":{"L":[{"S":"x"},{"M":{"k":{"BS":["AAEC"]}}}]},"d":{"N":"12"},"e":{"BOOL":true},"f":{"SS":["y"]}}`), &typed)
	if err != nil {
		t.Fatal(err)
	}
	i, err := itemOf(typed)
	if err != nil || i.Text("a") != "text" || i.Text("b") != "\x00\x01\x02" || i.Text("c") != "x\nk\n\x00\x01\x02\n\n\n" || i.Text("d") != "12" || i.Text("e") != "true" || i.Text("f") != "y\n" {
		t.Errorf("%q, %v", i, err)
	}
	if _, err := itemOf(Typed{"a": {"B": json.RawMessage(`"%"`)}}); err == nil {
		t.Error("what is no base64 was read")
	}
}
