package template

import (
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// day is 24 hours; KMS counts rotation in them.
const day = 24 * time.Hour

// keyID makes a key's id, which AWS chooses at random, of the stack's name and the logical id: a UUID, the same at each reading.
func (r *reader) keyID(id string) string {
	sum := sha1.Sum([]byte(r.in.Stack + "/" + id))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80 // version 5
	s := hex.EncodeToString(sum[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// readKey reads a key that encrypts. Others (of signatures, imported, of several regions) are refused, and so is a key policy that says
// more than that IAM's policies decide.
func (r *reader) readKey(res *resource) {
	p := struct {
		Description                             string
		Enabled, EnableKeyRotation, MultiRegion bool
		KeySpec, KeyUsage, Origin               string
		RotationPeriodInDays                    int
		KeyPolicy                               *yaml.Node
		PendingWindowInDays, Tags               passive
		BypassPolicyLockoutSafetyCheck          passive
	}{Enabled: true, KeySpec: "SYMMETRIC_DEFAULT", KeyUsage: "ENCRYPT_DECRYPT", Origin: "AWS_KMS", RotationPeriodInDays: 365}
	r.decode(res.id, r.resolve(res.properties), &p)
	if p.KeySpec != "SYMMETRIC_DEFAULT" || p.KeyUsage != "ENCRYPT_DECRYPT" || p.Origin != "AWS_KMS" || p.MultiRegion {
		r.refuse(res.line, "%s: only symmetric keys that encrypt, made by KMS for one region, are understood", res.id)
	}
	if p.RotationPeriodInDays < 90 || p.RotationPeriodInDays > 2560 {
		r.refuse(res.line, "%s: RotationPeriodInDays is %d, must be 90 to 2560", res.id, p.RotationPeriodInDays)
	}
	r.checkKeyPolicy(res, p.KeyPolicy)
	k := &Key{ID: res.id, KeyID: r.keyID(res.id), ARN: r.attribute(res.line, res.id, "Arn"), Description: p.Description, Disabled: !p.Enabled}
	if p.EnableKeyRotation {
		k.Rotation = time.Duration(p.RotationPeriodInDays) * day
	}
	r.out.Keys = append(r.out.Keys, k)
}

// checkKeyPolicy takes the policy with which KMS begins by itself: the account may do everything, that is, IAM decides.
func (r *reader) checkKeyPolicy(res *resource, n *yaml.Node) {
	if n == nil {
		return
	}
	var p struct {
		Version   string
		Statement []struct {
			Sid, Effect      string
			Principal        struct{ AWS string }
			Action, Resource string
		}
	}
	r.decode(res.id+".KeyPolicy", n, &p)
	root := "arn:aws:iam::" + r.in.Account + ":root"
	for _, s := range p.Statement {
		if s.Effect != "Allow" || s.Principal.AWS != root || s.Action != "kms:*" || s.Resource != "*" {
			r.refuse(n.Line, "%s: a key policy other than kms:* for the account's root is not understood", res.id)
		}
	}
}

func (r *reader) readAlias(res *resource) {
	var p struct{ AliasName, TargetKeyId string }
	r.decode(res.id, r.resolve(res.properties), &p)
	if !strings.HasPrefix(p.AliasName, "alias/") || strings.HasPrefix(p.AliasName, "alias/aws/") {
		r.refuse(res.line, "%s: AliasName is %q, must begin with alias/ and not with alias/aws/", res.id, p.AliasName)
	}
	r.aliases[p.TargetKeyId] = append(r.aliases[p.TargetKeyId], p.AliasName)
}

// giveAliases hands the aliases to their keys, once all keys are read.
func (r *reader) giveAliases() {
	for _, k := range r.out.Keys {
		k.Aliases = slices.Concat(r.aliases[k.KeyID], r.aliases[k.ARN])
		delete(r.aliases, k.KeyID)
		delete(r.aliases, k.ARN)
	}
	for _, id := range r.order {
		res := r.resources[id]
		if names := r.aliases[r.keyOf(res)]; res.kind == "AWS::KMS::Alias" && len(names) > 0 {
			r.refuse(res.line, "%s: an alias of a key that this template does not make is not understood", id)
		}
	}
}

// keyOf is the key that an alias names.
func (r *reader) keyOf(alias *resource) string {
	if n := r.resolve(lookup(alias.properties, "TargetKeyId")); n != nil {
		return n.Value
	}
	return ""
}
