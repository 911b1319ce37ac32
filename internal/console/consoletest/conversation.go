package consoletest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/text/encoding/charmap"

	"onetap/internal/door"
	"onetap/internal/survey"
)

// Conversation plays a script of what is said to the API and what it answers; TestConversations says how they are
// written.
type Conversation struct {
	*World
	T     *testing.T
	File  string // where the script stands
	line  int
	Names map[string]any // what $name stands for
}

// Play goes through a script and fails the test at the first line that is not as it says.
func (c *Conversation) Play(script string) {
	lines := strings.Split(script, "\n")
	for i := 0; i < len(lines); {
		c.line = i + 1
		switch l := lines[i]; {
		case strings.TrimSpace(l) == "" || strings.HasPrefix(l, "#"):
			i++
		case strings.HasPrefix(l, "! "):
			c.directive(strings.TrimPrefix(l, "! "))
			i++
		case strings.HasPrefix(l, "> "):
			start, end := i, i+1
			for end < len(lines) && !strings.HasPrefix(lines[end], "< ") {
				end++
			}
			after := end + 1
			for after < len(lines) && !slices.ContainsFunc([]string{"> ", "# ", "! "}, func(p string) bool { return strings.HasPrefix(lines[after], p) }) {
				after++
			}
			if end == len(lines) {
				c.fail("request without an answer")
			}
			c.exchange(lines[start:end], lines[end], strings.TrimSpace(strings.Join(lines[end+1:after], "\n")))
			i = after
		default:
			c.fail("cannot read %q", l)
		}
	}
}

func (c *Conversation) fail(format string, args ...any) {
	c.T.Helper()
	c.T.Fatalf("%s:%d: %s", c.File, c.line, fmt.Sprintf(format, args...))
}

// directive does what the API's users cannot: set the clock, store what other functions write, look at the calls of the
// sender.
func (c *Conversation) directive(text string) {
	c.T.Helper()
	word, rest, _ := strings.Cut(c.fill(text), " ")
	switch word {
	case "now":
		at, err := time.Parse(time.RFC3339, rest)
		if err != nil {
			c.fail("%v", err)
		}
		c.mu.Lock()
		c.clock = at
		c.mu.Unlock()
	case "deaf": // the sender cannot be called from here on
		c.deaf = true
	case "woken": // how often the sender was called so far
		if n := strconv.Itoa(c.Woken()); n != rest {
			c.fail("the sender was called %s times, want %s", n, rest)
		}
	case "state": // campaign state: as if the sender had moved it on
		id, state, _ := strings.Cut(rest, " ")
		v, err := c.Store.Campaign(c.T.Context(), survey.CampaignID(id))
		if err == nil {
			v.State = survey.CampaignState(state)
			if v.State == survey.Open {
				v.Opened = c.Now()
			}
			_, err = c.Store.SaveCampaign(c.T.Context(), v)
		}
		if err != nil {
			c.fail("%v", err)
		}
	default:
		c.more(word, rest)
	}
}

func (c *Conversation) exchange(request []string, status, want string) {
	c.T.Helper()
	method, path, _ := strings.Cut(strings.TrimPrefix(c.fill(request[0]), "> "), " ")
	header := http.Header{"Authorization": {"Bearer " + Token}, "Accept-Language": {"en"}}
	n := 1
	for ; n < len(request) && strings.HasPrefix(request[n], "> "); n++ {
		name, value, _ := strings.Cut(strings.TrimPrefix(request[n], "> "), ": ")
		header.Set(name, value)
	}
	body := []byte(c.fill(strings.Join(request[n:], "\n")))
	if header.Get("Content-Type") == "" && len(body) > 0 {
		header.Set("Content-Type", "application/json")
	}
	r, err := http.NewRequest(method, c.Site+path, bytes.NewReader(c.encode(body, header)))
	if err != nil {
		c.fail("%v", err)
	}
	r.Header = header
	before := c.Stored()
	got, answer := Send(c.T, r)
	if fmt.Sprintf("< %d", got) != strings.TrimSpace(status) {
		c.fail("%s %s answered %d, want %s:\n%s", method, path, got, status, answer)
	}
	if got >= 400 && c.Stored() != before {
		c.fail("%s %s was refused and changed the table", method, path)
	}
	if want == "" {
		return
	}
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		c.fail("expected JSON: %v", err)
	}
	if err := json.Unmarshal([]byte(answer), &g); err != nil {
		c.fail("answer is not JSON: %s", answer)
	}
	if diff := c.compare("", w, g); diff != "" {
		c.fail("%s\nin %s", diff, answer)
	}
}

// encode makes of a body what its headers say. X-Encoding stays here: an encoding, or what is no list at all.
func (c *Conversation) encode(body []byte, header http.Header) []byte {
	switch header.Get("X-Encoding") {
	case "windows-1251":
		b, err := charmap.Windows1251.NewEncoder().Bytes(body)
		if err != nil {
			c.fail("%v", err)
		}
		body = b
	case "koi8-r", "x-mac-cyrillic", "ibm866":
		table := map[string]*charmap.Charmap{"koi8-r": charmap.KOI8R, "x-mac-cyrillic": charmap.MacintoshCyrillic, "ibm866": charmap.CodePage866}
		b, err := table[header.Get("X-Encoding")].NewEncoder().Bytes(body)
		if err != nil {
			c.fail("%v", err)
		}
		body = b
	case "workbook":
		body = []byte("PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00xl/workbook.xml")
	case "binary":
		body = append(body, 0, 1, 2, 3, 0xff, 0)
	case "oversized":
		body = append(append(body, '\n'), bytes.Repeat([]byte("a@example.com\n"), door.MaxList/14+1)...)
	}
	if header.Get("Content-Encoding") == "gzip" && header.Get("X-Encoding") != "none" {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(body)
		z.Close()
		body = b.Bytes()
	}
	header.Del("X-Encoding")
	return body
}

func (c *Conversation) fill(s string) string {
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(c.Names))) {
		s = strings.ReplaceAll(s, "$"+name, fmt.Sprint(c.Names[name]))
	}
	return s
}

func (c *Conversation) compare(path string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %v, want an object", path, got)
		}
		for k, v := range w {
			member, there := g[k]
			if !there {
				return fmt.Sprintf("%s.%s is missing", path, k)
			}
			if diff := c.compare(path+"."+k, v, member); diff != "" {
				return diff
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s has %d items, want %d", path, len(g), len(w))
		}
		for i := range w {
			if diff := c.compare(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); diff != "" {
				return diff
			}
		}
		return ""
	case string:
		if w == "*" {
			return ""
		}
		if name, ok := strings.CutPrefix(w, "$"); ok {
			known, there := c.Names[name]
			if !there {
				c.Names[name] = got
				return ""
			}
			want = known
		}
	}
	if want != got {
		return fmt.Sprintf("%s is %v, want %v", path, got, want)
	}
	return ""
}

// Send makes a request and returns the status and the body of the answer.
func Send(t testing.TB, r *http.Request) (int, string) {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

// describe writes an item with its attributes in order.
func describe(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(v.Value)) {
			fmt.Fprintf(&b, "%s=%s\n", name, describe(v.Value[name]))
		}
		return b.String() + "\n"
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("%x", v.Value)
	}
	return fmt.Sprint(v)
}
