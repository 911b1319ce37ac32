package sheet_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onetap/internal/sheet"
)

func TestFormula(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{
		"=1+1", "＝cmd|' /C calc'!A0", "＋1", "－2+3", "＠SUM(1)", "+cmd", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tanything", " =1", "\u00a0=1",
		"\u202f＝1", "\ufeff=1", "\u200b@x", "\"=1\"", "'=1", "«=1»", " \ufeff\" ＝HYPERLINK(\"x\")", "-A1", "+A1", "﹦1", "- =1", "\x00=1", "\u3000=1", "-5 =x",
	} {
		if !sheet.Formula(cell) {
			t.Errorf("%q is taken for harmless", cell)
		}
	}
	for _, cell := range []string{
		"", "-5", "-12,5 %", "+7 (495) 123-45-67", "+74951234567", "- 5", "-", "—", "–5", "anna@example.com", "a=b", "5-3", "1＝1", "ООО «Ромашка»", "'", " ", "+7 495 123-45-67, 123-45-68",
		"№ 5", "𝟙", "−5",
	} {
		if sheet.Formula(cell) {
			t.Errorf("%q is taken for a formula", cell)
		}
	}
}

// Whatever is written is read back as it was, under any separator: what was refused, corrected and uploaded again has no apostrophes more.
func TestWrittenRowsAreReadBack(t *testing.T) {
	t.Parallel()
	cell := rapid.StringOf(rapid.SampledFrom([]rune("ab=+-@＝＠ ,;|\t\"'\n\u00a0\ufeffж5")))
	rapid.Check(t, func(t *rapid.T) {
		separator := rapid.SampledFrom([]string{";", ",", "\t"}).Draw(t, "separator")
		cells := rapid.SliceOfN(cell, 2, 5).Draw(t, "cells")
		cells[0] = "x" + cells[0]
		var b strings.Builder
		head := append([]string{"mail"}, make([]string, len(cells)-1)...)
		for i := range head[1:] {
			head[i+1] = "h"
		}
		sheet.WriteRow(&b, separator, head)
		sheet.WriteRow(&b, separator, cells)
		_, records, err := readAs("utf-8", withMail, b.String()) // said: so few letters may look like those of another encoding
		if err != nil || len(records) != 1 {
			t.Fatalf("%q: %d records, %v", b.String(), len(records), err)
		}
		if d := cmp.Diff(cells, records[0].Cells); d != "" {
			t.Fatalf("%q: %s", b.String(), d)
		}
	})
}

// Apostrophes of a text's own, before what is taken for a formula by its first sign alone, come back in their number.
func TestOwnApostrophes(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"'\n", "''\n", "'\t'", "''=1", "'=1", "'", "''", "'a", "'\"=1"} {
		var b strings.Builder
		sheet.WriteRow(&b, ";", []string{"mail", "h"})
		sheet.WriteRow(&b, ";", []string{"x", cell})
		if _, records, err := readAs("utf-8", withMail, b.String()); err != nil || len(records) != 1 || records[0].Cells[1] != cell {
			t.Errorf("%q: %+v, %v", cell, records, err)
		}
	}
}

// The bytes of a row: CR LF after it, the line ends inside of a cell as they were.
func TestWrittenBytes(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	sheet.WriteRow(&b, ";", []string{"a;b", "say \"x\"", "two\nlines\r\n", "=1", "", "a,b"})
	if want := "\"a;b\";\"say \"\"x\"\"\";\"two\nlines\r\n\";'=1;;a,b\r\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
