package keys

import (
	"strings"
	"testing"
)

const (
	aToken  = "AQECAwQFjPVL4RV3_ii_SxNeP0wrtu-N"
	aBallot = aToken + "7kQ_-w"
)

func TestWhatIsStuckToALink(t *testing.T) {
	t.Parallel()
	tails := []string{
		"", "/", "//", ".", ",", ";", ":", "!", "?", ")", "]", "}", ">", "»", "”", "“", "’", "'", `"`, "*", "`", "…", "。", "）", "...", ".)", ">.", `">`, "/>",
		" ", "\u00a0", "\u200b", "\ufeff", "\u00ad", "\t", "\r\n", "\n\n", "%3E", "%20", "%C2%A0", "%0D%0A", "%3e.", "%2F", "\xa0", "\x94", "\xbb.",
		"=", "=\r\n", "=3D", "=20", "=0D=0A", "=C2=A0", "=E2=80=9D", "=3e", "=2E=", "&gt;", "&quot;.", "&amp;utm_source=mail", "&utm_source=mail&fbclid=A1-b_2",
		"?utm_source=mail", "%3Futm_source=mail", "#top", "%23", "/?x=1", "/#", "\\", "<https://example.com/r/x>", " <http://example.com>", "</a>", "<br>", "<BR/>", ">,<mailto:nps@example.com>",
	}
	for _, written := range []string{"/r/" + aToken, "/r/" + aToken + "/0", "/r/" + aToken + "/9", "/r/" + aToken + "/10", "/r/" + aToken + "/11", "/u/" + aToken, "/b/" + aBallot} {
		for _, tail := range tails {
			if got, ok := Path(written + tail); !ok || got != written {
				t.Errorf("%q: %q, %v", written+tail, got, ok)
			}
		}
	}
	for got, want := range map[string]string{
		"//r/T/9":                "/r/T/9",
		"/r//T//9":               "/r/T/9",
		"///u//T//":              "/u/T",
		"//b//T7kQ=\r\n_-w.":     "/b/T7kQ_-w",
		"/r%2FT%2F9":             "/r/T/9",
		"%2Fr%2FT%2F10%2F":       "/r/T/10",
		"/r/T=/9":                "/r/T/9",
		"/r/T/=\r\n9":            "/r/T/9",
		"/r/=T/9=":               "/r/T/9",
		"/r/T=\r\n/9":            "/r/T/9",
		"/r/AQECAw=\r\nQFREST/9": "/r/T/9",
		"/r/AQECAw=QFREST/9":     "/r/T/9",
		"/u/AQECAw=\nQFREST=":    "/u/T",
		"/r/T/9_":                "/r/T/9",
	} {
		whole := strings.NewReplacer("QFREST", aToken[6:], "T", aToken)
		if clean, ok := Path(whole.Replace(got)); !ok || clean != whole.Replace(want) {
			t.Errorf("%q: %q, %v", got, clean, ok)
		}
	}
}

func TestNothingElseIsForgiven(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"", "/", "/r", "/r/", "/u/", "/r/" + aToken[1:], "/r/" + aToken + "A", "/r/" + aToken + "-", "/r/" + aToken + "_", "/r/" + aToken + "_.",
		"/R/" + aToken, "/x/" + aToken, "/rr/" + aToken, "r" + aToken, "/logo/" + aToken, "/r/x/" + aToken, "/x/r/" + aToken, "/../r/" + aToken, "/r/./" + aToken,
		"/r/" + aToken[:10] + "." + aToken[10:], "/r/" + aToken[:10] + "/" + aToken[10:], "/r/" + aToken[:10] + " " + aToken[10:], "/r/" + aToken[:10] + "=3D" + aToken[10:] + "x",
		"/r/" + aToken + "/abc", "/r/" + aToken + "/-1", "/r/" + aToken + "/9a", "/r/" + aToken + "/9.5", "/r/" + aToken + "/9,5", "/r/" + aToken + "/9 5", "/r/" + aToken + "/9/5",
		"/r/" + aToken + "/9-", "/r/" + aToken + "/9+", "/r/" + aToken + "/9@x", "/r/" + aToken + "/9%", "/r/" + aToken + "/9=39", "/r/" + aToken + "/9=3D1", "/r/" + aToken + "/9\x00",
		"/r/" + aToken + "/٩", "/r/" + aToken + "/9é", "/r/" + aToken + "/9(", "/r/" + aToken + "/9<b", "/r/" + aToken + "/../x", "/r/" + aToken + "/admin",
		"/b/" + aToken, "/b/" + aBallot[1:], "/b/" + aBallot + "A", "/b/" + aBallot + "/9", "/r/" + aBallot, "/u/" + aBallot,
		"/u/" + aToken + "/9", "/u/" + aToken + "/x", "/u/" + aToken + "x", "/r/" + aToken + "." + aToken,
	} {
		if got, ok := Path(path); ok {
			t.Errorf("%q is taken for %q", path, got)
		}
	}
}

// What is forgiven is a path of the letter's shape with the characters that came, in their order, and forgiven again is the same.
func FuzzPath(f *testing.F) {
	f.Add("/r/" + aToken + "/9")
	f.Add("//u/" + aToken + "=3D%3E")
	f.Add("/b/" + aBallot + "?lang=ru")
	f.Add("/r/=" + aToken + "=\r\n/10&amp;x")
	f.Fuzz(func(t *testing.T, path string) {
		clean, ok := Path(path)
		if !ok {
			return
		}
		if again, ok := Path(clean); !ok || again != clean {
			t.Fatalf("%q is %q, and that is %q, %v", path, clean, again, ok)
		}
		parts := strings.Split(clean, "/")
		length := map[string]int{"r": 32, "u": 32, "b": 38}
		if len(parts) < 3 || len(parts) > 4 || parts[0] != "" || length[parts[1]] == 0 || len(parts[2]) != length[parts[1]] ||
			strings.Trim(parts[2], tokenCharacters) != "" || len(parts) == 4 && (parts[1] != "r" || parts[3] == "" || strings.Trim(parts[3], digits) != "") {
			t.Fatalf("%q is taken for %q", path, clean)
		}
	})
}
