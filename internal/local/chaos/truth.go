package chaos

import (
	"slices"
	"sync"
)

// post is what a respondent sends: a score, words, or both.
type post struct {
	score  *int
	why    *string
	script bool // no person acted
	digest string
}

// said is what one respondent's answer may be by now.
type said struct {
	exists, verified bool
	score            int
	why              string
	detractor        bool // a person's score was once 0 to 6
	digests          string
}

// after is what a post makes of an answer: a person's score counts, once and for all; a script's only while no person
// has answered, and never its words; a post that was taken changes nothing again.
func (s said) after(p post) said {
	if contains(s.digests, p.digest) || (p.script && s.verified) || (p.score == nil && !s.exists) {
		return s
	}
	was := s
	if p.score != nil {
		s.exists, s.score = true, *p.score
		s.verified = s.verified || !p.script
	}
	if p.why != nil && !p.script {
		s.why = *p.why
	}
	if s == was {
		return s
	}
	s.detractor = s.detractor || (s.verified && s.score <= 6)
	s.digests += p.digest + " "
	return s
}

func contains(digests, d string) bool {
	for rest := digests; len(rest) > len(d); {
		if rest[:len(d)] == d && rest[len(d)] == ' ' {
			return true
		}
		i := slices.Index([]byte(rest), ' ')
		if i < 0 {
			return false
		}
		rest = rest[i+1:]
	}
	return false
}

// answer is all that one respondent's answer to one campaign may be: several states where a page broke before it said
// whether it had saved.
type answer struct {
	mu     sync.Mutex
	states []said
}

func newAnswer() *answer { return &answer{states: []said{{}}} }

// note takes in a post. Sure: the page said that it was saved. Otherwise it may have been, or not.
func (a *answer) note(p post, sure bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var next []said
	for _, s := range a.states {
		next = add(next, s.after(p))
		if !sure {
			next = add(next, s)
		}
	}
	a.states = next
}

// together takes in two posts made at once: they were saved in the one order or the other.
func (a *answer) together(p, q post, pSure, qSure bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var next []said
	for _, s := range a.states {
		first, second := []said{s.after(p)}, []said{s.after(q)}
		if !pSure {
			first = add(first, s)
		}
		if !qSure {
			second = add(second, s)
		}
		for _, f := range first {
			next = add(next, f.after(q))
			if !qSure {
				next = add(next, f)
			}
		}
		for _, f := range second {
			next = add(next, f.after(p))
			if !pSure {
				next = add(next, f)
			}
		}
	}
	a.states = next
}

func add(all []said, s said) []said {
	if slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// may says whether the answer can be as it is stored.
func (a *answer) may(exists, verified bool, score int, why string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.states, func(s said) bool {
		return s.exists == exists && (!exists || s.verified == verified && s.score == score && s.why == why)
	})
}

// possible are the states in which the answer may be.
func (a *answer) possible() []said {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.states)
}

// unhappy says whether there must be a case, and whether there may be one: a score that rose before anybody was told of it
// leaves none.
func (a *answer) unhappy() (must, may bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	must = true
	for _, s := range a.states {
		must = must && s.verified && s.score <= 6
		may = may || s.detractor
	}
	return must, may
}

// answered says whether a person surely has answered.
func (a *answer) answered() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !slices.ContainsFunc(a.states, func(s said) bool { return !s.verified })
}
