package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"onetap/internal/seal"
)

// workbookLife is how long the parts of a workbook are kept: until its list is taken, which is minutes.
const workbookLife = 24 * time.Hour

// PutWorkbookPart keeps one part of a workbook that fits no call; the same part again replaces it.
func (s *Store) PutWorkbookPart(ctx context.Context, digest string, n int, data []byte, now time.Time) error {
	it := workbookPartKey(digest, n).item()
	it["ttl"] = num(now.Add(workbookLife).Unix())
	if err := s.sealBytes(ctx, it, seal.Workbooks, "file", data); err != nil {
		return err
	}
	return s.put(ctx, it, "", nil)
}

// WorkbookPart reads one part of a workbook; ok is false where it is not there.
func (s *Store) WorkbookPart(ctx context.Context, digest string, n int) (data []byte, ok bool, err error) {
	it, err := s.get(ctx, workbookPartKey(digest, n))
	if err != nil || it == nil {
		return nil, false, err
	}
	data, err = s.opened(ctx, it, seal.Workbooks, "file")
	return data, true, err
}

// WorkbookParts lists which parts of a workbook are there, in order.
func (s *Store) WorkbookParts(ctx context.Context, digest string) ([]int, error) {
	parts := []int{}
	err := s.queryItems(ctx, workbookPartKey(digest, 0).pk, "PART#", true, func(it item) (bool, error) {
		n, err := strconv.Atoi(strings.TrimPrefix(text(it, "sk"), "PART#"))
		parts = append(parts, n)
		return true, err
	})
	return parts, err
}
