package store

import (
	"context"

	"onetap/internal/survey"
)

// Disclosed reads the page that tells people of an audience what is kept of them; none where it was not written yet.
func (s *Store) Disclosed(ctx context.Context, a survey.Audience, language string) (all []survey.Section, err error) {
	it, err := s.get(ctx, disclosedKey(a, language))
	if err != nil || it == nil {
		return nil, err
	}
	return all, fromJSON(it, "sections", &all)
}

// DisclosedSum reads the sum under which the pages were written last; "": none were.
func (s *Store) DisclosedSum(ctx context.Context) (string, error) {
	it, err := s.get(ctx, disclosedSumKey)
	return text(it, "sum"), err
}

// PutDisclosed writes the pages, and when they stand, their sum.
func (s *Store) PutDisclosed(ctx context.Context, pages []survey.Disclosed, sum string) error {
	items := make([]item, len(pages))
	for n, p := range pages {
		items[n] = disclosedKey(p.Audience, p.Language).item()
		items[n]["sections"] = asJSON(p.Sections)
	}
	if err := s.batchPut(ctx, items); err != nil {
		return err
	}
	it := disclosedSumKey.item()
	it["sum"] = str(sum)
	return s.put(ctx, it, "", nil)
}
