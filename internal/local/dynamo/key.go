package dynamo

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
)

// keyPart is one attribute of a key.
type keyPart struct {
	name string
	kind kind
}

// keySchema is the key of a table or an index; parts[0] is the partition key, parts[1], if any, the sort key.
type keySchema []keyPart

func (s keySchema) has(name string) bool {
	return slices.ContainsFunc(s, func(p keyPart) bool { return p.name == name })
}

const errKeyMismatch = "The provided key element does not match the schema"

// checkKey checks a Key parameter: exactly the attributes of the schema, with its types.
func (s keySchema) checkKey(key []attr) *APIError {
	if len(key) != len(s) {
		return keyMismatch()
	}
	for i, p := range s {
		v, ok := find(key, p.name)
		if !ok || v.kind != p.kind {
			return keyMismatch()
		}
		if err := p.checkSize(v, i == 0); err != nil {
			return err
		}
	}
	return nil
}

// checkItem checks the key attributes of an item that is to be stored.
func (s keySchema) checkItem(item []attr) *APIError {
	for i, p := range s {
		v, ok := find(item, p.name)
		if !ok {
			return lateParameter("Missing the key %s in the item", p.name)
		}
		if v.kind != p.kind {
			return lateParameter("Type mismatch for key %s expected: %s actual: %s", p.name, p.kind, v.kind)
		}
		if err := p.checkSize(v, i == 0); err != nil {
			return err
		}
	}
	return nil
}

func (p keyPart) checkSize(v value, hash bool) *APIError {
	switch {
	case v.kind == kindN:
	case v.text == "" && v.kind == kindS:
		return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: %s", p.name)
	case v.text == "":
		return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty binary value. Key: %s", p.name)
	case hash && len(v.text) > maxHashKey:
		return badParameter("Size of hashkey has exceeded the maximum size limit of2048 bytes")
	case !hash && len(v.text) > maxRangeKey:
		return badParameter("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	}
	return nil
}

// of gives the key attributes of an item, sorted by name.
func (s keySchema) of(item []attr) []attr {
	key := make([]attr, 0, len(s))
	for _, p := range s {
		if v, ok := find(item, p.name); ok {
			key = append(key, attr{p.name, v})
		}
	}
	return sortAttrs(key)
}

// ofEncoded is of for an encoded item; the result points into it.
func (s keySchema) ofEncoded(enc []byte) []attr {
	key := make([]attr, 0, len(s))
	for _, p := range s {
		if v, ok := lookup(enc, p.name); ok {
			key = append(key, attr{p.name, v})
		}
	}
	return sortAttrs(key)
}

// Keys on disk. Items of one partition lie together in the order of their sort keys; partitions lie in the order of a
// hash, as in DynamoDB, so that a Scan can be cut into segments and nobody learns to rely on its order.
//
//	table: slot (2 bytes), length of the partition key, partition key, sort key
//	index: slot (2 bytes), length of the partition key, partition key, sort key in a form that ends itself, table's key

// slot is the place of a partition key in the order of partitions: 0 to 65535. It is on disk: it cannot change.
func slot(hashKey string) uint16 {
	h := fnv.New64a()
	h.Write([]byte(hashKey))
	sum := h.Sum64()
	return uint16(sum>>48) ^ uint16(sum>>32) ^ uint16(sum>>16) ^ uint16(sum)
}

// slots is the number of slots.
const slots = 1 << 16

// partition is what all keys of a partition begin with.
func partition(hash value) []byte {
	text := hash.text
	if hash.kind == kindN {
		text = string(appendSortableNumber(nil, text))
	}
	dst := make([]byte, 0, len(text)+64)
	dst = binary.BigEndian.AppendUint16(dst, slot(text))
	dst = binary.AppendUvarint(dst, uint64(len(text)))
	return append(dst, text...)
}

// key is an item's key in the table's bucket. The attributes must have passed checkKey or checkItem.
func (s keySchema) key(attrs []attr) []byte {
	hash, _ := find(attrs, s[0].name)
	dst := partition(hash)
	if len(s) > 1 {
		rng, _ := find(attrs, s[1].name)
		dst = appendRange(dst, rng)
	}
	return dst
}

func appendRange(dst []byte, v value) []byte {
	if v.kind == kindN {
		return appendSortableNumber(dst, v.text)
	}
	return append(dst, v.text...)
}

// appendClosed appends a sort key so that none is the beginning of another: zero bytes are escaped, two end it.
func appendClosed(dst []byte, v value) []byte {
	if v.kind == kindN {
		return appendSortableNumber(dst, v.text)
	}
	dst = appendOpen(dst, v.text)
	return append(dst, 0, 0)
}

// appendOpen is appendClosed without the end, for prefixes.
func appendOpen(dst []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		dst = append(dst, text[i])
		if text[i] == 0 {
			dst = append(dst, 0xff)
		}
	}
	return dst
}

// after is the first key behind all that begin with the prefix; nil if there is none.
func after(prefix []byte) []byte {
	end := slices.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		end[i]++
		if end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}
