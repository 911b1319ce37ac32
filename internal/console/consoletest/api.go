package consoletest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"onetap/internal/survey"
)

// Call makes a request with the token and decodes the answer.
func (w *World) Call(method, path, contentType string, body []byte) (int, map[string]any) {
	w.T.Helper()
	r, err := http.NewRequest(method, w.Site+path, bytes.NewReader(body))
	if err != nil {
		w.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+Token)
	r.Header.Set("Content-Type", contentType)
	status, text := Send(w.T, r)
	var answer map[string]any
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		w.T.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	return status, answer
}

// Must is Call for what must succeed.
func (w *World) Must(method, path, contentType string, body []byte) map[string]any {
	w.T.Helper()
	status, answer := w.Call(method, path, contentType, body)
	if status/100 != 2 {
		w.T.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

// CSVType is how a list is sent whose encoding and separator are to be found out.
const CSVType = "application/octet-stream"

// Customers writes a list of n customers with the faults of real ones: no address, a slip in it, somebody twice, an
// owner whom nobody knows.
func Customers(n int, seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	b.WriteString("Клиент;E-mail;Менеджер;Телефон;Город;Выручка, руб.\r\n")
	for i := range n {
		address := fmt.Sprintf("client%d@example.ru", i)
		switch random.IntN(40) {
		case 0:
			address = ""
		case 1:
			address = fmt.Sprintf("client%d.example.ru", i)
		case 2:
			address = fmt.Sprintf("CLIENT%d@example.ru", random.IntN(i+1))
		}
		owner := []string{"anna", "boris", "никто"}[random.IntN(3)]
		fmt.Fprintf(&b, "\"ООО «Клиент %d»\nфилиал\";%s;%s;+7 495 %07d;Пермь;1 %03d 000\r\n", i, address, owner, i, i%1000)
	}
	return b.String()
}

// Contacts reads what is stored of an audience.
func (w *World) Contacts() map[survey.ContactID]survey.Contact {
	w.T.Helper()
	all := map[survey.ContactID]survey.Contact{}
	for from := new(survey.Cursor); from != nil; {
		var err error
		from, err = w.Store.ContactsUntil(context.Background(), survey.Customers, *from, 1000, func(c survey.Contact, _ survey.SuppressionReason) bool {
			all[c.ID] = c
			return true
		})
		if err != nil {
			w.T.Fatal(err)
		}
	}
	return all
}
