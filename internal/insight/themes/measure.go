package themes

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Labelled is a comment with the themes that a person found in it.
type Labelled struct {
	Lang, Text string
	Labels     []string // ids
}

// ReadLabelled reads comments with labels: CSV with the columns lang, text and labels (ids joined by "|", empty for none), in any order. Errors name the line.
func ReadLabelled(r io.Reader) (all []Labelled, err error) {
	rows := csv.NewReader(r)
	heading, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("labelled comments: %w", err)
	}
	heading[0] = strings.TrimPrefix(heading[0], "\ufeff")
	at := map[string]int{}
	for _, name := range []string{"lang", "text", "labels"} {
		if at[name] = slices.Index(heading, name); at[name] < 0 {
			return nil, fmt.Errorf("labelled comments: no column %q among %q", name, heading)
		}
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("labelled comments: %w", err)
		}
		one := Labelled{Lang: row[at["lang"]], Text: row[at["text"]]}
		for label := range strings.SplitSeq(row[at["labels"]], "|") {
			if label = strings.TrimSpace(label); label != "" {
				one.Labels = append(one.Labels, label)
			}
		}
		all = append(all, one)
	}
}

// Measured is how well one theme is found.
type Measured struct {
	Theme             string
	Right, Found, Had int // comments: found and labelled, found, labelled
}

// Precision is the part of what is found that is labelled so; 0 where nothing is found.
func (m Measured) Precision() float64 { return part(m.Right, m.Found) }

// Recall is the part of what is labelled that is found; 0 where nothing is labelled.
func (m Measured) Recall() float64 { return part(m.Right, m.Had) }

func part(k, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(k) / float64(n)
}

// Measure finds each theme of a dictionary in labelled comments, in the dictionary's order.
func Measure(d Dictionary, comments []Labelled) (all []Measured) {
	f := NewFinder(d)
	for _, theme := range d {
		all = append(all, Measured{Theme: theme.ID})
	}
	for _, c := range comments {
		found := f.Find(c.Text)
		for i := range all {
			is, labelled := slices.Contains(found, all[i].Theme), slices.Contains(c.Labels, all[i].Theme)
			if is {
				all[i].Found++
			}
			if labelled {
				all[i].Had++
			}
			if is && labelled {
				all[i].Right++
			}
		}
	}
	return all
}
