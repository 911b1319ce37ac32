package store

import (
	"context"

	"onetap/internal/insight/themes"
	"onetap/internal/survey"
	"onetap/internal/waves"
)

// analysisKey has what a campaign came to, analysesKey which of an audience's campaigns were analysed and when, themesKey the company's dictionary.
func analysisKey(c survey.CampaignID) key { return key{"ANALYSIS#" + string(c), "ANALYSIS"} }
func analysesKey(a survey.Audience) key   { return key{"ANALYSES", string(a)} }

var themesKey = key{"SETTINGS", "THEMES"}

// Analysis reads what a campaign came to; ok is false before it was analysed.
func (s *Store) Analysis(ctx context.Context, c survey.CampaignID) (a waves.Analysis, ok bool, err error) {
	it, err := s.get(ctx, analysisKey(c))
	if err != nil || it == nil {
		return a, false, err
	}
	err = fromJSON(it, "of", &a)
	a.Campaign = c
	return a, err == nil, err
}

// SaveAnalysis writes it in place of the last one.
func (s *Store) SaveAnalysis(ctx context.Context, a waves.Analysis) error {
	it := analysisKey(a.Campaign).item()
	it["of"] = asJSON(a)
	return s.put(ctx, it, "", nil)
}

// Analysed reads which of an audience's campaigns were analysed; zero before the first.
func (s *Store) Analysed(ctx context.Context, a survey.Audience) (waves.Looked, error) {
	l := waves.Looked{Audience: a}
	it, err := s.get(ctx, analysesKey(a))
	if err != nil || it == nil {
		return l, err
	}
	l.At, l.Version = instant(it, "at"), int(number64(it, "version"))
	return l, fromJSON(it, "of", &l.Of)
}

// SaveAnalysed writes it if it still has the version that was read; otherwise ErrChanged.
func (s *Store) SaveAnalysed(ctx context.Context, l waves.Looked) error {
	it := analysesKey(l.Audience).item()
	it["of"], it["at"], it["version"] = asJSON(l.Of), at(l.At), num(l.Version+1)
	if l.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(l.Version)})
}

// Themes reads the company's dictionary of themes and its version; ok is false, and the version 0, while it has none of its own.
func (s *Store) Themes(ctx context.Context) (d themes.Dictionary, version int, ok bool, err error) {
	it, err := s.get(ctx, themesKey)
	if err != nil || it == nil {
		return nil, 0, false, err
	}
	err = fromJSON(it, "themes", &d)
	return d.Unpacked(), int(number64(it, "version")), err == nil, err
}

// PutThemes writes the dictionary if it still has the version that was read (0: none is stored), and returns the next one; otherwise ErrChanged.
func (s *Store) PutThemes(ctx context.Context, d themes.Dictionary, version int) (int, error) {
	it := themesKey.item()
	it["themes"], it["version"] = asJSON(d.Packed()), num(version+1)
	if version == 0 {
		return version + 1, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return version + 1, s.put(ctx, it, "version = :was", item{":was": num(version)})
}
