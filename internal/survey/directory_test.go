package survey_test

import (
	"testing"

	"onetap/internal/survey"
)

func TestDirectory(t *testing.T) {
	t.Parallel()
	d := survey.NewDirectory([]survey.Staff{
		{ID: "S-1", Email: "m.kim@example.ru", Name: "Мария Ким"},
		{ID: "S-2", Email: "petr@example.ru", Name: "Пётр Иванов"},
		{ID: "S-3", Email: "other@example.ru", Name: "Иванов Петр"},
		{ID: "petr@example.ru", Email: "odd@example.ru", Name: "Odd"},
	})
	for owner, want := range map[string]string{
		"S-1": "S-1", "s-1": "S-1", " S-1\u00a0": "S-1", "M.KIM@Example.ru": "S-1", "мария ким": "S-1", "Ким  Мария": "S-1", "КИМ, МАРИЯ": "S-1",
		"Мария Ким <m.kim@example.ru>": "S-1", "mailto:m.kim@example.ru": "S-1",
		"Пётр Иванов": "", "иванов пётр": "", // two of that name
		"petr@example.ru": "petr@example.ru", // an id wins over an e-mail
		"":                "", " ": "", "Мария": "", "nobody@example.ru": "",
	} {
		if s, ok := d.Find(owner); s.ID != want || ok != (want != "") {
			t.Errorf("%q: %q, %v; want %q", owner, s.ID, ok, want)
		}
	}
	if _, ok := (*survey.StaffDirectory)(nil).Find("kim"); ok {
		t.Error("somebody found in no directory")
	}
}
