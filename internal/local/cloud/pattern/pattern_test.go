package pattern

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	const event = `{
		"source": "aws.ses", "detail-type": "Email Bounced", "empty": "", "nothing": null, "count": 3e2, "on": true,
		"tags": ["red", "green"], "none": [],
		"detail": {"bounce": {"bounceType": "Permanent", "to": [{"a": "x@example.com", "s": "1"}, {"a": "y@example.com", "s": "2"}]}},
		"dynamodb": {"Keys": {"sk": {"S": "RESPONSE#1"}}, "NewImage": {"n": {"N": "7"}}}
	}`
	tests := []struct {
		name, pattern string
		want          bool
	}{
		{"exact", `{"source":["aws.ses"]}`, true},
		{"exact, another", `{"source":["aws.s3"]}`, false},
		{"one of", `{"source":["aws.s3","aws.ses"]}`, true},
		{"two fields", `{"source":["aws.ses"],"detail-type":["Email Delivered"]}`, false},
		{"missing field", `{"region":["eu-central-1"]}`, false},
		{"empty string", `{"empty":[""]}`, true},
		{"null", `{"nothing":[null]}`, true},
		{"null is not missing", `{"region":[null]}`, false},
		{"number, another spelling", `{"count":[300]}`, true},
		{"number is not a string", `{"count":["300"]}`, false},
		{"boolean", `{"on":[true]}`, true},
		{"nested", `{"detail":{"bounce":{"bounceType":["Permanent"]}}}`, true},
		{"nested in what is missing", `{"detail":{"complaint":{"x":["y"]}}}`, false},
		{"array in the event", `{"tags":["green"]}`, true},
		{"array in the event, none fits", `{"tags":["blue"]}`, false},
		{"array of objects", `{"detail":{"bounce":{"to":{"a":["y@example.com"],"s":["2"]}}}}`, true},
		{"array of objects, not across elements", `{"detail":{"bounce":{"to":{"a":["y@example.com"],"s":["1"]}}}}`, false},
		{"prefix", `{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"RESPONSE#"}]}}}}`, true},
		{"prefix, another", `{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"BATCH#"}]}}}}`, false},
		{"prefix, any case", `{"source":[{"prefix":{"equals-ignore-case":"AWS."}}]}`, true},
		{"suffix", `{"source":[{"suffix":".ses"}]}`, true},
		{"suffix, any case", `{"source":[{"suffix":{"equals-ignore-case":".SES"}}]}`, true},
		{"equals-ignore-case", `{"source":[{"equals-ignore-case":"AWS.SES"}]}`, true},
		{"wildcard", `{"source":[{"wildcard":"a*.s*s"}]}`, true},
		{"wildcard, no overlap", `{"source":[{"wildcard":"aws.ses*ses"}]}`, false},
		{"anything-but", `{"source":[{"anything-but":"aws.s3"}]}`, true},
		{"anything-but, the same", `{"source":[{"anything-but":["aws.s3","aws.ses"]}]}`, false},
		{"anything-but needs the field", `{"region":[{"anything-but":"x"}]}`, false},
		{"anything-but prefix", `{"source":[{"anything-but":{"prefix":"aws."}}]}`, false},
		{"anything-but suffix", `{"source":[{"anything-but":{"suffix":".s3"}}]}`, true},
		{"anything-but number", `{"count":[{"anything-but":[300]}]}`, false},
		{"exists", `{"source":[{"exists":true}]}`, true},
		{"exists, missing", `{"region":[{"exists":true}]}`, false},
		{"exists false", `{"region":[{"exists":false}]}`, true},
		{"exists false, there", `{"source":[{"exists":false}]}`, false},
		{"exists false under what is missing", `{"dynamodb":{"OldImage":{"n":{"N":[{"exists":false}]}}}}`, true},
		{"exists is for leaves", `{"detail":[{"exists":true}]}`, false},
		{"exists false, empty array", `{"none":[{"exists":false}]}`, true},
		{"numeric", `{"count":[{"numeric":[">",0,"<=",300]}]}`, true},
		{"numeric, outside", `{"count":[{"numeric":[">",300]}]}`, false},
		{"numeric does not read strings", `{"dynamodb":{"NewImage":{"n":{"N":[{"numeric":["=",7]}]}}}}`, false},
		{"or", `{"$or":[{"source":["aws.s3"]},{"count":[300]}]}`, true},
		{"or, neither", `{"$or":[{"source":["aws.s3"]},{"count":[1]}]}`, false},
		{"or beside a field", `{"on":[false],"$or":[{"source":["aws.ses"]},{"count":[1]}]}`, false},
		{"one of value and operator", `{"source":["x",{"prefix":"aws"}]}`, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := Compile([]byte(test.pattern))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Match([]byte(event)); got != test.want {
				t.Errorf("%s matches: %v, want %v", test.pattern, got, test.want)
			}
		})
	}
	p, err := Compile([]byte(`{"a":["b"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if p.Match([]byte(`{"a":"b"`)) {
		t.Error("what is not JSON must match nothing")
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ pattern, want string }{
		{`{`, "not JSON"},
		{`[]`, "must be a JSON object"},
		{`{}`, "empty object"},
		{`{"a":{}}`, "a: an empty object"},
		{`{"a":"b"}`, "a: a value must stand in an array"},
		{`{"a":[]}`, "a: an empty array"},
		{`{"a":[["b"]]}`, "array in an array"},
		{`{"a":{"b":[{"cidr":"10.0.0.0/24"}]}}`, `a.b: operator "cidr" is not understood`},
		{`{"a":[{"prefix":"x","suffix":"y"}]}`, "one key"},
		{`{"a":[{"prefix":1}]}`, "prefix takes a string"},
		{`{"a":[{"exists":"yes"}]}`, "exists takes true or false"},
		{`{"a":[{"numeric":[">"]}]}`, "numeric takes comparisons"},
		{`{"a":[{"numeric":["~",1]}]}`, `"~" is not understood`},
		{`{"a":[{"anything-but":{"numeric":["=",1]}}]}`, `operator "numeric" is not understood`},
		{`{"a":[{"wildcard":"a**"}]}`, "two stars"},
		{`{"$or":[{"a":["b"]}]}`, "two alternatives"},
	}
	for _, test := range tests {
		if _, err := Compile([]byte(test.pattern)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Compile(%s): %v, want an error with %q", test.pattern, err, test.want)
		}
	}
}

// Parts that are still text are decoded on the way, and match as if they had been from the start.
func TestMatchValueDecodesOnTheWay(t *testing.T) {
	t.Parallel()
	p, err := Compile([]byte(`{"a":["b"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"R#"}]}},"New":{"n":{"N":["1"]}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	event := func(keys, image string) any {
		return map[string]any{"a": "b", "dynamodb": map[string]any{"Keys": json.RawMessage(keys), "New": json.RawMessage(image)}}
	}
	if !p.MatchValue(event(`{"sk":{"S":"R#1"}}`, `{"n":{"N":"1"}}`)) {
		t.Error("does not match")
	}
	if p.MatchValue(event(`{"sk":{"S":"R#1"}}`, `{"n":{"N":"2"}}`)) || p.MatchValue(event(`{"sk":{"S":"R#1"}}`, `{`)) {
		t.Error("matches another image, or none")
	}
}
