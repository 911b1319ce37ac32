package dynamo

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"unsafe"
)

// The form of an item on disk, made to be searched and turned into JSON without taking it apart first:
//
//	item   = size, count, {name, value}     sorted by name; size is the item's size by DynamoDB's rules
//	name   = length, bytes
//	value  = kind                            true, false, null
//	       | kind, length, bytes             S, N, B
//	       | kind, length, count, content    sets and lists: values; maps: names and values; length: of count and content
//
// All numbers are unsigned varints. The form is canonical, so two items are equal exactly when their bytes are.

func encodeItem(attrs []attr) []byte {
	size := itemSize(attrs)
	dst := make([]byte, 0, size+4*len(attrs)+16)
	dst = binary.AppendUvarint(dst, uint64(size))
	dst = binary.AppendUvarint(dst, uint64(len(attrs)))
	for i := range attrs {
		dst = appendName(dst, attrs[i].name)
		dst = appendValue(dst, &attrs[i].value)
	}
	return dst
}

func appendName(dst []byte, name string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(name)))
	return append(dst, name...)
}

func appendValue(dst []byte, v *value) []byte {
	dst = append(dst, byte(v.kind))
	switch v.kind {
	case kindTrue, kindFalse, kindNull:
		return dst
	case kindS, kindN, kindB:
		return appendName(dst, v.text)
	}
	start := len(dst)
	dst = append(dst, 0) // place for the length; one byte is nearly always enough
	dst = binary.AppendUvarint(dst, uint64(len(v.kids)))
	for i := range v.kids {
		if v.kind == kindM {
			dst = appendName(dst, v.kids[i].name)
		}
		dst = appendValue(dst, &v.kids[i].value)
	}
	n := len(dst) - start - 1
	if n < 0x80 {
		dst[start] = byte(n)
		return dst
	}
	var length [binary.MaxVarintLen64]byte
	k := binary.PutUvarint(length[:], uint64(n))
	dst = append(dst, length[1:k]...) // make room
	copy(dst[start+k:], dst[start+1:start+1+n])
	copy(dst[start:], length[:k])
	return dst
}

// itemReader walks over an encoded item. What it gives out points into the bytes it was given.
type itemReader struct {
	buf []byte
	pos int
}

func (r *itemReader) uvarint() int {
	if b := r.buf[r.pos]; b < 0x80 {
		r.pos++
		return int(b)
	}
	n, k := binary.Uvarint(r.buf[r.pos:])
	r.pos += k
	return int(n)
}

func (r *itemReader) text() string {
	n := r.uvarint()
	s := alias(r.buf[r.pos : r.pos+n])
	r.pos += n
	return s
}

// alias is b as a string without a copy: b may not change while the string is in use.
func alias(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func (r *itemReader) skipValue() {
	k := kind(r.buf[r.pos])
	r.pos++
	if k < kindTrue {
		n := r.uvarint()
		r.pos += n
	}
}

func (r *itemReader) value() value {
	k := kind(r.buf[r.pos])
	r.pos++
	v := value{kind: k}
	switch k {
	case kindTrue, kindFalse, kindNull:
	case kindS, kindN, kindB:
		v.text = r.text()
	default:
		r.uvarint()
		v.kids = r.attrs(k == kindM)
	}
	return v
}

func (r *itemReader) attrs(named bool) []attr {
	attrs := make([]attr, r.uvarint())
	for i := range attrs {
		if named {
			attrs[i].name = r.text()
		}
		attrs[i].value = r.value()
	}
	return attrs
}

// decodeItem takes an encoded item apart; the result points into enc.
func decodeItem(enc []byte) []attr {
	if enc == nil {
		return nil
	}
	r := itemReader{buf: enc}
	r.uvarint()
	return r.attrs(true)
}

// encodedSize is the item's size by DynamoDB's rules; 0 for no item.
func encodedSize(enc []byte) int {
	if enc == nil {
		return 0
	}
	r := itemReader{buf: enc}
	return r.uvarint()
}

// lookup finds one attribute of an encoded item without decoding the others.
func lookup(enc []byte, name string) (value, bool) {
	r, ok := seek(enc, name)
	if !ok {
		return value{}, false
	}
	return r.value(), true
}

// lookupRaw is lookup for callers that only compare.
func lookupRaw(enc []byte, name string) []byte {
	r, ok := seek(enc, name)
	if !ok {
		return nil
	}
	start := r.pos
	r.skipValue()
	return r.buf[start:r.pos]
}

func seek(enc []byte, name string) (itemReader, bool) {
	r := itemReader{buf: enc}
	if enc == nil {
		return r, false
	}
	r.uvarint()
	for n := r.uvarint(); n > 0; n-- {
		switch have := r.text(); {
		case have == name:
			return r, true
		case have > name:
			return r, false
		}
		r.skipValue()
	}
	return r, false
}

// appendItemJSON appends an encoded item as DynamoDB's JSON; keep says which attributes, nil for all.
func appendItemJSON(dst []byte, enc []byte, keep func(name string) bool) []byte {
	r := itemReader{buf: enc}
	r.uvarint()
	dst = append(dst, '{')
	first := true
	for n := r.uvarint(); n > 0; n-- {
		name := r.text()
		if keep != nil && !keep(name) {
			r.skipValue()
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendJSONString(dst, name), ':')
		dst = r.appendJSON(dst)
	}
	return append(dst, '}')
}

// appendAttrsJSON is appendItemJSON for attributes that are not encoded.
func appendAttrsJSON(dst []byte, attrs []attr) []byte {
	return appendItemJSON(dst, encodeItem(attrs), nil)
}

func (r *itemReader) appendJSON(dst []byte) []byte {
	k := kind(r.buf[r.pos])
	r.pos++
	switch k {
	case kindTrue:
		return append(dst, `{"BOOL":true}`...)
	case kindFalse:
		return append(dst, `{"BOOL":false}`...)
	case kindNull:
		return append(dst, `{"NULL":true}`...)
	}
	dst = append(append(append(dst, `{"`...), k.String()...), `":`...)
	if k == kindS || k == kindN || k == kindB {
		dst = appendScalarJSON(dst, k, r.text())
		return append(dst, '}')
	}
	r.uvarint()
	open, end := byte('['), byte(']')
	if k == kindM {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i, n := 0, r.uvarint(); i < n; i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch {
		case k.isSet():
			r.pos++
			dst = appendScalarJSON(dst, k.member(), r.text())
		case k == kindM:
			dst = append(appendJSONString(dst, r.text()), ':')
			dst = r.appendJSON(dst)
		default:
			dst = r.appendJSON(dst)
		}
	}
	return append(dst, end, '}')
}

func appendScalarJSON(dst []byte, k kind, text string) []byte {
	switch k {
	case kindS:
		return appendJSONString(dst, text)
	case kindB:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, unsafe.Slice(unsafe.StringData(text), len(text)))
	default:
		dst = append(append(dst, '"'), text...)
	}
	return append(dst, '"')
}

func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// cloneAttrs copies attributes out of memory that they only borrow, such as a page of the data file.
func cloneAttrs(attrs []attr) []attr {
	if attrs == nil {
		return nil
	}
	out := make([]attr, len(attrs))
	for i, a := range attrs {
		out[i] = attr{strings.Clone(a.name), value{a.kind, strings.Clone(a.text), cloneAttrs(a.kids)}}
	}
	return out
}
