package shell

import (
	"regexp"
	"strings"
)

// block is a part of a text that somebody of the company wrote: a paragraph, a list, or what is to be said.
type block struct {
	kind  string // "p", "ol", "ul", "quote"
	lines []string
}

var numbered = regexp.MustCompile(`^\d{1,2}[.)]\s+`)

// blocks reads a text: lines that begin with a number are items of a list in order, with "-" or "•" of one without, with ">" what is to be said;
// an empty line ends whatever it was.
func blocks(text string) (all []block) {
	ended := true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		kind := "p"
		if rest := numbered.ReplaceAllString(line, ""); rest != line {
			kind, line = "ol", rest
		} else if rest, ok := strings.CutPrefix(line, ">"); ok {
			kind, line = "quote", strings.TrimSpace(rest)
		} else if rest, ok := strings.CutPrefix(strings.Replace(line, "•", "-", 1), "- "); ok {
			kind, line = "ul", rest
		}
		if line == "" {
			ended = true
			continue
		}
		if n := len(all); !ended && all[n-1].kind == kind {
			all[n-1].lines = append(all[n-1].lines, line)
		} else {
			all = append(all, block{kind, []string{line}})
		}
		ended = false
	}
	return all
}
