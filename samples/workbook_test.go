package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"onetap/internal/contacts"
	"onetap/internal/survey"
	"onetap/internal/workbook"
)

// The workbook holds what the generator puts into it, and is taken as a list: headings in two rows, telephones whole, dates as dates.
func TestWorkbookSample(t *testing.T) {
	t.Parallel()
	stored, err := os.ReadFile("customers.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	made, err := asWorkbook(english(rand.New(rand.NewPCG(2026, 2))))
	if err != nil {
		t.Fatal(err)
	}
	list := csvOf(t, stored)
	if !bytes.Equal(list, csvOf(t, made)) {
		t.Error("customers.xlsx is not what the generator makes: run go generate ./samples")
	}
	im := contacts.NewImport(survey.Customers)
	out, err := im.Feed(list, true, survey.NewDirectory(readStaff(t)))
	if err != nil || len(out.Rows) < 30 || len(out.Rows)+len(out.Refused) != workbookRows {
		t.Fatalf("%d rows, %d refused, %v", len(out.Rows), len(out.Refused), err)
	}
	phones, owners := 0, 0
	for _, row := range out.Rows {
		c := row.Contact
		if c.Person.Name == "" || c.Location == "" || len(c.Attrs["Renewal date"]) != len("2026-11-20") {
			t.Errorf("line %d: %+v", row.Line, c)
		}
		if len(c.Person.Phone) >= 10 {
			phones++
		}
		if c.Owner != "" {
			owners++
		}
	}
	if phones < 20 || owners < 20 {
		t.Errorf("%d telephones, %d owners", phones, owners)
	}
}

func csvOf(t *testing.T, file []byte) []byte {
	t.Helper()
	p, err := workbook.Read(file, "", 0)
	if err != nil || p.Sheet != "Customers" {
		t.Fatalf("%v, sheets %v", err, p.Sheets)
	}
	z, err := gzip.NewReader(bytes.NewReader(p.CSV))
	if err != nil {
		t.Fatal(err)
	}
	list, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
