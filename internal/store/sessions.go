package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// PutSignIn keeps a link until it is used, ended or expires. It lies among the person's sessions too, and is worth nothing
// without that, so that what ends the sessions ends the links. Links of earlier versions, which lived for a quarter of an
// hour, have no such second item and are gone.
func (s *Store) PutSignIn(ctx context.Context, l authz.SignIn) error {
	it, open := signInKey(l.Hash).item(), openLinkKey(l.Staff, l.Hash).item()
	it["staff"], it["expires"], it["ttl"] = str(l.Staff), at(l.Expires), num(l.Expires.Add(time.Hour).Unix())
	set(it, "browser", l.Browser)
	set(it, "standing", l.Standing)
	open["ttl"] = it["ttl"]
	return s.batchPut(ctx, []item{it, open})
}

// SignIn looks at a link without using it up; ok is false for one that is not there (used, ended, forgotten, invented).
func (s *Store) SignIn(ctx context.Context, hash string) (l authz.SignIn, ok bool, err error) {
	it, err := s.get(ctx, signInKey(hash))
	if err != nil || it == nil {
		return l, false, err
	}
	l = authz.SignIn{Hash: hash, Staff: text(it, "staff"), Browser: text(it, "browser"), Standing: text(it, "standing"), Expires: instant(it, "expires")}
	open, err := s.get(ctx, openLinkKey(l.Staff, hash))
	return l, err == nil && open != nil, err
}

// UseSignIn takes a link away; of two that try, one gets ErrChanged, and so does who comes after the links were ended.
func (s *Store) UseSignIn(ctx context.Context, l authz.SignIn) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: openLinkKey(l.Staff, l.Hash).item(), ConditionExpression: aws.String("attribute_exists(pk)")})
	return s.failed("use sign-in link", err)
}

// AskSignIn notes that an address asked for a link, and reports whether it may have one. address, browser and network are
// keyed seals. A refusal writes nothing. Browsers and networks are told apart by the first character of their seal, one of
// 64, so that an item stays small whoever asks.
func (s *Store) AskSignIn(ctx context.Context, address, browser, network string, limits authz.AskLimits, now time.Time) (bool, error) {
	hour := now.UTC().Truncate(time.Hour)
	span := strconv.Itoa(int(now.Sub(hour) / limits.Span))
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: asksKey(address, hour).item(),
		UpdateExpression: aws.String("ADD #hour :one, #all :one, #browser :one, #network :one SET #ttl = :ttl"),
		ConditionExpression: aws.String("attribute_not_exists(#all) OR #all < :all AND #hour < :hour" +
			" AND (attribute_not_exists(#browser) OR #browser < :browser) AND (attribute_not_exists(#network) OR #network < :network)"),
		ExpressionAttributeNames: map[string]string{
			"#ttl": "ttl", "#hour": "hour", "#all": "all" + span,
			"#browser": "browser" + span + browser[:1], "#network": "network" + span + network[:1],
		},
		ExpressionAttributeValues: item{
			":one": num(1), ":ttl": num(hour.Add(2 * time.Hour).Unix()), ":all": num(limits.All), ":hour": num(limits.Hour),
			":browser": num(limits.Browser), ":network": num(limits.Network),
		},
	})
	if err = s.failed("ask for a sign-in link", err); errors.Is(err, apperr.ErrChanged) {
		return false, nil
	}
	return err == nil, err
}

// PutSession begins a session.
func (s *Store) PutSession(ctx context.Context, v authz.Session) error {
	it := sessionKey(v.Staff, v.ID).item()
	it["created"], it["expires"], it["ttl"] = at(v.Created), at(v.Expires), num(v.Expires.Unix())
	set(it, "reach", v.Reach)
	set(it, "device", v.Device)
	set(it, "before", v.Before)
	if v.Trusted {
		it["trusted"] = num(1)
	}
	return s.put(ctx, it, "", nil)
}

// Session reads a session together with its staff member and the company's settings; ok is false when the session or the
// staff member is gone.
func (s *Store) Session(ctx context.Context, staff, id string) (v authz.Visitor, ok bool, err error) {
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
			if v.Staff, err = s.staffOf(ctx, it); s.unreadable(ctx, err) {
				return v, false, nil
			}
			found++
		default:
			found++
			v.Session = sessionOf(staff, it)
		}
		if err != nil {
			return v, false, err
		}
	}
	return v, found == 2, nil
}

func sessionOf(staff string, it item) authz.Session {
	return authz.Session{
		ID: keyOf(it).sk, Staff: staff, Created: instant(it, "created"), Expires: instant(it, "expires"), Reach: text(it, "reach"),
		Trusted: number64(it, "trusted") != 0, Device: text(it, "device"), Before: text(it, "before"),
	}
}

// Sessions lists a staff member's sessions, those that are over and not yet forgotten included.
func (s *Store) Sessions(ctx context.Context, staff string) (all []authz.Session, err error) {
	err = s.queryItems(ctx, sessionsPK(staff), "", true, func(it item) (bool, error) {
		if !strings.Contains(keyOf(it).sk, "#") { // a link
			all = append(all, sessionOf(staff, it))
		}
		return true, nil
	})
	return all, err
}

// EndSession ends one session; ending it twice is no error.
func (s *Store) EndSession(ctx context.Context, staff, id string) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: sessionKey(staff, id).item()})
	return s.failed("end session", err)
}

// EndSessions ends all sessions of a staff member, and the links that would begin one.
func (s *Store) EndSessions(ctx context.Context, staff string) error {
	return s.deleteAll(ctx, sessionsPK(staff), "")
}
