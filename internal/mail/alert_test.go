package mail_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

var moscow = time.FixedZone("MSK", 3*3600)

func alert(language string) mail.AlertData {
	answered := time.Date(2026, 3, 3, 15, 0, 0, 0, time.UTC)
	return mail.AlertData{
		From: "Onetap <nps@example.ru>", To: "owner@example.ru", Reason: mail.ReasonOwner, Language: language, Zone: moscow,
		Person:  survey.Person{Email: "anna@example.ru", Name: "Анна Смирнова", Phone: "+7 (495) 123-45-67"},
		Account: "ООО «Ромашка»", Audience: survey.Customers, Campaign: "Весна 2026", Kind: mail.OfDetractor, Score: 3,
		Why: "Три недели ждали ответа.\nПотом прислали не тот счёт.", Wish: "Отвечать за день",
		Value: "1 200 000 ₽ в год", Tier: "A", Product: "Склад", Location: "Казань", Team: "Север",
		Answered: answered, Deadline: answered.Add(48 * time.Hour),
		CaseURL: "https://nps.example.com/cases/abcdefgh-abcdefghijklmnop", ActURL: "https://nps.example.com/act/AAAA",
	}
}

func letter(t testing.TB, a mail.AlertData) mail.Message {
	t.Helper()
	m, err := mail.Alert(a)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// together is a letter about several: one as usual, one without a number and words, one whose score has risen, one who was reached.
func together(t testing.TB, language string) mail.Message {
	t.Helper()
	usual, bare, risen, spoken := alert(language), alert(language), alert(language), alert(language)
	bare.Person = survey.Person{Email: "oleg@example.ru", Name: "Олег Ильин"}
	bare.Account, bare.Why, bare.Wish, bare.Score, bare.Deadline = "", "", "", 6, bare.Deadline.Add(-time.Hour)
	risen.Person, risen.Risen = survey.Person{Email: "vera@example.ru", Name: "Вера Орлова", Phone: "в офисе"}, true
	spoken.Person.Email, spoken.Person.Name, spoken.Spoken = "pavel@example.ru", "Павел", true
	m, err := mail.Alerts(mail.AlertsData{
		From: usual.From, To: usual.To, Language: language, Zone: moscow, Alerts: []mail.AlertData{usual, bare, risen, spoken}, BoardURL: "https://nps.example.com/cases",
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A letter about several has nobody to reply to, unless all of it is about one person; what was said is cut, and nobody is left out.
func TestAlertsTogether(t *testing.T) {
	t.Parallel()
	a := alert("ru")
	a.Why = strings.Repeat("ж", 5000)
	d := mail.AlertsData{From: a.From, To: a.To, Language: "ru", Zone: moscow}
	if _, err := mail.Alerts(d); err == nil {
		t.Error("a letter about nobody")
	}
	for n := range 24 {
		d.Alerts = append(d.Alerts, a)
		m, err := mail.Alerts(d)
		if err != nil || m.ReplyTo != "anna@example.ru" || len(m.HTML) > 100_000 || strings.Count(m.HTML, "tel:&#43;74951234567") != n+1 {
			t.Fatalf("%d of one person: %v, reply to %q, %d bytes", n+1, err, m.ReplyTo, len(m.HTML))
		}
	}
	d.Alerts[7].Person.Email = "oleg@example.ru"
	if m, err := mail.Alerts(d); err != nil || m.ReplyTo != "" || !strings.Contains(m.Text, lang.Language("ru").T("alerts.reply")) {
		t.Errorf("reply to %q, %v", m.ReplyTo, err)
	}
}

// The number in the first step can be called; whatever is no number is read.
func TestAlertDials(t *testing.T) {
	t.Parallel()
	_, steps, _ := strings.Cut(letter(t, alert("en")).HTML, "<ol")
	if first, _, _ := strings.Cut(steps, "</li>"); !strings.Contains(first, `href="tel:&#43;74951234567"`) || !strings.Contains(first, "No answer?") {
		t.Errorf("the first step: %s", first)
	}
	a := alert("en")
	a.Person.Phone = "ask the office"
	if m := letter(t, a); strings.Contains(m.HTML, "tel:") || !strings.Contains(m.Text, "Call ask the office.") {
		t.Errorf("no number:\n%s", m.Text)
	}
}

// Times are the company's; until when to call says how far its clock is from UTC.
func TestAlertIsOnTheCompanysClock(t *testing.T) {
	t.Parallel()
	m := letter(t, alert("ru"))
	for _, want := range []string{"Позвоните до срока: четверг, 5 марта 2026, 18:00 (UTC+3)", "вторник, 3 марта 2026, 18:00."} {
		if !strings.Contains(strings.ReplaceAll(m.Text, "\u00a0", " "), want) {
			t.Errorf("not said: %q in\n%s", want, m.Text)
		}
	}
	a := alert("ru")
	if a.Zone = nil; strings.Count(letter(t, a).Text, "(UTC)") != 3 {
		t.Errorf("without a company's clock:\n%s", letter(t, a).Text)
	}
}

// late is a letter about people whom nobody has spoken to in time.
func late(t testing.TB, language string, occasion mail.Occasion) mail.Message {
	t.Helper()
	tried, untouched := alert(language), alert(language)
	tried.Owner, tried.Told, tried.Taken, tried.Tries, tried.Notes = "Мария Ким", tried.Answered.Add(time.Minute), true, 2, 1
	tried.CallAgain = tried.Deadline.Add(time.Hour)
	untouched.Person = survey.Person{Email: "oleg@example.ru", Name: "Олег Ильин"}
	untouched.Owner = "Вера Орлова"
	d := mail.AlertsData{
		Occasion: occasion, From: tried.From, To: tried.To, Language: language, Zone: moscow, Alerts: []mail.AlertData{tried, untouched}, BoardURL: "https://nps.example.com/cases",
	}
	if occasion != mail.HalfTime {
		d.More = 12
	}
	m, err := mail.Alerts(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAlertGolden(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All() {
		code := string(l)
		golden(t, "alert-"+code, letter(t, alert(code)))

		dropped := alert(code)
		was := 8
		dropped.Was = &was
		dropped.Past = []mail.Past{{"Осень 2025", 9, dropped.Answered.AddDate(0, -5, 0)}, {"Весна 2025", 10, dropped.Answered.AddDate(-1, 0, 0)}}
		golden(t, "alert-dropped-"+code, letter(t, dropped))

		again := alert(code)
		again.Again, again.Reason = true, mail.ReasonAdministrator
		golden(t, "alert-again-"+code, letter(t, again))

		golden(t, "alerts-"+code, together(t, code))
		for _, occasion := range []mail.Occasion{mail.HalfTime, mail.Overdue, mail.Climbed} {
			golden(t, "alerts-"+string(occasion)+"-"+code, late(t, code, occasion))
		}

		reopened := alert(code)
		reopened.Reopened = true
		if m := letter(t, reopened); !strings.Contains(m.Text, lang.Language(code).T("alert.reopened")) {
			t.Errorf("%s does not say that the case was opened again", code)
		}
		spoken := alert(code)
		spoken.Spoken = true
		if m := letter(t, spoken); !strings.Contains(m.Text, lang.Language(code).T("alert.spoken")) || strings.Contains(m.Text, lang.Language(code).T("alert.step_2")) {
			t.Errorf("%s asks to call whom somebody has spoken to:\n%s", code, m.Text)
		}

		handed := alert(code)
		handed.Reason = mail.ReasonHanded
		if m := letter(t, handed); !strings.Contains(m.Text, lang.Language(code).T("alert.reason.handed")) {
			t.Errorf("%s does not say that the case was handed over", code)
		}

		risen := alert(code)
		risen.Risen, risen.Reason = true, mail.ReasonHanded
		golden(t, "alert-risen-"+code, letter(t, risen))

		bare := alert(code)
		bare.Person.Name, bare.Person.Phone, bare.Why, bare.Wish, bare.Value, bare.Tier, bare.Product, bare.Location = "", "", "", "", "", "", "", ""
		bare.Reason, bare.Zone, bare.CaseURL, bare.ActURL = mail.ReasonManager, nil, "", ""
		golden(t, "alert-bare-"+code, letter(t, bare))
	}
}

// A promoter's score stands nowhere in the letter: beside "call" it would be read as the answer.
func TestAlertNamesNoPromotersScore(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All() {
		for was := range 11 {
			a := alert(string(l))
			a.Was, a.CaseURL, a.Person.Phone = &was, "", ""
			m := letter(t, a)
			named := strings.Contains(m.Text, l.T("alert.dropped", lang.Values{"Was": was, "Score": a.Score}))
			said := strings.Contains(m.Text, l.T("alert.dropped_promoter", lang.Values{"Score": a.Score}))
			if promoter := was >= 9; named == promoter || said != promoter {
				t.Errorf("%s, %d at first: named %v, said %v", l, was, named, said)
			}
		}
	}
}

func TestAlertSaysWhatTheOwnerNeeds(t *testing.T) {
	t.Parallel()
	a := alert("ru")
	m := letter(t, a)
	if m.To != "owner@example.ru" || m.ReplyTo != "anna@example.ru" || m.From != a.From {
		t.Errorf("to %s, reply to %s, from %s", m.To, m.ReplyTo, m.From)
	}
	for _, want := range []string{
		"Анна Смирнова", "3 из 10", "Критик", "Три недели ждали ответа.", "Отвечать за день", "1 200 000 ₽", "123-45-67", "anna@example.ru",
		"Склад", "Казань", "Север", "четверг, 5\u00a0марта 2026, 18:00 (UTC+3)", "48\u00a0часов", "вторник, 3\u00a0марта 2026, 18:00", "Не спорьте", "ответьте на это письмо", "потому что вы ответственный",
	} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the text does not say %q", want)
		}
		if !strings.Contains(m.HTML, strings.ReplaceAll(want, "+", "&#43;")) && !strings.Contains(m.HTML, want) {
			t.Errorf("the html does not say %q", want)
		}
	}
	if !strings.Contains(m.HTML, `href="tel:&#43;74951234567"`) {
		t.Error("the phone cannot be tapped")
	}
}

// Nobody is told to call whoever is content: an alert is written about a detractor's score, a passive's as one, or silence, or not at all.
func TestAlertIsAboutWhoExpectsIt(t *testing.T) {
	t.Parallel()
	for score := -1; score <= 11; score++ {
		for kind, want := range map[mail.AlertKind]bool{mail.OfDetractor: score >= 0 && score <= 6, mail.OfPassive: score == 7 || score == 8, mail.OfSilent: true, "": false} {
			a := alert("ru")
			a.Score, a.Kind, a.Silent = score, kind, 3
			if _, err := mail.Alert(a); (err == nil) != want {
				t.Errorf("score %d, %q: %v", score, kind, err)
			}
		}
	}
}

// of is a letter about a passive, silent one about somebody who never answers.
func of(t testing.TB, language string, kind mail.AlertKind) mail.AlertData {
	t.Helper()
	a := alert(language)
	switch a.Kind = kind; kind {
	case mail.OfPassive:
		a.Score = 8
	case mail.OfSilent:
		a.Silent, a.Why, a.Wish = 3, "", ""
	}
	return a
}

// The letter that tells a respondent what was done, with a name and without.
func TestToldGolden(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All() {
		told := mail.ToldData{
			From: "Shop <nps@example.ru>", To: "anna@example.ru", ReplyTo: "owner@example.ru", Language: string(l), Company: "Ромашка", Person: survey.Person{Name: "Анна Смирнова"},
			Answered: time.Date(2026, 3, 3, 15, 0, 0, 0, moscow), Text: "Мы разобрались.\n\nСчёт исправлен <сегодня> {{имя}}.", Link: "https://nps.example.com/d/AAAA", Unsubscribe: "https://nps.example.com/u/BBBB",
		}
		m, err := mail.Told(told)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "told-"+string(l), m)
		told.Person, told.Answered, told.ReplyTo = survey.Person{}, time.Time{}, ""
		if m, err = mail.Told(told); err != nil {
			t.Fatal(err)
		}
		golden(t, "told-bare-"+string(l), m)
		told.Company, told.Answered = "", time.Date(2026, 3, 3, 15, 0, 0, 0, moscow)
		if m, err = mail.Told(told); err != nil || strings.Contains(m.Text, " .") || strings.HasSuffix(m.Subject, "— ") {
			t.Errorf("of a company without a name: %v\n%s", err, m.Text)
		}
	}
	if _, err := mail.Told(mail.ToldData{To: "nobody"}); err == nil {
		t.Error("a letter to no address")
	}
}

// The email that answers what a respondent wrote, with their words and without.
func TestReplyGolden(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All() {
		reply := mail.ReplyData{
			From: "Shop <nps@example.ru>", To: "anna@example.ru", ReplyTo: "owner@example.ru", Language: string(l), Company: "Ромашка", Person: survey.Person{Name: "Анна Смирнова"},
			Answered: time.Date(2026, 3, 3, 15, 0, 0, 0, moscow), Words: "А можно ли <забрать> самим?\nПо субботам {{имя}}", Text: "Можно.\n\nСклад открыт с <десяти>.", Unsubscribe: "https://nps.example.com/u/BBBB",
		}
		m, err := mail.Reply(reply)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "reply-"+string(l), m)
		reply.Person, reply.Company, reply.ReplyTo, reply.Words = survey.Person{}, "", "", ""
		if m, err = mail.Reply(reply); err != nil {
			t.Fatal(err)
		}
		golden(t, "reply-bare-"+string(l), m)
	}
	if _, err := mail.Reply(mail.ReplyData{To: "nobody"}); err == nil {
		t.Error("an email to no address")
	}
}

// Each kind has its own title and steps, and a letter about several that are not all detractors' calls none of them unhappy.
func TestAlertsOfEachKind(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All() {
		code := string(l)
		passive, silent := of(t, code, mail.OfPassive), of(t, code, mail.OfSilent)
		golden(t, "alert-passive-"+code, letter(t, passive))
		golden(t, "alert-silent-"+code, letter(t, silent))
		m, err := mail.Alerts(mail.AlertsData{From: passive.From, To: passive.To, Language: code, Zone: moscow, Alerts: []mail.AlertData{alert(code), passive, silent}})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "alerts-mixed-"+code, m)
	}
}

func TestAlertLeavesOutWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	a := alert("en")
	a.Person = survey.Person{Email: "not an address\r\nBcc: x@example.com", Phone: "ask the office"}
	m := letter(t, a)
	if m.ReplyTo != "" || strings.Contains(m.Text, "just reply") || strings.Contains(m.HTML, "tel:") || strings.Contains(m.Subject, "\n") {
		t.Errorf("reply to %q, subject %q\n%s", m.ReplyTo, m.Subject, m.Text)
	}
	a.To = "owner@example.ru\r\nBcc: x@example.com"
	if _, err := mail.Alert(a); err == nil {
		t.Error("a header can be put in by the address")
	}
}

func TestAlertIsInertWhateverTheWords(t *testing.T) {
	t.Parallel()
	shape := elements(t, letter(t, alert("ru")).HTML)
	for _, s := range append(blns(t), strings.Repeat("очень длинно ", 400), strings.Repeat("ж", 4000), "<b>", "עברית", "\u202Eevil", "a\r\nBcc: x@example.com", "{{link}}", "[[.Lang]]") {
		a := alert("ru")
		s = "x" + s
		a.Person.Name, a.Campaign, a.Why, a.Wish, a.Value, a.Tier, a.Product, a.Location, a.Team = s, s, s, s, s, s, s, s, s
		m := letter(t, a)
		if strings.ContainsAny(m.Subject, "\r\n") {
			t.Errorf("%q: subject %q", s, m.Subject)
		}
		if got := elements(t, m.HTML); !slices.Equal(got, shape) {
			t.Errorf("%q: %s", s, cmp.Diff(shape, got))
		}
	}
}
