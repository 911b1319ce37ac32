// Package workbooktest makes workbooks of Excel for tests.
package workbooktest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Sheet is a sheet with rows from its first one on.
type Sheet struct {
	Name string
	Rows [][]any
}

// Book makes a workbook of sheets.
func Book(t testing.TB, sheets ...Sheet) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, s := range sheets {
		if i == 0 {
			if err := f.SetSheetName("Sheet1", s.Name); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(s.Name); err != nil {
			t.Fatal(err)
		}
		for n, row := range s.Rows {
			if err := f.SetSheetRow(s.Name, fmt.Sprintf("A%d", n+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// WithPicture adds a picture of so many bytes that cannot be packed.
func WithPicture(t testing.TB, file []byte, size int) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, entry := range in.File {
		if err := out.Copy(entry); err != nil {
			t.Fatal(err)
		}
	}
	w, err := out.Create("xl/media/image1.png")
	if err == nil {
		_, err = io.CopyN(w, rand.NewChaCha8([32]byte{1}), int64(size))
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
