package org

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/theme"
	"onetap/internal/theme/logo"
)

// CheckSettings brings settings into shape, or says what keeps them from being stored. Problems: languages_none, those of
// survey.Settings.Check, and those of Senders.Check. The colour and the logo are checked by Colour and Logo.
func (c *Company) CheckSettings(s survey.Settings) (survey.Settings, error) {
	if len(s.Languages) == 0 {
		return s, apperr.New(apperr.Invalid, "languages_none", "languages")
	}
	if err := s.Check(); err != nil {
		return s, err
	}
	if err := c.Senders.Check(s.Sender); err != nil {
		return s, err
	}
	slices.Sort(s.Languages)
	if len(s.Languages) == len(survey.Languages()) {
		s.Languages = nil // all, whichever come
	}
	return s, nil
}

// SaveSettings stores checked settings, unless somebody else has saved since they had the version: then it returns
// apperr.ErrChanged with what is stored.
func (c *Company) SaveSettings(ctx context.Context, s survey.Settings, version int) (stored survey.Settings, err error) {
	if stored, err = c.Store.Settings(ctx); err != nil {
		return stored, err
	}
	if version != stored.Version {
		return stored, apperr.ErrChanged
	}
	s.Version, s.Trusted, s.CaseHours, s.Frequency = version, stored.Trusted, stored.CaseHours, stored.Frequency
	s.Touchpoints = stored.Touchpoints
	saved, err := c.Store.PutSettings(ctx, s)
	if !errors.Is(err, apperr.ErrChanged) {
		return saved, err
	}
	if stored, err = c.Store.Settings(ctx); err != nil {
		return stored, err
	}
	return stored, apperr.ErrChanged
}

// SaveTrusted stores who may stay signed in on an own device, unless somebody else has saved settings since they had the
// version: then it returns apperr.ErrChanged with what is stored. Problems: those of survey.Trusted.Check.
func (c *Company) SaveTrusted(ctx context.Context, t survey.Trusted, version int) (stored survey.Settings, err error) {
	if err := t.Check(); err != nil {
		return stored, err
	}
	for _, role := range t.Roles {
		if !slices.Contains(Roles, role) {
			return stored, apperr.New(apperr.Invalid, "role_unknown", "trusted_roles", "Known", "")
		}
	}
	return c.saveApart(ctx, version, func(s *survey.Settings) { s.Trusted = t })
}

// SaveFrequency stores the rules of frequency, by which every campaign goes that is launched from now on, unless somebody else has saved settings since they had the
// version: then it returns apperr.ErrChanged with what is stored. Problems: those of survey.CheckFrequency.
func (c *Company) SaveFrequency(ctx context.Context, rules []survey.FrequencyRule, version int) (stored survey.Settings, err error) {
	if rules, err = survey.CheckFrequency(rules); err != nil {
		return stored, err
	}
	return c.saveApart(ctx, version, func(s *survey.Settings) { s.Frequency = rules })
}

// SaveTouchpoints stores the catalogue of touchpoints, from which drafts choose, unless somebody else has saved settings since they had the version: then it returns
// apperr.ErrChanged with what is stored. Problems: those of survey.CheckTouchpoints.
func (c *Company) SaveTouchpoints(ctx context.Context, all []survey.Touchpoint, version int) (stored survey.Settings, err error) {
	if stored, err = c.Store.Settings(ctx); err != nil {
		return stored, err
	}
	if version != stored.Version {
		return stored, apperr.ErrChanged
	}
	if all, err = survey.CheckTouchpoints(all, stored.Touchpoints); err != nil {
		return stored, err
	}
	return c.saveApart(ctx, version, func(s *survey.Settings) { s.Touchpoints = all })
}

// saveApart changes what of the settings has a form of its own.
func (c *Company) saveApart(ctx context.Context, version int, change func(*survey.Settings)) (stored survey.Settings, err error) {
	if stored, err = c.Store.Settings(ctx); err != nil {
		return stored, err
	}
	if version != stored.Version {
		return stored, apperr.ErrChanged
	}
	now := stored
	change(&now)
	saved, err := c.Store.PutSettings(ctx, now)
	if errors.Is(err, apperr.ErrChanged) {
		return stored, err
	}
	return saved, err
}

// Colour reads a colour on which one of the texts can be read; "" is none. Problems: colour_unknown, colour_contrast, which
// says the nearest that will do; its numbers are written in l.
func Colour(text string, l lang.Language) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	c, ok := theme.Parse(text)
	if !ok {
		return text, apperr.New(apperr.Invalid, "colour_unknown", "colour")
	}
	if _, contrast := theme.On(c); contrast < theme.Enough {
		// One digit, rounded down: 4.46 is not enough and must not read as 4.5.
		return c.String(), apperr.New(apperr.Invalid, "colour_contrast", "colour", "Colour", c.String(),
			"Contrast", l.Decimal(float64(int(contrast*10))/10, 1), "Enough", l.Decimal(theme.Enough, 1), "Nearest", theme.Nearest(c).String())
	}
	return c.String(), nil
}

// Logo checks a picture and keeps it at once, so that a form which has to be filled in again still has it. Problems are
// those of logo.Check.
func (c *Company) Logo(ctx context.Context, picture []byte) (survey.Brand, error) {
	media, width, height, err := logo.Check(picture)
	if err != nil {
		return survey.Brand{}, err
	}
	sum := sha256.Sum256(picture)
	l := theme.Logo{Hash: hex.EncodeToString(sum[:10]), Media: media, Bytes: picture}
	return survey.Brand{Logo: l.Hash, Width: width, Height: height}, c.Store.PutLogo(ctx, l)
}

// KeptLogo is a logo that was kept before, by its hash; none for "" and for a hash that is nothing's.
func (c *Company) KeptLogo(ctx context.Context, hash string) (survey.Brand, error) {
	if hash == "" {
		return survey.Brand{}, nil
	}
	l, ok, err := c.Store.Logo(ctx, hash)
	if err != nil || !ok {
		return survey.Brand{}, err
	}
	_, width, height, err := logo.Check(l.Bytes)
	return survey.Brand{Logo: hash, Width: width, Height: height}, err
}
