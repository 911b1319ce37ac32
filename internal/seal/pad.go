package seal

import (
	"bytes"
	"errors"
	"fmt"
)

// Pad lengthens a text to size bytes, so that the sealed texts of a purpose are all of one length and tell nothing by it: a byte 0x80,
// then zeros. A text of size-1 bytes is the longest that fits.
func Pad(text []byte, size int) ([]byte, error) {
	if len(text) >= size {
		return nil, fmt.Errorf("a text of %d bytes does not fit into %d: at most %d do", len(text), size, size-1)
	}
	padded := make([]byte, size)
	padded[copy(padded, text)] = 0x80
	return padded, nil
}

// Unpad takes off what Pad has added.
func Unpad(padded []byte) ([]byte, error) {
	text := bytes.TrimRight(padded, "\x00")
	if len(text) == 0 || text[len(text)-1] != 0x80 {
		return nil, errors.New("the text was not padded")
	}
	return text[:len(text)-1], nil
}
