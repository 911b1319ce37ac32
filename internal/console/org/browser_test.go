package org_test

import (
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/oidc"
	"onetap/internal/survey"
)

// An administrator adds somebody, uploads a list, gives the company its name, colour and logo, makes a token, and reads
// who did what: in both languages, on a phone in the dark and at a desk in the light.
func TestBrowserPeopleAndSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, company, token string
		width                    int64
	}{{"ru", "Северный ветер", "Выгрузка из CRM", 390}, {"en", "Northern Wind", "CRM export", 1280}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			issuer, err := oidc.New("https://issuer.example.com", "onetap", "")
			if err != nil {
				t.Fatal(err)
			}
			w.Desk.Door.Issuer = issuer
			list, logo := filepath.Join(t.TempDir(), "staff.csv"), filepath.Join(t.TempDir(), "logo.png")
			rows := "id;email;name;role;team;manager\nkim;kim@example.com;عبد الله 🌼;owner;Север;Вера Орлова\nx;x@example.com;<script>alert(1)</script>;king;;\ny;y@example.com;Y;owner;;nobody\n"
			if err := os.WriteFile(list, []byte(rows), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(logo, picture(t, 360, 96, color.NRGBA{20, 60, 130, 255}, "png"), 0o600); err != nil {
				t.Fatal(err)
			}
			b := w.Tab("administrator", c.width, c.language)
			b.Look(c.width, c.language == "ru", c.language)
			see := func(name string) {
				t.Helper()
				b.Sound(name)
				consoletest.Shoot(b, "people-"+name+"-"+c.language)
			}

			b.Go("/staff")
			see("staff")
			b.ClickTo(`a[href="/staff/new"]`, "#email")
			see("new")
			b.Type("#name", "Пётр Иванов")
			b.Type("#email", "ivanov@example.com")
			b.Type("#manager", "Никто")
			b.ClickTo("main form.card button", ".wrong")
			see("refused")
			b.Set("#manager", "Вера Орлова")
			b.ClickTo("main form.card button", ".note.good")
			see("person")
			if m, ok := member(w, t, w.Desk.Keys.StaffID("ivanov@example.com")); !ok || m.Manager != "manager" || m.Name != "Пётр Иванов" {
				t.Errorf("added %+v", m)
			}
			b.Go("/staff/import")
			b.File("#list", list)
			b.Click("main form button") // the page stays
			b.Wait("#said [role=status]")
			see("import")
			b.Go("/staff")
			b.Type("#sought", "kim@")
			b.ClickTo("form[role=search] button", "tbody tr")
			see("search")

			b.Go("/settings")
			see("settings")
			b.Set("#company", c.company)
			b.Set("#colour", "#808080")
			b.Set("#quiet_days", "90")
			b.File("#picture", logo)
			b.ClickTo("main form > button", ".wrong")
			see("contrast")
			b.ClickTo("button[name=use]", ".note.good")
			see("saved")
			s, err := w.Store.Settings(t.Context())
			if err != nil || s.Company != c.company || s.QuietDays != 90 || s.Brand != (survey.Brand{Colour: "#767676", Logo: s.Brand.Logo, Width: 150, Height: 40}) {
				t.Errorf("settings are %+v, %v", s, err)
			}

			b.ClickTo(`.tabs a[href="/settings/tokens"]`, ".empty")
			see("no-tokens")
			b.Type("#name", c.token)
			b.ClickTo("main form.card button", "#token")
			see("token")
			b.Click("td summary")
			b.ClickTo("td .danger", ".note.good")
			if all, err := w.Store.Tokens(t.Context()); err != nil || len(all) != 0 {
				t.Errorf("tokens are %v, %v", all, err)
			}
			b.ClickTo(`.tabs a[href="/settings/audit"]`, "tbody tr")
			see("audit")
			if text := b.Text("tbody"); !strings.Contains(text, "Пётр Иванов") {
				t.Errorf("the audit list says %q", text)
			}
			b.Go("/staff/" + w.Desk.Handle("kim"))
			b.Click("details:not(.me) summary")
			see("remove")
			b.ClickTo("details .danger", ".note.good")
			if _, ok := member(w, t, "kim"); ok {
				t.Error("still there")
			}
			b.Click(".me summary")
			b.ClickTo(".me form:last-child button", "#email")
			see("sign-in")
		})
	}
}

// An administrator says by what right data are kept, for how long, sees what would go, and switches that on: in both languages, on a phone in
// the dark and at a desk in the light.
func TestBrowserPersonalData(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
	}{{"ru", 390}, {"en", 1280}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			b := w.Tab("administrator", c.width, c.language)
			b.Look(c.width, c.language == "ru", c.language)
			see := func(name string) {
				t.Helper()
				b.Sound(name)
				consoletest.Shoot(b, "data-"+name+"-"+c.language)
			}
			count := func() {
				t.Helper()
				if err := w.Desk.Retention.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			b.Go("/settings/people")
			b.ClickTo(`a[href="/settings/people/grounds"]`, "#controller")
			b.Type("#controller", "ООО «Северный ветер»")
			see("grounds")
			b.ClickTo("main form button", ".note.good")
			b.Go("/settings/people")
			b.ClickTo(`a[href="/settings/people/retention"]`, "#comments")
			b.ClickTo("main form.card button", ".note.good")
			see("counting")
			count()
			b.Go("/settings/people/retention")
			b.Until(`document.querySelector("input[name=seen]") !== null`)
			see("counted")
			b.Click("input[name=seen]")
			b.ClickTo("button.danger", ".note.good")
			see("on")
			run, err := w.Desk.Store.RetentionRun(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			w.Pass(run.Due.Sub(w.Now()) + time.Hour)
			count()
			b = w.Tab("administrator", c.width, c.language)
			b.Look(c.width, c.language == "ru", c.language)
			b.Go("/settings/people/retention")
			b.Until(`document.querySelector("#past") !== null`)
			see("past")
		})
	}
}
