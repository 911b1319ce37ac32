package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what a run measured.
type Report struct {
	Machine      Machine
	Began, Ended time.Time
	Sizes        Sizes
	Figures      []Figure
}

var heading = []string{"what", "asked", "measured", "", "n", "median", "p99", "of what was asked", ""}

// cells are a figure as a line of the table.
func (f Figure) cells() []string {
	ratio := ""
	if r := f.Ratio(); r == r {
		ratio = number(100*r) + " %"
	}
	return []string{
		f.What, f.Asked.String(), strings.TrimSpace(number(f.Value) + " " + f.Unit), f.Stat, strings.TrimSpace(number(float64(f.N)) + " " + f.Of),
		number(f.Median), number(f.P99), ratio, f.Verdict(),
	}
}

// Print writes the table for a terminal.
func (r Report) Print(w io.Writer) error {
	fmt.Fprintln(w, r.Machine)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(heading, "\t"))
	for _, f := range r.Figures {
		fmt.Fprintln(t, strings.Join(f.cells(), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, f := range r.Figures {
		if f.Remarks != "" {
			fmt.Fprintf(w, "%s: %s\n", f.What, f.Remarks)
		}
	}
	return nil
}

// Markdown writes the same for a document.
func (r Report) Markdown(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Measured on %s, in %s, by `make bench` on %s.\n\n", r.Began.UTC().Format("2 January 2006"),
		r.Ended.Sub(r.Began).Round(time.Minute), r.Machine)
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(heading)
	line([]string{"---", "---", "---:", "---", "---:", "---:", "---:", "---:", "---"})
	for _, f := range r.Figures {
		line(f.cells())
	}
	b.WriteByte('\n')
	for _, f := range r.Figures {
		if f.Remarks != "" {
			fmt.Fprintf(&b, "- %s: %s\n", f.What, f.Remarks)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// What stands between these lines of the document is the last run's; the rest is written by people and stays.
const (
	beginMark = "<!-- measured: begin -->\n"
	endMark   = "<!-- measured: end -->\n"
)

// Write puts the report into a document, in the place of the one before.
func (r Report) Write(path string) error {
	var b bytes.Buffer
	if err := r.Markdown(&b); err != nil {
		return err
	}
	return Replace(path, beginMark, endMark, b.Bytes())
}

// Replace writes a text between two lines of a document; a document that is not there is made with nothing else in it.
func Replace(path, begin, end string, text []byte) error {
	before := "# Benchmarks\n\n" + begin + end
	switch data, err := os.ReadFile(path); {
	case err == nil:
		before = string(data)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	head, rest, ok := strings.Cut(before, begin)
	_, tail, ended := strings.Cut(rest, end)
	if !ok || !ended {
		return fmt.Errorf("%s has no lines %q and %q to write between", path, strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return os.WriteFile(path, []byte(head+begin+string(text)+end+tail), 0o644)
}
