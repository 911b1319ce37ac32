package survey

import (
	"strings"
	"time"
)

// Gesture says how an answer was posted, which decides whether it counts (D7).
type Gesture string

const (
	ByButton  Gesture = "button"  // the form's own button: a person
	ByGesture Gesture = "gesture" // the page's script after a trusted pointer, touch, key or scroll event: a person
	ByScript  Gesture = "script"  // the page's script alone: cannot be told from a mail scanner's browser
)

// Response is one respondent's answer to one campaign, editable until the campaign closes.
type Response struct {
	Campaign   CampaignID
	Contact    ContactID
	Audience   Audience
	Owner      string // owner, team, language as they were when the invitation was sent
	Team       string
	Language   string
	Segments   []string  // the contact's values of the campaign's dimensions when the answer was first given
	Account    AccountID // that the contact was of then; "": of none, or nobody's any more
	Score      int       // 0..10; the verified score, or, while Verified is false, what a script posted
	Verified   bool      // a person acted
	Unhappy    bool      // a verified score was a detractor once: whoever looks after the case wants to know what follows
	Why        string    // at most MaxComment characters; "" for whoever cannot open what is Kept
	Wish       string    // what would make it a 10
	Ratings    Ratings   // of touchpoints
	Kept       Kept      // the same as it is stored
	Unreadable bool      // some of what is Kept does not open any more
	First      time.Time // first post of any kind
	Counted    time.Time // first verified post; decides the week; zero while unverified
	Updated    time.Time
	Version    int      // 1 at the first post, +1 with each change
	Early      bool     // it came before its invitation was written, or that does not say all: the sender places it (Place), and until then it is not counted
	Worded     bool     // it had words, which were deleted because of their age: it is counted as an answer with words still
	Import     string   // of an answer that was brought in from elsewhere: the import, and its part after a dot; "": it was given here
	Origin     string   // of such an answer, which it is: a keyed hash; "": not known (any more)
	Seen       []string // digests of the last posts taken, so that a replayed POST changes nothing
}

// HasWords reports whether an answer has words, for whoever cannot open them as well.
func (r Response) HasWords() bool {
	return r.Why != "" || r.Wish != "" || len(r.Kept.Why) > 0 || len(r.Kept.Wish) > 0
}

// Kept are an answer's words as they are stored. Whoever takes them can open nothing, so that what was written before is kept as it is
// where something is added.
type Kept struct{ Why, Wish []Part }

// Part is what was written at once. Parts stand one below the other, with a blank line between.
type Part struct {
	Trace  string // tells whether words are the same: see Post.Trace
	Size   int    // characters, rounded up
	Text   string // of one that has just been written, and is not sealed yet, or that was opened
	Sealed []byte // as it is stored; nil: not yet
}

// sizeStep is to what a part's size is rounded up, so that it tells little.
const sizeStep = 64

// Together is all of some parts as one text; ok is false where one of them is not open.
func Together(parts []Part) (text string, ok bool) {
	texts := make([]string, len(parts))
	for i, p := range parts {
		if texts[i] = p.Text; p.Text == "" {
			return "", false
		}
	}
	return strings.Join(texts, "\n\n"), true
}

// MaxComment is the length in characters to which a comment is cut; the page says so.
const MaxComment = 4000
