package logs_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/logs"
)

// keysOf are the keys of a JSON object as they stand, repeated ones too.
func keysOf(t *testing.T, line []byte) (keys []string) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(line))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		t.Fatalf("%s: %v", line, err)
	}
	for d.More() {
		key, err := d.Token()
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		keys = append(keys, key.(string))
	}
	return keys
}

func TestOneKeyEach(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		log  func(*slog.Logger)
		want string
	}{
		"plain":             {func(l *slog.Logger) { l.Info("sent", "campaign", "a") }, "time level msg campaign"},
		"a level of ours":   {func(l *slog.Logger) { l.Info("sent", "level", "owner") }, "time level msg level_"},
		"time and message":  {func(l *slog.Logger) { l.Warn("sent", "time", 1, "msg", "x", "source", "y") }, "time level msg time_ msg_ source_"},
		"the same twice":    {func(l *slog.Logger) { l.Error("sent", "error", "a", "error", "b", "error", "c") }, "time level msg error error_ error__"},
		"with and in place": {func(l *slog.Logger) { l.With("level", 1, "case", 2).Info("sent", "case", 3, "level", 4) }, "time level msg level_ case case_ level__"},
		"with twice":        {func(l *slog.Logger) { l.With("a", 1).With("a", 2, "b", 3).Info("sent", "b", 4) }, "time level msg a a_ b b_"},
		"the longer first":  {func(l *slog.Logger) { l.Info("sent", "level_", 1, "level", 2) }, "time level msg level_ level__"},
		"a group":           {func(l *slog.Logger) { l.WithGroup("g").Info("sent", "level", 1) }, "time level msg g"},
	} {
		var b bytes.Buffer
		tc.log(logs.New(&b))
		if got := strings.Join(keysOf(t, b.Bytes()), " "); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Every function logs by this package, and no line in the code names a key that the line has by itself, or one twice.
func TestEveryFunctionsLines(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../..")
	lines, files := 0, token.NewFileSet()
	for _, dir := range []string{"functions", "internal"} {
		err := fs.WalkDir(root, dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && (path == "internal/local" || path == "internal/logs" || strings.HasSuffix(path, "node_modules")) {
				return cmpErr(err)
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			source, err := fs.ReadFile(root, path)
			if err != nil {
				return err
			}
			f, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				fun, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				at := files.Position(call.Pos())
				switch name := fun.Sel.Name; {
				case name == "NewJSONHandler" || name == "NewTextHandler":
					t.Errorf("%s makes a log of its own", at)
				case logger(fun.X) && first[name] > 0:
					lines++
					seen := map[string]bool{"time": true, "level": true, "msg": true, "source": true}
					for i := first[name]; i < len(call.Args); i += 2 {
						lit, ok := call.Args[i].(*ast.BasicLit)
						if !ok {
							continue
						}
						if key, err := strconv.Unquote(lit.Value); err != nil || seen[key] {
							t.Errorf("%s: a second %s", at, lit.Value)
						} else {
							seen[key] = true
						}
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if lines < 25 {
		t.Errorf("only %d lines were found", lines)
	}
}

// first is where a method's keys begin.
var first = map[string]int{"Debug": 1, "Info": 1, "Warn": 1, "Error": 1, "ErrorContext": 2, "WarnContext": 2, "InfoContext": 2, "DebugContext": 2}

func logger(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "slog" || x.Name == "log"
	case *ast.SelectorExpr:
		return x.Sel.Name == "log" || x.Sel.Name == "Log"
	case *ast.CallExpr: // logs.New(…).Error(…)
		fun, ok := x.Fun.(*ast.SelectorExpr)
		return ok && fun.Sel.Name == "New"
	}
	return false
}

func cmpErr(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}
