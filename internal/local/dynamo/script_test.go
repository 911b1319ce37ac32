package dynamo

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var rewrite = flag.Bool("rewrite", false, "write what the engine answers into the scripts in testdata")

// TestScripts holds the conversations in testdata: what is sent and what has to come back. In a script
//
//	> Operation {…}    sends a request, which goes on over lines that begin with a space
//	< 200 {…}          is its answer: status and body, an error as its code and message
//	! forward 25h      moves the clock
//	! expire           deletes what has expired
//	! trim             trims the streams
//	! restart          closes the file and opens it again
//	# …                is a remark
//
// $iterator in a request stands for the shard iterator that came last. Run with -rewrite to see what a change changes.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.script")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".script"), func(t *testing.T) {
			t.Parallel()
			runScript(t, file)
		})
	}
}

type script struct {
	t        *testing.T
	srv      *server
	clock    *clock
	iterator string
	out      bytes.Buffer // the script as it would be right
}

func runScript(t *testing.T, file string) {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{t: t, clock: &clock{}}
	s.srv = open(t, Options{Now: s.clock.now})
	lines := strings.Split(strings.TrimRight(string(src), "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "> "):
			at := i + 1
			for i+1 < len(lines) && strings.HasPrefix(lines[i+1], " ") {
				i++
				line += "\n" + lines[i]
			}
			want := ""
			if i+1 < len(lines) && strings.HasPrefix(lines[i+1], "< ") {
				i++
				want = lines[i]
			}
			got := "< " + s.send(line[2:])
			fmt.Fprintf(&s.out, "%s\n%s\n", line, got)
			if got != want && !*rewrite {
				t.Errorf("%s:%d: %s\n got  %s\n want %s", file, at, line, got, want)
			}
			continue
		case strings.HasPrefix(line, "! "):
			s.do(line[2:])
		}
		fmt.Fprintln(&s.out, line)
	}
	if *rewrite {
		if err := os.WriteFile(file, s.out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *script) do(command string) {
	s.t.Helper()
	verb, arg, _ := strings.Cut(command, " ")
	switch verb {
	case "forward":
		d, err := time.ParseDuration(arg)
		if err != nil {
			s.t.Fatal(err)
		}
		s.clock.forward(d)
	case "expire":
		if _, err := s.srv.ExpireNow(); err != nil {
			s.t.Fatal(err)
		}
	case "trim":
		s.srv.trimStreams()
	case "restart":
		s.srv.restart(s.t)
	default:
		s.t.Fatalf("unknown command %s", command)
	}
}

func (s *script) send(request string) string {
	s.t.Helper()
	name, body, _ := strings.Cut(request, " ")
	target := targetTables + name
	if operations[targetStreams+name] != nil {
		target = targetStreams + name
	}
	if strings.Contains(name, ".") {
		target = name
	}
	body = strings.ReplaceAll(body, "$iterator", s.iterator)
	req, err := http.NewRequest("POST", s.srv.url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", target)
	resp, err := benchClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if sum := fmt.Sprint(crc32.ChecksumIEEE(answer)); resp.Header.Get("X-Amz-Crc32") != sum {
		s.t.Errorf("%s: X-Amz-Crc32 is %s, want %s", name, resp.Header.Get("X-Amz-Crc32"), sum)
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, s.canonical(answer))
}

// canonical is an answer with sorted members; an error is its code and message, and what else it has.
func (s *script) canonical(answer []byte) string {
	s.t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(answer, &doc); err != nil {
		s.t.Fatalf("%s: %v", answer, err)
	}
	for _, name := range []string{"ShardIterator", "NextShardIterator"} {
		if it, ok := doc[name].(string); ok {
			s.iterator = it
			doc[name] = "$iterator"
		}
	}
	prefix := ""
	if shape, ok := doc["__type"].(string); ok {
		_, code, _ := strings.Cut(shape, "#")
		message := doc["message"]
		if message == nil {
			message = doc["Message"]
		}
		prefix = fmt.Sprintf("%s: %s", code, message)
		delete(doc, "__type")
		delete(doc, "message")
		delete(doc, "Message")
		if len(doc) == 0 {
			return prefix
		}
		prefix += " "
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		s.t.Fatal(err)
	}
	return prefix + strings.TrimSpace(b.String())
}
