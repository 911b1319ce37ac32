package dynamo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

const (
	statusActive   = "ACTIVE"
	statusCreating = "CREATING"
	statusDeleting = "DELETING"
)

func createTable(q *request) ([]byte, *APIError) {
	s := &schema{}
	if err := q.control(s); err != nil {
		return nil, err
	}
	s.TimeToLiveSpecification = nil // no parameter of CreateTable
	if err := s.check(); err != nil {
		return nil, err
	}
	if err := q.begin(s.TableName); err != nil {
		return nil, err
	}
	t, err := q.db.create(s)
	if err != nil {
		return nil, err
	}
	return document(map[string]any{"TableDescription": t.describe(statusCreating)})
}

// create makes a table of a checked schema.
func (db *DB) create(s *schema) (t *table, err *APIError) {
	err = db.update(func(w *writeTx) *APIError {
		if w.tx.Bucket(bucketTables).Get([]byte(s.TableName)) != nil {
			return &APIError{Code: "ResourceInUseException", Message: "Table already exists: " + s.TableName}
		}
		id, e := w.tx.Bucket(bucketTables).NextSequence()
		if e != nil {
			return internal(e)
		}
		s.ID, s.Created, s.Shards = id, w.now, max(db.o.StreamShards, 1)
		t = newTable(s)
		if err := w.saveSchema(t); err != nil {
			return err
		}
		for _, b := range t.buckets() {
			if _, e := w.tx.CreateBucket(b); e != nil {
				w.failed = e
				return internal(e)
			}
		}
		w.after = append(w.after, func() {
			db.mu.Lock()
			db.tables[s.TableName] = t
			db.mu.Unlock()
		})
		return nil
	})
	return t, err
}

func describeTable(q *request) ([]byte, *APIError) {
	var in struct{ TableName *string }
	if err := q.control(&in); err != nil {
		return nil, err
	}
	t, err := q.db.table(in.TableName)
	if err != nil {
		return nil, named(err, in.TableName)
	}
	if err := q.begin(t.TableName); err != nil {
		return nil, err
	}
	return document(map[string]any{"Table": t.describe(statusActive)})
}

// describe is TableDescription.
func (t *table) describe(status string) map[string]any {
	d := map[string]any{
		"TableName": t.TableName, "TableArn": t.arn(), "TableId": fmt.Sprintf("00000000-0000-4000-8000-%012x", t.ID),
		"TableStatus": status, "CreationDateTime": seconds(t.Created), "KeySchema": t.KeySchema,
		"AttributeDefinitions": t.AttributeDefinitions, "ItemCount": t.stats.items.Load(), "TableSizeBytes": t.stats.bytes.Load(),
		"DeletionProtectionEnabled": t.DeletionProtectionEnabled, "ProvisionedThroughput": t.ProvisionedThroughput.describe(),
	}
	if t.BillingMode == "PAY_PER_REQUEST" {
		d["BillingModeSummary"] = map[string]any{"BillingMode": t.BillingMode, "LastUpdateToPayPerRequestDateTime": seconds(t.Created)}
	}
	if t.TableClass != "" {
		d["TableClassSummary"] = map[string]string{"TableClass": t.TableClass}
	}
	if t.OnDemandThroughput != nil {
		d["OnDemandThroughput"] = t.OnDemandThroughput
	}
	if t.view != "" {
		d["StreamSpecification"] = t.StreamSpecification
		d["LatestStreamArn"], d["LatestStreamLabel"] = t.streamARN(), t.streamLabel()
	}
	var indexes []map[string]any
	for i, g := range t.GlobalSecondaryIndexes {
		indexes = append(indexes, map[string]any{
			"IndexName": g.IndexName, "IndexArn": t.arn() + "/index/" + g.IndexName, "IndexStatus": status, "KeySchema": g.KeySchema,
			"Projection": g.Projection, "ItemCount": t.stats.indexItems[i].Load(),
			"IndexSizeBytes":        t.stats.bytes.Load() * t.stats.indexItems[i].Load() / max(t.stats.items.Load(), 1), // an estimate
			"ProvisionedThroughput": g.ProvisionedThroughput.describe(),
		})
	}
	if indexes != nil {
		d["GlobalSecondaryIndexes"] = indexes
	}
	return d
}

func (p *throughput) describe() map[string]int64 {
	if p == nil {
		p = &throughput{}
	}
	return map[string]int64{"ReadCapacityUnits": p.ReadCapacityUnits, "WriteCapacityUnits": p.WriteCapacityUnits, "NumberOfDecreasesToday": 0}
}

func listTables(q *request) ([]byte, *APIError) {
	var in struct {
		ExclusiveStartTableName string
		Limit                   *int
	}
	if err := q.control(&in); err != nil {
		return nil, err
	}
	limit := 100
	if in.Limit != nil {
		if limit = *in.Limit; limit < 1 {
			return nil, constraint(strconv.Itoa(limit), "limit", "Member must have value greater than or equal to 1")
		}
		if limit > 100 {
			return nil, constraint(strconv.Itoa(limit), "limit", "Member must have value less than or equal to 100")
		}
	}
	if in.ExclusiveStartTableName != "" {
		if err := checkName(in.ExclusiveStartTableName, "exclusiveStartTableName", 3); err != nil {
			return nil, err
		}
	}
	if err := q.begin(""); err != nil {
		return nil, err
	}
	out := struct {
		TableNames             []string
		LastEvaluatedTableName string `json:",omitempty"`
	}{TableNames: []string{}}
	for _, t := range q.db.allTables() {
		if t.TableName <= in.ExclusiveStartTableName {
			continue
		}
		if len(out.TableNames) == limit {
			out.LastEvaluatedTableName = out.TableNames[limit-1]
			break
		}
		out.TableNames = append(out.TableNames, t.TableName)
	}
	return document(out)
}

func deleteTable(q *request) ([]byte, *APIError) {
	var in struct{ TableName *string }
	if err := q.control(&in); err != nil {
		return nil, err
	}
	t, err := q.db.table(in.TableName)
	if err != nil {
		return nil, named(err, in.TableName)
	}
	if err := q.begin(t.TableName); err != nil {
		return nil, err
	}
	if t.DeletionProtectionEnabled {
		return nil, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	err = q.db.update(func(w *writeTx) *APIError {
		t, err := w.current(t)
		if err != nil {
			return named(err, in.TableName)
		}
		w.del(bucketTables, []byte(t.TableName))
		w.del(bucketStats, t.bucket)
		for _, b := range t.buckets() {
			if e := w.tx.DeleteBucket(b); e != nil {
				w.failed = e
			}
		}
		w.swap(t.TableName, nil)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return document(map[string]any{"TableDescription": t.describe(statusDeleting)})
}

// EnsureTable creates a table from the JSON of CreateTable's parameters, to which TimeToLiveSpecification may be added, as
// in a template. If the table is there, with the same keys, indexes and stream, its time to live and deletion protection
// are made as given and its items stay; a table that differs otherwise is an error.
func (db *DB) EnsureTable(input json.RawMessage) error {
	s := &schema{}
	dec := json.NewDecoder(bytes.NewReader(input))
	dec.DisallowUnknownFields()
	if err := dec.Decode(s); err != nil {
		return fmt.Errorf("reading the table's definition: %w", err)
	}
	if err := s.check(); err != nil {
		return fmt.Errorf("table %s: %w", s.TableName, err)
	}
	want := s.TimeToLiveSpecification
	s.TimeToLiveSpecification = nil
	db.mu.RLock()
	t := db.tables[s.TableName]
	db.mu.RUnlock()
	if t == nil {
		created, err := db.create(s)
		if err != nil {
			return fmt.Errorf("creating table %s: %w", s.TableName, err)
		}
		t = created
	} else if what := t.differs(s); what != "" {
		return fmt.Errorf("table %s is there with another %s; remove the data file to start afresh", s.TableName, what)
	}
	ttl := ""
	if want != nil && want.Enabled {
		ttl = want.AttributeName
	}
	if t.ttl != ttl {
		if err := db.setTTL(t, ttlSpecification{AttributeName: ttl, Enabled: ttl != ""}); err != nil {
			return fmt.Errorf("setting the time to live of table %s: %w", s.TableName, err)
		}
	}
	if t.DeletionProtectionEnabled != s.DeletionProtectionEnabled {
		err := db.update(func(w *writeTx) *APIError {
			_, err := w.amend(t, func(old *schema) { old.DeletionProtectionEnabled = s.DeletionProtectionEnabled })
			return err
		})
		if err != nil {
			return fmt.Errorf("protecting table %s: %w", s.TableName, err)
		}
	}
	return nil
}

// differs names the first part of a schema that is another one than the table's.
func (t *table) differs(s *schema) string {
	other := newTable(s)
	other.Shards = t.Shards
	switch {
	case !reflect.DeepEqual(t.keys, other.keys):
		return "key"
	case !reflect.DeepEqual(t.GlobalSecondaryIndexes, s.GlobalSecondaryIndexes):
		return "set of global secondary indexes"
	case t.view != other.view:
		return "stream"
	}
	for i := range t.indexes {
		if !reflect.DeepEqual(t.indexes[i].keys, other.indexes[i].keys) {
			return "set of global secondary indexes"
		}
	}
	return ""
}
