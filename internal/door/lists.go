package door

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/sheet"
	"onetap/internal/web"
)

// MaxList is the largest list, or part of one, in bytes after unpacking.
const MaxList = 5 << 20

// WorkbookType is the media type of workbooks of Excel.
const WorkbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// MediaType is the media type of a request's body, without parameters.
func MediaType(r *http.Request) string {
	m, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return m
}

// EncodingOf is the encoding that a request names for its list, in the parameter or as the charset of its type; "": recognise it.
// "utf-8" is what many programs write there without looking.
func EncodingOf(r *http.Request) (string, error) {
	named := r.URL.Query().Get("encoding")
	if _, with, err := mime.ParseMediaType(r.Header.Get("Content-Type")); named == "" && err == nil && sheet.Encoding(with["charset"]) != "utf-8" {
		named = with["charset"]
	}
	return sheet.SaidEncoding(named)
}

// ReadList reads a CSV body, or a part of one, or a workbook: see ListOf. Problems: csv_wanted, body_too_large, gzip_broken, encoding_unknown, csv_mangled.
//
// An HTTP API of AWS hands a text/* body on as UTF-8, with U+FFFD in place of every byte that is not: a list in windows-1251 has
// lost its letters by then. Such a body is refused; sent as application/octet-stream it arrives as it was.
func ReadList(r *http.Request) ([]byte, error) {
	m := MediaType(r)
	if m != "text/csv" && m != "application/octet-stream" && m != WorkbookType {
		return nil, apperr.New(apperr.Unsupported, "csv_wanted", "Content-Type", "Got", r.Header.Get("Content-Type"))
	}
	body, err := web.Body(r, MaxList)
	if err != nil {
		return nil, err
	}
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		if body, err = unpack(body); err != nil {
			return nil, err
		}
	default:
		return nil, apperr.New(apperr.Unsupported, "encoding_unknown", "Content-Encoding", "Got", encoding)
	}
	if m == "text/csv" && bytes.Contains(body, []byte("\uFFFD")) {
		return nil, apperr.New(apperr.Unsupported, "csv_mangled", "Content-Type")
	}
	return body, nil
}

// unpack reads at most MaxList bytes out of a gzip body, however small it is packed.
func unpack(body []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, &apperr.Error{Kind: apperr.Invalid, Code: "gzip_broken", Where: "Content-Encoding", Cause: err}
	}
	out, err := io.ReadAll(io.LimitReader(z, MaxList+1))
	switch {
	case len(out) > MaxList:
		return nil, apperr.New(apperr.TooLarge, "body_too_large", "", "Limit", MaxList)
	case err != nil:
		return nil, &apperr.Error{Kind: apperr.Invalid, Code: "gzip_broken", Where: "Content-Encoding", Cause: err}
	}
	return out, nil
}
