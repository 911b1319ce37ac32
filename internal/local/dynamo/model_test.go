package dynamo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"
)

// The model is a table as simple as can be: items in a map, and every operation written out plainly. Random operations
// go through the SDK over HTTP to the engine and to the model; their answers have to be the same, and in the end table,
// indexes and the replayed stream have to be what the model holds.
type model map[[2]string]item

// show is a canonical text of an item, for comparing.
func show(it item) string {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(it)) {
		fmt.Fprintf(&b, "%s=%s;", name, showValue(it[name]))
	}
	return b.String()
}

func showValue(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return "S" + strconv.Quote(v.Value)
	case *types.AttributeValueMemberN:
		return "N" + v.Value
	case *types.AttributeValueMemberSS:
		return fmt.Sprint("SS", slices.Sorted(slices.Values(v.Value)))
	case *types.AttributeValueMemberL:
		s := "L["
		for _, x := range v.Value {
			s += showValue(x) + ","
		}
		return s + "]"
	case *types.AttributeValueMemberM:
		return "M{" + show(v.Value) + "}"
	}
	return fmt.Sprintf("?%T", v)
}

func text(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func number(v types.AttributeValue) (int, bool) {
	x, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(x.Value)
	return i, err == nil
}

// condition is a condition expression with what it means in Go.
type condition struct {
	expr   string
	values item
	holds  func(it item) bool
}

func drawCondition(rt *rapid.T) condition {
	limit := rapid.IntRange(-3, 3).Draw(rt, "limit")
	v := item{":cc": num(strconv.Itoa(limit))}
	below := func(it item) bool { i, ok := number(it["n"]); return ok && i < limit }
	switch rapid.IntRange(0, 7).Draw(rt, "condition") {
	case 0:
		return condition{"attribute_not_exists(pk)", nil, func(it item) bool { return it == nil }}
	case 1:
		return condition{"attribute_exists(pk)", nil, func(it item) bool { return it != nil }}
	case 2:
		return condition{"n < :cc", v, below}
	case 3:
		return condition{"NOT n < :cc", v, func(it item) bool { return !below(it) }}
	case 4:
		return condition{"attribute_not_exists(n) OR (n <> :cc AND n BETWEEN :cc AND :cd)", item{":cc": v[":cc"], ":cd": num("4")}, func(it item) bool {
			i, ok := number(it["n"])
			return !ok || i > limit && i <= 4
		}}
	case 5:
		return condition{"contains(tags, :ct) AND size(tags) > :cone", item{":ct": str("b"), ":cone": num("1")}, func(it item) bool {
			s, ok := it["tags"].(*types.AttributeValueMemberSS)
			return ok && slices.Contains(s.Value, "b") && len(s.Value) > 1
		}}
	case 6:
		return condition{"begins_with(a, :cp) AND attribute_type(a, :cs)", item{":cp": str("x"), ":cs": str("S")}, func(it item) bool {
			return strings.HasPrefix(text(it["a"]), "x")
		}}
	}
	return condition{"n IN (:cc, :cd)", item{":cc": v[":cc"], ":cd": num("0")}, func(it item) bool {
		i, ok := number(it["n"])
		return ok && (i == limit || i == 0)
	}}
}

// change is an update expression with what it means in Go; it works on a copy that has the key.
type change struct {
	expr   string
	values item
	apply  func(it item) bool // false: DynamoDB refuses it
}

func drawChange(rt *rapid.T) change {
	d := rapid.IntRange(-2, 2).Draw(rt, "delta")
	v := item{":d": num(strconv.Itoa(d))}
	tags := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 1, 3, rapid.ID[string]).Draw(rt, "tags")
	switch rapid.IntRange(0, 8).Draw(rt, "change") {
	case 0:
		return change{"ADD n :d", v, func(it item) bool { i, _ := number(it["n"]); it["n"] = num(strconv.Itoa(i + d)); return true }}
	case 1:
		return change{"SET n = n + :d", v, func(it item) bool {
			i, ok := number(it["n"])
			it["n"] = num(strconv.Itoa(i + d))
			return ok
		}}
	case 2:
		return change{"SET n = if_not_exists(n, :d) - :d, a = :a REMOVE events[0]", item{":d": v[":d"], ":a": str("y")}, func(it item) bool {
			i, ok := number(it["n"])
			if !ok {
				i = d
			}
			l, ok := it["events"].(*types.AttributeValueMemberL)
			if !ok {
				return false
			}
			if len(l.Value) > 0 {
				it["events"] = list(l.Value[1:]...)
			}
			it["n"], it["a"] = num(strconv.Itoa(i-d)), str("y")
			return true
		}}
	case 3:
		return change{"ADD tags :t", item{":t": set(tags...)}, func(it item) bool {
			s, _ := it["tags"].(*types.AttributeValueMemberSS)
			all := slices.Clone(tags)
			if s != nil {
				all = append(all, s.Value...)
			}
			slices.Sort(all)
			it["tags"] = set(slices.Compact(all)...)
			return true
		}}
	case 4:
		return change{"DELETE tags :t", item{":t": set(tags...)}, func(it item) bool {
			s, ok := it["tags"].(*types.AttributeValueMemberSS)
			if !ok {
				return true
			}
			left := slices.DeleteFunc(slices.Clone(s.Value), func(x string) bool { return slices.Contains(tags, x) })
			if it["tags"] = set(left...); len(left) == 0 {
				delete(it, "tags")
			}
			return true
		}}
	case 5:
		return change{"REMOVE gpk, a", nil, func(it item) bool { delete(it, "gpk"); delete(it, "a"); return true }}
	case 6:
		g := rapid.SampledFrom([]string{"g1", "g2"}).Draw(rt, "gpk")
		return change{"SET gpk = :g, gsk = :d", item{":g": str(g), ":d": v[":d"]}, func(it item) bool { it["gpk"], it["gsk"] = str(g), v[":d"]; return true }}
	case 7:
		return change{"SET events = list_append(if_not_exists(events, :e), :l)", item{":e": list(), ":l": list(num("1"), str("two"))}, func(it item) bool {
			l, _ := it["events"].(*types.AttributeValueMemberL)
			var old []types.AttributeValue
			if l != nil {
				old = l.Value
			}
			it["events"] = list(append(slices.Clone(old), num("1"), str("two"))...)
			return true
		}}
	}
	return change{"SET #m.deep[1].x = :d", v, func(it item) bool { return false }} // there is no map of that name
}

func drawKey(rt *rapid.T) [2]string {
	return [2]string{rapid.SampledFrom([]string{"p1", "p2", "p\x00", "ж"}).Draw(rt, "pk"), rapid.SampledFrom([]string{"s", "s1", "s10", "s2", "t", "\x00", "ß"}).Draw(rt, "sk")}
}

func keyItem(k [2]string) item { return item{"pk": str(k[0]), "sk": str(k[1])} }

func drawItem(rt *rapid.T, k [2]string) item {
	it := keyItem(k)
	if rapid.Bool().Draw(rt, "indexed") {
		it["gpk"] = str(rapid.SampledFrom([]string{"g1", "g2", "g\x00\xc2\xa0"}).Draw(rt, "gpk"))
	}
	if rapid.Bool().Draw(rt, "sorted") {
		it["gsk"] = num(rapid.SampledFrom([]string{"-12", "-1.5", "0", "0.25", "3", "20", "100"}).Draw(rt, "gsk"))
	}
	if rapid.Bool().Draw(rt, "numbered") {
		it["n"] = num(strconv.Itoa(rapid.IntRange(-5, 5).Draw(rt, "n")))
	}
	if rapid.Bool().Draw(rt, "tagged") {
		it["tags"] = set(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3, rapid.ID[string]).Draw(rt, "tags")...)
	}
	if rapid.Bool().Draw(rt, "worded") {
		it["a"] = str(rapid.SampledFrom([]string{"", "x1", "x2", "\"quoted\"\n\\", "и"}).Draw(rt, "a"))
	}
	return it
}

func merge(a, b item) item {
	out := maps.Clone(a)
	if out == nil {
		out = item{}
	}
	maps.Copy(out, b)
	if len(out) == 0 {
		return nil
	}
	return out
}

func names(expr string) map[string]string {
	if strings.Contains(expr, "#m") {
		return map[string]string{"#m": "map"}
	}
	return nil
}

// machine drives engine and model.
type machine struct {
	srv   *server
	model model
	ctx   context.Context
}

// code is the kind of an error, for comparing.
func code(err error) string {
	var failed *types.ConditionalCheckFailedException
	var canceled *types.TransactionCanceledException
	var api interface{ ErrorCode() string }
	switch {
	case err == nil:
		return ""
	case errors.As(err, &failed):
		return "condition"
	case errors.As(err, &canceled):
		s := "canceled"
		for _, r := range canceled.CancellationReasons {
			s += " " + aws.ToString(r.Code)
		}
		return s
	case errors.As(err, &api):
		return api.ErrorCode()
	}
	return err.Error()
}

func (m *machine) same(rt *rapid.T, what, got, want string) {
	rt.Helper()
	if got != want {
		rt.Fatalf("%s:\n got  %s\n want %s", what, got, want)
	}
}

// mutated gives the item after an action and what an error of it would be.
func (m *machine) mutated(old item, k [2]string, what string, it item, c *condition, ch *change) (item, string) {
	if c != nil && !c.holds(old) {
		return old, "condition"
	}
	switch what {
	case "put":
		return it, ""
	case "delete":
		return nil, ""
	case "check":
		return old, ""
	}
	now := maps.Clone(old)
	if now == nil {
		now = keyItem(k)
	}
	if !ch.apply(now) {
		return old, "ValidationException"
	}
	return now, ""
}

func (m *machine) store(k [2]string, it item) {
	if it == nil {
		delete(m.model, k)
		return
	}
	m.model[k] = it
}

// one is a single PutItem, UpdateItem or DeleteItem.
func (m *machine) one(rt *rapid.T) {
	k := drawKey(rt)
	what := rapid.SampledFrom([]string{"put", "update", "delete"}).Draw(rt, "what")
	var c *condition
	var expr *string
	var cv item
	if rapid.Bool().Draw(rt, "conditional") {
		x := drawCondition(rt)
		c, expr, cv = &x, aws.String(x.expr), x.values
	}
	old := m.model[k]
	var got item
	var err error
	var want item
	var wantErr string
	switch what {
	case "put":
		it := drawItem(rt, k)
		want, wantErr = m.mutated(old, k, what, it, c, nil)
		out, e := m.srv.api.PutItem(m.ctx, &dynamodb.PutItemInput{TableName: things, Item: it, ConditionExpression: expr, ExpressionAttributeValues: cv, ReturnValues: "ALL_OLD"})
		if err = e; e == nil {
			got = out.Attributes
		}
	case "delete":
		want, wantErr = m.mutated(old, k, what, nil, c, nil)
		out, e := m.srv.api.DeleteItem(m.ctx, &dynamodb.DeleteItemInput{TableName: things, Key: keyItem(k), ConditionExpression: expr, ExpressionAttributeValues: cv, ReturnValues: "ALL_OLD"})
		if err = e; e == nil {
			got = out.Attributes
		}
	case "update":
		ch := drawChange(rt)
		want, wantErr = m.mutated(old, k, what, nil, c, &ch)
		out, e := m.srv.api.UpdateItem(m.ctx, &dynamodb.UpdateItemInput{
			TableName: things, Key: keyItem(k), UpdateExpression: &ch.expr, ConditionExpression: expr,
			ExpressionAttributeNames: names(ch.expr), ExpressionAttributeValues: merge(ch.values, cv), ReturnValues: "ALL_NEW",
		})
		if err = e; e == nil {
			m.same(rt, "updated item", show(out.Attributes), show(want))
			got = old
		}
	}
	m.same(rt, what, code(err), wantErr)
	if err == nil {
		m.same(rt, what+": old item", show(got), show(old))
		m.store(k, want)
	}
}

func (m *machine) batch(rt *rapid.T) {
	keys := rapid.SliceOfNDistinct(rapid.Custom(drawKey), 1, 8, rapid.ID[[2]string]).Draw(rt, "keys")
	var reqs []types.WriteRequest
	for _, k := range keys {
		if rapid.Bool().Draw(rt, "delete") {
			reqs = append(reqs, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyItem(k)}})
			delete(m.model, k)
			continue
		}
		it := drawItem(rt, k)
		reqs = append(reqs, types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
		m.model[k] = it
	}
	out, err := m.srv.api.BatchWriteItem(m.ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"things": reqs}})
	if err != nil || len(out.UnprocessedItems) > 0 {
		rt.Fatal(out, err)
	}
}

func (m *machine) transact(rt *rapid.T) {
	keys := rapid.SliceOfNDistinct(rapid.Custom(drawKey), 1, 5, rapid.ID[[2]string]).Draw(rt, "keys")
	var actions []types.TransactWriteItem
	after := map[[2]string]item{}
	want := "canceled"
	failed := false
	for _, k := range keys {
		c := drawCondition(rt)
		what := rapid.SampledFrom([]string{"put", "update", "delete", "check"}).Draw(rt, "what")
		a := types.TransactWriteItem{}
		it, ch := item(nil), change{}
		switch what {
		case "put":
			it = drawItem(rt, k)
			a.Put = &types.Put{TableName: things, Item: it, ConditionExpression: &c.expr, ExpressionAttributeValues: c.values}
		case "update":
			ch = drawChange(rt)
			a.Update = &types.Update{
				TableName: things, Key: keyItem(k), UpdateExpression: aws.String(ch.expr), ConditionExpression: &c.expr,
				ExpressionAttributeNames: names(ch.expr), ExpressionAttributeValues: merge(ch.values, c.values),
			}
		case "delete":
			a.Delete = &types.Delete{TableName: things, Key: keyItem(k), ConditionExpression: &c.expr, ExpressionAttributeValues: c.values}
		case "check":
			a.ConditionCheck = &types.ConditionCheck{TableName: things, Key: keyItem(k), ConditionExpression: &c.expr, ExpressionAttributeValues: c.values}
		}
		now, problem := m.mutated(m.model[k], k, what, it, &c, &ch)
		after[k] = now
		want += map[string]string{"": " None", "condition": " ConditionalCheckFailed", "ValidationException": " ValidationError"}[problem]
		failed = failed || problem != ""
		actions = append(actions, a)
	}
	_, err := m.srv.api.TransactWriteItems(m.ctx, &dynamodb.TransactWriteItemsInput{TransactItems: actions})
	if !failed {
		want = ""
		for k, it := range after {
			m.store(k, it)
		}
	}
	if code(err) != want {
		rt.Logf("%v", err)
	}
	m.same(rt, "transaction", code(err), want)
}

func (m *machine) get(rt *rapid.T) {
	k := drawKey(rt)
	out, err := m.srv.api.GetItem(m.ctx, &dynamodb.GetItemInput{TableName: things, Key: keyItem(k), ConsistentRead: aws.Bool(true)})
	if err != nil {
		rt.Fatal(err)
	}
	m.same(rt, "get", show(out.Item), show(m.model[k]))
}

// query asks for a partition, with a range of sort keys, in pages, forward or backward.
func (m *machine) query(rt *rapid.T) {
	pk := drawKey(rt)[0]
	a, b := drawKey(rt)[1], drawKey(rt)[1]
	if a > b {
		a, b = b, a
	}
	op := rapid.SampledFrom([]string{"", "sk = :a", "sk < :a", "sk <= :a", "sk > :a", ":a <= sk", "sk BETWEEN :a AND :b", "begins_with(sk, :a)"}).Draw(rt, "op")
	fits := map[string]func(sk string) bool{
		"": func(string) bool { return true }, "sk = :a": func(s string) bool { return s == a }, "sk < :a": func(s string) bool { return s < a },
		"sk <= :a": func(s string) bool { return s <= a }, "sk > :a": func(s string) bool { return s > a }, ":a <= sk": func(s string) bool { return s >= a },
		"sk BETWEEN :a AND :b": func(s string) bool { return a <= s && s <= b }, "begins_with(sk, :a)": func(s string) bool { return strings.HasPrefix(s, a) },
	}[op]
	in := &dynamodb.QueryInput{TableName: things, KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": str(pk)}, ScanIndexForward: aws.Bool(rapid.Bool().Draw(rt, "forward"))}
	if op != "" {
		in.KeyConditionExpression = aws.String("pk = :p AND " + op)
		in.ExpressionAttributeValues[":a"] = str(a)
		if strings.Contains(op, ":b") {
			in.ExpressionAttributeValues[":b"] = str(b)
		}
	}
	filtered := rapid.Bool().Draw(rt, "filtered")
	if filtered {
		in.FilterExpression = aws.String("attribute_exists(n) AND n >= :zero")
		in.ExpressionAttributeValues[":zero"] = num("0")
	}
	want := ""
	keys := slices.SortedFunc(maps.Keys(m.model), func(a, b [2]string) int { return strings.Compare(a[1], b[1]) })
	if !*in.ScanIndexForward {
		slices.Reverse(keys)
	}
	for _, k := range keys {
		if i, ok := number(m.model[k]["n"]); k[0] == pk && fits(k[1]) && (!filtered || ok && i >= 0) {
			want += show(m.model[k]) + "\n"
		}
	}
	m.same(rt, "query "+*in.KeyConditionExpression, m.pages(rt, in), want)
}

// pages gathers the items of all pages of a query, of a size drawn.
func (m *machine) pages(rt *rapid.T, in *dynamodb.QueryInput) string {
	if n := rapid.Int32Range(0, 4).Draw(rt, "page"); n > 0 {
		in.Limit = &n
	}
	got := ""
	for range 100 {
		out, err := m.srv.api.Query(m.ctx, in)
		if err != nil {
			rt.Fatal(err)
		}
		for _, it := range out.Items {
			got += show(it) + "\n"
		}
		if out.LastEvaluatedKey == nil {
			return got
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	rt.Fatal("a query without an end")
	return ""
}

// index compares an index with the model: sparse, sorted, projected.
func (m *machine) index(rt *rapid.T) {
	g := rapid.SampledFrom([]string{"g1", "g2", "g\x00\xc2\xa0"}).Draw(rt, "gpk")
	var keys [][2]string
	for k, it := range m.model {
		if _, ok := it["gsk"]; ok && it["gpk"] != nil && text(it["gpk"]) == g {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b [2]string) int {
		x, _ := strconv.ParseFloat(m.model[a]["gsk"].(*types.AttributeValueMemberN).Value, 64)
		y, _ := strconv.ParseFloat(m.model[b]["gsk"].(*types.AttributeValueMemberN).Value, 64)
		if x != y {
			return int(100*x) - int(100*y)
		}
		return 0
	})
	in := &dynamodb.QueryInput{TableName: things, IndexName: aws.String("all"), KeyConditionExpression: aws.String("gpk = :g"), ExpressionAttributeValues: item{":g": str(g)}}
	got := strings.Split(m.pages(rt, in), "\n")
	sorted := func(lines []string) string { slices.Sort(lines); return strings.Join(lines, "\n") }
	want := []string{""}
	for _, k := range keys {
		want = append(want, show(m.model[k]))
	}
	order := func(lines []string) (o []string) {
		for _, l := range lines {
			if _, rest, ok := strings.Cut(l, "gsk="); ok {
				v, _, _ := strings.Cut(rest, ";")
				o = append(o, v)
			}
		}
		return o
	}
	m.same(rt, "order of the index", fmt.Sprint(order(got)), fmt.Sprint(order(want)))
	m.same(rt, "index all", sorted(got), sorted(want))
	out, err := m.srv.api.Query(m.ctx, &dynamodb.QueryInput{TableName: things, IndexName: aws.String("some"), KeyConditionExpression: aws.String("sk = :s"), ExpressionAttributeValues: item{":s": str("s1")}})
	if err != nil {
		rt.Fatal(err)
	}
	got, want = nil, nil
	for _, it := range out.Items {
		got = append(got, show(it))
	}
	for k, it := range m.model {
		if k[1] == "s1" && it["gpk"] != nil {
			p := maps.Clone(it)
			maps.DeleteFunc(p, func(name string, _ types.AttributeValue) bool {
				return !slices.Contains([]string{"pk", "sk", "gpk", "a"}, name)
			})
			want = append(want, show(p))
		}
	}
	m.same(rt, "index some", sorted(got), sorted(want))
}

// whole reads the table in segments.
func (m *machine) whole(rt *rapid.T) {
	total := rapid.Int32Range(1, 4).Draw(rt, "segments")
	got := model{}
	for segment := range total {
		in := &dynamodb.ScanInput{TableName: things, Segment: aws.Int32(segment), TotalSegments: aws.Int32(total), Limit: aws.Int32(rapid.Int32Range(1, 9).Draw(rt, "page"))}
		for more := true; more; more = in.ExclusiveStartKey != nil {
			out, err := m.srv.api.Scan(m.ctx, in)
			if err != nil {
				rt.Fatal(err)
			}
			for _, it := range out.Items {
				got[[2]string{text(it["pk"]), text(it["sk"])}] = it
			}
			in.ExclusiveStartKey = out.LastEvaluatedKey
		}
	}
	m.same(rt, "scan", got.show(), m.model.show())
	d, err := m.srv.api.DescribeTable(m.ctx, &dynamodb.DescribeTableInput{TableName: things})
	if err != nil || *d.Table.ItemCount != int64(len(m.model)) {
		rt.Fatalf("described as %v items, are %d (%v)", *d.Table.ItemCount, len(m.model), err)
	}
}

func (m model) show() string {
	var lines []string
	for _, it := range m {
		lines = append(lines, show(it))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// replay rebuilds the table from its stream; each record's old image has to be what the records before it left.
func (m *machine) replay(rt *rapid.T) {
	table := map[string]string{}
	shards, err := m.srv.StreamShards("things")
	if err != nil {
		rt.Fatal(err)
	}
	for _, shard := range shards {
		after := ""
		for {
			records, err := m.srv.ReadStream("things", shard, after, 7)
			if err != nil {
				rt.Fatal(err)
			}
			if len(records) == 0 {
				break
			}
			for _, r := range records {
				if r.SequenceNumber <= after {
					rt.Fatalf("sequence %s follows %s", r.SequenceNumber, after)
				}
				after = r.SequenceNumber
				m.same(rt, "old image", string(r.OldImage), table[string(r.Keys)])
				event := map[[2]bool]string{{false, true}: "INSERT", {true, true}: "MODIFY", {true, false}: "REMOVE"}[[2]bool{r.OldImage != nil, r.NewImage != nil}]
				m.same(rt, "event", r.EventName, event)
				if string(r.OldImage) == string(r.NewImage) {
					rt.Fatalf("a record of no change: %s", r.OldImage)
				}
				if table[string(r.Keys)] = string(r.NewImage); r.NewImage == nil {
					delete(table, string(r.Keys))
				}
			}
		}
	}
	got := model{}
	for key, doc := range table {
		body := post(rt, m.srv.url, targetTables+"GetItem", `{"TableName":"things","Key":`+key+`}`)
		var out struct{ Item json.RawMessage }
		if err := json.Unmarshal(body, &out); err != nil {
			rt.Fatal(err)
		}
		m.same(rt, "replayed item", doc, string(out.Item))
		got[[2]string{key}] = nil
	}
	if len(got) != len(m.model) {
		rt.Fatalf("the stream leaves %d items, the table has %d", len(got), len(m.model))
	}
}

func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{srv: open(t, Options{StreamShards: rapid.IntRange(1, 3).Draw(rt, "shards")}), model: model{}, ctx: context.Background()}
		m.srv.create(t)
		rt.Repeat(map[string]func(*rapid.T){
			"one": m.one, "another": m.one, "batch": m.batch, "transact": m.transact, "get": m.get, "query": m.query, "index": m.index,
			"restart": func(*rapid.T) { m.srv.restart(t) },
		})
		m.whole(rt)
		m.replay(rt)
		m.srv.stop()
	})
}
