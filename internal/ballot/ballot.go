// Package ballot is the arithmetic of employees' anonymity: what a ballot may carry, which people are written to
// together, what an answer looks like before it is sealed, and in which groups answers may be kept when they are opened. It
// is pure: randomness is passed in.
//
// A ballot is the link in one letter, or on one card. It carries its campaign, its cell and twelve random bytes, and which
// person got which stands nowhere. A cell is everything that a ballot says of its holder: language, and values of the
// campaign's chosen columns. So nobody may be in a cell of fewer than Least people, and no letters to fewer than Least
// people may be on their way alone. docs/anonymity.md says who could learn what otherwise.
package ballot

import (
	"encoding/binary"
	"errors"
	"io"

	"onetap/internal/blocks"
)

const (
	// Least is k: among so few people nobody's answer is told from another's.
	Least = blocks.LeastFigures
	// LeastWords is the same of what they wrote, in which people know each other.
	LeastWords = blocks.LeastWords
	// MaxBatch is the most letters of one batch: what one call of the mail service takes.
	MaxBatch = 50
	// MaxCells is how many cells a campaign has at most; a ballot has two bytes for the number of its own.
	MaxCells = 1 << 16
	// Everybody is the number of the cell that says nothing. Every campaign has it: test ballots carry it, and cards for everybody.
	Everybody Number = 0
)

// Number is that of a cell among those of its campaign.
type Number uint16

// Random is what makes a ballot one of its own.
type Random [12]byte

// ErrTooFew refuses to write to fewer than Least people.
var ErrTooFew = errors.New("fewer people than an answer can hide among")

// Draw draws a ballot's random.
func Draw(random io.Reader) (r Random, err error) {
	_, err = io.ReadFull(random, r[:])
	return r, err
}

// Shuffle puts things into an order that says nothing.
func Shuffle[T any](random io.Reader, all []T) error {
	for i := len(all) - 1; i > 0; i-- {
		j, err := below(random, uint64(i+1))
		if err != nil {
			return err
		}
		all[i], all[j] = all[j], all[i]
	}
	return nil
}

// below draws a number from 0 to n-1, each as likely as the others.
func below(random io.Reader, n uint64) (uint64, error) {
	var b [8]byte
	for most := ^uint64(0) - ^uint64(0)%n; ; { // what is drawn from there on would favour small numbers
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, err
		}
		if x := binary.BigEndian.Uint64(b[:]); x < most {
			return x % n, nil
		}
	}
}

// Sizes cuts n people into batches of Least to MaxBatch; none for fewer than Least. 53 are 48 and 5.
func Sizes(n int) []int {
	if n < Least {
		return nil
	}
	var sizes []int
	for ; n > MaxBatch; n -= sizes[len(sizes)-1] {
		sizes = append(sizes, min(MaxBatch, max(Least, n-Least)))
	}
	return append(sizes, n)
}

// Deal cuts the people of a cell into batches, shuffled: who stands beside whom says nothing.
func Deal[T any](random io.Reader, people []T) ([][]T, error) {
	sizes := Sizes(len(people))
	if sizes == nil {
		return nil, ErrTooFew
	}
	people = append([]T(nil), people...)
	if err := Shuffle(random, people); err != nil {
		return nil, err
	}
	batches := make([][]T, 0, len(sizes))
	for _, n := range sizes {
		batches, people = append(batches, people[:n:n]), people[n:]
	}
	return batches, nil
}

// Next is how many of n people one call writes to, where a call should have at most most: never fewer than Least, and what is
// left is none or Least and more.
func Next(n, most int) int {
	most = max(Least, most)
	switch {
	case n <= most:
		return n
	case n-most >= Least:
		return most
	case n-Least >= Least:
		return n - Least
	}
	return n
}
