package dynamo

import (
	"fmt"
	"strings"
	"testing"
)

// parseValue reads an attribute value or an item written as DynamoDB's JSON.
func parseItem(t testing.TB, doc string) []attr {
	t.Helper()
	r := &reader{buf: []byte(doc)}
	attrs := r.item()
	if r.err != nil || r.problem != "" {
		t.Fatalf("%s: %v %s", doc, r.err, r.problem)
	}
	return attrs
}

// expressionsOf gives expressions with the names and values that the tests use.
func expressionsOf(t testing.TB, namesDoc, valuesDoc string) *expressions {
	t.Helper()
	e := &expressions{}
	if namesDoc != "" {
		e.readNames(&reader{buf: []byte(namesDoc)})
	}
	if valuesDoc != "" {
		e.readValues(&reader{buf: []byte(valuesDoc)})
	}
	return e
}

const testNames = `{"#n":"name","#d":"with.dot","#s":"size"}`

const testValues = `{":s":{"S":"abc"},":p":{"S":"a"},":z":{"S":"zz"},":n":{"N":"5"},":m":{"N":"10"},":neg":{"N":"-1"},":b":{"B":"AQI="},":b1":{"B":"AQ=="},
	":t":{"BOOL":true},":f":{"BOOL":false},":null":{"NULL":true},":ss":{"SS":["x","y"]},":x":{"S":"x"},":ns":{"NS":["1","2"]},":one":{"N":"1"},
	":bs":{"BS":["AQ=="]},":l":{"L":[{"N":"1"},{"S":"x"}]},":map":{"M":{"k":{"S":"v"}}},":S":{"S":"S"},":N":{"S":"N"},":L":{"S":"L"},":three":{"N":"3"},":two":{"N":"2.0"}}`

const testItem = `{"pk":{"S":"key"},"s":{"S":"abc"},"name":{"S":"nm"},"n":{"N":"7"},"b":{"B":"AQI="},"t":{"BOOL":true},"nil":{"NULL":true},
	"ss":{"SS":["y","x"]},"ns":{"NS":["2","1"]},"bs":{"BS":["AQ=="]},"l":{"L":[{"N":"1"},{"S":"x"},{"M":{"deep":{"L":[{"N":"9"}]}}}]},
	"m":{"M":{"k":{"S":"v"},"n":{"M":{"o":{"N":"3"}}}}},"with.dot":{"S":"dotted"},"ж":{"S":"я"},"umlaut":{"S":"üö"},"blank":{"S":""}}`

func TestConditions(t *testing.T) {
	t.Parallel()
	item := parseItem(t, testItem)
	for expr, want := range map[string]bool{
		"s = :s": true, "s <> :s": false, "s < :z": true, "s <= :s": true, "s > :p": true, "s >= :z": false, ":s = s": true,
		"n = :n": false, "n < :m": true, "n > :n": true, "n <> :n": true, "n = :s": false, "n <> :s": true, "n < :s": false,
		"b = :b": true, "b > :b1": true, "t = :t": true, "t <> :f": true, "nil = :null": true,
		"ss = :ss": true, "ns = :ns": true, "bs = :bs": true, "m.k = :S": false, "l = :l": false,
		"absent = :s": false, "absent <> :s": true, "absent < :s": false, "NOT absent = :s": true,
		"n BETWEEN :n AND :m": true, "n BETWEEN :neg AND :n": false, "s BETWEEN :p AND :z": true, "absent BETWEEN :n AND :m": false,
		"n IN (:n, :m)": false, "s IN (:z, :s)": true, "s in (s)": true, "absent IN (:s)": false,
		"attribute_exists(s)": true, "attribute_exists(absent)": false, "attribute_exists(m.n.o)": true, "attribute_exists(m.n.q)": false,
		"attribute_not_exists(l[3])": true, "attribute_not_exists(l[2].deep[0])": false, "attribute_exists(s.x)": false, "attribute_exists(s[0])": false,
		"attribute_type(s, :S)": true, "attribute_type(n, :S)": false, "attribute_type(n, :N)": true, "attribute_type(l, :L)": true, "attribute_type(absent, :S)": false,
		"begins_with(s, :p)": true, "begins_with(s, :z)": false, "begins_with(b, :b1)": true, "begins_with(n, :p)": false, "begins_with(absent, :p)": false,
		"contains(s, :p)": true, "contains(s, :z)": false, "contains(ss, :x)": true, "contains(ss, :z)": false, "contains(ns, :one)": true, "contains(ns, :n)": false,
		"contains(bs, :b1)": true, "contains(b, :b1)": true, "contains(l, :x)": true, "contains(l, :one)": true, "contains(l, :n)": false, "contains(n, :one)": false, "contains(m, :x)": false,
		"size(s) = :three": true, "size(umlaut) = :two": true, "size(ss) = :two": true, "size(b) = :two": true, "size(l) = :three": true, "size(m) = :two": true,
		"size(n) = :one": false, "size(absent) < :m": false, ":three = size(s)": true, "size(s) BETWEEN :one AND size(l)": true, "size(blank) < :one": true,
		"#n = :s": false, "attribute_exists(#n)": true, "attribute_exists(#d)": true, "l[0] = :one": true, "l[1] = :x": true, "m.n.o = :three": true, "l[2].deep[0] > :n": true,
		"s = :s AND n = :n": false, "s = :s OR n = :n": true, "NOT s = :s OR n = :m": false, "NOT (s = :s AND n = :n)": true, "not s = :s": false, "NOT NOT s = :s": true,
		"s = :z AND s = :z OR n > :n": true, "s = :s OR s = :s AND n = :n": true, "(s = :s OR s = :s) AND n = :n": false,
		"(s) = (:s)": true, "(s = :s)": true, "s=:s AND(n>:n)": true, "\n s\t=\r\n:s ": true, "_under = :s": false,
	} {
		e := expressionsOf(t, testNames, testValues)
		tree, problem := e.checkCondition(expr)
		if problem != "" {
			t.Errorf("%s: %s", expr, problem)
			continue
		}
		if got := tree.matches(item); got != want {
			t.Errorf("%s is %v", expr, got)
		}
	}
}

func TestConditionErrors(t *testing.T) {
	t.Parallel()
	many := "s IN (:s" + strings.Repeat(", :s", 100) + ")"
	for expr, want := range map[string]string{
		"":                                       "The expression can not be empty;",
		"s":                                      `Syntax error; token: "<EOF>", near: "s"`,
		"s =":                                    `Syntax error; token: "<EOF>", near: "="`,
		"s = :s AND":                             `Syntax error; token: "<EOF>", near: "AND"`,
		"= :s":                                   `Syntax error; token: "=", near: "= :s"`,
		"a b = :s":                               `Syntax error; token: "b", near: "a b ="`,
		"a = :s b":                               `Syntax error; token: "b", near: ":s b"`,
		"a = :s = :s":                            `Syntax error; token: "=", near: ":s = :s"`,
		"a AND b = :s":                           `Syntax error; token: "AND", near: "a AND b"`,
		"a = :s AND b":                           `Syntax error; token: "<EOF>", near: "b"`,
		"a = :s AND (b)":                         `Syntax error; token: "<EOF>", near: ")"`,
		"a BETWEEN :n OR :m":                     `Syntax error; token: "OR", near: ":n OR :m"`,
		"a IN :s":                                `Syntax error; token: ":s", near: "IN :s"`,
		"a IN ()":                                `Syntax error; token: ")", near: "()"`,
		"a[:n] = :s":                             `Syntax error; token: ":n", near: "[:n]"`,
		"a..b = :s":                              `Syntax error; token: ".", near: "..b"`,
		"a = 5":                                  `Syntax error; token: "5", near: "= 5"`,
		"a = 'x'":                                `Syntax error; token: "'", near: "= 'x"`,
		"a ! :s":                                 `Syntax error; token: "!", near: "a ! :s"`,
		"ж = :s":                                 `Syntax error; token: "ж", near: "ж ="`,
		"# = :s":                                 `Syntax error; token: "#", near: "# ="`,
		"(a = :s":                                `Syntax error; token: "<EOF>", near: ":s"`,
		"between = :s":                           `Syntax error; token: "between", near: "between ="`,
		"((s = :s))":                             "The expression has redundant parentheses;",
		"((s)) = :s":                             "The expression has redundant parentheses;",
		"unheard(s)":                             "Invalid function name; function: unheard",
		"SIZE(s) = :n":                           "Invalid function name; function: SIZE",
		"size(s)":                                "The function is not allowed to be used this way in an expression; function: size",
		"NOT size(s)":                            "The function is not allowed to be used this way in an expression; function: size",
		"attribute_exists(s) = :t":               "The function is not allowed to be used this way in an expression; function: attribute_exists",
		"size(attribute_exists(s)) = :n":         "The function is not allowed to be used this way in an expression; function: attribute_exists",
		"date = :s":                              "Attribute name is a reserved keyword; reserved keyword: date",
		"a.Status = :s":                          "Attribute name is a reserved keyword; reserved keyword: Status",
		"#undefined = :s":                        "An expression attribute name used in the document path is not defined; attribute name: #undefined",
		"s = :undefined":                         "An expression attribute value used in expression is not defined; attribute value: :undefined",
		"attribute_exists(s, n)":                 "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2",
		"begins_with(s)":                         "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1",
		"s = s":                                  "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [s]",
		"contains(l[0].#n, l[0].#n)":             "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [l, [0], name]",
		"attribute_exists(:s)":                   "Operator or function requires a document path; operator or function: attribute_exists",
		"begins_with(s, :n)":                     "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
		"attribute_type(s, :n)":                  "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N",
		"attribute_type(s, n)":                   "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}",
		"attribute_type(s, :s)":                  "Invalid attribute type name found; type: abc, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
		"size(:n) = :n":                          "Incorrect operand type for operator or function; operator or function: size, operand type: N",
		"s < :t":                                 "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
		":ss >= s":                               "Incorrect operand type for operator or function; operator or function: >=, operand type: SS",
		"s BETWEEN :n AND :s":                    "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {S:abc}",
		"s BETWEEN :m AND :n":                    "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {N:5}",
		"s BETWEEN :t AND :f":                    "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: BOOL",
		many:                                     "Incorrect number of operands for operator or function; operator or function: IN, number of operands: 101",
		strings.Repeat("a", 4097) + "=:s":        "Expression size has exceeded the maximum allowed size; expression size: 4100",
		"a" + strings.Repeat(".b", 32) + " = :s": "The document path has too many nesting elements; nesting levels: 33",
		"s = :s" + strings.Repeat(" OR s = :s", 150): "The expression contains too many operators and functions; number of operators and functions: 301",
	} {
		e := expressionsOf(t, testNames, testValues)
		if _, problem := e.checkCondition(expr); problem != want {
			t.Errorf("%s:\n got  %s\n want %s", expr, problem, want)
		}
	}
}

func TestProjections(t *testing.T) {
	t.Parallel()
	item := parseItem(t, testItem)
	for expr, want := range map[string]string{
		"s":                         `{"s":{"S":"abc"}}`,
		"absent":                    `{}`,
		"s, n":                      `{"n":{"N":"7"},"s":{"S":"abc"}}`,
		"#d":                        `{"with.dot":{"S":"dotted"}}`,
		"m.n":                       `{"m":{"M":{"n":{"M":{"o":{"N":"3"}}}}}}`,
		"m.k, m.n.o":                `{"m":{"M":{"k":{"S":"v"},"n":{"M":{"o":{"N":"3"}}}}}}`,
		"l[1], l[0]":                `{"l":{"L":[{"N":"1"},{"S":"x"}]}}`,
		"l[2].deep[0], l[1], l[77]": `{"l":{"L":[{"S":"x"},{"M":{"deep":{"L":[{"N":"9"}]}}}]}}`,
		"s.x":                       `{}`,
		"m.k.z":                     `{}`,
	} {
		e := expressionsOf(t, testNames, "")
		paths, problem := e.checkProjection(expr)
		if problem != "" {
			t.Errorf("%s: %s", expr, problem)
			continue
		}
		if got := string(appendAttrsJSON(nil, project(item, paths))); got != want {
			t.Errorf("%s:\n got  %s\n want %s", expr, got, want)
		}
	}
	for expr, want := range map[string]string{
		"":           "The expression can not be empty;",
		"a,":         `Syntax error; token: "<EOF>", near: ","`,
		"a b":        `Syntax error; token: "b", near: "a b"`,
		":s":         `Syntax error; token: ":s", near: ":s"`,
		"a, a.b":     "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]",
		"a.b, a.b":   "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, b]",
		"a.b, a[1]":  "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [1]]",
		"year":       "Attribute name is a reserved keyword; reserved keyword: year",
		"#undefined": "An expression attribute name used in the document path is not defined; attribute name: #undefined",
	} {
		e := expressionsOf(t, testNames, "")
		if _, problem := e.checkProjection(expr); problem != want {
			t.Errorf("%s:\n got  %s\n want %s", expr, problem, want)
		}
	}
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	const before = `{"pk":{"S":"k"},"n":{"N":"7"},"s":{"S":"x"},"ss":{"SS":["a","b"]},"ns":{"NS":["1"]},"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]},"m":{"M":{"a":{"N":"1"},"l":{"L":[]}}}}`
	const values = `{":one":{"N":"1"},":half":{"N":"0.5"},":big":{"N":"99999999999999999999999999999999999999"},":tiny":{"N":"1E-130"},":huge":{"N":"9.9E125"},":s":{"S":"new"},":l":{"L":[{"S":"x"}]},":empty":{"L":[]},
		":ab":{"SS":["b","c"]},":all":{"SS":["a","b"]},":two":{"NS":["2","1"]},":m":{"M":{}},":t":{"BOOL":true}}`
	for expr, want := range map[string]string{
		"SET s = :s":                            `s={"S":"new"}`,
		"set s = :s":                            `s={"S":"new"}`,
		"SET n = n + :one":                      `n={"N":"8"}`,
		"SET n = n - :half":                     `n={"N":"6.5"}`,
		"SET n = :one - n":                      `n={"N":"-6"}`,
		"SET n = (n + :one)":                    `n={"N":"8"}`,
		"SET n = n + n":                         `n={"N":"14"}`,
		"SET z = n, n = :one":                   `n={"N":"1"} z={"N":"7"}`,
		"SET z = if_not_exists(z, :one)":        `z={"N":"1"}`,
		"SET n = if_not_exists(n, :one) + :one": `n={"N":"8"}`,
		"SET z = if_not_exists(y, if_not_exists(n, :one))":  `z={"N":"7"}`,
		"SET l = list_append(l, :l)":                        `l={"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"S":"x"}]}`,
		"SET l = list_append(:l, l)":                        `l={"L":[{"S":"x"},{"N":"0"},{"N":"1"},{"N":"2"}]}`,
		"SET e = list_append(if_not_exists(e, :empty), :l)": `e={"L":[{"S":"x"}]}`,

		"SET l[1] = :s":               `l={"L":[{"N":"0"},{"S":"new"},{"N":"2"}]}`,
		"SET l[9] = :s, l[5] = :one":  `l={"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"1"},{"S":"new"}]}`,
		"REMOVE l[0], l[2]":           `l={"L":[{"N":"1"}]}`,
		"REMOVE l[9]":                 ``,
		"SET l[1] = l[2] REMOVE l[0]": `l={"L":[{"N":"2"},{"N":"2"}]}`,
		"SET m.b = :one":              `m={"M":{"a":{"N":"1"},"b":{"N":"1"},"l":{"L":[]}}}`,
		"SET m.l[0] = :s":             `m={"M":{"a":{"N":"1"},"l":{"L":[{"S":"new"}]}}}`,
		"REMOVE m.a":                  `m={"M":{"l":{"L":[]}}}`,
		"REMOVE m.zzz, zzz":           ``,
		"REMOVE s":                    `s=`,
		"ADD n :one":                  `n={"N":"8"}`,
		"ADD z :one":                  `z={"N":"1"}`,
		"ADD m.a :half":               `m={"M":{"a":{"N":"1.5"},"l":{"L":[]}}}`,
		"ADD ss :ab":                  `ss={"SS":["a","b","c"]}`,
		"ADD ns :two":                 `ns={"NS":["1","2"]}`,
		"ADD z :ab":                   `z={"SS":["b","c"]}`,
		"DELETE ss :ab":               `ss={"SS":["a"]}`,
		"DELETE ss :all":              `ss=`,
		"DELETE z :ab":                ``,

		"SET z = :s REMOVE s ADD n :one DELETE ss :ab": `n={"N":"8"} s= ss={"SS":["a"]} z={"S":"new"}`,
		// and those that the item refuses
		"SET z = y":                  "!" + errNoAttribute,
		"SET z = y + :one":           "!" + errNoAttribute,
		"SET n = s + :one":           "!" + errBadOperand,
		"SET l = list_append(s, :l)": "!" + errBadOperand,
		"SET y.z = :one":             "!" + errBadPath,
		"SET s.z = :one":             "!" + errBadPath,
		"SET m[0] = :one":            "!" + errBadPath,
		"SET l.a = :one":             "!" + errBadPath,
		"SET l[9].a = :one":          "!" + errBadPath,
		"REMOVE y.z":                 "!" + errBadPath,
		"ADD s :one":                 "!" + errBadOperand,
		"ADD n :ab":                  "!" + errBadOperand,
		"ADD ns :ab":                 "!" + errBadOperand,
		"DELETE n :ab":               "!" + errBadOperand,
		"SET z = :big + :half":       "!" + errNumberTooBig,
		"SET z = :huge + :huge":      "!" + errNumberTooBig,
		"SET z = :one + :tiny":       "!" + errNumberTooBig,
	} {
		e := expressionsOf(t, "", values)
		actions, problem := e.checkUpdate(expr)
		if problem != "" {
			t.Errorf("%s: %s", expr, problem)
			continue
		}
		old := parseItem(t, before)
		now, err := applyUpdate(old, actions)
		if err != nil {
			if "!"+err.Message != want {
				t.Errorf("%s:\n got  %v\n want %s", expr, err, want)
			}
			continue
		}
		if got := difference(old, now); got != want {
			t.Errorf("%s:\n got  %s\n want %s", expr, got, want)
		}
		if got := string(appendAttrsJSON(nil, old)); got != string(appendAttrsJSON(nil, parseItem(t, before))) {
			t.Errorf("%s changed the old item: %s", expr, got)
		}
	}
}

// difference lists what changed between two items.
func difference(old, now []attr) string {
	var out []string
	all := map[string]bool{}
	for _, a := range append(append([]attr(nil), old...), now...) {
		all[a.name] = true
	}
	for _, name := range sortedKeys(all) {
		a, had := find(old, name)
		b, has := find(now, name)
		switch {
		case had && !has:
			out = append(out, name+"=")
		case has && !(had && a.equal(b)):
			r := itemReader{buf: appendValue(nil, &b)}
			out = append(out, name+"="+string(r.appendJSON(nil)))
		}
	}
	return strings.Join(out, " ")
}

func TestUpdateErrors(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		"":                              "The expression can not be empty;",
		"s = :s":                        `Syntax error; token: "s", near: "s ="`,
		"INVALID SYNTAX HERE":           `Syntax error; token: "INVALID", near: "INVALID SYNTAX"`,
		"SET":                           `Syntax error; token: "<EOF>", near: "SET"`,
		"SET s":                         `Syntax error; token: "<EOF>", near: "s"`,
		"SET s = ":                      `Syntax error; token: "<EOF>", near: "="`,
		"SET s = :s,":                   `Syntax error; token: "<EOF>", near: ","`,
		"SET s = :s s2 = :s":            `Syntax error; token: "s2", near: ":s s2 ="`,
		"SET n = n + :n + :n":           `Syntax error; token: "+", near: ":n + :n"`,
		"SET n = n * :n":                `Syntax error; token: "*", near: "n * :n"`,
		"ADD n n":                       `Syntax error; token: "n", near: "n n"`,
		"REMOVE n :n":                   `Syntax error; token: ":n", near: "n :n"`,
		"SET set = :s":                  `Syntax error; token: "set", near: "SET set ="`,
		"SET a = :s SET b = :s":         `The "SET" section can only be used once in an update expression;`,
		"SET date = :s":                 "Attribute name is a reserved keyword; reserved keyword: date",
		"SET a = unheard(b)":            "Invalid function name; function: unheard",
		"SET a = contains(b, :s)":       "Invalid function name; function: contains",
		"SET a = if_not_exists(b)":      "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1",
		"SET a = if_not_exists(:s, :s)": "Operator or function requires a document path; operator or function: if_not_exists",
		"SET a = list_append(a, :s)":    "Incorrect operand type for operator or function; operator or function: list_append, operand type: S",
		"SET a = a + :s":                "Incorrect operand type for operator or function; operator or function: +, operand type: S",
		"SET a = :undefined":            "An expression attribute value used in expression is not defined; attribute value: :undefined",
		"SET #undefined = :s":           "An expression attribute name used in the document path is not defined; attribute name: #undefined",
		"SET a = :s, a.b = :s":          "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]",
		"SET a = :s REMOVE a":           "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
		"SET a[0] = :s REMOVE a.b":      "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, [0]], path two: [a, b]",
		"ADD a :s":                      "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
		"ADD a :t":                      "Incorrect operand type for operator or function; operator: ADD, operand type: BOOL, typeSet: ALLOWED_FOR_ADD_OPERAND",
		"DELETE a :n":                   "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_ADD_OPERAND",
		"DELETE a :l":                   "Incorrect operand type for operator or function; operator: DELETE, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND",
	} {
		e := expressionsOf(t, testNames, testValues)
		if _, problem := e.checkUpdate(expr); problem != want {
			t.Errorf("%s:\n got  %s\n want %s", expr, problem, want)
		}
	}
}

func TestReservedWords(t *testing.T) {
	t.Parallel()
	if len(reserved) != 573 {
		t.Errorf("%d words, want 573", len(reserved))
	}
	for word := range reserved {
		e := &expressions{}
		for _, w := range []string{word, strings.ToLower(word), word[:1] + strings.ToLower(word[1:])} {
			// Words that the grammar uses itself are errors of syntax where they stand.
			if _, problem := e.checkProjection(w); problem != "Attribute name is a reserved keyword; reserved keyword: "+w {
				t.Errorf("%s: %s", w, problem)
			}
		}
	}
	for _, w := range []string{"pk", "sk", "score", "gsi1pk", "DATES"} {
		if isReserved(w) {
			t.Errorf("%s is not reserved", w)
		}
	}
}

// TestSubstitutes checks what is said of names and values that are not as they should be.
func TestSubstitutes(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	for i, c := range []struct {
		e             expressions
		names, values string
		want          string
	}{
		{expressions{}, `{"#a":"b"}`, "", "ExpressionAttributeNames can only be specified when using expressions"},
		{expressions{}, "", `{":a":{"S":"b"}}`, "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and ConditionExpression are null"},
		{expressions{condition: text("a = :a")}, "{}", `{":a":{"S":"b"}}`, "ExpressionAttributeNames must not be empty"},
		{expressions{condition: text("a = :a")}, "", "{}", "ExpressionAttributeValues must not be empty"},
		{expressions{condition: text("a = :a")}, `{"a":"b"}`, `{":a":{"S":"b"}}`, `ExpressionAttributeNames contains invalid key: Syntax error; key: "a"`},
		{expressions{condition: text("a = :a")}, `{"#a-b":"b"}`, `{":a":{"S":"b"}}`, `ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"`},
		{expressions{condition: text("a = :a")}, "", `{"a":{"S":"b"}}`, `ExpressionAttributeValues contains invalid key: Syntax error; key: "a"`},
		{expressions{condition: text("a = :a")}, "", `{":a":{}}`, "ExpressionAttributeValues contains invalid value: " + errNoType + " for key :a"},
		{expressions{condition: text("a = :a")}, "", `{":a":{"N":"x"}}`, "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :a"},
		{expressions{condition: text("a = :a")}, `{"#u":"u"}`, `{":a":{"S":"b"}}`, "Value provided in ExpressionAttributeNames unused in expressions: keys: {#u}"},
		{expressions{condition: text("a = :a")}, "", `{":a":{"S":"b"},":u":{"S":"b"},":v":{"S":"b"}}`, "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u, :v}"},
		{expressions{condition: text("a = ")}, "", "", `Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="`},
		{expressions{filter: text("a")}, "", "", `Invalid FilterExpression: Syntax error; token: "<EOF>", near: "a"`},
		{expressions{update: text("a")}, "", "", `Invalid UpdateExpression: Syntax error; token: "a", near: "a"`},
		{expressions{projection: text("a b")}, "", "", `Invalid ProjectionExpression: Syntax error; token: "b", near: "a b"`},
		{expressions{update: text("SET a = :a"), condition: text("b = :a")}, "", `{":a":{"S":"b"}}`, ""},
	} {
		e := expressionsOf(t, c.names, c.values)
		e.update, e.condition, e.filter, e.projection = c.e.update, c.e.condition, c.e.filter, c.e.projection
		got := ""
		if _, err := e.check("UpdateExpression", "ConditionExpression"); err != nil {
			got = err.Message
		}
		if got != c.want {
			t.Errorf("case %d:\n got  %s\n want %s", i, got, c.want)
		}
	}
}

// print writes a parsed condition out again, with parentheses only where they are needed.
func (n *node) print() string {
	switch n.op {
	case "path":
		s := ""
		for i, st := range n.path {
			switch {
			case st.name == "":
				s += fmt.Sprintf("[%d]", st.index)
			case i > 0:
				s += "." + st.name
			default:
				s += st.name
			}
		}
		return s
	case "value":
		return n.name
	case "function":
		args := make([]string, len(n.args))
		for i, a := range n.args {
			args[i] = a.print()
		}
		return n.name + "(" + strings.Join(args, ", ") + ")"
	case "and", "or":
		return n.args[0].inside(n.op, true) + " " + strings.ToUpper(n.op) + " " + n.args[1].inside(n.op, false)
	case "not":
		return "NOT " + n.args[0].inside("not", true)
	case "between":
		return n.args[0].print() + " BETWEEN " + n.args[1].print() + " AND " + n.args[2].print()
	case "in":
		s := n.args[0].print() + " IN ("
		for i, a := range n.args[1:] {
			if i > 0 {
				s += ", "
			}
			s += a.print()
		}
		return s + ")"
	}
	return n.args[0].print() + " " + n.op + " " + n.args[1].print()
}

var binding = map[string]int{"or": 1, "and": 2, "not": 3}

// inside prints a condition as a part of another.
func (n *node) inside(op string, left bool) string {
	mine, its := binding[n.op], binding[op]
	if mine > 0 && (mine < its || mine == its && !left) {
		return "(" + n.print() + ")"
	}
	return n.print()
}

func (n *node) sameTree(o *node) bool {
	if n.op != o.op || n.name != o.name || fmt.Sprint(n.path) != fmt.Sprint(o.path) || len(n.args) != len(o.args) {
		return false
	}
	for i := range n.args {
		if !n.args[i].sameTree(o.args[i]) {
			return false
		}
	}
	return true
}

// FuzzCondition: nothing makes the parser fail otherwise than with a message, and what it understood, written out, is
// understood in the same way.
func FuzzCondition(f *testing.F) {
	for _, s := range []string{"a = :b", "NOT (a = :b OR c.d[1] <> :e) AND size(f) IN (:g, :h)", "a BETWEEN :b AND (:c)", "attribute_exists(#a)", "((a = :b))", "a = :b AND (b = :c AND d = :e)", "NOT NOT a=:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tree, _, problem := parseCondition(src)
		if problem != "" {
			return
		}
		printed := tree.print()
		if len(printed) > maxExpressionSize {
			return
		}
		again, _, problem := parseCondition(printed)
		if problem != "" || !tree.sameTree(again) {
			t.Fatalf("%q was understood as %q, and that as %q (%s)", src, printed, again.print(), problem)
		}
		e := expressionsOf(t, testNames, testValues)
		if checked, problem := e.checkCondition(src); problem == "" {
			checked.matches(nil) // must not panic
		}
	})
}

// FuzzUpdate: as FuzzCondition, for update expressions.
func FuzzUpdate(f *testing.F) {
	for _, s := range []string{"SET a = :b, c.d[1] = e + :f REMOVE g ADD h :i DELETE j :k", "SET a = if_not_exists(a, :b) - :c", "SET a = (list_append(a, :b))"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		actions, repeated, problem := parseUpdate(src)
		if problem != "" || repeated != "" {
			return
		}
		printed := ""
		for i, a := range actions {
			if i > 0 && actions[i-1].section == a.section {
				printed += ", "
			} else {
				printed += " " + a.section + " "
			}
			printed += (&node{op: "path", path: a.path}).print()
			switch {
			case a.section == "SET":
				printed += " = " + a.operand.print()
			case a.operand != nil:
				printed += " " + a.operand.print()
			}
		}
		if len(printed) > maxExpressionSize {
			return
		}
		again, _, problem := parseUpdate(printed)
		if problem != "" || len(again) != len(actions) {
			t.Fatalf("%q was understood as %q, and that not (%s)", src, printed, problem)
		}
		for i, a := range actions {
			b := again[i]
			if a.section != b.section || fmt.Sprint(a.path) != fmt.Sprint(b.path) || (a.operand == nil) != (b.operand == nil) || a.operand != nil && !a.operand.sameTree(b.operand) {
				t.Fatalf("%q was understood as %q, and that differently", src, printed)
			}
		}
		e := expressionsOf(t, testNames, testValues)
		if checked, problem := e.checkUpdate(src); problem == "" {
			applyUpdate(parseItem(t, testItem), checked) // must not panic
		}
	})
}
