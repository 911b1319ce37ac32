package template

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The project has two keys: one wraps the keys of everything, the other those of ballots. AWS changes the material of both each year,
// and neither goes with the stack.
func TestProjectKeys(t *testing.T) {
	t.Parallel()
	tmpl, err := Read(project, inputs())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(project, inputs())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"DataKey": "alias/onetap-data", "BallotsKey": "alias/onetap-ballots"}
	for i, k := range tmpl.Keys {
		if k.ID != again.Keys[i].ID || k.KeyID != again.Keys[i].KeyID {
			t.Errorf("%s is %s at one reading and %s at the next", k.ID, k.KeyID, again.Keys[i].KeyID)
		}
		if !slices.Equal(k.Aliases, []string{want[k.ID]}) || k.Rotation != 365*24*time.Hour || k.Disabled || k.Description == "" {
			t.Errorf("%+v", k)
		}
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(k.KeyID) || k.ARN != "arn:aws:kms:us-east-1:000000000000:key/"+k.KeyID {
			t.Errorf("%s has the id %s and the ARN %s", k.ID, k.KeyID, k.ARN)
		}
		delete(want, k.ID)
	}
	if len(want) > 0 || tmpl.Keys[0].KeyID == tmpl.Keys[1].KeyID {
		t.Errorf("keys missing: %v", want)
	}
	for _, f := range tmpl.Functions {
		for _, k := range tmpl.Keys {
			if f.Folder == "respond" && (f.Allows("kms:Decrypt", k.ARN) || f.Allows("kms:GenerateDataKey", k.ARN) || f.Allows("kms:Encrypt", k.ARN)) {
				t.Errorf("respond, which strangers talk to, may use %s", k.ID)
			}
		}
	}
}

// A policy may ask for what a call says as its encryption context; whoever says nothing or something else is not allowed.
func TestPermissionByContext(t *testing.T) {
	t.Parallel()
	tmpl, err := Parse("t.yaml", []byte(function("Policies:\n  - Statement:\n      - { Effect: Allow, Action: 'kms:*', Resource: '*', Condition: { StringEquals: { 'kms:EncryptionContext:purpose': [words, notes], 'kms:EncryptionContext:workspace': one } } }")), Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	f := tmpl.Functions[0]
	for _, tt := range []struct {
		context map[string]string
		want    bool
	}{
		{map[string]string{"purpose": "words", "workspace": "one"}, true},
		{map[string]string{"purpose": "notes", "workspace": "one", "of": "more"}, true},
		{map[string]string{"purpose": "contacts", "workspace": "one"}, false},
		{map[string]string{"purpose": "words"}, false},
		{map[string]string{"purpose": "words", "workspace": "two"}, false},
		{map[string]string{"Purpose": "words", "workspace": "one"}, false},
		{nil, false},
	} {
		if got := f.AllowsContext("kms:Decrypt", tt.context, "arn:aws:kms:x:y:key/z"); got != tt.want {
			t.Errorf("%v is allowed: %v", tt.context, got)
		}
	}
}

// What of keys and conditions the laptop does not do is refused by name.
func TestKeyRefusals(t *testing.T) {
	t.Parallel()
	key := func(properties string) string {
		return head + "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: {" + properties + "}\n"
	}
	policy := func(condition string) string {
		return function("Policies: [{ Statement: [{ Effect: Allow, Action: 'kms:*', Resource: '*', Condition: " + condition + " }] }]")
	}
	for name, tt := range map[string]struct{ source, want string }{
		"a key for signatures":       {key("KeyUsage: SIGN_VERIFY"), "only symmetric keys"},
		"RSA":                        {key("KeySpec: RSA_2048"), "only symmetric keys"},
		"of several regions":         {key("MultiRegion: true"), "only symmetric keys"},
		"imported":                   {key("Origin: EXTERNAL"), "only symmetric keys"},
		"rotation by the week":       {key("EnableKeyRotation: true, RotationPeriodInDays: 7"), "RotationPeriodInDays is 7"},
		"a key policy that forbids":  {key("KeyPolicy: {Statement: [{Effect: Deny, Principal: {AWS: '*'}, Action: 'kms:*', Resource: '*'}]}"), "a key policy other than"},
		"a key policy for somebody":  {key("KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:root'}, Action: 'kms:*', Resource: '*'}]}"), "a key policy other than"},
		"an alias of nothing":        {head + "Resources:\n  A:\n    Type: AWS::KMS::Alias\n    Properties: {AliasName: alias/a, TargetKeyId: x}\n", "a key that this template does not make"},
		"an alias without its word":  {key("") + "  A:\n    Type: AWS::KMS::Alias\n    Properties: {AliasName: a, TargetKeyId: !Ref K}\n", "must begin with alias/"},
		"AWS's own alias":            {key("") + "  A:\n    Type: AWS::KMS::Alias\n    Properties: {AliasName: alias/aws/a, TargetKeyId: !Ref K}\n", "must begin with alias/"},
		"a condition by pattern":     {policy("{StringLike: {'kms:EncryptionContext:purpose': 'w*'}}"), "is not understood"},
		"a condition of a service":   {policy("{StringEquals: {'kms:ViaService': x}}"), "is not understood"},
		"a condition without values": {policy("{StringEquals: {'kms:EncryptionContext:purpose': []}}"), "is not understood"},
		"an empty condition":         {policy("{}"), "is not understood"},
	} {
		if _, err := Parse("t.yaml", []byte(tt.source), Inputs{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	tmpl, err := Parse("t.yaml", []byte(key("Enabled: false, EnableKeyRotation: true, RotationPeriodInDays: 90")), Inputs{})
	if err != nil || !tmpl.Keys[0].Disabled || tmpl.Keys[0].Rotation != 90*24*time.Hour {
		t.Errorf("%v", err)
	}
}
