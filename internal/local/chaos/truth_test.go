package chaos

import "testing"

func scored(n int, digest string) post { return post{score: &n, digest: digest} }

func TestTruth(t *testing.T) {
	t.Parallel()
	words := "slow"
	for _, tt := range []struct {
		name     string
		play     func(*answer)
		may      []said // by existence, verification, score, words
		mayNot   []said
		must     bool // have a case
		answered bool
	}{
		{"nothing", func(*answer) {}, []said{{}}, []said{{exists: true, verified: true}}, false, false},
		{"a tap", func(a *answer) { a.note(scored(3, "a"), true) }, []said{{exists: true, verified: true, score: 3}}, []said{{}}, true, true},
		{"a tap whose page broke", func(a *answer) { a.note(scored(3, "a"), false) }, []said{{}, {exists: true, verified: true, score: 3}}, nil, false, false},
		{
			"a broken edit", func(a *answer) { a.note(scored(9, "a"), true); a.note(scored(2, "b"), false) },
			[]said{{exists: true, verified: true, score: 9}, {exists: true, verified: true, score: 2}},
			[]said{{}},
			false, true,
		},
		{
			"the same post twice", func(a *answer) {
				a.note(scored(9, "a"), true)
				a.note(scored(2, "b"), true)
				a.note(scored(9, "a"), true)
			},
			[]said{{exists: true, verified: true, score: 2}},
			[]said{{exists: true, verified: true, score: 9}},
			true, true,
		},
		{"a script", func(a *answer) { p := scored(1, "a"); p.script = true; a.note(p, true) }, []said{{exists: true, score: 1}}, []said{{}}, false, false},
		{
			"a script after a person", func(a *answer) { a.note(scored(10, "a"), true); p := scored(1, "b"); p.script = true; a.note(p, true) },
			[]said{{exists: true, verified: true, score: 10}},
			nil, false, true,
		},
		{
			"words", func(a *answer) { a.note(scored(10, "a"), true); a.note(post{why: &words, digest: "b"}, true) },
			[]said{{exists: true, verified: true, score: 10, why: "slow"}},
			[]said{{exists: true, verified: true, score: 10}},
			false, true,
		},
		{"words alone", func(a *answer) { a.note(post{why: &words, digest: "b"}, true) }, []said{{}}, nil, false, false},
		{
			"two tabs", func(a *answer) { a.together(scored(4, "a"), scored(8, "b"), true, true) },
			[]said{{exists: true, verified: true, score: 4}, {exists: true, verified: true, score: 8}},
			[]said{{}},
			false, true,
		},
		{
			"two tabs of a detractor", func(a *answer) { a.together(scored(4, "a"), scored(1, "b"), true, true) },
			[]said{{exists: true, verified: true, score: 4}, {exists: true, verified: true, score: 1}},
			[]said{{}},
			true, true,
		},
		{
			"two tabs, one broken", func(a *answer) { a.together(scored(4, "a"), scored(8, "b"), false, true) },
			[]said{{exists: true, verified: true, score: 4}, {exists: true, verified: true, score: 8}},
			[]said{{}},
			false, true,
		},
		{
			"a detractor who became a promoter", func(a *answer) { a.note(scored(0, "a"), true); a.note(scored(10, "b"), true) },
			[]said{{exists: true, verified: true, score: 10}},
			nil, false, true,
		},
		{
			"a promoter who became a detractor", func(a *answer) { a.note(scored(10, "a"), true); a.note(scored(0, "b"), true) },
			[]said{{exists: true, verified: true, score: 0}},
			nil, true, true,
		},
	} {
		a := newAnswer()
		tt.play(a)
		for _, s := range tt.may {
			if !a.may(s.exists, s.verified, s.score, s.why) {
				t.Errorf("%s: %+v is not thought possible", tt.name, s)
			}
		}
		for _, s := range tt.mayNot {
			if a.may(s.exists, s.verified, s.score, s.why) {
				t.Errorf("%s: %+v is thought possible", tt.name, s)
			}
		}
		if must, may := a.unhappy(); must != tt.must || must && !may {
			t.Errorf("%s: there must be a case %v, may be %v; want %v", tt.name, must, may, tt.must)
		}
		if a.answered() != tt.answered {
			t.Errorf("%s: answered %v", tt.name, a.answered())
		}
	}
}
