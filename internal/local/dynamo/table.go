package dynamo

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// schema is what is kept of a table: CreateTable's parameters, in its own form, and what the engine adds.
type schema struct {
	TableName                 string
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keyElement
	GlobalSecondaryIndexes    []indexSchema        `json:",omitempty"`
	BillingMode               string               `json:",omitempty"`
	ProvisionedThroughput     *throughput          `json:",omitempty"`
	StreamSpecification       *streamSpecification `json:",omitempty"`
	TableClass                string               `json:",omitempty"`
	DeletionProtectionEnabled bool                 `json:",omitempty"`
	SSESpecification          json.RawMessage      `json:",omitempty"`
	OnDemandThroughput        json.RawMessage      `json:",omitempty"`
	TimeToLiveSpecification   *ttlSpecification    `json:",omitempty"`
	Tags                      []map[string]string  `json:",omitempty"`
	LocalSecondaryIndexes     []json.RawMessage    `json:",omitempty"` // only to refuse it

	ID      uint64 // names the table's buckets; never used again
	Created int64  // Unix milliseconds
	Shards  int    // of the stream, fixed at its creation
}

type attributeDefinition struct{ AttributeName, AttributeType string }

type keyElement struct{ AttributeName, KeyType string }

type throughput struct{ ReadCapacityUnits, WriteCapacityUnits int64 }

type streamSpecification struct {
	StreamEnabled  bool
	StreamViewType string `json:",omitempty"`
}

type ttlSpecification struct {
	AttributeName string
	Enabled       bool
}

type indexSchema struct {
	IndexName             string
	KeySchema             []keyElement
	Projection            projection
	ProvisionedThroughput *throughput     `json:",omitempty"`
	OnDemandThroughput    json.RawMessage `json:",omitempty"`
}

type projection struct {
	ProjectionType   string   `json:",omitempty"`
	NonKeyAttributes []string `json:",omitempty"`
}

// table is a schema made ready for use. It does not change: UpdateTimeToLive puts another in its place.
type table struct {
	*schema
	keys    keySchema
	indexes []*index
	ttl     string   // attribute that says when an item expires; "" for none
	view    string   // StreamViewType; "" without a stream
	bucket  []byte   // items
	expiry  []byte   // when items expire: seconds (8 bytes), key
	streams [][]byte // records, a bucket for each shard

	stats *stats
	news  *news
}

// index is a global secondary index. Its bucket holds keys only; items are read from the table, so that a write that
// does not touch the index's key leaves the index alone. What a projection leaves out is left out when reading.
type index struct {
	name       string
	keys       keySchema
	projection string
	keep       map[string]bool // attributes of the projection with all keys; nil for ALL
	bucket     []byte
}

// stats count items and their bytes; the writer changes them, anybody reads them.
type stats struct {
	items, bytes atomic.Int64
	indexItems   []atomic.Int64
}

// news tells readers of a stream that there is something to read.
type news struct {
	mu sync.Mutex
	ch chan struct{}
}

func (n *news) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch == nil {
		n.ch = make(chan struct{})
	}
	return n.ch
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch != nil {
		close(n.ch)
		n.ch = nil
	}
}

// newTable makes a checked schema ready for use.
func newTable(s *schema) *table {
	kinds := map[string]kind{}
	for _, d := range s.AttributeDefinitions {
		kinds[d.AttributeName] = kind(slices.Index(kindNames[:], d.AttributeType))
	}
	keys := func(elements []keyElement) (ks keySchema) {
		for _, e := range elements {
			ks = append(ks, keyPart{e.AttributeName, kinds[e.AttributeName]})
		}
		return ks
	}
	t := &table{schema: s, keys: keys(s.KeySchema), stats: &stats{indexItems: make([]atomic.Int64, len(s.GlobalSecondaryIndexes))}, news: &news{}}
	t.bucket = fmt.Appendf(nil, "items/%d", s.ID)
	t.expiry = fmt.Appendf(nil, "expiry/%d", s.ID)
	for i, g := range s.GlobalSecondaryIndexes {
		x := &index{name: g.IndexName, keys: keys(g.KeySchema), projection: g.Projection.ProjectionType}
		x.bucket = fmt.Appendf(nil, "index/%d/%d", s.ID, i)
		if x.projection != "ALL" {
			x.keep = map[string]bool{}
			for _, p := range slices.Concat(t.keys, x.keys) {
				x.keep[p.name] = true
			}
			for _, name := range g.Projection.NonKeyAttributes {
				x.keep[name] = true
			}
		}
		t.indexes = append(t.indexes, x)
	}
	if s.StreamSpecification != nil && s.StreamSpecification.StreamEnabled {
		t.view = s.StreamSpecification.StreamViewType
		for i := range s.Shards {
			t.streams = append(t.streams, fmt.Appendf(nil, "stream/%d/%d", s.ID, i))
		}
	}
	if s.TimeToLiveSpecification != nil && s.TimeToLiveSpecification.Enabled {
		t.ttl = s.TimeToLiveSpecification.AttributeName
	}
	return t
}

func (t *table) buckets() [][]byte {
	all := [][]byte{t.bucket, t.expiry}
	for _, x := range t.indexes {
		all = append(all, x.bucket)
	}
	return append(all, t.streams...)
}

func (t *table) index(name string) *index {
	for _, x := range t.indexes {
		if x.name == name {
			return x
		}
	}
	return nil
}

// entry is the key of an item in the index, and where in it the table's key begins; ok is false for an item that is not
// in the index. A key attribute of another type than the index's keeps the item out; writing such an item is refused.
func (x *index) entry(item []byte, tableKey []byte) (key []byte, at int, ok bool) {
	var parts [2]value
	for i, p := range x.keys {
		v, ok := lookup(item, p.name)
		if !ok || v.kind != p.kind {
			return nil, 0, false
		}
		parts[i] = v
	}
	key = partition(parts[0])
	if len(x.keys) > 1 {
		key = appendClosed(key, parts[1])
	}
	return append(key, tableKey...), len(key), true
}

// sameKey says that two versions of an item have the same key in the index, or both none.
func (x *index) sameKey(old, now []byte) bool {
	if old == nil || now == nil {
		return false
	}
	for _, p := range x.keys {
		if string(lookupRaw(old, p.name)) != string(lookupRaw(now, p.name)) {
			return false
		}
	}
	return true
}

// keyed says that an item has a key in the index.
func (x *index) keyed(item []byte) bool {
	for _, p := range x.keys {
		if raw := lookupRaw(item, p.name); raw == nil || kind(raw[0]) != p.kind {
			return false
		}
	}
	return true
}

// projectedSize is what an item counts for in the index.
func (x *index) projectedSize(item []byte) int {
	if x.keep == nil {
		return encodedSize(item)
	}
	size := 0
	r := itemReader{buf: item}
	r.uvarint()
	for n := r.uvarint(); n > 0; n-- {
		name := r.text()
		if !x.keep[name] {
			r.skipValue()
			continue
		}
		v := r.value()
		size += len(name) + v.size()
	}
	return size
}

// changed says whether what the index holds of an item differs between two versions of it.
func (x *index) changed(old, now []byte) bool {
	if x.keep == nil {
		return string(old) != string(now)
	}
	for name := range x.keep {
		if string(lookupRaw(old, name)) != string(lookupRaw(now, name)) {
			return true
		}
	}
	return false
}

const account = "000000000000" // the laptop's account in ARNs

func (t *table) arn() string {
	return "arn:aws:dynamodb:" + region + ":" + account + ":table/" + t.TableName
}

const region = "local"
