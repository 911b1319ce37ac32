package insight

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"onetap/internal/accounts"
	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// firms are the accounts of a memory's contacts, kept as they are in the table but for the sealing.
func (m *memory) firms() *accounts.Index {
	f := &firmStore{memory: m, pages: map[survey.AccountPage][]byte{}, index: map[survey.Audience]survey.AccountIndex{}}
	k := accounts.Keeper{Store: f, Seal: openly{}, Now: func() time.Time { return noon }, Random: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	if err := k.Run(context.Background()); err != nil {
		panic(err)
	}
	return &accounts.Index{Store: f, Seal: openly{}}
}

// openly seals nothing.
type openly struct{}

func (openly) Seal(_ context.Context, _ seal.Purpose, _ seal.Place, text []byte) ([]byte, error) {
	return text, nil
}

func (openly) Open(_ context.Context, _ seal.Purpose, _ seal.Place, sealed []byte) ([]byte, error) {
	return sealed, nil
}

// firmStore is an accounts.Store in memory, to which no notes come.
type firmStore struct {
	*memory
	pages map[survey.AccountPage][]byte
	index map[survey.Audience]survey.AccountIndex
}

func (f *firmStore) AccountIndex(_ context.Context, a survey.Audience, _ int) (survey.AccountIndex, []survey.AccountNote, bool, error) {
	return f.index[a], nil, false, nil
}

func (f *firmStore) SaveAccountIndex(_ context.Context, a survey.Audience, x survey.AccountIndex) (survey.AccountIndex, error) {
	x.Version++
	f.index[a] = x
	return x, nil
}

func (f *firmStore) AccountPages(_ context.Context, pages []survey.AccountPage) (all [][]byte, err error) {
	for _, p := range pages {
		b, ok := f.pages[p]
		if !ok {
			return nil, apperr.ErrChanged
		}
		all = append(all, b)
	}
	return all, nil
}

func (f *firmStore) PutAccountPages(_ context.Context, pages map[survey.AccountPage][]byte) error {
	for p, b := range pages {
		f.pages[p] = b
	}
	return nil
}

func (f *firmStore) ContactsUntil(_ context.Context, a survey.Audience, _ survey.Cursor, _ int, each func(survey.Contact, survey.SuppressionReason) bool) (*survey.Cursor, error) {
	for _, c := range f.contacts {
		if c.Audience == a {
			each(c, "")
		}
	}
	return nil, nil
}

func (f *firmStore) AccountPlace(survey.AccountPage) seal.Place { return seal.Place{} }

func (f *firmStore) AccountNotes(context.Context, survey.Audience, int) ([]survey.AccountNote, error) {
	return nil, nil
}

func (f *firmStore) DropAccountNotes(context.Context, survey.Audience, []survey.AccountNote) error {
	return nil
}

func (f *firmStore) DropAccountPages(context.Context, []survey.AccountPage) error { return nil }

func (f *firmStore) DropAccountPagesAfter(context.Context, survey.Audience, string, uint64) error {
	return nil
}
