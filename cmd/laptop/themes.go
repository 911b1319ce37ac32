package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"onetap/internal/insight/themes"
)

// measureThemes says how well the default dictionary finds themes in comments that people have labelled.
func measureThemes(args []string) int {
	flags := flag.NewFlagSet("laptop themes", flag.ContinueOnError)
	path := flags.String("labelled", "", `CSV with the columns lang, text and labels (ids of themes joined by "|")`)
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := printThemes(*path); err != nil {
		fmt.Fprintln(os.Stderr, "themes:", err)
		return 1
	}
	return 0
}

func printThemes(path string) (err error) {
	if path == "" {
		return errors.New("say of which comments: -labelled FILE")
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	comments, err := themes.ReadLabelled(file)
	if err != nil {
		return err
	}
	for _, m := range themes.Measure(themes.Default(), comments) {
		if m.Had > 0 || m.Found > 0 {
			fmt.Printf("%s precision %.2f recall %.2f n %d\n", m.Theme, m.Precision(), m.Recall(), m.Had)
		}
	}
	return nil
}
