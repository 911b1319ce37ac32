package dynamo

import (
	"slices"
	"strings"
)

// Limits of batches, from DynamoDB's quotas.
const (
	maxBatchGet   = 100
	maxBatchWrite = 25
	maxBatchBytes = 16 << 20 // of items in the reply of BatchGetItem
)

const mapLength = "Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"

const errDuplicateKeys = "Provided list of item keys contains duplicates"

// tableWrites are the requests of a BatchWriteItem for one table.
type tableWrites struct {
	name      string
	t         *table
	requests  []writeRequest
	mutations []*mutation
	raw       [][]byte // the requests as they came, to give back what was not done
	done      int
	units     units
}

func batchWriteItem(q *request) ([]byte, *APIError) {
	batch, capacity, err := q.readBatchWrite()
	if err != nil {
		return nil, err
	}
	for _, b := range batch {
		if b.done, err = q.beginBatch(b.t.TableName, len(b.mutations)); err != nil {
			return nil, err
		}
	}
	err = q.db.update(func(w *writeTx) *APIError {
		for _, b := range batch {
			for _, m := range b.mutations[:b.done] {
				if err := m.decide(w); err != nil {
					return err
				}
			}
		}
		for _, b := range batch {
			for _, m := range b.mutations[:b.done] {
				b.units.add(m.apply(w))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return q.batchWriteReply(batch, capacity), nil
}

func (q *request) batchWriteReply(batch []*tableWrites, capacity returnCapacity) []byte {
	out := append(make([]byte, 0, 64), `{"UnprocessedItems":{`...)
	for _, b := range batch {
		q.meter(b.t.TableName, 0, b.units.total(), b.done)
		if b.done == len(b.raw) {
			continue
		}
		out = append(appendJSONString(member(out), b.name), ":["...)
		for i, raw := range b.raw[b.done:] {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, raw...)
		}
		out = append(out, ']')
	}
	out = append(out, '}')
	if capacity.wanted() {
		out = append(out, `,"ConsumedCapacity":[`...)
		for i, b := range batch {
			if i > 0 {
				out = append(out, ',')
			}
			out = capacity.append(out, b.t.TableName, b.units, "")
		}
		out = append(out, ']')
	}
	return append(out, '}')
}

// writeRequest is one request of a BatchWriteItem as it was read.
type writeRequest struct {
	in   *input
	what string // put or delete
}

// readBatchWrite reads and checks the request; tables are in the order of their names.
func (q *request) readBatchWrite() (batch []*tableWrites, capacity returnCapacity, err *APIError) {
	var bad *APIError
	count := 0
	q.object(func(name string) {
		switch name {
		case "ReturnConsumedCapacity":
			capacity = returnCapacity(q.str())
		case "RequestItems":
			q.object(func(table string) {
				b := &tableWrites{name: table}
				if err := q.readTableWrites(b); bad == nil {
					bad = err
				}
				batch = append(batch, b)
				count += len(b.raw)
			})
		default:
			q.skip(0)
		}
	})
	if err := q.end(); err != nil {
		return nil, "", err
	}
	switch {
	case len(batch) == 0:
		return nil, "", invalid("The requestItems parameter is required for BatchWriteItem")
	case count > maxBatchWrite && len(batch) == 1:
		return nil, "", constraint("{"+batch[0].name+"=[...]}", "requestItems", mapLength)
	case count > maxBatchWrite:
		return nil, "", invalid("Too many items requested for the BatchWriteItem call")
	case bad != nil:
		return nil, "", bad
	}
	if err := capacity.check(); err != nil {
		return nil, "", err
	}
	slices.SortFunc(batch, func(a, b *tableWrites) int { return strings.Compare(a.name, b.name) })
	seen := make(map[string]bool, count)
	for _, b := range batch {
		if err := b.check(q.db, seen); err != nil {
			return nil, "", err
		}
	}
	return batch, capacity, nil
}

// readTableWrites reads the requests for one table.
func (q *request) readTableWrites(b *tableWrites) (bad *APIError) {
	note := func(err *APIError) {
		if bad == nil && err != nil {
			bad = err
		}
	}
	q.list(func() {
		q.peek()
		from, kinds := q.pos, 0
		w := writeRequest{}
		q.object(func(name string) {
			what := map[string]string{"PutRequest": "put", "DeleteRequest": "delete"}[name]
			if what == "" {
				q.skip(0)
				return
			}
			kinds++
			in, err := q.input()
			note(err)
			w = writeRequest{in, what}
		})
		if kinds != 1 {
			note(invalid(errManyTypes))
		}
		b.requests = append(b.requests, w)
		b.raw = append(b.raw, q.buf[from:q.pos])
	})
	if len(b.raw) == 0 {
		note(constraint("{"+b.name+"=[]}", "requestItems", mapLength))
	}
	return bad
}

// check makes the mutations ready; seen are the items of all tables of the batch.
func (b *tableWrites) check(db *DB, seen map[string]bool) (err *APIError) {
	if b.t, err = db.table(&b.name); err != nil {
		return err
	}
	for _, w := range b.requests {
		m, err := newMutation(b.t, w.what, w.in)
		if err != nil {
			if err.late && !strings.Contains(err.Message, "Index Key") { // batches have one message for wrong keys
				err = keyMismatch()
			}
			return err
		}
		id := b.t.TableName + "\x00" + string(m.key)
		if seen[id] {
			return invalid(errDuplicateKeys)
		}
		seen[id] = true
		b.mutations = append(b.mutations, m)
	}
	return nil
}
