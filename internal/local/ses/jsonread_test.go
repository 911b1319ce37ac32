package ses

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// TestReaderAgreesWithEncodingJSON reads what encoding/json wrote, and refuses what encoding/json refuses.
func TestReaderAgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "object")
		doc, err := json.MarshalIndent(want, rapid.SampledFrom([]string{"", " "}).Draw(t, "prefix"), "\t")
		if err != nil {
			t.Fatal(err)
		}
		list, err := readData("d", string(doc))
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != len(want) {
			t.Fatalf("%d members, want %d", len(list), len(want))
		}
		for _, h := range list {
			if want[h.Name] != h.Value {
				t.Fatalf("%q = %q, want %q", h.Name, h.Value, want[h.Name])
			}
		}
		broken := append([]byte(nil), doc...)
		broken[rapid.IntRange(0, len(broken)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		if _, err := readData("d", string(broken)); err == nil && !json.Valid(broken) {
			t.Fatalf("%q was read", broken)
		}
	})
}

// FuzzRequest reads whatever comes as a request: it may be refused, and nothing worse. What is accepted is JSON.
func FuzzRequest(f *testing.F) {
	f.Add(bulkBody(0))
	f.Add([]byte(`{"Content":{"Simple":{"Subject":{"Data":"x"},"Body":{"Text":{"Data":"y"}}}},"Destination":{"ToAddresses":["a@example.com"]}}`))
	f.Add([]byte(`{"BulkEmailEntries":[null,{"Destination":null}],"DefaultContent":{"Template":null}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, read := range []func([]byte) (*sendRequest, error){readSendEmail, readSendBulkEmail} {
			if _, err := read(body); err == nil && !json.Valid(body) {
				t.Fatalf("%q was read", body)
			}
		}
	})
}
