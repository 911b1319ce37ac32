package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/survey"
)

// SignIn is a link by which somebody of the staff signs in, once.
type SignIn struct {
	Hash    string // of the link's token
	Staff   string // id
	Browser string // hash of what the asking browser keeps; "": any browser
	Expires time.Time
}

// PutSignIn keeps a link until it is used or expires.
func (s *Store) PutSignIn(ctx context.Context, l SignIn) error {
	it := signInKey(l.Hash).item()
	it["staff"], it["expires"], it["ttl"] = str(l.Staff), at(l.Expires), num(l.Expires.Add(time.Hour).Unix())
	set(it, "browser", l.Browser)
	return s.put(ctx, it, "", nil)
}

// SignIn looks at a link without using it up; ok is false for one that is not there (used, forgotten, invented).
func (s *Store) SignIn(ctx context.Context, hash string) (l SignIn, ok bool, err error) {
	it, err := s.get(ctx, signInKey(hash))
	if err != nil || it == nil {
		return l, false, err
	}
	return SignIn{hash, text(it, "staff"), text(it, "browser"), instant(it, "expires")}, true, nil
}

// UseSignIn takes a link away; of two that try, one gets ErrChanged.
func (s *Store) UseSignIn(ctx context.Context, hash string) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: signInKey(hash).item(), ConditionExpression: aws.String("attribute_exists(pk)")})
	return s.failed("use sign-in link", err)
}

// AskSignIn notes that an address asked for a link, and reports whether it may have one: at most most within the span
// before now. Of two who ask at the same moment one may get ErrChanged.
func (s *Store) AskSignIn(ctx context.Context, hash string, most int, span time.Duration, now time.Time) (bool, error) {
	it, err := s.get(ctx, asksKey(hash))
	if err != nil {
		return false, err
	}
	var asked []string
	for _, t := range strings.Fields(text(it, "at")) {
		if ms, err := strconv.ParseInt(t, 10, 64); err == nil && now.Sub(time.UnixMilli(ms)) < span {
			asked = append(asked, t)
		}
	}
	if len(asked) >= most {
		return false, nil
	}
	version := number64(it, "version")
	it = asksKey(hash).item()
	it["at"] = str(strings.Join(append(asked, strconv.FormatInt(now.UnixMilli(), 10)), " "))
	it["version"], it["ttl"] = num(version+1), num(now.Add(span).Unix())
	if version == 0 {
		return true, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return true, s.put(ctx, it, "version = :was", item{":was": num(version)})
}

// Session is one browser in which somebody of the staff is signed in.
type Session struct {
	ID      string
	Staff   string
	Created time.Time
	Expires time.Time
}

// PutSession begins a session.
func (s *Store) PutSession(ctx context.Context, v Session) error {
	it := sessionKey(v.Staff, v.ID).item()
	it["created"], it["expires"], it["ttl"] = at(v.Created), at(v.Expires), num(v.Expires.Unix())
	return s.put(ctx, it, "", nil)
}

// Visitor is what a page knows of who opens it, and of the company around it.
type Visitor struct {
	Session  Session
	Staff    survey.Staff // as they are now
	Settings survey.Settings
}

// Session reads a session together with its staff member and the company's settings; ok is false when the session or the
// staff member is gone.
func (s *Store) Session(ctx context.Context, staff, id string) (v Visitor, ok bool, err error) {
	items, err := s.batchGet(ctx, []key{sessionKey(staff, id), staffKey(staff), settingsKey}, true, "")
	if err != nil {
		return v, false, fmt.Errorf("session: %w", err)
	}
	found := 0
	for _, it := range items {
		switch k := keyOf(it); {
		case k == settingsKey:
			v.Settings, err = settingsOf(it)
		case strings.HasPrefix(k.pk, "STAFF#"):
			found++
			err = fromJSON(it, "staff", &v.Staff)
		default:
			found++
			v.Session = Session{id, staff, instant(it, "created"), instant(it, "expires")}
		}
		if err != nil {
			return v, false, err
		}
	}
	return v, found == 2, nil
}

// EndSession ends one session; ending it twice is no error.
func (s *Store) EndSession(ctx context.Context, staff, id string) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: sessionKey(staff, id).item()})
	return s.failed("end session", err)
}

// EndSessions ends all sessions of a staff member.
func (s *Store) EndSessions(ctx context.Context, staff string) error {
	return s.deleteAll(ctx, sessionsPK(staff), "")
}
