// Package blocks is the arithmetic of groups that may be shown to somebody who must not learn of one person: it works out
// nothing small, whatever is added to or subtracted from what.
//
// All groups that are shown cut the answers into blocks: two answers are in one block if every shown group holds both or
// neither. Whatever is added to or subtracted from what, across all views, is a sum of blocks. So every block must have
// as many answers as a group that may be shown alone.
package blocks

const (
	// LeastFigures is of how many answers, and of how many people, a figure may be shown.
	LeastFigures = 5
	// LeastWords is the same of what people wrote.
	LeastWords = 10
)

// Blocks are what groups have cut a number of answers into so far; at the beginning they are one.
type Blocks struct {
	of    func(answer int32) *int32
	sizes []int
	least int
}

// New begins with one block. of is where the number of an answer's block is kept; all are 0 at the beginning.
func New(answers, least int, of func(answer int32) *int32) *Blocks {
	return &Blocks{of: of, sizes: []int{answers}, least: least}
}

// within counts a group's answers by block.
func (b *Blocks) within(group []int32) map[int32]int {
	n := map[int32]int{}
	for _, m := range group {
		n[*b.of(m)]++
	}
	return n
}

// Fits reports whether a group leaves every block either whole or in two that are large enough.
func (b *Blocks) Fits(group []int32) bool {
	for block, n := range b.within(group) {
		rest := b.sizes[block] - n
		if n < b.least || rest > 0 && rest < b.least {
			return false
		}
	}
	return true
}

// Cut makes a block of its own of what the group has of each block.
func (b *Blocks) Cut(group []int32) {
	next := map[int32]int32{}
	for block, n := range b.within(group) {
		if n < b.sizes[block] {
			next[block] = int32(len(b.sizes))
			b.sizes = append(b.sizes, n)
			b.sizes[block] -= n
		}
	}
	for _, m := range group {
		if to, cut := next[*b.of(m)]; cut {
			*b.of(m) = to
		}
	}
}
