// Package s3 is the laptop's Simple Storage Service: files in private buckets over S3's own wire protocol (REST, XML), on disk.
//
// It knows what a program needs that writes large files and hands out addresses of them: PutObject, CreateMultipartUpload, UploadPart,
// CompleteMultipartUpload, AbortMultipartUpload and GetObject, with AWS's limits and errors. A file is read by a signed call, or at a
// presigned address, whose signature and end are checked. What is older than a bucket keeps it is gone.
package s3

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Bucket is a bucket as the template declares it.
type Bucket struct {
	Name   string
	Expire time.Duration // after which a file is gone; 0: never
	Abort  time.Duration // after which an upload that was not completed is; 0: never
}

// Options say which buckets there are and where their files lie.
type Options struct {
	Folder  string
	Buckets []Bucket
	Secret  string           // with which every caller signs
	Now     func() time.Time // nil: time.Now
}

// Server answers S3's calls. It is safe for concurrent use.
type Server struct {
	o  Options
	mu sync.Mutex // of what is renamed and removed
}

const (
	minPart = 5 << 20 // of all parts but the last
	maxPart = 64 << 20
	maxBody = maxPart
)

// Open makes the folder.
func Open(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	for _, b := range o.Buckets {
		for _, sub := range []string{"files", "uploads"} {
			if err := os.MkdirAll(filepath.Join(o.Folder, b.Name, sub), 0o700); err != nil {
				return nil, fmt.Errorf("files: %w", err)
			}
		}
	}
	return &Server{o: o}, nil
}

// Has reports whether there is a bucket of that name.
func (s *Server) Has(name string) bool {
	_, ok := s.bucket(name)
	return ok
}

func (s *Server) bucket(name string) (Bucket, bool) {
	for _, b := range s.o.Buckets {
		if b.Name == name {
			return b, true
		}
	}
	return Bucket{}, false
}

// about is what is known of a file, beside it.
type about struct {
	Key         string    `json:"key"`
	Type        string    `json:"type"`
	Disposition string    `json:"disposition"`
	Tag         string    `json:"tag"`
	Made        time.Time `json:"made"`
}

// nameOf is a file's name on disk: keys are anything.
func nameOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

func (s *Server) file(b Bucket, key string) string {
	return filepath.Join(s.o.Folder, b.Name, "files", nameOf(key))
}

func (s *Server) upload(b Bucket, id string) string {
	return filepath.Join(s.o.Folder, b.Name, "uploads", filepath.Base(id))
}

func readAbout(path string) (a about, err error) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	return a, err
}

func writeAbout(path string, a about) error {
	data, err := json.Marshal(a)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	return err
}

// Sweep removes what has come of age, as S3 does once a day.
func (s *Server) Sweep() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, b := range s.o.Buckets {
		for sub, age := range map[string]time.Duration{"files": b.Expire, "uploads": b.Abort} {
			folder := filepath.Join(s.o.Folder, b.Name, sub)
			entries, err := os.ReadDir(folder)
			errs = append(errs, err)
			for _, e := range entries {
				info, err := e.Info()
				if err == nil && age > 0 && s.o.Now().Sub(info.ModTime()) >= age {
					errs = append(errs, os.RemoveAll(filepath.Join(folder, e.Name())))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// put writes a whole file.
func (s *Server) put(b Bucket, a about, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := s.file(b, a.Key)
	if err := os.WriteFile(path+".new", body, 0o600); err != nil {
		return err
	}
	if err := writeAbout(path+".json", a); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// open opens a file that is not of age yet.
func (s *Server) open(b Bucket, key string) (*os.File, about, error) {
	a, err := readAbout(s.file(b, key) + ".json")
	if err == nil && b.Expire > 0 && s.o.Now().Sub(a.Made) >= b.Expire {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, a, err
	}
	f, err := os.Open(s.file(b, key))
	return f, a, err
}

// part is a part as CompleteMultipartUpload names it.
type part struct {
	PartNumber int
	ETag       string
}

// join puts a file together from the parts of an upload.
func (s *Server) join(b Bucket, id string, a about, parts []part) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	folder := s.upload(b, id)
	whole, err := os.OpenFile(s.file(b, a.Key)+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	defer whole.Close()
	sums := md5.New()
	for i, p := range parts {
		path := filepath.Join(folder, fmt.Sprint(p.PartNumber))
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return "", fault(400, "InvalidPart", "One or more of the specified parts could not be found.")
		}
		if err != nil {
			return "", err
		}
		sum := md5.New()
		n, err := io.Copy(io.MultiWriter(whole, sum), f)
		f.Close()
		if err != nil {
			return "", err
		}
		if got := `"` + hex.EncodeToString(sum.Sum(nil)) + `"`; p.ETag != got && `"`+p.ETag+`"` != got {
			return "", fault(400, "InvalidPart", "The part's entity tag might not have matched the specified entity tag.")
		}
		if n < minPart && i < len(parts)-1 {
			return "", fault(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
		}
		if i > 0 && p.PartNumber <= parts[i-1].PartNumber {
			return "", fault(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
		}
		sums.Write(sum.Sum(nil))
	}
	a.Tag, a.Made = fmt.Sprintf(`"%x-%d"`, sums.Sum(nil), len(parts)), s.o.Now().UTC()
	if err := writeAbout(s.file(b, a.Key)+".json", a); err != nil {
		return "", err
	}
	if err := os.Rename(whole.Name(), s.file(b, a.Key)); err != nil {
		return "", err
	}
	return a.Tag, os.RemoveAll(folder)
}
