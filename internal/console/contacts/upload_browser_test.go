package contacts_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// A list from the file to the refused rows, with a column put right by hand; then one of its contacts.
func TestBrowserUpload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		dark     bool
	}{{"ru", 390, true}, {"en", 1280, false}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			b := w.Tab("marketing", c.width, c.language)
			b.Look(c.width, c.dark, c.language)
			b.Go("/contacts")
			b.Sound("no contacts")
			consoletest.Shoot(b, "contacts-empty-"+c.language)
			b.ClickTo("main .empty .button", "#file")
			b.Sound("upload")

			book := filepath.Join(t.TempDir(), "list.xls")
			if err := os.WriteFile(book, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0o600); err != nil {
				t.Fatal(err)
			}
			b.File("#file", book)
			b.Wait("#file-wrong")
			b.Sound("an old workbook")
			consoletest.Shoot(b, "upload-wrong-"+c.language)

			list := filepath.Join(t.TempDir(), "list.csv")
			rows := "Куда писать;Кто;Менеджер;Телефон;Договор\n" +
				"anna@example.com;Анна <b>Смирнова</b>;Елена Соколова;+7 495 123-45-67;Д-1\n" +
				"boris@example.com;БОРИС ПЕТРОВ;никто;;Д-2\n" + "без адреса;Вера;Елена Соколова;;Д-3\n" + "anna@example.com;Анна ещё раз;;;\n"
			if err := os.WriteFile(list, []byte(rows), 0o600); err != nil {
				t.Fatal(err)
			}
			b.File("#file", list)
			b.Wait("#field-0")
			b.Set("#field-0", "email")
			b.Wait("#preview")
			b.Set("#field-1", "name")
			b.Until(`document.querySelector("#preview") && document.querySelector("#preview").closest("section").innerText.includes("Анна <b>Смирнова</b>")`)
			b.Sound("understood")
			consoletest.Shoot(b, "upload-"+c.language)
			b.ClickTo("#import", "#refused")
			b.Sound("result")
			consoletest.Shoot(b, "import-"+c.language)
			if got := b.Text(".totals"); !strings.Contains(got, "2") {
				t.Errorf("totals: %q", got)
			}
			b.Go("/contacts/upload") // the next file with these headings, and then afresh
			b.File("#file", list)
			b.Wait("button[value=forget]")
			b.Sound("as last time")
			consoletest.Shoot(b, "upload-again-"+c.language)
			b.Click("button[value=forget]")
			b.Until(`document.querySelector("#field-0") && !document.querySelector("button[value=forget]") && document.querySelector("#field-0").value !== "email"`)
			b.Go("/contacts")
			b.Sound("contacts")
			consoletest.Shoot(b, "contacts-"+c.language)
			b.Type("#search", "anna@example.com")
			b.ClickTo(".find button", "#stop")
			b.Sound("contact")
			b.Click("#stop + details summary")
			b.ClickTo("button.danger", ".note.bad")
			b.Sound("stopped")
			consoletest.Shoot(b, "contact-"+c.language)
		})
	}
}

// An upload of 50,000 rows shows progress at least once a second. It is measured in the page: what the script shows.
func TestBrowserUploadProgress(t *testing.T) {
	if testing.Short() {
		t.Skip("a long upload")
	}
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	list := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(list, []byte(consoletest.Customers(50_000, 5)), 0o600); err != nil {
		t.Fatal(err)
	}
	b := w.Tab("marketing", 1280, "en")
	b.Go("/contacts/upload?audience=customers")
	b.File("#file", list)
	b.Wait("#import")
	browsertest.Run(t, b.Context, chromedp.Evaluate[chromedp.Void](`{const times = [performance.now()];
		document.getElementById("upload").addEventListener("progress", () => { times.push(performance.now()); sessionStorage.times = JSON.stringify(times) })}`))
	began := time.Now()
	b.ClickTo("#import", "#refused")
	took := time.Since(began)
	var times []float64
	if err := json.Unmarshal([]byte(browsertest.Ask(t, b.Context, chromedp.Evaluate[string](`sessionStorage.times`))), &times); err != nil {
		t.Fatal(err)
	}
	var longest float64
	for i := range times[1:] {
		longest = max(longest, times[i+1]-times[i])
	}
	t.Logf("50,000 rows in %.1f s, %d signs of progress, at most %.0f ms apart", took.Seconds(), len(times)-1, longest)
	if len(times) < 10 {
		t.Errorf("only %d signs of progress", len(times)-1)
	}
	if longest > 1000 && os.Getenv("ONETAP_STRICT") != "" { // a machine that runs other tests beside may take its time
		t.Errorf("%.0f ms without progress", longest)
	}
	b.Sound("result")
	n := len(w.Contacts())
	if n < 40_000 || n > 50_000 {
		t.Errorf("%d contacts are stored", n)
	}
}
