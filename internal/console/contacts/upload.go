package contacts

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

const (
	maxUpload   = 4 << 20 // bytes of a file in one form: 6 MB of Lambda's request, base64 and all
	previewRows = 5
	// columnsListed is how many columns can be corrected on the page: fifty lists of choices are 80 KB.
	columnsListed = 50
)

type uploadPage struct {
	shell.Frame
	Audiences   []shell.Option
	Wrong       string // about the file
	Checked     bool   // what follows is known
	NoAddress   bool
	MoreColumns string
	Columns     []uploadColumn
	Set, AsLast string // the set of headings, and how many columns are as somebody said of the last list with it
	Rows        []previewRow
	Refusals    []door.LineView
	Findings    []door.FindingView
	Said        string // how many rows were looked at
	How         string // encoding and separator
	Names       []string
	Sheets      []shell.Option // of a workbook in which several have a list
	Encodings   []shell.Option // empty where no list was looked at
	Ahead       *aheadView     // nil: not the whole list was looked at
	Whole       bool           // as it was said
}

type uploadColumn struct {
	N        int
	Heading  string
	Examples []string // the first different values
	Fields   []shell.Option
	AsLast   bool // as somebody said of the last list
}

type previewRow struct {
	Name, Email, Phone, Owner, Team, Language, More string
	Unknown                                         bool // the owner
}

// askList asks for a list.
func askList(w http.ResponseWriter, r *http.Request) error {
	return shell.Show(w, r, http.StatusOK, newUploadPage(r, r.URL.Query().Get("audience")))
}

func newUploadPage(r *http.Request, to string) *uploadPage {
	p := &uploadPage{Frame: shell.NewFrame(r, "upload.title")}
	p.Wide, p.Scripts = true, []string{"upload.js"}
	p.Audiences = audienceOptions(p.Lang, survey.Audience(to))
	return p
}

func audienceOptions(l lang.Language, chosen survey.Audience) []shell.Option {
	var all []shell.Option
	for _, a := range survey.Audiences {
		all = append(all, shell.Option{Value: string(a), Label: l.T("contacts.audience." + string(a)), On: a == chosen})
	}
	return all
}

// takeUpload takes the form with the file: to look at it, or to import it whole. Scripts look at its beginning only and
// import in parts, by the API's calls.
func (d *Pages) takeUpload(w http.ResponseWriter, r *http.Request) error {
	p := newUploadPage(r, r.FormValue("audience"))
	columns := columnsChosen(r)
	body, name, err := d.listOf(p, r)
	if err == nil && r.FormValue("do") == "import" {
		var id string
		if id, err = d.importWhole(r, columns, body, name); err == nil {
			http.Redirect(w, r, "/contacts/imports/"+id, http.StatusSeeOther)
			return nil
		}
	}
	if err == nil {
		err = d.understand(p, r, columns, body)
	}
	status := http.StatusOK
	if wrong := apperr.As(err); wrong != nil {
		if p.Wrong = p.Lang.Problem(wrong); wrong.Code == "csv_encoding_unclear" {
			p.Wrong = p.Lang.T("upload.encoding_unclear", wrong.With) // without the names that programs call encodings by
		}
		asked := wrong.Code == "import_loses" || wrong.Code == "owner_ambiguous"
		if asked {
			p.Wrong = p.Lang.T("upload.decide")
		}
		if r.FormValue("do") == "import" {
			status = http.StatusBadRequest
			if (len(columns) > 0 || asked) && len(body) > 0 {
				_ = d.understand(p, r, columns, body) // what was chosen stays; the file is wrong anyway
			}
		}
	} else if err != nil {
		return err
	}
	return shell.Show(w, r, status, p)
}

// forgetColumns forgets how somebody has put right the columns of lists with the headings of this one, and looks at the file
// afresh, where it came along.
func (d *Pages) forgetColumns(w http.ResponseWriter, r *http.Request) error {
	a, err := door.Audience(r.FormValue("audience"))
	if err != nil {
		return err
	}
	if err := d.Lists.ForgetCorrections(r.Context(), a, r.FormValue("set")); err != nil && !apperr.Is(err, "corrections_unknown") {
		return err
	}
	p := newUploadPage(r, string(a))
	body, _, err := d.listOf(p, r)
	if apperr.Is(err, "upload_missing") { // browsers do not send a file twice
		return shell.Done(w, r, "/contacts/upload?audience="+string(a), "columns_forgotten")
	}
	if err == nil {
		err = d.understand(p, r, nil, body)
	}
	if wrong := apperr.As(err); wrong != nil {
		p.Wrong = p.Lang.Problem(wrong)
	} else if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// listOf reads the list of a form and the name of its file, of a workbook the sheet that was chosen. Where several sheets have a list, the page asks. Problems:
// those of fileOf and of door.Desk.ListOf, and workbook_sheets.
func (d *Pages) listOf(p *uploadPage, r *http.Request) (list []byte, name string, err error) {
	file, name, err := fileOf(r)
	if err != nil {
		return nil, name, err
	}
	list, sheets, err := d.ListOf(r.Context(), file, r.FormValue("sheet"), maxUpload)
	if len(sheets) == 0 {
		return list, name, err
	}
	for _, s := range sheets {
		p.Sheets = append(p.Sheets, shell.Option{Value: s, Label: s})
	}
	return nil, name, apperr.New(apperr.Conflict, "workbook_sheets", "sheet", "Sheets", strings.Join(sheets, ", "))
}

// fileOf reads the file of a form, and its name. Problems: upload_missing, upload_large.
func fileOf(r *http.Request) (body []byte, name string, err error) {
	f, h, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || err == nil && h.Size == 0 && h.Filename == "" {
		return nil, "", apperr.New(apperr.Invalid, "upload_missing", "file")
	}
	if err != nil {
		return nil, "", &apperr.Error{Kind: apperr.Invalid, Code: "upload_missing", Where: "file", Cause: err}
	}
	defer f.Close()
	if h.Size > maxUpload {
		return nil, "", apperr.New(apperr.TooLarge, "upload_large", "file", "Limit", maxUpload>>20)
	}
	if h.Size == 0 {
		return nil, "", apperr.New(apperr.Invalid, "csv_empty", "file")
	}
	body, err = io.ReadAll(f)
	return body, h.Filename, err
}

// columnsChosen reads the lists beside the headings; nil where there were none.
func columnsChosen(r *http.Request) map[string]contacts.Field {
	var chosen map[string]contacts.Field
	for n := range columnsListed {
		heading := r.FormValue("heading-" + strconv.Itoa(n))
		if heading == "" {
			break
		}
		if chosen == nil {
			chosen = map[string]contacts.Field{}
		}
		chosen[heading] = contacts.Field(r.FormValue("field-" + strconv.Itoa(n)))
	}
	return chosen
}

// importWhole imports a file in one go.
func (d *Pages) importWhole(r *http.Request, columns map[string]contacts.Field, body []byte, name string) (id string, err error) {
	a, err := door.Audience(r.FormValue("audience"))
	if err != nil {
		return "", err
	}
	u, err := d.Lists.TakeWhole(r.Context(), a, said(r, columns, name), body)
	return u.ID, err
}

// said is what a form says of its list.
func said(r *http.Request, columns map[string]contacts.Field, name string) contacts.Corrections {
	return contacts.Corrections{
		Columns: columns, Encoding: r.FormValue("encoding"), Owners: ownersChosen(r), Confirmed: r.FormValue("confirm") == "yes", Whole: r.FormValue("whole") == "yes",
		Sent: contacts.SentBy(door.VisitOf(r).Who, name),
	}
}

// understand shows how a list would be imported. Columns of another list that were chosen before are left aside.
func (d *Pages) understand(p *uploadPage, r *http.Request, columns map[string]contacts.Field, sample []byte) error {
	a, err := door.Audience(r.FormValue("audience"))
	if err != nil {
		return err
	}
	if err := contacts.CheckMap(columns); err != nil {
		p.Wrong = p.Lang.Problem(apperr.As(err))
		if apperr.Is(err, "columns_twice") {
			p.Wrong = p.Lang.T("upload.twice", lang.Values{"Field": p.Lang.T("upload.field." + apperr.As(err).With["Field"].(string))})
		}
		columns = nil
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	whole := r.FormValue("part") == ""
	encoding := sheet.Encoding(r.FormValue("encoding"))
	look, err := d.Lists.Preview(r.Context(), a, sample, whole, contacts.Corrections{Columns: columns, Encoding: encoding}, staff)
	switch wrong := apperr.As(err); {
	case apperr.Is(err, "csv_encoding_unclear"): // the likeliest is chosen already, to be said yes to
		p.encodings(look, wrong.With["Encoding"].(string))
	case encoding != "" || wrong == nil || strings.HasPrefix(wrong.Code, "csv_enc"):
		p.encodings(look, encoding)
	}
	if err != nil {
		return err
	}
	p.Whole = r.FormValue("whole") == "yes"
	p.Checked, p.NoAddress, p.Set = true, look.NoAddress, look.Set
	if n := len(look.AsLast); n > 0 {
		p.AsLast = p.Lang.T("upload.as_last_note", lang.Values{"Count": n})
	}
	if whole && !look.NoAddress {
		if err := d.lookAhead(p, r, a, columns, sample, staff); err != nil {
			return err
		}
	}
	p.columns(look)
	names := shell.StaffNames(staff)
	for _, row := range look.Imported.Rows[:min(previewRows, len(look.Imported.Rows))] {
		p.Rows = append(p.Rows, previewOf(p.Lang, names, row.Contact))
	}
	for _, refusal := range look.Imported.Refused[:min(previewRows, len(look.Imported.Refused))] {
		p.Refusals = append(p.Refusals, door.ViewRefusal(p.Lang, refusal))
	}
	report := door.ViewReport(p.Lang, contacts.Outcome{Quality: look.Quality})
	p.Findings = append(report.Refusals, report.Findings...)
	said := "upload.said_part"
	if whole {
		said = "upload.said_whole"
	}
	p.Said = p.Lang.T(said, lang.Values{"Count": look.Quality.Rows + look.Quality.Refused})
	p.How = p.Lang.T("upload.how", lang.Values{"Encoding": look.Encoding, "Separator": separatorName(p.Lang, look.Separator)})
	if look.Joined != "" {
		p.How += " " + p.Lang.T("upload.two_rows", lang.Values{"Example": look.Joined})
	}
	return nil
}

// encodings offers the encodings that a list can have, with names out of it that show how it was read; chosen "" is to recognise it.
func (p *uploadPage) encodings(look contacts.Look, chosen string) {
	for _, row := range look.Imported.Rows {
		if name := row.Contact.Person.Name; name != "" && len(p.Names) < previewRows {
			p.Names = append(p.Names, name)
		}
	}
	p.Encodings = []shell.Option{{Value: "", Label: p.Lang.T("upload.encoding_guess"), On: chosen == ""}}
	if chosen == "" && look.Encoding != "" {
		p.Encodings[0].Label = p.Lang.T("upload.encoding_guessed", lang.Values{"Encoding": look.Encoding})
	}
	for _, name := range sheet.Encodings {
		p.Encodings = append(p.Encodings, shell.Option{Value: name, Label: name, On: name == chosen})
	}
}

func separatorName(l lang.Language, separator string) string {
	if separator == "\t" {
		return l.T("upload.tab")
	}
	return "“" + separator + "”"
}

func (p *uploadPage) columns(look contacts.Look) {
	if more := len(look.Columns) - columnsListed; more > 0 {
		p.MoreColumns = p.Lang.T("upload.more_columns", lang.Values{"Count": more})
	}
	for i, c := range look.Columns[:min(len(look.Columns), columnsListed)] {
		col := uploadColumn{N: i, Heading: c.Heading, AsLast: slices.Contains(look.AsLast, c.Heading)}
		if i < len(look.Examples) {
			col.Examples = look.Examples[i]
		}
		for _, f := range contacts.Fields {
			if f != contacts.FieldAttribute { // of each it is said whether it is a segment
				col.Fields = append(col.Fields, shell.Option{Value: string(f), Label: p.Lang.T("upload.field." + string(f)), On: f == c.Field || c.Field == contacts.FieldAttribute && string(f) == string(cmp.Or(c.Segment, survey.UseNone))})
			}
		}
		p.Columns = append(p.Columns, col)
	}
}

func previewOf(l lang.Language, names map[string]string, c survey.Contact) previewRow {
	row := previewRow{Name: c.Person.Name, Email: c.Person.Email, Phone: c.Person.Phone, Team: c.Team, Owner: shell.StaffName(names, c.Owner)}
	if c.Owner == "" && c.OwnerRaw != "" {
		row.Owner, row.Unknown = l.T("upload.owner_unknown", lang.Values{"Owner": c.OwnerRaw}), true
	}
	if c.Language != "" {
		row.Language = lang.Language(c.Language).T("format.language")
	}
	var more []string
	for _, text := range []string{c.Company.Name, c.Company.Code, c.Location, c.Product, c.Tier, c.Value} {
		if text != "" {
			more = append(more, text)
		}
	}
	for _, fact := range attributesOf(c) {
		more = append(more, fact.Label+": "+fact.Text)
	}
	if text := []rune(strings.Join(more, " · ")); len(text) > 200 {
		row.More = string(text[:200]) + "…"
	} else {
		row.More = string(text)
	}
	return row
}
