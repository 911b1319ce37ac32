package waves

import (
	"cmp"
	"math"
	"slices"

	"onetap/internal/insight/themes"
	"onetap/internal/nps"
	"onetap/internal/stats"
)

// Suggestion is words that no theme knows, that occur together, and that tell the groups or the waves apart.
type Suggestion struct {
	Words []Word    `json:"words"` // the most telling first
	Tally nps.Tally `json:"tally"` // of whose comment says any of them
}

// Word is one of them.
type Word struct {
	Word     string  `json:"word"`          // as most write it: an entry of a dictionary
	Comments int     `json:"comments"`      // of this wave that say it
	Low      float64 `json:"low"`           // z of the log-odds of detractors against promoters: above 0, detractors say it more
	More     float64 `json:"more,omitzero"` // z of this wave against the one before: above 0, it is said more; 0 without one
}

// Most is the larger of what tells the word: by how much more than chance one group says it, or this wave.
func (w Word) Most() float64 { return max(math.Abs(w.Low), w.More) }

const (
	// Telling is the z from which on a word tells something: 1 % of words that tell nothing do. leastSaid is how many comments say one that is suggested.
	Telling, leastSaid = 2.58, 5
	// priorWeight is how many words the prior is worth that is made of all comments: as Monroe and others (2008) take, and a tenth of the words of a small
	// wave, which would else be drowned in it.
	priorWeight, priorShare = 500, 0.1
	// mostWords is how many different words are counted: a company's comments have some ten thousand; mostForms of one of them, mostSaid in all comments
	// that are kept to see which occur together.
	mostWords, mostForms, mostSaid = 100_000, 4, 2_000_000
	// suggested is how many words are suggested at most, in mostGroups groups of groupWords.
	suggested, mostGroups, groupWords = 48, 8, 8
	// factored is of how many comments it is seen which words occur together, with as many rounds.
	factored, factorRounds, factorSeed = 5000, 100, 17
)

// vocabulary counts what no theme knows, a word once a comment.
type vocabulary struct {
	words    map[string]int // places in said
	said     []wordSaid
	comments []wordsOf // of this wave
	kept     int
}

type wordSaid struct {
	key          string
	forms        []form
	now, earlier nps.Tally
}

type form struct {
	word string
	n    int
}

type wordsOf struct {
	score nps.Score
	words []int32
}

// take counts a comment's words.
func (v *vocabulary) take(all []themes.Said, s nps.Score, now bool) {
	var words []int32
	for _, one := range all {
		i, ok := v.words[one.Key]
		if !ok {
			if len(v.said) == mostWords {
				continue
			}
			if v.words == nil {
				v.words = map[string]int{}
			}
			i = len(v.said)
			v.words[one.Key] = i
			v.said = append(v.said, wordSaid{key: one.Key})
		}
		w := &v.said[i]
		if j := slices.IndexFunc(w.forms, func(f form) bool { return f.word == one.Word }); j >= 0 {
			w.forms[j].n++
		} else if len(w.forms) < mostForms {
			w.forms = append(w.forms, form{one.Word, 1})
		}
		if !now {
			w.earlier.Count(s, 1)
			continue
		}
		w.now.Count(s, 1)
		words = append(words, int32(i))
	}
	if len(words) > 0 && v.kept+len(words) <= mostSaid {
		v.kept += len(words)
		v.comments = append(v.comments, wordsOf{s, words})
	}
}

// suggest are the words that tell something, in groups of those that occur together, the group first of which most comments speak.
func (v *vocabulary) suggest() []Suggestion {
	picked := v.telling()
	if len(picked) == 0 {
		return nil
	}
	column := map[int32]int{} // of a word, by its place
	for at, one := range picked {
		column[int32(v.words[one.key])] = at
	}
	group := v.together(picked, column)
	out := make([]Suggestion, mostGroups)
	for i, one := range picked {
		if g := &out[group[i]]; len(g.Words) < groupWords {
			g.Words = append(g.Words, one.Word)
		}
	}
	shown := map[int32]int{}
	for key, at := range column {
		if slices.ContainsFunc(out[group[at]].Words, func(w Word) bool { return w.Word == picked[at].Word.Word }) {
			shown[key] = group[at]
		}
	}
	for _, c := range v.comments {
		var in [mostGroups]bool
		for _, w := range c.words {
			if g, ok := shown[w]; ok && !in[g] {
				in[g] = true
				out[g].Tally.Count(c.score, 1)
			}
		}
	}
	out = slices.DeleteFunc(out, func(s Suggestion) bool { return len(s.Words) == 0 })
	slices.SortStableFunc(out, func(a, b Suggestion) int { return cmp.Compare(b.Tally.Answers(), a.Tally.Answers()) })
	return out
}

type pick struct {
	key string
	Word
}

// telling are the words that are said often enough and tell the groups or the waves apart, the most telling first.
func (v *vocabulary) telling() (all []pick) {
	low, high, now, then, prior := map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string]float64{}
	sum := 0.0
	for _, w := range v.said {
		n, e := float64(w.now.Answers()), float64(w.earlier.Answers())
		low[w.key], high[w.key], now[w.key], then[w.key], prior[w.key] = float64(w.now.Detractors()), float64(w.now.Promoters()), n, e, n+e
		sum += n + e
	}
	if sum == 0 {
		return nil
	}
	for key := range prior {
		prior[key] *= min(priorShare, priorWeight/sum)
	}
	groups, waves := stats.LogOdds(low, high, prior), map[string]float64{}
	if slices.ContainsFunc(v.said, func(w wordSaid) bool { return w.earlier.Answers() > 0 }) {
		waves = stats.LogOdds(now, then, prior)
	}
	for _, w := range v.said {
		one := pick{w.key, Word{Word: w.form(), Comments: int(w.now.Answers()), Low: rounded(groups[w.key]), More: rounded(waves[w.key])}}
		if one.Comments >= leastSaid && one.Most() >= Telling {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b pick) int {
		return cmp.Or(cmp.Compare(b.Most(), a.Most()), cmp.Compare(a.key, b.key))
	})
	return all[:min(len(all), suggested)]
}

// rounded keeps two digits: sums over maps differ in their last ones from run to run.
func rounded(z float64) float64 { return math.Round(z*100) / 100 }

// form is how a word is mostly written.
func (w wordSaid) form() string {
	return slices.MaxFunc(w.forms, func(a, b form) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(b.word, a.word)) }).word
}

// together says of each word which group it is of: the part of a factorization of the comments, of which each word has the weight tf·idf, in which it weighs
// most.
func (v *vocabulary) together(picked []pick, column map[int32]int) []int {
	var rows [][]float64
	in := make([]float64, len(picked)) // comments with the word
	for _, c := range v.comments {
		var row []float64
		for _, w := range c.words {
			if at, ok := column[w]; ok {
				if row == nil {
					row = make([]float64, len(picked))
				}
				row[at] = 1
			}
		}
		if row != nil {
			rows = append(rows, row)
			for at, x := range row {
				in[at] += x
			}
			if len(rows) == factored {
				break
			}
		}
	}
	group := make([]int, len(picked))
	rank := min(mostGroups, (len(picked)+3)/4)
	for _, row := range rows {
		for at := range row {
			row[at] *= math.Log(float64(1+len(rows))/(1+in[at])) + 1
		}
	}
	_, h, err := stats.NMF(rows, rank, factorSeed, factorRounds)
	if err != nil { // none of these comments says any
		return group
	}
	for at := range picked {
		for k := range rank {
			if h[k][at] > h[group[at]][at] {
				group[at] = k
			}
		}
	}
	return group
}
