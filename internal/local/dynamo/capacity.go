package dynamo

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// units are the capacity units of one table in one request.
type units struct {
	table   float64
	indexes []indexUnits
}

type indexUnits struct {
	name string
	n    float64
}

func (u units) total() float64 {
	n := u.table
	for _, x := range u.indexes {
		n += x.n
	}
	return n
}

func (u *units) add(o units) {
	u.table += o.table
	for _, x := range o.indexes {
		i := slices.IndexFunc(u.indexes, func(have indexUnits) bool { return have.name == x.name })
		if i < 0 {
			u.indexes = append(u.indexes, x)
			continue
		}
		u.indexes[i].n += x.n
	}
}

func (u units) times(f float64) units {
	out := units{table: u.table * f}
	for _, x := range u.indexes {
		out.indexes = append(out.indexes, indexUnits{x.name, x.n * f})
	}
	return out
}

// writeUnits is the price of writing so many bytes: one for each KB begun, at least one.
func writeUnits(size int) float64 { return math.Max(1, math.Ceil(float64(size)/1024)) }

// readUnits is the price of reading so many bytes: one for each 4 KB begun, at least one; half of it if consistency was
// not asked for.
func readUnits(size int, consistent bool) float64 {
	n := math.Max(1, math.Ceil(float64(size)/4096))
	if !consistent {
		n /= 2
	}
	return n
}

// returnCapacity is ReturnConsumedCapacity.
type returnCapacity string

func (c returnCapacity) check() *APIError {
	switch c {
	case "", "NONE", "TOTAL", "INDEXES":
		return nil
	}
	return constraint(string(c), "returnConsumedCapacity", "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]")
}

func (c returnCapacity) wanted() bool { return c == "TOTAL" || c == "INDEXES" }

// append appends a ConsumedCapacity structure. Transactions say what they read and wrote, with kind "Read" or "Write".
func (c returnCapacity) append(dst []byte, table string, u units, kind string) []byte {
	number := func(dst []byte, n float64) []byte {
		dst = append(dst, `"CapacityUnits":`...)
		dst = strconv.AppendFloat(dst, n, 'f', -1, 64)
		if kind != "" {
			dst = append(append(append(dst, `,"`...), kind...), `CapacityUnits":`...)
			dst = strconv.AppendFloat(dst, n, 'f', -1, 64)
		}
		return dst
	}
	dst = appendJSONString(append(dst, `{"TableName":`...), table)
	dst = number(append(dst, ','), u.total())
	if c == "INDEXES" {
		dst = append(number(append(dst, `,"Table":{`...), u.table), '}')
		for i, x := range slices.SortedFunc(slices.Values(u.indexes), func(a, b indexUnits) int { return strings.Compare(a.name, b.name) }) {
			if i == 0 {
				dst = append(dst, `,"GlobalSecondaryIndexes":{`...)
			} else {
				dst = append(dst, ',')
			}
			dst = append(appendJSONString(dst, x.name), ":{"...)
			dst = append(number(dst, x.n), '}')
			if i == len(u.indexes)-1 {
				dst = append(dst, '}')
			}
		}
	}
	return append(dst, '}')
}
