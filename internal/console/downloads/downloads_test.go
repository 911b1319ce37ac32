package downloads_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// call asks the API as a program with a role, and returns status, headers and body.
func call(t *testing.T, w *consoletest.World, role survey.Role, path string) (int, http.Header, string) {
	t.Helper()
	token, hash := auth.NewToken()
	if err := w.Store.PutToken(t.Context(), authz.Token{Hash: hash, Name: string(role) + hash[:4], Role: role, Made: w.Now()}); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", w.Site+"/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}

// rows reads a file of an English reader.
func rows(t *testing.T, body string) [][]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatalf("%v\n%.500s", err, body)
	}
	return all
}

// A file has what its reader's pages have: an executive's answers have names and times, an analyst's pseudonyms and no more of the person
// than scores and words, an owner's are of the own customers alone.
func TestAnswersByRole(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	_, h, body := call(t, w, survey.RoleExecutive, "/campaigns/springaa/responses.csv")
	all := rows(t, body)
	if len(all) != 61 || len(all[0]) != 14 || all[0][0] != "Answered (UTC)" || !strings.Contains(body, "person4@example.com") || !strings.Contains(body, "долго везли") || !strings.Contains(h.Get("Content-Disposition"), "onetap-answers-2026-11-20.csv") {
		t.Errorf("an executive gets %d rows, %v, %v", len(all), all[0], h)
	}
	_, _, body = call(t, w, survey.RoleExecutive, "/campaigns/springaa/responses.csv?group=detractor&team="+"%D0%AE%D0%B3")
	if all = rows(t, body); len(all) != 16 {
		t.Errorf("narrowed: %d rows", len(all))
	}
	_, _, body = call(t, w, survey.RoleAnalyst, "/campaigns/springaa/responses.csv")
	all = rows(t, body)
	if len(all) != 61 || fmt.Sprint(all[0]) != "[Pseudonym Score Group Comment Wish for a 10]" || strings.Contains(body, "person") || !slices.ContainsFunc(all, func(r []string) bool {
		return r[0] == w.Desk.Keys.Pseudonym("contact", string(consoletest.ContactNumber(4))) && r[1] == "3"
	}) {
		t.Errorf("an analyst gets %v …", all[:3])
	}
	if status, _, body := call(t, w, survey.RoleAnalyst, "/campaigns/springaa/responses.csv?from=2026-10-01T00:00:00Z"); status != 403 || !strings.Contains(body, "answers_narrow") {
		t.Errorf("an analyst narrows to a day: %d %s", status, body)
	}
	if status, _, _ := call(t, w, survey.RoleAnalyst, "/audiences/customers/contacts.csv"); status != 403 {
		t.Errorf("an analyst downloads contacts: %d", status)
	}
	page := w.As(t, "owner").Send("/results/springaa/answers/download", "format", "csv")
	if got := rows(t, page.Raw); len(got) != 60 || strings.Contains(page.Raw, "person6@") { // the sixth customer is somebody else's
		t.Errorf("an owner gets %d rows: %d %.300s", len(got), page.Status, page.Raw)
	}
}

// Every file has rows in both formats, pages and calls agree, and each is in the audit list.
func TestEveryFile(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	consoletest.Spring(w)
	w.Detractor(901, "owner", "Север", "Громыко Остап", "=cmd|' /C calc'!A0", 2, w.Now())
	admin := w.As(t, "administrator")
	for _, tt := range []struct {
		page  string
		pairs []string
		path  string
		want  string // somewhere in it
	}{
		{"/results/springaa/answers/download", nil, "/campaigns/springaa/responses", "person4@example.com"},
		{"/results/springaa/download", nil, "/campaigns/springaa/results", "All answers"},
		{"/results/springaa/download", []string{"kind", "team"}, "/campaigns/springaa/results", "Север"},
		{"/campaigns/springaa/invitations/download", nil, "/campaigns/springaa/invitations", "Email sent as"},
		{"/contacts/download", []string{"audience", "customers"}, "/audiences/customers/contacts", "person4@example.com"},
		{"/cases/download", nil, "/cases", "Громыко Остап"},
		{"/settings/audit/download", nil, "/audit", "downloaded answers"},
	} {
		csvPage := admin.Send(tt.page, append([]string{"format", "csv"}, tt.pairs...)...)
		if csvPage.Status != 200 || !strings.Contains(csvPage.Raw, tt.want) || len(rows(t, csvPage.Raw)) < 1 {
			t.Errorf("%s: %d %.300s", tt.page, csvPage.Status, csvPage.Raw)
		}
		book := admin.Send(tt.page, append([]string{"format", "xlsx"}, tt.pairs...)...)
		f, err := excelize.OpenReader(strings.NewReader(book.Raw))
		if err != nil {
			t.Fatalf("%s: %d %v", tt.page, book.Status, err)
		}
		found, err := f.SearchSheet(f.GetSheetList()[0], tt.want)
		if sheet, err2 := f.GetRows(f.GetSheetList()[0]); err != nil || err2 != nil || len(found) == 0 && !strings.Contains(fmt.Sprint(sheet), tt.want) {
			t.Errorf("%s as a workbook: %v %v %v", tt.page, found, err, err2)
		}
		if status, _, body := call(t, w, survey.RoleAdministrator, tt.path+".csv"); status != 200 || !bytes.Contains([]byte(body), []byte(tt.want)) && tt.want != "Север" {
			t.Errorf("%s.csv: %d %.300s", tt.path, status, body)
		}
		if page := admin.Send(tt.page, "format", "pdf"); page.Status != 400 {
			t.Errorf("%s as pdf: %d", tt.page, page.Status)
		}
	}
	entries, _, err := w.Store.Audit(t.Context(), "", 100, w.Now())
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	for _, e := range entries {
		met[e.Action+" "+e.Object] = true
	}
	for _, want := range []string{"campaigns.answers.download springaa", "campaigns.results.download springaa", "campaigns.invitations.download springaa", "contacts.download ", "cases.download ", "audit.download "} {
		if !met[want] {
			t.Errorf("%q is not in the audit list", want)
		}
	}
}

// Contacts that are taken out and uploaded again are unchanged, in both languages.
func TestContactsComeBack(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "ru"} {
		w := consoletest.New(t, dynamo.Options{})
		w.Staffed()
		w.Must("POST", "/api/v1/contacts?audience=customers", "application/octet-stream",
			[]byte("email;name;phone;customer id;owner;team;location;product;tier;language;value;Line;company;company id;parent company;company role;time zone;consent\n"+
				"a@example.com;Ada;+7 913 000-00-01;CL-1;owner;Север;Тверь;Gold;A;ru;1 200 000,50 ₽;B2B;ООО «Ромашка»;7701234567;Букет;decides;Asia/Yekaterinburg;2026-03-01\n"+
				";Bob;+7 913 000-00-02;CL-2;;;;;;en;;B2C;;;;;;\n"))
		g := w.As(t, "marketing")
		g.Header.Set("Accept-Language", language)
		file := g.Send("/contacts/download", "format", "csv", "audience", "customers")
		answer := w.Must("POST", "/api/v1/contacts?audience=customers", "application/octet-stream", []byte(file.Raw))
		if answer["unchanged"] != 2.0 || answer["refused"] != 0.0 {
			t.Errorf("%s: %v\n%s", language, answer, file.Raw)
		}
		if amount := map[string]string{"en": "1200000.5,RUB", "ru": "1200000,5;RUB"}[language]; !strings.Contains(file.Raw, amount) {
			t.Errorf("%s: no amount %s in\n%s", language, amount, file.Raw)
		}
	}
}

// What was refused of a list of answers can be had as it came, with its line and the reason, and is read again when it is put right.
func TestRefusedLines(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	list := "date;score;comment;email\n2026-03-01;9;fine;a@example.com\n2026-03-02;17;\"so; so\";b@example.com\n;3;none;c@example.com\n"
	out := w.Must("POST", "/api/v1/history?audience=customers&into=month", "text/csv", []byte(list))
	if out["new"] != 1.0 || out["refused"] != 2.0 {
		t.Fatalf("%v", out)
	}
	id := out["import"].(string)
	page := w.As(t, "marketing").Get("/history/" + id + "/refused")
	status, h, body := call(t, w, survey.RoleMarketing, "/history/"+id+"/refused.csv")
	if status != 200 || !strings.Contains(h.Get("Content-Disposition"), "refused-"+id) || page.Raw == "" {
		t.Fatalf("%d %v", status, h)
	}
	lines := strings.Split(strings.TrimSpace(body), "\r\n")
	if len(lines) == 1 {
		lines = strings.Split(strings.TrimSpace(body), "\n")
	}
	if len(lines) != 3 || !strings.HasSuffix(lines[0], "date;score;comment;email") || !strings.HasPrefix(lines[1], "3;") || !strings.HasSuffix(lines[1], "2026-03-02;17;\"so; so\";b@example.com") || !strings.HasSuffix(lines[2], ";3;none;c@example.com") {
		t.Errorf("%q", lines)
	}
	again := w.Must("POST", "/api/v1/history?audience=customers&into=month", "text/csv", []byte(strings.Replace(body, ";17;", ";7;", 1)))
	if again["new"] != 1.0 || again["refused"] != 1.0 {
		t.Errorf("put right: %v", again)
	}
	if status, _, _ := call(t, w, survey.RoleOwner, "/history/"+id+"/refused.csv"); status != 403 {
		t.Errorf("an owner: %d", status)
	}
}
