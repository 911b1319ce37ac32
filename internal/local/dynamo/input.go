package dynamo

import (
	"strconv"
	"strings"
)

// input are the parameters of the operations on items, of Query and Scan, and of the actions of a transaction. An
// operation reads those that it has and ignores the others, as DynamoDB does with parameters that it does not know.
type input struct {
	table     *string
	index     string
	key       []attr
	item      []attr
	startKey  []attr
	hasItem   bool
	hasKey    bool
	hasStart  bool
	expr      expressions
	capacity  returnCapacity
	returned  string // ReturnValues
	onFailure string // ReturnValuesOnConditionCheckFailure
	metrics   string // ReturnItemCollectionMetrics

	consistent bool
	backward   bool
	choice     string // Select
	limit      *int
	segment    *int
	total      *int // TotalSegments
}

// legacy parameters and what to use instead.
var legacy = map[string]string{
	"AttributesToGet": "ProjectionExpression", "Expected": "ConditionExpression", "ConditionalOperator": "ConditionExpression or FilterExpression",
	"AttributeUpdates": "UpdateExpression", "KeyConditions": "KeyConditionExpression", "QueryFilter": "FilterExpression", "ScanFilter": "FilterExpression",
}

// input reads the members of an object as parameters. The error is about values that break a rule; errors of form stick
// in the reader.
func (r *reader) input() (in *input, bad *APIError) {
	in = &input{}
	note := func(err *APIError) {
		if bad == nil && err != nil {
			bad = err
		}
	}
	r.object(func(name string) {
		if in.readValue(r, name, note) || in.readExpression(r, name) || in.readOption(r, name) {
			return
		}
		if better := legacy[name]; better != "" {
			note(invalid("The legacy parameter %s is not supported by the laptop's DynamoDB; use %s", name, better))
		}
		r.skip(0)
	})
	return in, bad
}

// readValue reads parameters that are attribute values.
func (in *input) readValue(r *reader, name string, note func(*APIError)) bool {
	prefix := ""
	switch name {
	case "Key":
		in.key, in.hasKey = r.item(), true
	case "Item":
		in.item, in.hasItem = r.item(), true
	case "ExclusiveStartKey":
		in.startKey, in.hasStart = r.item(), true
		prefix = "The provided starting key is invalid: "
	default:
		return false
	}
	if p := r.popProblem(); p != "" {
		note(&APIError{Code: "ValidationException", Message: prefix + p})
	}
	return true
}

// readExpression reads expressions and what they share.
func (in *input) readExpression(r *reader, name string) bool {
	var dst **string
	switch name {
	case "ConditionExpression":
		dst = &in.expr.condition
	case "UpdateExpression":
		dst = &in.expr.update
	case "KeyConditionExpression":
		dst = &in.expr.keyCondition
	case "FilterExpression":
		dst = &in.expr.filter
	case "ProjectionExpression":
		dst = &in.expr.projection
	case "ExpressionAttributeNames":
		in.expr.readNames(r)
		return true
	case "ExpressionAttributeValues":
		in.expr.readValues(r)
		return true
	default:
		return false
	}
	src := r.str()
	*dst = &src
	return true
}

// readOption reads all other parameters.
func (in *input) readOption(r *reader, name string) bool {
	number := func() *int {
		n := r.int()
		return &n
	}
	switch name {
	case "TableName":
		table := r.str()
		in.table = &table
	case "IndexName":
		in.index = r.str()
	case "ReturnConsumedCapacity":
		in.capacity = returnCapacity(r.str())
	case "ReturnValues":
		in.returned = r.str()
	case "ReturnValuesOnConditionCheckFailure":
		in.onFailure = r.str()
	case "ReturnItemCollectionMetrics":
		in.metrics = r.str()
	case "ConsistentRead":
		in.consistent = r.bool()
	case "ScanIndexForward":
		in.backward = !r.bool()
	case "Select":
		in.choice = r.str()
	case "Limit":
		in.limit = number()
	case "Segment":
		in.segment = number()
	case "TotalSegments":
		in.total = number()
	default:
		return false
	}
	return true
}

// read reads a whole request as parameters and checks those that are alike in all operations.
func (q *request) read() (*input, *APIError) {
	in, bad := q.input()
	if err := q.end(); err != nil {
		return nil, err
	}
	if err := in.checkEnums(); err != nil {
		return nil, err
	}
	if bad != nil {
		return nil, bad
	}
	return in, nil
}

func (in *input) checkEnums() *APIError {
	if err := in.capacity.check(); err != nil {
		return err
	}
	for _, x := range []struct{ value, member, set string }{
		{in.returned, "returnValues", "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW"},
		{in.onFailure, "returnValuesOnConditionCheckFailure", "ALL_OLD, NONE"},
		{in.metrics, "returnItemCollectionMetrics", "SIZE, NONE"},
		{in.choice, "select", "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES"},
	} {
		if x.value != "" && !strings.Contains(", "+x.set+", ", ", "+x.value+", ") {
			return constraint(x.value, x.member, "Member must satisfy enum value set: ["+x.set+"]")
		}
	}
	return nil
}

// checkTableName checks the form of a table's name or ARN. Only the operations on tables ask for three characters.
func checkTableName(name *string, shortest int) *APIError {
	if name == nil {
		return constraint("null", "tableName", "Member must not be null")
	}
	return checkName(tableName(*name), "tableName", shortest)
}

func checkName(name, member string, shortest int) *APIError {
	if i := strings.IndexFunc(name, func(c rune) bool { return !(isWordPart(byte(c)) && c < 0x80 || c == '.' || c == '-') }); i >= 0 {
		return constraint(name, member, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
	}
	if len(name) < shortest {
		return constraint(name, member, "Member must have length greater than or equal to "+strconv.Itoa(shortest))
	}
	if len(name) > 255 {
		return constraint(name, member, "Member must have length less than or equal to 255")
	}
	return nil
}

// tableName takes the name out of an ARN; names stay as they are.
func tableName(s string) string {
	if !strings.HasPrefix(s, "arn:") {
		return s
	}
	_, name, _ := strings.Cut(s, ":table/")
	name, _, _ = strings.Cut(name, "/")
	return name
}
