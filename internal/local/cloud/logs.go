package cloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// maxLogFile is where a function's log moves to <name>.old.log and starts anew.
const maxLogFile = 32 << 20

// maxLine is CloudWatch's limit for one event; a longer line is cut into several.
const maxLine = 256 << 10

// logs keeps one file of JSON lines for each function: what it wrote, and a report after each invocation.
type logs struct {
	folder  string
	verbose io.Writer

	mu    sync.Mutex
	files map[string]*logFile
}

type logFile struct {
	file *os.File
	size int64
}

func openLogs(folder string, verbose io.Writer) (*logs, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("logs: %w", err)
	}
	return &logs{folder: folder, verbose: verbose, files: map[string]*logFile{}}, nil
}

// logLine is what a function wrote to its output: a JSON value as it is, other text as a string.
type logLine struct {
	Time      string          `json:"time"`
	RequestID string          `json:"requestId,omitempty"`
	Stream    string          `json:"stream"`
	Line      json.RawMessage `json:"line"`
}

type reportLine struct {
	Time      string  `json:"time"`
	RequestID string  `json:"requestId"`
	Type      string  `json:"type"` // platform.report, as Lambda calls it
	Status    string  `json:"status"`
	InitMs    float64 `json:"initDurationMs,omitempty"`
	Ms        float64 `json:"durationMs"`
	BilledMs  int64   `json:"billedDurationMs"`
	PeakMB    int64   `json:"maxMemoryUsedMB,omitempty"`
	Error     string  `json:"error,omitempty"`
}

func (l *logs) line(f *function, requestID, stream string, text []byte) {
	raw := json.RawMessage(text)
	if !json.Valid(text) {
		raw, _ = json.Marshal(string(text))
	}
	l.write(f, logLine{f.cloud.now().UTC().Format(time.RFC3339Nano), requestID, stream, raw})
	if l.verbose != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		fmt.Fprintf(l.verbose, "%s: %s\n", f.Folder, text)
	}
}

func (l *logs) report(f *function, id string, init, run, billed time.Duration, peak int64, o outcome) {
	r := reportLine{
		Time: f.cloud.now().UTC().Format(time.RFC3339Nano), RequestID: id, Type: "platform.report", Status: "success",
		InitMs: milliseconds(init), Ms: milliseconds(run), BilledMs: billed.Milliseconds(), PeakMB: peak >> 20,
	}
	if o.failed {
		var e struct{ ErrorType, ErrorMessage string }
		json.Unmarshal(o.payload, &e)
		r.Status = "error"
		r.Error = e.ErrorType + ": " + e.ErrorMessage
		if l.verbose != nil {
			l.mu.Lock()
			fmt.Fprintf(l.verbose, "%s: failed: %s\n", f.Folder, r.Error)
			l.mu.Unlock()
		}
	}
	l.write(f, r)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (l *logs) write(f *function, v any) {
	line, err := json.Marshal(v)
	if err != nil {
		return // only a value that is no JSON could do that, and lines are checked
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	path := filepath.Join(l.folder, f.Folder+".log")
	file := l.files[path]
	if file != nil && file.size > maxLogFile {
		file.file.Close()
		os.Rename(path, filepath.Join(l.folder, f.Folder+".old.log"))
		file = nil
	}
	if file == nil {
		opened, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return // a log that cannot be written must not stop the work
		}
		file = &logFile{file: opened}
		if info, err := opened.Stat(); err == nil {
			file.size = info.Size()
		}
		l.files[path] = file
	}
	n, _ := file.file.Write(append(line, '\n'))
	file.size += int64(n)
}

func (l *logs) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	for _, f := range l.files {
		err = errors.Join(err, f.file.Close())
	}
	l.files = map[string]*logFile{}
	return err
}

// lineWriter cuts a process's output into lines.
type lineWriter struct {
	p       *process
	stream  string
	pending []byte
}

func (w *lineWriter) Write(b []byte) (int, error) {
	w.pending = append(w.pending, b...)
	for {
		end := bytes.IndexByte(w.pending, '\n')
		switch {
		case end >= 0:
			w.emit(w.pending[:end])
			w.pending = w.pending[end+1:]
		case len(w.pending) >= maxLine:
			w.emit(w.pending[:maxLine])
			w.pending = w.pending[maxLine:]
		default:
			return len(b), nil
		}
	}
}

func (w *lineWriter) flush() {
	if len(w.pending) > 0 {
		w.emit(w.pending)
		w.pending = nil
	}
}

func (w *lineWriter) emit(text []byte) {
	text = bytes.TrimSuffix(text, []byte("\r"))
	if len(text) == 0 {
		return
	}
	w.p.mu.Lock()
	id := ""
	if w.p.current != nil {
		id = w.p.current.id
		tail := append(append(w.p.current.tail, text...), '\n')
		w.p.current.tail = tail[max(0, len(tail)-tailBytes):]
	}
	w.p.mu.Unlock()
	w.p.fn.cloud.meter.log(w.p.fn.ID, len(text))
	w.p.fn.cloud.logs.line(w.p.fn, id, w.stream, text)
}
