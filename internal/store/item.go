package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is a stored item; attributes are written and read by name here and in the entity's own file.
type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func bin(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }
func yes(b bool) types.AttributeValue   { return &types.AttributeValueMemberBOOL{Value: b} }
func num[T int | int64](n T) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
}
func at(t time.Time) types.AttributeValue { return str(stamp(t)) }

// asJSON stores a value as one string attribute: smaller and faster than a map, for what no expression looks into.
func asJSON(v any) types.AttributeValue { return str(jsonText(v)) }

func jsonText(v any) string { return string(marshal(v)) }

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("store: %T does not marshal: %v", v, err)) // only our own structs come here
	}
	return b
}

func text(it item, name string) string {
	if v, ok := it[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func number64(it item, name string) int64 {
	if v, ok := it[name].(*types.AttributeValueMemberN); ok {
		n, _ := strconv.ParseInt(v.Value, 10, 64)
		return n
	}
	return 0
}

func binary(it item, name string) []byte {
	if v, ok := it[name].(*types.AttributeValueMemberB); ok {
		return v.Value
	}
	return nil
}

func truth(it item, name string) bool {
	v, ok := it[name].(*types.AttributeValueMemberBOOL)
	return ok && v.Value
}

func instant(it item, name string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, text(it, name))
	return t
}

func fromJSON(it item, name string, v any) error {
	s := text(it, name)
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), v); err != nil {
		return fmt.Errorf("stored %s of %s does not parse: %w", name, keyOf(it).kind(), err)
	}
	return nil
}

// set puts a text attribute unless it is empty: an absent attribute costs nothing.
func set(it item, name, value string) {
	if value != "" {
		it[name] = str(value)
	}
}
