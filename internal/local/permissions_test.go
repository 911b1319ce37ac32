package local_test

import (
	"debug/elf"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onetap/internal/kms"
	"onetap/internal/local/cloud/template"
	"onetap/internal/local/localtest"
)

// written are the actions of the items in a function's transactions, which are permitted by their own names.
var written = map[string][]string{
	"desk":      {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"},
	"send":      {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"},
	"feedback":  {"dynamodb:PutItem"},
	"recompute": {"dynamodb:PutItem", "dynamodb:UpdateItem"},
	"notify":    {"dynamodb:PutItem"},
	"clock":     {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"},
}

// byHand are the calls that are made without the SDK's client: desk wakes the sender and asks for workbooks.
var byHand = map[string][]string{"desk": {"lambda:InvokeFunction"}}

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
	for _, f := range tmpl.Functions {
		asked := actionsOf(t, filepath.Join(folder, f.Folder))
		if slices.Contains(asked, "dynamodb:TransactWriteItems") {
			asked = append(asked, written[f.Folder]...)
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
}

// actionsOf lists the AWS actions of a program, "dynamodb:GetItem", sorted.
func actionsOf(t *testing.T, program string) []string {
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
	var found []string
	for _, s := range symbols {
		if action := keyMethods[s.Name]; action != "" {
			found = append(found, action)
		}
		m := clientMethod.FindStringSubmatch(s.Name)
		if m == nil || m[2] == "DescribeEndpoints" { // the client's own, where endpoints are discovered: not here
			continue
		}
		found = append(found, strings.TrimSuffix(m[1], "v2")+":"+m[2])
	}
	if len(found) == 0 {
		t.Fatalf("%s has no AWS calls among %d symbols", filepath.Base(program), len(symbols))
	}
	slices.Sort(found)
	return found
}
