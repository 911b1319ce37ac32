package contacts_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// A list in an encoding of its own: names are shown as they were read, what is unclear is asked before anything is stored, and
// what the person says is done.
func TestUploadSaysTheEncoding(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "ru")
	encoded := func(m *charmap.Charmap, text string) string {
		b, err := m.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	koi := encoded(charmap.KOI8R, "email;name\nanna@example.ru;Анна Элкина\nyana@example.ru;Яна Щукина\n")
	_, page, _ := v.Upload(koi, "audience", "customers", "do", "check")
	v.Says(page, "Имена в\u00a0файле", "Похоже на koi8-r", "Анна Элкина")
	greek := encoded(charmap.ISO8859_7, "email;name\n"+strings.Repeat("b@example.com;Anna\n", 60_000)+"a@example.com;Γιώργος Παπαδόπουλος\nb@example.com;Ελένη Δημητρίου\n")
	for range 2 {
		status, page, _ := v.Upload(greek, "audience", "customers", "do", "import")
		if status != http.StatusBadRequest || len(w.Contacts()) > 0 {
			t.Errorf("an unclear encoding: %d, %d contacts", status, len(w.Contacts()))
		}
		v.Says(page, "Непонятно, в\u00a0какой кодировке файл")
	}
	// The likeliest is chosen in the list below the question, so that pressing the button again says yes to it.
	short := encoded(charmap.KOI8R, "Имя;Почта\nЁж;a@example.ru\n")
	_, page, _ = v.Upload(short, "audience", "customers", "do", "check")
	v.Says(page, "Непонятно, в\u00a0какой кодировке файл", "Имя; Почта; Ёж", `<option value="koi8-r" selected>`)
	mac := encoded(charmap.MacintoshCyrillic, "email;name\ns@example.ru;Спартак\n")
	if _, page, _ = v.Upload(mac, "audience", "customers", "encoding", "x-mac-cyrillic", "do", "check"); !strings.Contains(page, `<option value="x-mac-cyrillic" selected>`) {
		t.Error("the choice is lost")
	}
	v.Says(page, "Спартак")
	if status, page, _ := v.Upload(mac, "audience", "customers", "encoding", "x-mac-cyrillic", "do", "import"); status != 303 {
		t.Errorf("%d %s", status, page)
	}
	all := w.Contacts()
	for _, c := range all {
		if c.Person.Name != "Спартак" {
			t.Errorf("stored as %q", c.Person.Name)
		}
	}
	if len(all) != 1 {
		t.Errorf("%d contacts", len(all))
	}
}

const oddList = "Куда писать;Кто;Менеджер;Телефон\nanna@example.com;\"Анна\nСмирнова\";owner;+7 495 123-45-67\nбез адреса;=cmd|' /c';owner;+7 495 765-43-21\nнет;\u00a0＝HYPERLINK(1);owner;-5\nanna@example.com;Снова;;\n"

// Without scripts: look, put a column right, import, download what was refused, correct it and upload that.
func TestUploadWithoutScripts(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "ru")
	before := w.Stored()
	_, page, _ := v.Upload(oddList, "audience", "customers", "do", "check")
	v.Says(page, "В\u00a0каком столбце адреса почты?", "Куда писать")
	chosen := []string{"audience", "customers", "heading-0", "Куда писать", "field-0", "email", "heading-1", "Кто", "field-1", "name"}
	status, page, _ := v.Upload(oddList, append(chosen, "do", "check")...)
	if status != 200 {
		t.Fatalf("%d\n%s", status, page)
	}
	v.Says(page, "Анна Смирнова", "Елена Соколова", "Во всём файле, 4\u00a0строки", `<option value="email" selected>`)
	if w.Stored() != before {
		t.Error("looking at a file changed the table")
	}
	_, page, _ = v.Upload(oddList, append(slices.Clone(chosen[:len(chosen)-1]), "email", "do", "check")...)
	v.Says(page, "«Почта» выбрано для двух столбцов")

	status, page, to := v.Upload(oddList, append(chosen, "do", "import")...)
	if status != 303 {
		t.Fatalf("import: %d\n%s", status, page)
	}
	_, page = v.Get(to)
	v.Says(page, "Список загружен", "в\u00a0адресе нет @", "Скачать эти строки")
	if got := w.Contacts(); len(got) != 1 {
		t.Errorf("%d contacts", len(got))
	}
	v.Says(page, "Строки об одном человеке", "из строки 2: Кто, Телефон, Менеджер")
	_, csv := v.Get(to + "/refused")
	for _, want := range []string{"\uFEFFOnetap: строка;Onetap: причина;Куда писать;Кто;Менеджер;Телефон\r\n", ";без адреса;'=cmd|' /c';owner;+7 495 765-43-21\r\n", ";нет;'\u00a0＝HYPERLINK(1);owner;-5\r\n"} {
		if !strings.Contains(csv, want) {
			t.Errorf("the refused rows lack %q:\n%s", want, csv)
		}
	}
	status, page, _ = v.Upload(strings.Replace(csv, ";без адреса;", ";vera@example.com;", 1), append(chosen, "do", "import")...)
	if status != 303 {
		t.Fatalf("%d\n%s", status, page)
	}
	vera := w.Contacts()[w.Desk.Keys.ContactID(survey.Customers, "vera@example.com")]
	if vera.Owner != "owner" || len(vera.Attrs) != 0 {
		t.Errorf("corrected and uploaded again: %+v", vera)
	}
}

func TestWrongUploads(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "en")
	for name, c := range map[string]struct{ file, says string }{
		"workbook": {"PK\x03\x04\x14\x00\x06", "The workbook is damaged"}, "picture": {"\x89PNG\r\n", "This is not a text file"}, "empty": {"", "The file is empty"},
		"no address": {"one word\n", "There is no column of email addresses"}, "no headings": {"a@example.com;b\nc@example.com;d\n", "no column headings"},
		"too large": {strings.Repeat("x", 4<<20+1), "at most 4 MB"}, "headings only": {"email;name\n", "no rows below them"},
	} {
		for _, do := range []string{"check", "import"} {
			_, page, _ := v.Upload(c.file, "audience", "customers", "do", do)
			if !strings.Contains(page, c.says) || !strings.Contains(page, `id="file-wrong"`) {
				t.Errorf("%s, %s: it does not say %q", name, do, c.says)
			}
		}
	}
	if len(w.Contacts()) != 0 {
		t.Error("a wrong file made contacts")
	}
	// 200 columns are listed as far as a page holds them.
	var head, row []string
	for n := range 200 {
		head, row = append(head, fmt.Sprintf("Column %d", n)), append(row, "x")
	}
	_, page, _ := v.Upload("email;"+strings.Join(head[1:], ";")+"\na@example.com;"+strings.Join(row[1:], ";")+"\n", "audience", "customers", "do", "check")
	v.Says(page, "And 150 more columns")
	for _, staff := range []string{"owner", "manager", "executive", "analyst"} {
		if status, _ := w.Visitor(staff, "en").Get("/contacts/upload"); status != 403 {
			t.Errorf("%s may upload: %d", staff, status)
		}
	}
}

// The parts that a script sends go through the pages' session, with columns that were put right.
func TestUploadInPartsFromAPage(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "en")
	ask := func(method, path, form, body string) (int, string) {
		r, err := http.NewRequest(method, w.Site+path, strings.NewReader(body))
		if err == nil {
			r.Header.Set("X-Form", form)
			r.Header.Set("Accept", "application/json")
			r.Header.Set("Content-Type", map[string]string{"PUT": consoletest.CSVType, "POST": "application/json"}[method])
		}
		status, answer, _ := v.Send(r, err)
		return status, answer
	}
	if status, answer := ask("POST", "/contacts/imports", "x", `{"audience":"customers"}`); status != 403 || !strings.Contains(answer, "form_expired") {
		t.Errorf("without the form's token: %d %s", status, answer)
	}
	if status, answer := ask("POST", "/contacts/imports", v.Form, `{"audience":"customers","columns":{"a":"email","b":"email"}}`); status != 400 || !strings.Contains(answer, "columns_twice") {
		t.Errorf("columns twice: %d %s", status, answer)
	}
	status, answer := ask("POST", "/contacts/imports", v.Form, `{"audience":"customers","columns":{"Куда писать":"email"}}`)
	id := regexp.MustCompile(`"id":"(\w+)"`).FindStringSubmatch(answer)
	if status != 201 || id == nil {
		t.Fatalf("%d %s", status, answer)
	}
	path := "/contacts/imports/" + id[1]
	half := len(oddList) / 2
	if status, answer = ask("PUT", path+"/parts/1", v.Form, oddList[:half]); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	_, page := v.Get(path)
	v.Says(page, "The upload is not finished", `data-import="`+id[1]+`"`)
	if status, answer = ask("PUT", path+"/parts/1", v.Form, "another file"); status != 409 || !strings.Contains(answer, "part_differs") {
		t.Errorf("another file: %d %s", status, answer)
	}
	ask("PUT", path+"/parts/2", v.Form, oddList[half:])
	if status, answer = ask("POST", path+"/finish", v.Form, ""); status != 200 || !strings.Contains(answer, `"new":1`) {
		t.Errorf("%d %s", status, answer)
	}
	_, page = v.Get(path)
	v.Says(page, "The list is uploaded")
	if status, _ := v.Get("/contacts/imports/nothing"); status != 404 {
		t.Errorf("an import that there is not: %d", status)
	}
}

// Who has refused letters in the CRM is stopped everywhere from the upload on, and stays so.
func TestRefusalsOfALetterAreHonoured(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	const list = "Email Opt Out,Customer Email\ntrue,anna@example.com\nfalse,bo@example.com\n,oleg@example.com\n"
	for _, round := range []string{list, list, strings.Replace(list, "true", "false", 1)} {
		answer := w.Must("POST", "/api/v1/contacts?audience=customers", consoletest.CSVType, []byte(round))
		if _, ok := answer["report"]; !ok || answer["refused"] != 0.0 {
			t.Fatalf("%v", answer)
		}
		for email, want := range map[string]string{"anna@example.com": "unsubscribed", "bo@example.com": "", "oleg@example.com": ""} {
			for a, id := range w.Desk.Keys.ContactIDs(email) {
				s, _, err := w.Store.Suppression(t.Context(), a, id)
				if err != nil || string(s.Reason) != want {
					t.Errorf("%s in %s: %q, %v; want %q", email, a, s.Reason, err, want)
				}
			}
		}
	}
	id := w.Desk.Keys.ContactID(survey.Customers, "anna@example.com")
	if c := w.Must("GET", "/api/v1/contacts/customers/"+string(id), "", nil); c["stopped"] != "unsubscribed" {
		t.Errorf("%v", c)
	}
}

// The preview shows what stands in a column beside what it is taken for.
func TestPreviewShowsFirstValues(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.Visitor("marketing", "en")
	_, page, _ := v.Upload("E-mail 1 - Label,E-mail 1 - Value,Email opt out\nHome,anna@example.com,no\nWork,bo@example.com,yes\nHome,oleg@example.com,no\n", "audience", "customers", "do", "check")
	v.Says(page, `<bdi>Home</bdi><bdi>Work</bdi>`, `<bdi>anna@example.com</bdi><bdi>bo@example.com</bdi>`, "1 contact has opted out", `<option value="opt_out" selected>`)
}
