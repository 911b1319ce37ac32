package contacts_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/sheet"
	"onetap/internal/survey"
	"onetap/internal/workbook/workbooktest"
)

var customers = [][]any{
	{"Клиенты на 20 ноября"},
	{},
	{"Почта", "ФИО", "Моб. тел.", "Менеджер", "Договор"},
	{"anna@example.ru", "Анна Смирнова", 79161234567, "Елена Соколова", 123456789012345},
	{"boris@example.ru", "Борис Петров", "+7 495 123-45-67", "owner", "Д-2"},
	{"нет", "Вера", "", "", ""},
}

// A workbook is taken as a CSV is, without scripts, too; of several lists the page asks which, and lines are rows.
func TestUploadOfAWorkbook(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "ru")
	book := string(workbooktest.Book(t, workbooktest.Sheet{Name: "Клиенты", Rows: customers}))
	_, page, _ := v.Upload(book, "audience", "customers", "do", "check")
	v.Says(page, "Анна Смирнова", "+79161234567", "Елена Соколова", "123456789012345")
	status, page, to := v.Upload(book, "audience", "customers", "do", "import")
	if status != 303 {
		t.Fatalf("%d %s", status, page)
	}
	_, page = v.Get(to)
	v.Says(page, `<td class="num">6</td>`, "нет знака @")
	anna := w.Contacts()[w.Desk.Keys.ContactID(survey.Customers, "anna@example.ru")]
	if anna.Person.Phone != "+79161234567" || anna.Attrs["Договор"] != "123456789012345" || anna.Owner == "" {
		t.Errorf("taken as %+v", anna)
	}

	two := string(workbooktest.Book(t, workbooktest.Sheet{Name: "Клиенты", Rows: customers}, workbooktest.Sheet{Name: "Ещё", Rows: [][]any{{"Почта"}, {"gleb@example.ru"}}}))
	_, page, _ = v.Upload(two, "audience", "customers", "do", "check")
	v.Says(page, "Список есть на нескольких листах книги: Клиенты, Ещё", `<option value="Ещё">`)
	if _, page, _ = v.Upload(two, "audience", "customers", "sheet", "Ещё", "do", "import"); len(w.Contacts()) != 3 {
		t.Errorf("%d contacts: %s", len(w.Contacts()), page)
	}
	for file, says := range map[string]string{
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "книга старого Excel (.xls)", "%PDF-1.7": "Это PDF", "PK\x03\x04\x14\x00": "Книга повреждена",
		string(workbooktest.Book(t, workbooktest.Sheet{Name: "Пусто"})): "нет листа со списком",
	} {
		if _, page, _ = v.Upload(file, "audience", "customers", "do", "check"); !strings.Contains(page, says) {
			t.Errorf("it does not say %q", says)
		}
	}
}

// Programs send a workbook as a list, have it read as CSV, and send a large one in parts, which can be gone on with.
func TestWorkbooksOfPrograms(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	book := workbooktest.Book(t, workbooktest.Sheet{Name: "Клиенты", Rows: customers})
	if answer := w.Must("POST", "/api/v1/contacts?audience=customers", "application/octet-stream", book); answer["new"] != 2.0 || answer["refused"] != 1.0 {
		t.Errorf("a list: %v", answer)
	}
	staff := workbooktest.Book(t, workbooktest.Sheet{Name: "Staff", Rows: [][]any{{"id", "email", "name", "role"}, {"new", "new@example.com", "Nora New", "owner"}}})
	if answer := w.Must("POST", "/api/v1/staff", "application/octet-stream", staff); answer["new"] != 1.0 {
		t.Errorf("staff: %v", answer)
	}
	want := "Клиенты на 20 ноября\n\nПочта;ФИО;Моб. тел.;Менеджер;Договор\nanna@example.ru;Анна Смирнова;79161234567;Елена Соколова;123456789012345\n" +
		"boris@example.ru;Борис Петров;+7 495 123-45-67;owner;Д-2\nнет;Вера\n"
	ask := func(method, path string, body []byte) (int, string, http.Header) {
		t.Helper()
		r, err := http.NewRequest(method, w.Site+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+consoletest.Token)
		r.Header.Set("Content-Type", "application/octet-stream")
		answer, err := http.DefaultClient.Do(r) // unpacks
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, strings.TrimPrefix(string(text), "\ufeff"), answer.Header
	}
	status, text, head := ask("POST", "/api/v1/workbooks", book)
	if d := cmp.Diff(want, text); status != 200 || d != "" || head.Get("Onetap-Next") != "" {
		t.Errorf("as CSV: %d %s", status, d)
	}
	two := workbooktest.Book(t, workbooktest.Sheet{Name: "A", Rows: customers}, workbooktest.Sheet{Name: "B", Rows: customers})
	if status, text, _ = ask("POST", "/api/v1/workbooks", two); status != 300 || !strings.Contains(text, `["A","B"]`) {
		t.Errorf("two lists: %d %s", status, text)
	}
	if status, text, _ = ask("POST", "/api/v1/contacts?audience=customers", two); status != 409 || !strings.Contains(text, "workbook_sheets") {
		t.Errorf("two lists as one: %d %s", status, text)
	}

	large := workbooktest.WithPicture(t, book, 2*sheet.WorkbookPart)
	sum := sha256.Sum256(large)
	path := "/api/v1/workbooks/" + hex.EncodeToString(sum[:])
	parts := (len(large) + sheet.WorkbookPart - 1) / sheet.WorkbookPart
	read := fmt.Sprintf("%s?parts=%d", path, parts)
	for _, n := range []int{3, 1, 2, 2} {
		if n == 2 {
			if status, text, _ := ask("GET", path, nil); status != 200 || !strings.Contains(text, `[1,3]`) && !strings.Contains(text, `[1,2,3]`) {
				t.Errorf("what is there: %d %s", status, text)
			}
			if status, text, _ := ask("POST", read, nil); status != 409 && !strings.Contains(text, "anna@") {
				t.Errorf("not all is there: %d %s", status, text)
			}
		}
		if status, text, _ := ask("PUT", fmt.Sprintf("%s/parts/%d", path, n), large[(n-1)*sheet.WorkbookPart:min(n*sheet.WorkbookPart, len(large))]); status != 204 {
			t.Fatalf("part %d: %d %s", n, status, text)
		}
	}
	if status, text, _ = ask("POST", read, nil); status != 200 || text != want {
		t.Errorf("in parts: %d %s", status, text)
	}
	ask("PUT", path+"/parts/2", []byte("of another file"))
	for what, c := range map[string][2]string{
		"POST " + read:                       {"", "workbook_incomplete"},
		"PUT " + path + "/parts/73":          {"x", "workbook_part"},
		"PUT " + path + "/parts/1":           {"%PDF-1.7", "csv_pdf"},
		"GET /api/v1/workbooks/abc":          {"", "workbook_digest"},
		"POST " + path + "?parts=1000":       {"", "workbook_incomplete"},
		"POST /api/v1/workbooks":             {"email;name\n", "workbook_other"},
		"POST /api/v1/workbooks?from=-1":     {string(book), "workbook_from"},
		"POST /api/v1/workbooks?sheet=Third": {string(book), "workbook_sheet_unknown"},
	} {
		method, to, _ := strings.Cut(what, " ")
		if status, text, _ := ask(method, to, []byte(c[0])); status/100 != 4 || !strings.Contains(text, `"`+c[1]+`"`) {
			t.Errorf("%s: %d %s, want %s", what, status, text, c[1])
		}
	}
}

// With scripts a workbook is looked at and taken in parts as a CSV is, also one that fits no request; of several lists one is chosen.
func TestBrowserUploadOfAWorkbook(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	b := w.Tab("marketing", 390, "ru")
	file := func(name string, data []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	more := [][]any{{"Почта", "ФИО"}, {"gleb@example.ru", "Глеб Орлов"}}
	two := workbooktest.Book(t, workbooktest.Sheet{Name: "Клиенты", Rows: customers}, workbooktest.Sheet{Name: "Ещё", Rows: more})
	b.Go("/contacts/upload?audience=customers")
	b.File("#file", file("two.xlsx", two))
	b.Until(`!document.querySelector("#sheets").hidden`)
	b.Sound("which sheet")
	consoletest.Shoot(b, "upload-sheets")
	b.Set("#sheet", "Ещё")
	b.Wait("#preview")
	b.Sound("a workbook understood")
	consoletest.Shoot(b, "upload-workbook")
	b.ClickTo("#import", ".totals")
	if n := len(w.Contacts()); n != 1 {
		t.Errorf("%d contacts of the second sheet", n)
	}
	b.Go("/contacts/upload?audience=customers")
	b.File("#file", file("large.xlsx", workbooktest.WithPicture(t, workbooktest.Book(t, workbooktest.Sheet{Name: "Клиенты", Rows: customers}), 5_000_000)))
	b.Wait("#preview")
	b.ClickTo("#import", "#refused")
	if n := len(w.Contacts()); n != 3 {
		t.Errorf("%d contacts", n)
	}
}
