package contacts_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// The one who uploads says what a column is, later lists with that heading know it, and what looks personal is off.
func TestUploadSaysSegments(t *testing.T) {
	t.Parallel()
	const list = "E-mail;Регион продаж;Примечание;Кто;Договор;Отрасль\nanna@example.ru;Север;Иванов;Анна Смирнова;1;Про\n"
	im := contacts.NewImport(survey.Customers)
	im.Map = map[string]contacts.Field{"Кто": contacts.Field(survey.UseShared), "Договор": contacts.Field(survey.UseNone)}
	im.Known = survey.Dimensions{"attr:Отрасль": {Use: survey.UsePersonal, Chosen: true}, "attr:Кто": {Use: survey.UseNone, Chosen: true}}
	out, err := im.Feed([]byte(list), true, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []survey.DimensionUse
	for _, c := range im.Columns {
		got = append(got, c.Segment)
	}
	if d := cmp.Diff([]survey.DimensionUse{"", survey.UseShared, survey.UseNone, survey.UseShared, survey.UseNone, survey.UsePersonal}, got); d != "" {
		t.Error(d)
	}
	if f := out.Quality.Findings[contacts.PersonalColumns]; f.Count != 1 {
		t.Errorf("%+v", out.Quality)
	}
	said := im.Chosen()
	for part, want := range map[string]survey.DimensionChoice{"attr:Кто": {Use: survey.UseShared, Chosen: true}, "attr:Примечание": {Use: survey.UseNone, Chosen: false}, "attr:Договор": {Use: survey.UseNone, Chosen: true}} {
		if said[part] != want {
			t.Errorf("%s: %+v", part, said[part])
		}
	}
	if im.Rows != 1 || out.Rows[0].Contact.Attrs["Кто"] != "Анна Смирнова" {
		t.Errorf("%+v", out.Rows)
	}
}
