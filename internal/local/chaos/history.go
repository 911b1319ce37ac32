package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/local"
	"onetap/internal/local/faults"
)

// History is everything that is decided before a run: what people do, in order, and what goes wrong. As text it has a
// line each, and can be played again or with lines left out.
type History struct {
	Seed      uint64 // of what people choose within a step
	Contacts  int
	Employees int     // who are asked by ballots; 0: none
	Consent   bool    // customers are asked by their consent, which four of five have given
	Retain    bool    // at the end what is old is deleted
	Climb     bool    // at the end days pass over the cases
	Beside    bool    // promoters hand on links and are quoted, answers are marked and answered, a team agrees on things, the silent are asked after
	Tell      bool    // before that some are resolved, their respondents told, and executives call others
	Rate      float64 // recipients a second; 0: no limit
	Steps     []Step
	Faults    []faults.Rule
}

// Step is one thing that somebody does.
type Step struct {
	Do       string
	Campaign int    // the how-manyth campaign, from 0
	N        int    // how many people, milliseconds, days: see steps
	Seed     uint64 // of who and what
}

// steps are what may happen, each with its weight, the range of N, and the most of it in a history (0: any number).
var steps = []struct {
	do        string
	weight    float64
	least, to int
	limit     int
}{
	{"campaign", 1, 0, 0, 2},    // somebody makes and launches another campaign
	{"taps", 9, 10, 60, 0},      // so many people answer
	{"edits", 4, 3, 20, 0},      // who has answered changes score or words
	{"scripts", 2, 3, 15, 0},    // a page's script posts and nobody acts
	{"scans", 2, 3, 12, 0},      // mail scanners open all links of so many letters
	{"unsubscribe", 2, 1, 6, 0}, // one click in the mail program
	{"stop", 1, 1, 3, 0},        // staff stops an address by hand
	{"pause", 1.2, 0, 0, 0},
	{"resume", 2, 0, 0, 0},
	{"cancel", 0.25, 0, 0, 1},
	{"close", 0.25, 0, 0, 1},
	{"remind", 1.5, 0, 0, 0},
	{"remind-again", 1.5, 0, 0, 0},
	{"resend", 1, 0, 0, 0},   // to those of whom nobody knows whether they were written to
	{"again", 0.7, 0, 0, 1},  // the list is uploaded once more
	{"more", 0.5, 10, 40, 1}, // a longer list is uploaded
	{"senders", 1, 2, 4, 0},  // so many senders are called at once
	{"kill", 3, 0, 0, 0},     // a function's processes get SIGKILL wherever they are
	{"wait", 3, 50, 1500, 0},
	{"settle", 0.7, 0, 0, 1}, // a quiet hour: no faults, everything comes to its end
	{"days", 0.5, 1, 3, 1},   // days pass
}

// Invent makes the history of a seed.
func Invent(seed uint64) History {
	r := rand.New(rand.NewPCG(seed, 1))
	h := History{Seed: seed, Contacts: 200 + r.IntN(60)}
	switch x := r.Float64(); {
	case x < 0.02:
		h.Contacts = 1000 + r.IntN(1001)
	case x < 0.12:
		h.Contacts = 300 + r.IntN(400)
	}
	h.Rate = []float64{0, 400, 120, 60}[r.IntN(4)]
	h.Rate *= max(1, float64(h.Contacts)/250) // a longer list is no reason for a longer run
	campaigns := 1
	h.Steps = append(h.Steps, Step{Do: "campaign", Seed: r.Uint64()}, Step{Do: "wait", N: r.IntN(1500)}, Step{Do: "taps", N: 20 + r.IntN(60), Seed: r.Uint64()})
	used := map[string]int{}
	for n := 8 + r.IntN(9); n > 0; {
		s := draw(r)
		if s.limit > 0 && used[s.do] >= s.limit {
			continue
		}
		used[s.do]++
		step := Step{Do: s.do, Campaign: r.IntN(campaigns), N: s.least + r.IntN(s.to-s.least+1), Seed: r.Uint64()}
		if s.do == "campaign" {
			step.Campaign = campaigns
			campaigns++
		}
		h.Steps = append(h.Steps, step)
		n--
	}
	h.Faults = inventFaults(r)
	h.addEmployees(rand.New(rand.NewPCG(seed, 3)))
	h.addErasures(rand.New(rand.NewPCG(seed, 4)))
	h.addBrought(rand.New(rand.NewPCG(seed, 6)))
	h.addAnalyse(rand.New(rand.NewPCG(seed, 5)))
	privacy := rand.New(rand.NewPCG(seed, 7))
	h.Consent, h.Retain = privacy.Float64() < 0.25, privacy.Float64() < 0.3
	h.Climb = privacy.Float64() < 0.4
	h.Tell = privacy.Float64() < 0.5
	if h.Beside = privacy.Float64() < 0.35; h.Beside {
		h.addBeside(rand.New(rand.NewPCG(seed, 13)))
	}
	return h
}

// addEmployees puts a campaign of employees among what happens, and its faults.
func (h *History) addEmployees(r *rand.Rand) {
	if r.Float64() < 0.4 {
		return
	}
	if h.Employees = 12 + r.IntN(40); r.Float64() < 0.2 {
		h.Employees = 5 + r.IntN(8)
	}
	all := []Step{{Do: "ask"}}
	for range 2 + r.IntN(3) {
		all = append(all, Step{Do: "votes", N: 1 + r.IntN(h.Employees)})
	}
	for _, one := range []struct {
		do     string
		chance float64
		most   int
	}{{"revotes", 0.7, 10}, {"vote-scans", 0.5, 10}, {"vote-scripts", 0.5, 10}, {"box-pause", 0.2, 0}, {"box-resume", 0.3, 0}, {"box-remind", 0.3, 0}, {"votes", 0.5, 5}, {"box-close", 0.3, 0}, {"box-cancel", 0.1, 0}, {"votes", 0.3, 5}} {
		if r.Float64() < one.chance {
			all = append(all, Step{Do: one.do, N: r.IntN(one.most + 1)})
		}
	}
	all = withCards(rand.New(rand.NewPCG(h.Seed, 5)), all)
	at := 1
	for _, s := range all {
		s.Seed = r.Uint64()
		at += r.IntN(max(1, (len(h.Steps)-at)/2))
		h.Steps = slices.Insert(h.Steps, min(at, len(h.Steps)), s)
		at++
	}
	for range r.IntN(3) {
		what := callFaults[pick(r, 4, func(i int) float64 { return callFaults[i].weight })].what
		h.Faults = append(h.Faults, parsed(fmt.Sprintf("%s@ballots.%s#%d", what, []string{"PutItem", "BatchWriteItem", "Query", "GetItem", "Decrypt"}[r.IntN(5)], 1+r.IntN(6))))
	}
}

// withCards has some of the employees, or all of them, asked by cards.
func withCards(r *rand.Rand, all []Step) []Step {
	x := r.Float64()
	if x < 0.5 {
		return all
	}
	if x > 0.85 {
		all[0].N = onPaper
		all = slices.DeleteFunc(all, func(s Step) bool { return strings.Contains(s.Do, "vote") || s.Do == "box-remind" })
	}
	for range 1 + r.IntN(3) {
		all = slices.Insert(all, 1+r.IntN(len(all)), Step{Do: "cards", N: r.IntN(12)})
	}
	return all
}

// addErasures has people erased.
func (h *History) addErasures(r *rand.Rand) {
	if r.Float64() < 0.5 {
		return
	}
	for range 1 + r.IntN(3) {
		at := 1 + r.IntN(len(h.Steps))
		h.Steps = slices.Insert(h.Steps, at, Step{Do: "erase", N: 1 + r.IntN(2), Seed: r.Uint64()})
	}
}

// addBrought has answers come that were given elsewhere, perhaps again, and perhaps be taken back; with faults of the function that does it.
func (h *History) addBrought(r *rand.Rand) {
	if r.Float64() < 0.5 {
		return
	}
	all := []Step{{Do: "bring", N: 40 + r.IntN(400)}}
	for _, do := range []string{"bring", "take-back", "bring"} {
		if r.Float64() < 0.4 {
			all = append(all, Step{Do: do, N: all[0].N})
		}
	}
	at := 1
	for _, s := range all {
		s.Seed = r.Uint64()
		at += r.IntN(max(1, (len(h.Steps)-at)/2))
		h.Steps = slices.Insert(h.Steps, min(at, len(h.Steps)), s)
		at++
	}
	for range 1 + r.IntN(3) {
		what := callFaults[pick(r, 4, func(i int) float64 { return callFaults[i].weight })].what
		h.Faults = append(h.Faults, parsed(fmt.Sprintf("%s@desk.%s#%d", what, []string{"TransactWriteItems", "PutItem", "BatchGetItem", "Query"}[r.IntN(4)], 1+r.IntN(30))))
	}
}

// addBeside has the desk meet faults around the emails that it sends by itself.
func (h *History) addBeside(r *rand.Rand) {
	for n := range 1 + r.IntN(3) {
		what := []string{"kill-before", "kill-after", "lose-reply", "throttle"}[r.IntN(4)]
		h.Faults = append(h.Faults, parsed(fmt.Sprintf("%s@desk.SendEmail#%d", what, n+1+r.IntN(2))))
	}
}

// addAnalyse has the keeper of the index of words meet faults: between any two of its writes, and while it reads.
func (h *History) addAnalyse(r *rand.Rand) {
	for range r.IntN(4) {
		what := callFaults[pick(r, 4, func(i int) float64 { return callFaults[i].weight })].what
		h.Faults = append(h.Faults, parsed(fmt.Sprintf("%s@analyse.%s#%d", what, []string{"PutItem", "BatchWriteItem", "BatchGetItem", "Query"}[r.IntN(4)], 1+r.IntN(12))))
	}
}

// parsed reads a fault that was made here; a test makes many.
func parsed(text string) faults.Rule {
	rule, err := local.ParseFault(text)
	if err != nil {
		panic(err)
	}
	return rule
}

func draw(r *rand.Rand) (s struct {
	do        string
	weight    float64
	least, to int
	limit     int
},
) {
	sum := 0.0
	for _, s := range steps {
		sum += s.weight
	}
	x := r.Float64() * sum
	for _, s = range steps {
		if x -= s.weight; x < 0 {
			break
		}
	}
	return s
}

// places are where a function can be met: its AWS calls, and about how many of them a run has.
var places = []struct {
	function, operation string
	weight              float64
	calls               int
}{
	{"send", "SendBulkEmail", 4, 6},
	{"send", "UpdateItem", 2, 8},
	{"send", "PutItem", 3, 25},
	{"send", "BatchWriteItem", 2, 15},
	{"send", "BatchGetItem", 1, 8},
	{"send", "Query", 2, 40},
	{"send", "GetItem", 2, 30},
	{"send", "TransactWriteItems", 2, 4},
	{"send", "GetAccount", 0.5, 6},
	{"send", "DeleteItem", 0.5, 5},
	{"respond", "PutItem", 4, 60},
	{"respond", "BatchGetItem", 2, 150},
	{"respond", "GetItem", 1, 150},
	{"respond", "TransactWriteItems", 1, 5},
	{"recompute", "TransactWriteItems", 5, 40},
	{"recompute", "BatchGetItem", 2, 8},
	{"recompute", "", 1, 40},
	{"notify", "SendEmail", 3, 20},
	{"notify", "PutItem", 3, 30},
	{"notify", "TransactWriteItems", 3, 20},
	{"notify", "GetItem", 1, 40},
	{"notify", "", 2, 100},
	{"feedback", "GetItem", 2, 150},
	{"feedback", "PutItem", 3, 12},
	{"feedback", "TransactWriteItems", 2, 8},
	{"feedback", "", 1, 150},
	{"clock", "SendEmail", 2, 6},
	{"clock", "PutItem", 2, 8},
	{"clock", "", 2, 30},
	{"desk", "", 2, 60},
	{"desk", "TransactWriteItems", 1, 6},
	{"desk", "BatchWriteItem", 1, 10},
	{"desk", "Invoke", 0.5, 4},
}

// callFaults are what may befall a call, with weights.
var callFaults = []struct {
	what   string
	weight float64
}{
	{"kill-before", 4}, {"kill-after", 5}, {"lose-reply", 4}, {"throttle", 2}, {"conflict", 1}, {"freeze=%ds", 1}, {"delay=%ds", 0.5},
}

func inventFaults(r *rand.Rand) []faults.Rule {
	var texts []string
	for n := 4 + r.IntN(14); n > 0; n-- {
		p := places[pick(r, len(places), func(i int) float64 { return places[i].weight })]
		what := callFaults[pick(r, len(callFaults), func(i int) float64 { return callFaults[i].weight })].what
		switch {
		case strings.HasPrefix(what, "freeze"): // longer than a sender waits for another, or a moment
			what = fmt.Sprintf(what, []int{1, 3, 13}[r.IntN(3)])
		case strings.HasPrefix(what, "delay"):
			what = fmt.Sprintf(what, 1+r.IntN(3))
		case what == "conflict" && p.operation != "TransactWriteItems" && p.operation != "PutItem" && p.operation != "UpdateItem",
			what == "throttle" && p.operation == "":
			what = "kill-after"
		}
		place := p.function
		if p.operation != "" {
			place += "." + p.operation
		}
		texts = append(texts, fmt.Sprintf("%s@%s#%d", what, place, 1+int(float64(p.calls)*r.Float64()*r.Float64())))
	}
	for _, one := range []struct {
		chance float64
		text   string
	}{
		{0.3, "repeat=%d@recompute~0.3"},
		{0.3, "repeat=%d@notify~0.3"},
		{0.3, "split=%d@recompute~0.4"},
		{0.2, "split=%d@notify~0.4"},
		{0.2, "hold=%ds@recompute~0.1"},
		{0.2, "hold=%ds@notify~0.1"},
		{0.3, "shuffle@recompute~0.4"},
		{0.2, "shuffle@notify~0.4"},
		{0.3, "lose@recompute~0.2"},
		{0.2, "lose@notify~0.2"},
		{0.2, "entry=ACCOUNT_THROTTLED@send~0.05"},
		{0.1, "entry=TRANSIENT_FAILURE@send~0.03"},
		{0.1, "entry=MESSAGE_REJECTED@send~0.01"},
		{0.3, "twice@send~0.3"},
		{0.3, "twice@feedback~0.2"},
		{0.2, "twice@clock~0.3"},
		{0.15, "skew=60s@send~0.5"},
		{0.15, "skew=-60s@send~0.5"},
		{0.15, "skew=60s@notify~0.5"},
		{0.15, "skew=-60s@clock~0.5"},
		{0.1, "skew=60s@respond~0.5"},
		{0.1, "skew=-60s@recompute~0.5"},
		{0.15, "time=6s@send~0.3"},
		{0.15, "time=200ms@recompute~0.1"},
		{0.15, "time=400ms@notify~0.1"},
		{0.1, "time=100ms@clock~0.2"},
		{0.1, "time=150ms@feedback~0.1"},
		{0.15, "poison=RESPONSE#%c@recompute"},
		{0.1, "poison=RESPONSE#%c@notify"},
	} {
		if r.Float64() >= one.chance {
			continue
		}
		text := one.text
		switch {
		case strings.Contains(text, "%d"):
			text = fmt.Sprintf(text, 1+r.IntN(3))
		case strings.Contains(text, "%c"): // of the first letter of a contact's id: one in 32 of all
			text = fmt.Sprintf(text, 'a'+rune(r.IntN(26)))
		}
		texts = append(texts, text)
	}
	rules := make([]faults.Rule, len(texts))
	for i, t := range texts {
		rules[i] = parsed(t)
	}
	return rules
}

func pick(r *rand.Rand, n int, weight func(int) float64) int {
	sum := 0.0
	for i := range n {
		sum += weight(i)
	}
	x := r.Float64() * sum
	for i := range n {
		if x -= weight(i); x < 0 {
			return i
		}
	}
	return n - 1
}

func (s Step) String() string {
	text := fmt.Sprintf("%s campaign=%d n=%d seed=%d", s.Do, s.Campaign, s.N, s.Seed)
	return text
}

// String is a history as Read reads it.
func (h History) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d\ncontacts %d\nemployees %d\nconsent %v\nretain %v\nclimb %v\ntell %v\nbeside %v\nrate %g\n", h.Seed, h.Contacts, h.Employees, h.Consent, h.Retain, h.Climb, h.Tell, h.Beside, h.Rate)
	for _, f := range h.Faults {
		fmt.Fprintf(&b, "fault %s\n", f)
	}
	for _, s := range h.Steps {
		fmt.Fprintf(&b, "step %s\n", s)
	}
	return b.String()
}

// Read reads what String wrote.
func Read(text string) (h History, err error) {
	for n, line := range strings.Split(text, "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "":
		case "seed":
			h.Seed, err = strconv.ParseUint(rest, 10, 64)
		case "contacts":
			h.Contacts, err = strconv.Atoi(rest)
		case "employees":
			h.Employees, err = strconv.Atoi(rest)
		case "consent":
			h.Consent, err = strconv.ParseBool(rest)
		case "retain":
			h.Retain, err = strconv.ParseBool(rest)
		case "climb":
			h.Climb, err = strconv.ParseBool(rest)
		case "tell":
			h.Tell, err = strconv.ParseBool(rest)
		case "beside":
			h.Beside, err = strconv.ParseBool(rest)
		case "rate":
			h.Rate, err = strconv.ParseFloat(rest, 64)
		case "fault":
			var r faults.Rule
			r, err = local.ParseFault(rest)
			h.Faults = append(h.Faults, r)
		case "step":
			var s Step
			_, err = fmt.Sscanf(rest, "%s campaign=%d n=%d seed=%d", &s.Do, &s.Campaign, &s.N, &s.Seed)
			h.Steps = append(h.Steps, s)
		default:
			err = fmt.Errorf("cannot read %q", word)
		}
		if err != nil {
			return h, fmt.Errorf("history, line %d: %w", n+1, err)
		}
	}
	return h, nil
}
