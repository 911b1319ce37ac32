package cloud

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// keyResources are two keys, and a function that may make data keys of one and unwrap them for words alone.
const keyResources = `
  DataKey:
    Type: AWS::KMS::Key
    Properties: {EnableKeyRotation: true}
  DataKeyAlias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: alias/data, TargetKeyId: !Ref DataKey}
  BallotsKey:
    Type: AWS::KMS::Key
`

const keyPolicies = `Policies:
  - Statement:
      - { Effect: Allow, Action: kms:GenerateDataKey, Resource: !GetAtt DataKey.Arn }
      - Effect: Allow
        Action: kms:Decrypt
        Resource: !GetAtt DataKey.Arn
        Condition: { StringEquals: { 'kms:EncryptionContext:purpose': [words, notes] } }
`

// kmsCall has F make one call of KMS and returns what KMS said; "" where the process died.
func (l *lab) kmsCall(operation string, call map[string]any) string {
	l.t.Helper()
	body, err := json.Marshal(call)
	if err != nil {
		l.t.Fatal(err)
	}
	answer, failed := l.call("F", map[string]any{"do": "calls", "n": 1, "text": "TrentService." + operation, "body": string(body)})
	if failed {
		return ""
	}
	var said []string
	if err := json.Unmarshal([]byte(answer), &said); err != nil || len(said) != 1 {
		l.t.Fatal(answer, err)
	}
	return said[0]
}

// wrappedFor has F make a data key for a purpose and returns it wrapped.
func (l *lab) wrappedFor(purpose string) string {
	l.t.Helper()
	said := l.kmsCall("GenerateDataKey", map[string]any{"KeyId": "alias/data", "KeySpec": "AES_256", "EncryptionContext": map[string]string{"purpose": purpose}})
	var made struct{ CiphertextBlob string }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(said, "200 ")), &made); err != nil || made.CiphertextBlob == "" {
		l.t.Fatalf("%s: %v", said, err)
	}
	return made.CiphertextBlob
}

// A function may use the template's keys as its policies say: which key, which call, and for which purpose.
func TestKeysAreUsedAsPoliciesSay(t *testing.T) {
	t.Parallel()
	l := newLab(t, keyResources+fnResource("F", keyPolicies))
	words, contacts := l.wrappedFor("words"), l.wrappedFor("contacts")
	for _, tt := range []struct {
		name, operation string
		call            map[string]any
		want            string
	}{
		{"for a purpose that is allowed", "Decrypt", map[string]any{"CiphertextBlob": words, "EncryptionContext": map[string]string{"purpose": "words"}}, `200 {"`},
		{"for another", "Decrypt", map[string]any{"CiphertextBlob": contacts, "EncryptionContext": map[string]string{"purpose": "contacts"}}, "is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:"},
		{"for none", "Decrypt", map[string]any{"CiphertextBlob": words}, `"__type":"AccessDeniedException"`},
		{"under a false name", "Decrypt", map[string]any{"CiphertextBlob": contacts, "EncryptionContext": map[string]string{"purpose": "words"}}, `"__type":"InvalidCiphertextException"`},
		{"another call", "Encrypt", map[string]any{"KeyId": "alias/data", "Plaintext": "eA==", "EncryptionContext": map[string]string{"purpose": "words"}}, "AccessDeniedException"},
		{"a move to another key", "ReEncrypt", map[string]any{"CiphertextBlob": words, "SourceEncryptionContext": map[string]string{"purpose": "words"}, "DestinationKeyId": "alias/data"}, "kms:ReEncryptFrom"},
	} {
		if got := l.kmsCall(tt.operation, tt.call); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	ballots := l.cfg.Template.Keys[1].KeyID
	if got := l.kmsCall("GenerateDataKey", map[string]any{"KeyId": ballots, "KeySpec": "AES_256"}); !strings.Contains(got, "AccessDeniedException") {
		t.Errorf("the other key: %s", got)
	}
	u := l.Meter().Report(time.Now()).Of("F")
	if u.KMS != 4 || u.Calls != 9 { // KMS saw what the policies let through
		t.Errorf("metered %d requests of KMS among %d calls", u.KMS, u.Calls)
	}
}

// Calls of KMS have bad days like the others; a data key that was made and lost harms nobody.
func TestKeyFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault CallFault
		want  string // "": the process died
		made  int64
	}{
		{"throttled", CallFault{Refuse: &Refusal{}}, `"__type":"ThrottlingException"`, 0},
		{"killed before", CallFault{KillBefore: true}, "", 0},
		{"killed after", CallFault{KillAfter: true}, "", 1},
		{"the reply is lost", CallFault{LoseReply: true}, "no answer", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, keyResources+fnResource("F", keyPolicies), func(c *Config) {
				c.Faults.Call = func(call Call) CallFault {
					if call.Service != "KMS" || call.Operation != "GenerateDataKey" || call.Function != "F" {
						t.Errorf("asked about %+v", call)
					}
					return tt.fault
				}
			})
			got := l.kmsCall("GenerateDataKey", map[string]any{"KeyId": "alias/data", "KeySpec": "AES_256"})
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if n := l.Meter().Report(time.Now()).Of("F").KMS; n != tt.made {
				t.Errorf("metered %d requests, want %d", n, tt.made)
			}
		})
	}
}

// Keys outlive the laptop's end, and where the template has none, KMS is not served.
func TestKeysAreKept(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first := prepareLab(t, folder, keyResources+fnResource("F", keyPolicies))
	first.begin()
	words := first.wrappedFor("words")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := prepareLab(t, folder, keyResources+fnResource("F", keyPolicies))
	second.begin()
	if got := second.kmsCall("Decrypt", map[string]any{"CiphertextBlob": words, "EncryptionContext": map[string]string{"purpose": "words"}}); !strings.HasPrefix(got, "200 ") {
		t.Errorf("after a restart: %s", got)
	}
	without := newLab(t, fnResource("F", ""))
	if got := without.kmsCall("Decrypt", map[string]any{"CiphertextBlob": words}); !strings.Contains(got, "KMS is not served here") {
		t.Error(fmt.Sprint("without keys: ", got))
	}
}
