package local_test

import (
	"cmp"
	"debug/elf"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onetap/internal/kms"
	"onetap/internal/local/cloud/template"
	"onetap/internal/local/localtest"
	"onetap/internal/s3"
)

// transacted are the actions of a transaction's parts, which are permitted by their own names.
var transacted = map[string]string{"Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem", "Delete": "dynamodb:DeleteItem", "ConditionCheck": "dynamodb:ConditionCheckItem"}

// transactions lists, by the symbols of the store's functions that make parts of transactions, what those parts need: a program that
// has the function can ask for them.
func transactions(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(localtest.Template(t)), "internal", "store", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			symbol := "onetap/internal/store." + f.Name.Name
			if f.Recv != nil {
				symbol = "onetap/internal/store.(*Store)." + f.Name.Name
			}
			ast.Inspect(f, func(n ast.Node) bool {
				part, ok := n.(*ast.KeyValueExpr)
				if !ok {
					return true
				}
				name, named := part.Key.(*ast.Ident)
				_, pointer := part.Value.(*ast.UnaryExpr)
				if named && pointer && transacted[name.Name] != "" {
					found[symbol] = append(found[symbol], transacted[name.Name])
				}
				return true
			})
		}
	}
	return found
}

// byHand are the calls that are made without the SDK's client: desk wakes the sender and asks for workbooks.
var byHand = map[string][]string{"desk": {"lambda:InvokeFunction"}, "report": {"lambda:InvokeFunction"}, "notify": {"events:PutEvents"}}

// fileMethods are the calls of S3, which are made without the SDK's client, too: by the methods of internal/s3.
var fileMethods = map[string]string{
	"onetap/internal/s3.(*Bucket).Begin":   "s3:PutObject",
	"onetap/internal/s3.(*Bucket).Put":     "s3:PutObject",
	"onetap/internal/s3.(*Bucket).Finish":  "s3:PutObject",
	"onetap/internal/s3.(*Bucket).Abort":   "s3:AbortMultipartUpload",
	"onetap/internal/s3.(*Bucket).Address": "s3:GetObject",
}

// keyMethods are the calls of KMS, which are made without the SDK's client, too: by the methods of internal/kms.
var keyMethods = map[string]string{
	"onetap/internal/kms.(*Client).NewKey": "kms:GenerateDataKey",
	"onetap/internal/kms.(*Client).Wrap":   "kms:Encrypt",
	"onetap/internal/kms.(*Client).Unwrap": "kms:Decrypt",
}

var clientMethod = regexp.MustCompile(`^github\.com/aws/aws-sdk-go-v2/service/(\w+)\.\(\*Client\)\.([A-Z][A-Za-z]+)$`)

// The methods of internal/kms are called as keyMethods says, all of them.
func TestKeyMethods(t *testing.T) {
	t.Parallel()
	client := reflect.TypeFor[*kms.Client]()
	for i := range client.NumMethod() {
		if name := "onetap/internal/kms.(*Client)." + client.Method(i).Name; keyMethods[name] == "" {
			t.Errorf("%s asks KMS for something, and keyMethods does not say for what", name)
		}
	}
	if client.NumMethod() != len(keyMethods) {
		t.Errorf("%d methods, keyMethods has %d", client.NumMethod(), len(keyMethods))
	}
	bucket := reflect.TypeFor[*s3.Bucket]()
	for i := range bucket.NumMethod() {
		if name := "onetap/internal/s3.(*Bucket)." + bucket.Method(i).Name; fileMethods[name] == "" {
			t.Errorf("%s asks S3 for something, and fileMethods does not say for what", name)
		}
	}
}

// A function may do on AWS what its program can ask for, and nothing else. The linker leaves out every method of an AWS
// client that cannot be reached, so that the program's symbols list them.
func TestPermissionsAreUsed(t *testing.T) {
	if testing.Short() {
		t.Skip("links ten binaries")
	}
	t.Parallel()
	folder := crossBuilt(t, "symbols", "-w")
	tmpl, err := template.Read(localtest.Template(t), template.Inputs{
		Stack:      "onetap",
		Parameters: map[string]string{"Sender": "nps@example.com", "AdminEmail": "admin@example.com"},
		Secret:     func(string, template.SecretSpec) (string, error) { return strings.Repeat("s", 64), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	parts := transactions(t)
	made := map[string]bool{}
	for _, f := range tmpl.Functions {
		symbols := symbolsOf(t, filepath.Join(folder, f.Folder))
		asked := actionsOf(t, f.Folder, symbols)
		for _, symbol := range symbols {
			asked = append(asked, parts[symbol]...)
			made[symbol] = true
		}
		asked = append(asked, byHand[f.Folder]...)
		asked = slices.DeleteFunc(asked, func(a string) bool { return strings.HasPrefix(a, "dynamodb:Transact") })
		slices.Sort(asked)
		asked = slices.Compact(asked)
		var allowed []string
		for _, p := range f.Allowed {
			allowed = append(allowed, p.Actions...)
		}
		slices.Sort(allowed)
		if !slices.Equal(asked, slices.Compact(allowed)) {
			t.Errorf("%s asks for %v\nand is allowed %v", f.Folder, asked, allowed)
		}
	}
	for symbol := range parts {
		if !made[symbol] {
			t.Errorf("%s makes parts of transactions and is in no program: nobody calls it, or the compiler has put it into its callers", symbol)
		}
	}
}

// symbolsOf lists the names of a program's symbols.
func symbolsOf(t *testing.T, program string) (names []string) {
	t.Helper()
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		names = append(names, s.Name)
	}
	return names
}

// actionsOf lists the AWS actions that a program asks for by clients' methods: "dynamodb:GetItem".
func actionsOf(t *testing.T, program string, symbols []string) (found []string) {
	t.Helper()
	for _, s := range symbols {
		if action := cmp.Or(keyMethods[s], fileMethods[s]); action != "" {
			found = append(found, action)
		}
		m := clientMethod.FindStringSubmatch(s)
		if m == nil || m[2] == "DescribeEndpoints" { // the client's own, where endpoints are discovered: not here
			continue
		}
		found = append(found, strings.TrimSuffix(m[1], "v2")+":"+m[2])
	}
	if len(found) == 0 {
		t.Fatalf("%s has no AWS calls among %d symbols", program, len(symbols))
	}
	return found
}
