package s3

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Error is an error as S3 names it.
type Error struct {
	XMLName xml.Name `xml:"Error"`
	Status  int      `xml:"-"`
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func fault(status int, code, message string) *Error {
	return &Error{Status: status, Code: code, Message: message}
}

// Fail answers with an error.
func Fail(w http.ResponseWriter, e *Error) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.Status)
	io.WriteString(w, xml.Header)
	xml.NewEncoder(w).Encode(e)
}

// Split takes bucket and key out of a path: "/<bucket>/<key>".
func Split(path string) (bucket, key string) {
	bucket, key, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return bucket, key
}

// Operation names a call.
func Operation(r *http.Request) string {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPost && q.Has("uploads"):
		return "CreateMultipartUpload"
	case r.Method == http.MethodPost && q.Has("uploadId"):
		return "CompleteMultipartUpload"
	case r.Method == http.MethodPut && q.Has("uploadId"):
		return "UploadPart"
	case r.Method == http.MethodDelete && q.Has("uploadId"):
		return "AbortMultipartUpload"
	case r.Method == http.MethodPut && len(q) == 0, r.Method == http.MethodPut && q.Get("x-id") == "PutObject":
		return "PutObject"
	case r.Method == http.MethodGet && !q.Has("uploadId") && !q.Has("list-type"):
		return "GetObject"
	}
	return r.Method
}

// Action is the permission of IAM that a call takes: those of an upload in parts are those of writing a file.
func Action(operation string) string {
	switch operation {
	case "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload":
		return "s3:PutObject"
	}
	return "s3:" + operation
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, key := Split(r.URL.Path)
	b, ok := s.bucket(name)
	var err error
	switch operation := Operation(r); {
	case !ok:
		err = fault(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	case key == "":
		err = fault(http.StatusNotImplemented, "NotImplemented", "the laptop knows files, and nothing of buckets")
	case r.URL.Query().Has("X-Amz-Signature"):
		if err = s.checkSigned(r); err == nil {
			err = s.get(w, b, key)
		}
	case r.Header.Get("Authorization") == "":
		err = fault(http.StatusForbidden, "AccessDenied", "Access Denied")
	default:
		err = s.call(w, r, operation, b, key)
	}
	if err == nil {
		return
	}
	var e *Error
	if !errors.As(err, &e) { // the disk
		e = fault(http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
	}
	Fail(w, e)
}

func (s *Server) call(w http.ResponseWriter, r *http.Request, operation string, b Bucket, key string) error {
	switch operation {
	case "GetObject":
		return s.get(w, b, key)
	case "CreateMultipartUpload":
		return s.begin(w, r, b, key)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return fault(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	}
	if want := r.Header.Get("X-Amz-Content-Sha256"); len(want) == 64 && want != sha(body) {
		return fault(http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	q := r.URL.Query()
	switch operation {
	case "PutObject":
		a := about{Key: key, Type: r.Header.Get("Content-Type"), Disposition: r.Header.Get("Content-Disposition"), Tag: tag(body), Made: s.o.Now().UTC()}
		w.Header().Set("ETag", a.Tag)
		return s.put(b, a, body)
	case "UploadPart":
		n, err := strconv.Atoi(q.Get("partNumber"))
		if err != nil || n < 1 || n > 10_000 {
			return fault(http.StatusBadRequest, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
		}
		return s.takePart(w, b, q, key, n, body)
	case "CompleteMultipartUpload":
		return s.complete(w, b, q, key, body)
	case "AbortMultipartUpload":
		folder, _, err := s.begun(b, q, key)
		if err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return os.RemoveAll(folder)
	}
	return fault(http.StatusNotImplemented, "NotImplemented", "the laptop does not know this call of S3: "+operation)
}

func tag(body []byte) string {
	sum := md5.Sum(body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func (s *Server) begin(w http.ResponseWriter, r *http.Request, b Bucket, key string) error {
	id := rand.Text()
	folder := s.upload(b, id)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	a := about{Key: key, Type: r.Header.Get("Content-Type"), Disposition: r.Header.Get("Content-Disposition"), Made: s.o.Now().UTC()}
	if err := writeAbout(filepath.Join(folder, "about.json"), a); err != nil {
		return err
	}
	return answer(w, struct {
		XMLName               xml.Name `xml:"InitiateMultipartUploadResult"`
		Bucket, Key, UploadId string
	}{Bucket: b.Name, Key: key, UploadId: id})
}

// begun finds an upload by what a call says of it.
func (s *Server) begun(b Bucket, q url.Values, key string) (folder string, a about, err error) {
	folder = s.upload(b, q.Get("uploadId"))
	a, err = readAbout(filepath.Join(folder, "about.json"))
	if err != nil || a.Key != key || q.Get("uploadId") == "" {
		return folder, a, fault(http.StatusNotFound, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
	}
	return folder, a, nil
}

func (s *Server) takePart(w http.ResponseWriter, b Bucket, q url.Values, key string, n int, body []byte) error {
	folder, _, err := s.begun(b, q, key)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, strconv.Itoa(n))
	if err := os.WriteFile(path+".new", body, 0o600); err != nil {
		return err
	}
	w.Header().Set("ETag", tag(body))
	return os.Rename(path+".new", path)
}

func (s *Server) complete(w http.ResponseWriter, b Bucket, q url.Values, key string, body []byte) error {
	_, a, err := s.begun(b, q, key)
	if err != nil {
		return err
	}
	var in struct {
		XMLName xml.Name `xml:"CompleteMultipartUpload"`
		Part    []part
	}
	if err := xml.Unmarshal(body, &in); err != nil || len(in.Part) == 0 {
		return fault(http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
	}
	etag, err := s.join(b, q.Get("uploadId"), a, in.Part)
	if err != nil {
		return err
	}
	return answer(w, struct {
		XMLName           xml.Name `xml:"CompleteMultipartUploadResult"`
		Bucket, Key, ETag string
	}{Bucket: b.Name, Key: key, ETag: etag})
}

func (s *Server) get(w http.ResponseWriter, b Bucket, key string) error {
	f, a, err := s.open(b, key)
	if errors.Is(err, fs.ErrNotExist) {
		return fault(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", a.Type)
	h.Set("ETag", a.Tag)
	h.Set("Content-Length", fmt.Sprint(info.Size()))
	h.Set("Last-Modified", a.Made.UTC().Format(http.TimeFormat))
	if a.Disposition != "" {
		h.Set("Content-Disposition", a.Disposition)
	}
	_, err = io.Copy(w, f)
	return err
}

func answer(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/xml")
	io.WriteString(w, xml.Header)
	return xml.NewEncoder(w).Encode(v)
}
