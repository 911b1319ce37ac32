package dynamo

import (
	"bytes"
	"slices"
)

// mutation is a Put, Update, Delete or ConditionCheck of one item, alone or in a transaction. It is made and checked
// before the writer sees it; the writer has it decide and then apply.
type mutation struct {
	t       *table
	what    string    // put, update, delete, check
	late    *APIError // known to be wrong already, in a transaction that has yet to run
	key     []byte
	keyAttr []attr
	item    []byte // of a put
	expr    *checked

	old, now []byte // after decide: the item before and after; old is good until the commit
}

// newMutation checks what can be checked without the item.
func newMutation(t *table, what string, in *input) (*mutation, *APIError) {
	m := &mutation{t: t, what: what}
	allowed := []string{"ConditionExpression"}
	if what == "update" {
		allowed = []string{"UpdateExpression", "ConditionExpression"}
	}
	var err *APIError
	in.expr.keyCondition, in.expr.filter, in.expr.projection = nil, nil, nil
	if what != "update" {
		in.expr.update = nil
	}
	if m.expr, err = in.expr.check(allowed...); err != nil {
		return nil, err
	}
	if what == "put" {
		if !in.hasItem {
			return nil, constraint("null", "item", "Member must not be null")
		}
		return m, m.setItem(in.item)
	}
	if !in.hasKey {
		return nil, constraint("null", "key", "Member must not be null")
	}
	if err := t.keys.checkKey(in.key); err != nil {
		return nil, err
	}
	m.keyAttr, m.key = in.key, t.keys.key(in.key)
	for _, a := range m.expr.update {
		if t.keys.has(a.path[0].name) {
			return nil, badParameter("Cannot update attribute %s. This attribute is part of the key", a.path[0].name)
		}
	}
	return m, t.checkNested(m.expr.condition)
}

func (m *mutation) setItem(item []attr) *APIError {
	if err := m.t.keys.checkItem(item); err != nil {
		return err
	}
	if err := m.t.checkIndexKeys(item, nil); err != nil {
		return err
	}
	if itemSize(item) > maxItemSize {
		return invalid(errItemTooLarge)
	}
	m.key, m.item = m.t.keys.key(item), encodeItem(item)
	return m.t.checkNested(m.expr.condition)
}

// checkNested refuses conditions that look into a key attribute, which has nothing in it.
func (t *table) checkNested(condition *node) *APIError {
	_, nested := condition.heads()
	return t.checkNestedNames(nested)
}

func (t *table) checkNestedNames(nested []string) *APIError {
	for _, name := range nested {
		if t.keys.has(name) {
			return invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: %s", name)
		}
		for _, x := range t.indexes {
			if x.keys.has(name) {
				return invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: %s", name)
			}
		}
	}
	return nil
}

// checkIndexKeys checks the attributes of an item that are keys of indexes; attributes that are as they were in the old
// item are let pass, because the index did not refuse them then.
func (t *table) checkIndexKeys(item, old []attr) *APIError {
	for _, x := range t.indexes {
		for i, p := range x.keys {
			v, ok := find(item, p.name)
			if !ok {
				continue
			}
			if was, had := find(old, p.name); had && was.equal(v) {
				continue
			}
			if v.kind != p.kind {
				return lateParameter("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", p.name, p.kind, v.kind, x.name)
			}
			if v.text == "" {
				what := map[kind]string{kindS: "string", kindB: "binary"}[v.kind]
				return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. "+
					"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", what, x.name, p.name)
			}
			if err := p.checkSize(v, i == 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// decide reads the item, checks the condition and works out the new item. It writes nothing.
func (m *mutation) decide(w *writeTx) *APIError {
	t, err := w.current(m.t)
	if err == nil {
		err = m.late
	}
	if err != nil {
		return err
	}
	m.t = t
	m.old = w.get(t, m.key)
	var item []attr
	if m.expr.condition != nil || m.what == "update" {
		item = decodeItem(m.old)
	}
	if !m.expr.condition.matches(item) {
		return errConditionFailed
	}
	switch m.what {
	case "put":
		m.now = m.item
	case "check":
		m.now = m.old
	case "update":
		return m.update(item)
	}
	return nil
}

func (m *mutation) update(item []attr) *APIError {
	old := item
	if item == nil {
		item = m.keyAttr
	}
	item, err := applyUpdate(item, m.expr.update)
	if err != nil {
		return err
	}
	if err := m.checkUpdated(item, old); err != nil {
		return err
	}
	if deeper(item, maxNesting) {
		return invalid(errTooDeep)
	}
	if itemSize(item) > maxItemSize {
		return invalid("Item size to update has exceeded the maximum allowed size")
	}
	m.now = encodeItem(item)
	return nil
}

// checkUpdated is checkIndexKeys with the words that UpdateItem has for a wrong type.
func (m *mutation) checkUpdated(item, old []attr) *APIError {
	for _, x := range m.t.indexes {
		for _, p := range x.keys {
			v, ok := find(item, p.name)
			was, had := find(old, p.name)
			if ok && v.kind != p.kind && !(had && was.equal(v)) {
				return invalid("The update expression attempted to update the secondary index key to unsupported type")
			}
		}
	}
	return m.t.checkIndexKeys(item, old)
}

// apply writes what was decided.
func (m *mutation) apply(w *writeTx) units {
	if m.what == "check" {
		return units{table: writeUnits(encodedSize(m.old))}
	}
	return w.replace(m.t, m.key, m.old, m.now, false)
}

// failed is the error for a condition that was not met, with the item if it was asked for.
func (m *mutation) failed(err *APIError, onFailure string) *APIError {
	if err != errConditionFailed || onFailure != "ALL_OLD" || m.old == nil {
		return err
	}
	return &APIError{Code: err.Code, Message: err.Message, Item: appendItemJSON(nil, m.old, nil)}
}

// returned gives the Attributes of a reply, nil for none.
func (m *mutation) returned(what string) []byte {
	switch what {
	case "ALL_OLD":
		if m.old != nil {
			return appendItemJSON(nil, m.old, nil)
		}
	case "ALL_NEW":
		return appendItemJSON(nil, m.now, nil)
	case "UPDATED_OLD", "UPDATED_NEW":
		enc := m.now
		if what == "UPDATED_OLD" {
			enc = m.old
		}
		paths := make([]path, len(m.expr.update))
		for i, a := range m.expr.update {
			paths[i] = a.path
		}
		if picked := project(decodeItem(bytes.Clone(enc)), slices.Clip(paths)); len(picked) > 0 {
			return appendAttrsJSON(nil, picked)
		}
	}
	return nil
}
