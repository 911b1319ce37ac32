package ses

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"
)

func TestMissingValueFailsRendering(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	in := campaign("a@example.com", "b@example.com")
	in.BulkEmailEntries[1].ReplacementEmailContent.ReplacementTemplate.ReplacementTemplateData = aws.String(`{"link":null,"name":"Boris"}`)
	out, err := b.client.SendBulkEmail(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	if r := out.BulkEmailEntryResults[1]; r.Status != "SUCCESS" || r.MessageId == nil {
		t.Errorf("result = %+v, want SUCCESS as SES answers", r)
	}
	var failure map[string]any
	for _, e := range b.settle(t) {
		if e["detail-type"] == "Email Rendering Failed" {
			failure = e["detail"].(map[string]any)["failure"].(map[string]any)
		}
	}
	if want := "Attribute 'link' is not present in the rendering data."; failure["errorMessage"] != want {
		t.Errorf("failure = %v, want %q", failure, want)
	}
	if n := len(b.messages(t, "")); n != 1 {
		t.Errorf("%d messages arrived, want 1", n)
	}
	if m := b.messages(t, "?outcome=failed"); len(m) != 1 || m[0].Failure == "" || m[0].To[0] != "b@example.com" {
		t.Errorf("failed = %+v", m)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	own, err := readData("d", `{"n": 12.50, "b": true, "s": "a\u0000\ud83d\ude00\n<b>", "list": [1,{"x":"}"}], "s2": "", "n": -3e5}`)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := readData("d", `{"s2":"x","other":"o"}`)
	if err != nil {
		t.Fatal(err)
	}
	v := values{own, shared}
	for name, want := range map[string]string{"n": "-3e5", "b": "true", "s": "a\x00😀\n<b>", "s2": "", "other": "o"} {
		if got, ok := v.get(name); !ok || got != want {
			t.Errorf("%s = %q %v, want %q", name, got, ok, want)
		}
	}
	if _, ok := v.get("list"); ok {
		t.Error("a list has a value")
	}
	for _, bad := range []string{`[]`, `{`, `{"a"}`, `{"a":}`, `{"a":tru}`, `{"a":"\x"}`, `{"a":"b"} x`, "{\"a\":\"\n\"}", `null`, `"x"`} {
		if _, err := readData("d", bad); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// TestRenderingReplacesExactly puts random values into random places and compares with plain concatenation.
func TestRenderingReplacesExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.Map(rapid.String(), func(s string) string { return strings.NewReplacer("{", "(", "}", ")").Replace(s) })
		name := rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_-]{0,8}`).Filter(func(s string) bool { return s != "else" && s != "this" })
		pieces := rapid.SliceOfN(piece, 1, 8).Draw(t, "pieces")
		var source, want strings.Builder
		var v values
		for i, p := range pieces {
			source.WriteString(p)
			want.WriteString(p)
			if i == len(pieces)-1 {
				break
			}
			n := name.Draw(t, "name")
			value, known := v.get(n)
			if !known {
				value = rapid.String().Draw(t, "value") // braces in a value are not looked at again
				v.own = append(v.own, header{n, value})
			}
			source.WriteString(rapid.SampledFrom([]string{"{{" + n + "}}", "{{ " + n + " }}"}).Draw(t, "form"))
			want.WriteString(value)
		}
		tpl, err := compile("Html", source.String())
		if err != nil {
			t.Fatal(err)
		}
		got, err := tpl.string(v)
		if err != nil || got != want.String() {
			t.Fatalf("got %q %v, want %q", got, err, want.String())
		}
		if tpl.size(v) != len(got) {
			t.Fatalf("size = %d, want %d", tpl.size(v), len(got))
		}
	})
}
