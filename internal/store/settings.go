package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/survey"
	"onetap/internal/theme"
)

// Settings reads what the company has set; the zero settings (version 0) before it has set anything.
func (s *Store) Settings(ctx context.Context) (survey.Settings, error) {
	it, err := s.get(ctx, settingsKey)
	if err != nil || it == nil {
		return survey.Settings{}, err
	}
	return settingsOf(it)
}

func settingsOf(it item) (survey.Settings, error) {
	var v survey.Settings
	err := fromJSON(it, "settings", &v)
	v.Version = int(number64(it, "version"))
	return v, err
}

// PutSettings writes the settings if they still have the version that was read (0: none are stored), and returns them
// with the next one; otherwise ErrChanged.
func (s *Store) PutSettings(ctx context.Context, v survey.Settings) (survey.Settings, error) {
	was := v.Version
	v.Version++
	it := settingsKey.item()
	it["settings"], it["version"] = asJSON(v), num(v.Version)
	if was == 0 {
		return v, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return v, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// PutLogo keeps a logo for good: letters that are out show it.
func (s *Store) PutLogo(ctx context.Context, l theme.Logo) error {
	it := logoKey(l.Hash).item()
	it["media"], it["bytes"] = str(l.Media), bin(l.Bytes)
	return s.put(ctx, it, "", nil)
}

// Logo reads a logo; ok is false when there is none of that hash. It never changes, so any replica will do.
func (s *Store) Logo(ctx context.Context, hash string) (l theme.Logo, ok bool, err error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: logoKey(hash).item(), ConsistentRead: aws.Bool(false)})
	if err != nil || out.Item == nil {
		return l, false, s.failed("get logo", err)
	}
	return theme.Logo{Hash: hash, Media: text(out.Item, "media"), Bytes: binary(out.Item, "bytes")}, true, nil
}
