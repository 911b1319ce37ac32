package shell

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// DraftField is the hidden field by which a form says that what is typed into it must not be lost (Keep): the name of the
// form, after it, where a script has kept what is being sent, "~" and the script's id of that.
const DraftField = "draft"

// savedCookie tells the script which of what it keeps has been saved. It is the one cookie that a script reads.
const savedCookie = "onetap-saved"

var draftID = regexp.MustCompile(`^[a-z0-9]{1,20}$`)

// VersionOf is a short text that changes when another does, for Keep.
func VersionOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// OwnDraft reports whether a post is a form of a session of this site, which may have ended, and one whose texts are not to be
// lost (Keep).
func (d *Shell) OwnDraft(r *http.Request, session string) bool {
	return !d.foreign(r) && r.FormValue(DraftField) != "" && d.Door.OwnForm(session, r.PostForm.Get("form"))
}

// Saved watches the answer to a form: one that is no refusal means that what was typed is stored, and the script need not
// keep it any longer. The form has been read by then (CheckForm).
func Saved(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	_, id, found := strings.Cut(r.PostForm.Get(DraftField), "~")
	if !found || !draftID.MatchString(id) {
		return w
	}
	return &savedWriter{ResponseWriter: w, r: r, id: id}
}

type savedWriter struct {
	http.ResponseWriter
	r    *http.Request
	id   string
	said bool
}

// WriteHeader adds the cookie to an answer that is no refusal. It names what else was saved and no page has read yet.
func (s *savedWriter) WriteHeader(code int) {
	if !s.said && code < http.StatusBadRequest {
		value := s.id
		if c, err := s.r.Cookie(savedCookie); err == nil && len(c.Value) < 200 {
			value = strings.Trim(c.Value+"."+s.id, ".")
		}
		c := Cookie(s.r, "saved", value, time.Hour)
		c.Name, c.HttpOnly = savedCookie, false
		http.SetCookie(s.ResponseWriter, c)
	}
	s.said = true
	s.ResponseWriter.WriteHeader(code)
}

// Write is an answer without a status of its own, which is no refusal.
func (s *savedWriter) Write(b []byte) (int, error) {
	if !s.said {
		s.WriteHeader(http.StatusOK)
	}
	return s.ResponseWriter.Write(b)
}
