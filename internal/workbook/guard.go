package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"onetap/internal/apperr"
)

// Limits of what a workbook unpacks to. A real one of a hundred thousand rows has a dozen entries, 100 MB of XML and packs ten to
// forty times; deflate packs nothing more than 1,032 times.
const (
	MaxEntries  = 2_000
	MaxUnpacked = 300 << 20
	maxRatio    = 200
	ratioFrom   = 4 << 20  // bytes from which a ratio says anything
	maxHeld     = 96 << 20 // of entries that the reader keeps in memory: all but rows and texts
	maxTail     = 4 << 20  // of what follows the rows of a sheet: merged cells, and what does not matter here
)

// open opens the archive, having read every entry of it once: a size that an entry only claims is found out before anything is made
// of it. It returns the cells that are merged, by the entry of their sheet.
func open(file []byte) (*zip.Reader, map[string][]merged, error) {
	broken := func(err error) error { return &apperr.Error{Kind: apperr.Invalid, Code: "workbook_broken", Cause: err} }
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, nil, broken(err)
	}
	if len(z.File) > MaxEntries {
		return nil, nil, apperr.New(apperr.TooLarge, "workbook_large", "", "Limit", MaxUnpacked>>20)
	}
	if code := kind(z); code != "" {
		return nil, nil, apperr.New(apperr.Unsupported, code, "")
	}
	total, held, merges := int64(0), int64(0), map[string][]merged{}
	for _, entry := range z.File {
		if entry.Flags&1 != 0 {
			return nil, nil, apperr.New(apperr.Unsupported, "workbook_password", "")
		}
		in, err := entry.Open()
		if err != nil {
			return nil, nil, broken(err)
		}
		worksheet := strings.HasPrefix(entry.Name, "xl/worksheets/") && path.Dir(entry.Name) == "xl/worksheets"
		var tail tail
		var out io.Writer = io.Discard
		if worksheet {
			out = &tail
		}
		n, err := io.Copy(out, io.LimitReader(in, MaxUnpacked-total+1))
		total += n
		if name := strings.ToLower(entry.Name); !strings.HasPrefix(name, "xl/worksheets/sheet") && name != "xl/sharedstrings.xml" {
			held += n
		}
		packed := int64(max(entry.CompressedSize64, 1))
		switch {
		case total > MaxUnpacked, held > maxHeld, n > ratioFrom && n/packed > maxRatio:
			return nil, nil, apperr.New(apperr.TooLarge, "workbook_large", "", "Limit", MaxUnpacked>>20)
		case err != nil:
			return nil, nil, broken(err)
		case worksheet && n > 0 && !tail.ended:
			return nil, nil, broken(io.ErrUnexpectedEOF)
		}
		if worksheet {
			merges[entry.Name] = tail.merges()
		}
	}
	return z, merges, nil
}

// kind says what an archive is that is no workbook of Excel.
func kind(z *zip.Reader) (problem string) {
	names := map[string]bool{}
	for _, entry := range z.File {
		names[entry.Name] = true
		top, _, _ := strings.Cut(entry.Name, "/")
		names[top+"/"] = true
	}
	switch {
	case names["xl/workbook.xml"]:
		return ""
	case names["xl/workbook.bin"]:
		return "workbook_binary"
	case names["word/"], names["ppt/"]:
		return "workbook_other"
	case names["mimetype"] && names["content.xml"]:
		return "workbook_ods"
	case names["Index/"] || names["Index.zip"]:
		return "workbook_numbers"
	}
	return "workbook_other"
}

// merged is a range of cells that stand as one, by its first column; rows and columns from 1.
type merged struct {
	column, from, to int
	text             string
}

// tail keeps what follows the rows of a sheet.
type tail struct {
	ended bool
	last  []byte // of the part before, in which the end of the rows may have begun
	kept  bytes.Buffer
}

var rowsEnd = regexp.MustCompile(`</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>`)

func (t *tail) Write(part []byte) (int, error) {
	rest := part
	if !t.ended {
		window := append(t.last, part...)
		at := rowsEnd.FindIndex(window)
		if at == nil {
			t.last = append([]byte(nil), window[max(0, len(window)-64):]...)
			return len(part), nil
		}
		t.ended, rest = true, window[at[1]:]
	}
	t.kept.Write(rest[:min(len(rest), maxTail-t.kept.Len())])
	return len(part), nil
}

var mergedCells = regexp.MustCompile(`<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"`)

// maxMerged is how many merged ranges are heeded, and maxMergedRows how many rows each may have: more are no list.
const (
	maxMerged     = 20_000
	maxMergedRows = 5_000
)

// merges lists the ranges of more than one row.
func (t *tail) merges() (all []merged) {
	for _, m := range mergedCells.FindAllSubmatch(t.kept.Bytes(), maxMerged) {
		from, _ := strconv.Atoi(string(m[2]))
		to, _ := strconv.Atoi(string(m[4]))
		if to > from && to-from <= maxMergedRows {
			all = append(all, merged{columnNumber(string(m[1])), from, to, ""})
		}
	}
	return all
}

func columnNumber(letters string) (n int) {
	for _, l := range letters {
		n = 26*n + int(l-'A') + 1
	}
	return n
}

// sheetEntries says in which entry each visible sheet of cells lies, in the order of the workbook.
func sheetEntries(z *zip.Reader) (names []string, entries map[string]string) {
	type attrs struct {
		Attrs []xml.Attr `xml:",any,attr"`
	}
	var book struct {
		Sheets []attrs `xml:"sheets>sheet"`
	}
	var relations struct {
		All []attrs `xml:"Relationship"`
	}
	read := func(name string, into any) {
		if f, err := z.Open(name); err == nil {
			defer f.Close()
			_ = xml.NewDecoder(io.LimitReader(f, 1<<20)).Decode(into) // what cannot be read is not there
		}
	}
	read("xl/workbook.xml", &book)
	read("xl/_rels/workbook.xml.rels", &relations)
	of := func(a attrs, name string) string {
		for _, at := range a.Attrs {
			if at.Name.Local == name {
				return at.Value
			}
		}
		return ""
	}
	targets := map[string]string{}
	for _, r := range relations.All {
		if strings.HasSuffix(of(r, "Type"), "/worksheet") {
			target := of(r, "Target")
			if !strings.HasPrefix(target, "/") {
				target = "/xl/" + target
			}
			targets[of(r, "Id")] = strings.TrimPrefix(path.Clean(target), "/")
		}
	}
	entries = map[string]string{}
	for _, s := range book.Sheets {
		if target := targets[of(s, "id")]; target != "" && of(s, "state") != "hidden" && of(s, "state") != "veryHidden" {
			names = append(names, of(s, "name"))
			entries[of(s, "name")] = target
		}
	}
	return names, entries
}
