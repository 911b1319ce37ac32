package contacts

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"onetap/internal/survey"
)

// Field is what a column of a list holds.
type Field string

const (
	FieldEmail     Field = "email"
	FieldName      Field = "name"   // the whole name
	FieldFirst     Field = "first"  // … or in parts
	FieldMiddle    Field = "middle" // отчество
	FieldLast      Field = "last"
	FieldPhone     Field = "phone"
	FieldOwner     Field = "owner"
	FieldTeam      Field = "team"
	FieldLocation  Field = "location"
	FieldProduct   Field = "product"
	FieldTier      Field = "tier"
	FieldLanguage  Field = "language"
	FieldZone      Field = "zone" // time zone
	FieldCountry   Field = "country"
	FieldValue     Field = "value"
	FieldAttribute Field = "attribute" // any other: kept by its heading
	FieldIgnored   Field = "ignored"   // line numbers
	// Further columns of addresses and telephones: for those who have nothing in the one before. What is not used of
	// them is kept as an attribute is.
	FieldOtherEmail Field = "other_email"
	FieldOtherPhone Field = "other_phone"
	// FieldOptOut says who wants no letters: yes, true, 1, a date. Kept as an attribute, too.
	FieldOptOut Field = "opt_out"
	// FieldCustomer is the id that the company's own systems have for the customer.
	FieldCustomer Field = "customer_id"
	// FieldConsent is what is known of the person's consent: a date, its wording, a reference.
	FieldConsent Field = "consent"
	// The company that a customer works for: its name, the id that it has elsewhere, the company that it belongs to, and what the
	// contact does there.
	FieldCompany     Field = "company"
	FieldCompanyID   Field = "company_id"
	FieldParent      Field = "parent_company"
	FieldCompanyRole Field = "company_role"
	FieldID          Field = "id" // this and the following only of a staff list
	FieldRole        Field = "role"
	FieldManager     Field = "manager"
)

// Column is one column of a list.
type Column struct {
	Heading string `json:"heading"` // as written; without one, its letter in a spreadsheet; a second of a name has " (2)"
	Field   Field  `json:"field"`
	Unit    string `json:"unit,omitempty"` // of the value, where the heading says it: "Выручка, тыс. руб."
	// Segment says whether the answers can be looked at by an attribute, a location, a product or a tier.
	Segment survey.DimensionUse `json:"segment,omitempty"`
}

// maxHeading is the length in characters to which a heading is cut.
const maxHeading = 100

// Vocabulary says under which headings fields go, in the spelling of HeadingKey; the words before "|" are sure, those
// behind it are taken only when no sure one claims the field.
type Vocabulary map[Field]string

// CustomerWords are the headings of customer lists as CRM and accounting systems write them.
var CustomerWords = Vocabulary{
	FieldEmail: "email mail emailaddress mailaddress emailадрес адресemail электроннаяпочта адресэлектроннойпочты электронныйадрес элпочта эладрес почта " +
		"емайл емейл емэйл эмейл эмэйл имейл имэйл мейл майл еmail еmailадрес emailaddr emailid элящик эпочта contactemail primaryemail workemail emailклиента emailконтакта основнойemail",
	FieldName: "fullname contactname customername clientname custname personname фио фиоклиента фиоконтакта фиоконтактноголица полноеимяконтакта фамилияимяотчество фамилияимя имяфамилия " +
		"полноеимя имяклиента контактноелицо | name имя contact контакт contactperson клиент client customer покупатель заказчик сотрудник employee кандидат candidate наименование контакткомпания",
	FieldFirst:    "firstname fname givenname forename | имя name",
	FieldMiddle:   "middlename mname additionalname patronymic отчество второеимя",
	FieldLast:     "lastname lname surname familyname фамилия",
	FieldPhone:    "phone phonenumber telephone tel mobile mobilephone mobileno mobno mob cell cellphone cellno cellnumber cellular phoneno telno contactno contactnumber телефон тел тел№ номертелефона моб телмоб мобтел мобномер мобильный мобильныйтелефон контактныйтелефон сотовый сотовыйтелефон | workphone рабочийтелефон телраб",
	FieldOwner:    "contactowner owner accountmanager acctmgr accountmgr acctmanager accmgr acctowner accountowner leadowner personowner recordowner companyowner responsible customerowner assignedto ответственный отв ответственныйконтакта ответственныйзаконтакт ответственныйменеджер менеджер персональныйменеджер основнойменеджер менеджерклиента аккаунтменеджер куратор ведущийменеджер | manager mgr rep kam csm salesrep salesmanager salesperson emailменеджера emailответственного кодменеджера",
	FieldTeam:     "team department отдел команда подразделение департамент | бригада group группа dept отд",
	FieldLocation: "location loc city town branch город местоположение филиал | region office регион область офис",
	FieldProduct:  "product service продукт услуга | товар project проект тариф plan prod",
	FieldTier:     "tier segment category сегмент категория категорияклиента | класс уровень grade abc",
	FieldLanguage: "language lang lng язык яз locale языкобщения preferredlanguage",
	FieldZone: "timezone timezoneid timezonename tz utcoffset gmtoffset utc часовойпояс часовойпоясклиента часпояс смещениеutc разницасutc разницасмск разницасмосквой | " +
		"zone пояс часпояса",
	FieldValue: "value revenue turnover ltv annualrevenue accountvalue customervalue выручка оборот сумма суммапродаж объёмпродаж суммадоговора выручказагод | " +
		"доход amount arr mrr стоимость",
	FieldCustomer: "customerid clientid contactid customernumber clientnumber customercode clientcode customerno clientno personid recordid externalid crmid idcrm " +
		"idклиента клиентid кодклиента номерклиента idконтакта контактid idпокупателя кодпокупателя внешнийid внешнийкод idвcrm клиентскийномер",
	FieldConsent: "consent consentdate consentgiven consentreference dateofconsent consentedat gdprconsent согласие датасогласия согласиедата согласиенаобработку согласиенаобработкуданных " +
		"согласиенаобработкупд согласиенаобработкупдн согласиенаобработкуперсональныхданных согласиепдн согласиенаопрос согласиенаопросы",
	FieldCompany: "company companyname account accountname associatedcompany organization organisation organizationname organisationname customercompany clientcompany companyorganization компания названиекомпании наименованиекомпании имякомпании компанияклиент " +
		"клиенткомпания компанияклиента организация названиеорганизации наименованиеорганизации клиенторганизация организацияклиент контрагент наименованиеконтрагента юрлицо юридическоелицо фирма названиефирмы предприятие | client customer клиент заказчик покупатель",
	FieldCompanyID: "companyid accountid accountcode accountnumber accountno companycode organizationid organisationid companytaxid taxid taxnumber vatid vatnumber инн иннкомпании иннорганизации иннклиента иннконтрагента " +
		"idкомпании компанияid idорганизации idконтрагента кодкомпании кодконтрагента кодорганизации | инн/кпп унп бин огрн customerid clientid customercode clientcode кодклиента idклиента",
	FieldParent:      "parentcompany parentaccount parentorganization parentorganisation ultimateparent headcompany holding холдинг головнаякомпания материнскаякомпания головнаяорганизация родительскаякомпания группакомпаний | group группа",
	FieldCompanyRole: "buyingrole contactrole roleincompany roleinaccount accountrole companyrole decisionrole рольвкомпании рольконтакта рольвсделке рольвзакупке рольприпокупке | role роль лпр",
	FieldIgnored:     "№ №пп пп npp nпп номерпп rownumber onetapline onetapreason onetapamount onetapcurrency onetapстрока onetapпричина onetapсумма onetapвалюта", // the latter of Onetap's own lists
}

// HeadingKey is how headings are compared: letters (ё as е), digits and № in small, nothing else. "E-mail:" and "email" are one.
func HeadingKey(text string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r == 'ё':
			return 'е'
		case r == '№' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		}
		return -1
	}, text)
}

// terms are the words for one field.
type terms struct{ sure, perhaps map[string]bool }

// Words is a Vocabulary ready for looking up.
type Words map[Field]terms

// Compile prepares a vocabulary for looking up.
func (v Vocabulary) Compile() Words {
	c := Words{}
	set := func(words string) map[string]bool {
		m := map[string]bool{}
		for _, w := range strings.Fields(words) {
			m[strings.ReplaceAll(w, "ё", "е")] = true
		}
		return m
	}
	for f, words := range v {
		sure, perhaps, _ := strings.Cut(words, "|")
		c[f] = terms{set(sure), set(perhaps)}
	}
	return c
}

var customerColumns = CustomerWords.Compile()

// fieldOrder is the order in which unsure words are given out.
var fieldOrder = []Field{
	FieldEmail, FieldFirst, FieldName, FieldMiddle, FieldLast, FieldPhone, FieldOwner, FieldTeam, FieldLocation, FieldProduct,
	FieldTier, FieldLanguage, FieldZone, FieldValue, FieldCustomer, FieldConsent, FieldCompany, FieldCompanyID, FieldParent, FieldCompanyRole, FieldIgnored, FieldCountry, FieldID, FieldRole, FieldManager,
}

// columnsOf says what the columns under these headings hold. Each field is claimed once, by the surest heading, the
// leftmost of equals; what stands below tells addresses, telephones, owners and refusals of letters from what only has
// such a heading. below may be empty: then the headings alone decide.
func (c Words) columnsOf(headings []string, below evidence) []Column {
	g := newGuess(c, headings, below)
	g.optOuts()
	g.emails()
	g.phones()
	g.owner()
	g.numbers()
	g.others()
	nameColumns(g.columns)
	return g.columns
}

// unitOf returns the money that a heading names behind a comma or in brackets.
func unitOf(heading string) string {
	at := strings.LastIndexAny(heading, ",(")
	if at < 0 {
		return ""
	}
	unit := strings.Trim(heading[at+1:], " )")
	for _, money := range []string{"руб", "₽", "usd", "eur", "gbp", "$", "€", "£", "тыс", "млн"} {
		if strings.Contains(strings.ToLower(unit), money) {
			return unit
		}
	}
	return ""
}

// nameColumns gives attributes names of their own.
func nameColumns(columns []Column) {
	used := map[string]bool{}
	for i := range columns {
		col := &columns[i]
		if col.Field == "" {
			col.Field = FieldAttribute
		}
		if col.Heading == "" {
			col.Heading = columnLetter(i)
		}
		if utf8.RuneCountInString(col.Heading) > maxHeading {
			col.Heading = string([]rune(col.Heading)[:maxHeading])
		}
		name := col.Heading
		for n := 2; used[col.Heading]; n++ {
			col.Heading = name + " (" + strconv.Itoa(n) + ")"
		}
		used[col.Heading] = true
	}
}

// columnLetter names a column as spreadsheets do: A … Z, AA …
func columnLetter(i int) string {
	letters := ""
	for i++; i > 0; i = (i - 1) / 26 {
		letters = string(rune('A'+(i-1)%26)) + letters
	}
	return letters
}

// has reports whether one of the columns holds f.
func has(columns []Column, f Field) bool {
	for _, c := range columns {
		if c.Field == f {
			return true
		}
	}
	return false
}
