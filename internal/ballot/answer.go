package ballot

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"
)

const (
	// Padded is the length of every answer before it is sealed, in bytes: what somebody wrote is not to be known by its length.
	Padded = 4096
	// MaxWords is how many bytes of it both texts have together.
	MaxWords = Padded - header

	header  = 8 // version, cell (2), score, length of why (2), length of wish (2)
	version = 1
)

// Answer is what is sealed: no ballot, no time and nobody's id is in it.
type Answer struct {
	Cell  Number
	Score int // 0 to 10
	Why   string
	Wish  string
}

// ErrUnreadable is returned for bytes that are no answer.
var ErrUnreadable = errors.New("not an answer")

// Fit cuts the words to what has room; cut reports whether anything was. Where both are long, each has half.
func (a Answer) Fit() (fitting Answer, cut bool) {
	why, wish := strings.ToValidUTF8(a.Why, "\uFFFD"), strings.ToValidUTF8(a.Wish, "\uFFFD")
	half := MaxWords / 2
	a.Why = first(why, max(half, MaxWords-len(wish)))
	a.Wish = first(wish, MaxWords-len(a.Why))
	return a, a.Why != why || a.Wish != wish
}

// first is as many whole characters of a text as have room in so many bytes.
func first(s string, bytes int) string {
	if len(s) <= bytes {
		return s
	}
	for bytes > 0 && !utf8.RuneStart(s[bytes]) {
		bytes--
	}
	return s[:bytes]
}

// Plain is an answer as it is sealed: Padded bytes, however much somebody wrote. Words that have no room are cut; see Fit.
func (a Answer) Plain() []byte {
	a, _ = a.Fit()
	b := make([]byte, 0, Padded)
	b = append(b, version)
	b = binary.BigEndian.AppendUint16(b, uint16(a.Cell))
	b = append(b, byte(a.Score))
	b = binary.BigEndian.AppendUint16(b, uint16(len(a.Why)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(a.Wish)))
	b = append(append(b, a.Why...), a.Wish...)
	return b[:Padded] // the rest is zeros: nothing was written there
}

// Read reads an answer that was opened, or ErrUnreadable.
func Read(plain []byte) (a Answer, err error) {
	if len(plain) != Padded || plain[0] != version {
		return a, ErrUnreadable
	}
	why, wish := int(binary.BigEndian.Uint16(plain[4:])), int(binary.BigEndian.Uint16(plain[6:]))
	if why+wish > MaxWords || plain[3] > 10 {
		return a, ErrUnreadable
	}
	words := plain[header:]
	a = Answer{Number(binary.BigEndian.Uint16(plain[1:])), int(plain[3]), string(words[:why]), string(words[why : why+wish])}
	if !utf8.ValidString(a.Why) || !utf8.ValidString(a.Wish) {
		return Answer{}, ErrUnreadable
	}
	return a, nil
}

// Cast is a sealed answer as it lies in the box. Box stands for its ballot, which cannot be told from it.
type Cast struct {
	Box    string
	Sealed []byte
}
