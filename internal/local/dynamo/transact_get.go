package dynamo

import (
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

func transactGetItems(q *request) ([]byte, *APIError) {
	var actions []*transactAction
	var capacity returnCapacity
	var bad *APIError
	q.object(func(name string) {
		switch name {
		case "TransactItems":
			actions, bad = q.readActions(map[string]string{"Get": "get"})
		case "ReturnConsumedCapacity":
			capacity = returnCapacity(q.str())
		default:
			q.skip(0)
		}
	})
	if err := q.end(); err != nil {
		return nil, err
	}
	if err := checkActions(len(actions), capacity); err != nil {
		return nil, err
	}
	if bad != nil {
		return nil, bad
	}
	tr := &transactRead{used: map[string]*units{}}
	if err := tr.check(q.db, actions); err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(tr.used))
	if err := q.beginTransaction(names, len(actions)); err != nil {
		return nil, err
	}
	out, err := q.readTogether(tr)
	if err != nil {
		return nil, err
	}
	return transactReply(out, capacity, names, tr.used, "Read"), nil
}

// transactRead is a TransactGetItems request after reading; gets and tables have an element for each action.
type transactRead struct {
	gets   []*get
	tables []*table
	used   map[string]*units
}

func (tr *transactRead) check(db *DB, actions []*transactAction) *APIError {
	seen := map[string]bool{}
	for _, a := range actions {
		t, err := db.table(a.in.table)
		if err != nil {
			return err
		}
		g, err := newGet(t, a.in)
		if err != nil {
			return err
		}
		id := t.TableName + "\x00" + string(g.key)
		if seen[id] {
			return invalid(errManyOperations)
		}
		seen[id] = true
		tr.gets, tr.tables = append(tr.gets, g), append(tr.tables, t)
		tr.used[t.TableName] = &units{}
	}
	return nil
}

// readTogether reads all items from one snapshot and writes the reply but its end.
func (q *request) readTogether(tr *transactRead) ([]byte, *APIError) {
	out := append(make([]byte, 0, 1024), `{"Responses":[`...)
	size := 0
	err := q.db.view(func(tx *bbolt.Tx) *APIError {
		for i, g := range tr.gets {
			if i > 0 {
				out = append(out, ',')
			}
			enc := tx.Bucket(tr.tables[i].bucket).Get(g.key)
			size += encodedSize(enc)
			u := 2 * readUnits(encodedSize(enc), true)
			tr.used[tr.tables[i].TableName].table += u
			q.meter(tr.tables[i].TableName, u, 0, 1)
			if enc == nil {
				out = append(out, "{}"...)
				continue
			}
			out = append(g.append(append(out, `{"Item":`...), enc), '}')
		}
		return nil
	}, tr.tables...)
	if err != nil {
		return nil, err
	}
	if size > maxTransactBytes {
		return nil, invalid("The aggregate size of the items in the transaction exceeded the limit of 4 MB")
	}
	return append(out, ']'), nil
}
