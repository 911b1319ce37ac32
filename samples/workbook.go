package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbookRows is how many customers the workbook has.
const workbookRows = 40

// asWorkbook makes a workbook of the first customers of the English list, as people keep one: a note on another sheet, a title,
// shortened headings in two rows with merged cells, telephones as numbers, dates as Excel counts them.
func asWorkbook(list []byte) (_ []byte, err error) {
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(list), "\ufeff")))
	in.FieldsPerRecord, in.LazyQuotes = -1, true
	all, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	f := excelize.NewFile()
	defer f.Close()
	set := func(sheet, cell string, values ...any) {
		if err == nil {
			err = f.SetSheetRow(sheet, cell, &values)
		}
	}
	const sheet = "Customers"
	if _, err = f.NewSheet(sheet); err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	set("Sheet1", "A1", "Read me")
	set("Sheet1", "A2", "The customers are on the next sheet. They are invented.")
	set(sheet, "A1", "Customers, as of November")
	set(sheet, "A3", "Cust. Name", "Contacts", "", "Acct Mgr", "City", "Renewal date")
	set(sheet, "B4", "Email", "Cell #")
	for _, merge := range [][2]string{{"A1", "F1"}, {"A3", "A4"}, {"B3", "C3"}, {"D3", "D4"}, {"E3", "E4"}, {"F3", "F4"}} {
		if err == nil {
			err = f.MergeCell(sheet, merge[0], merge[1])
		}
	}
	day, err2 := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err == nil {
		err = err2
	}
	for n, row := range all[1 : workbookRows+1] {
		cell := fmt.Sprintf("A%d", n+5)
		phone := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, row[5])
		number, _ := strconv.Atoi(phone) // where there is none, 0, which is left out
		values := []any{strings.TrimSpace(row[2] + " " + row[3]), row[4], nil, row[6], row[8], nil}
		if number > 0 {
			values[2] = number
		}
		if when, bad := time.Parse("2006-01-02", row[13]); bad == nil {
			values[5] = when
		}
		set(sheet, cell, values...)
		if err == nil {
			err = f.SetCellStyle(sheet, fmt.Sprintf("F%d", n+5), fmt.Sprintf("F%d", n+5), day)
		}
	}
	var out bytes.Buffer
	if err == nil {
		err = f.Write(&out)
	}
	if err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	return out.Bytes(), nil
}
