package mail

import (
	stdmail "net/mail"
	"testing"

	"onetap/internal/survey"
)

func TestFrom(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		company, sender, deployment string
		name, address               string
	}{
		{"Северный ветер", "", "Onetap <nps@example.com>", "Северный ветер", "nps@example.com"},
		{"", "", "Onetap <nps@example.com>", "Onetap", "nps@example.com"},
		{"Shop", "Anna <anna@example.com>", "Onetap <nps@example.com>", "Anna", "anna@example.com"},
		{"A \"quoted\", name & Söhne", "", "nps@example.com", `A "quoted", name & Söhne`, "nps@example.com"},
		{"", "Ромашка, ООО <nps@пример.рф>", "nps@example.com", "Ромашка, ООО", "nps@xn--e1afmkfd.xn--p1ai"},
		// Stored before companies were checked.
		{"A\r\nBcc: x", "", "nps@example.com", "A Bcc: x", "nps@example.com"},
		{"Bank\r\nBcc: x@example.com", "", "Onetap <nps@example.com>", "Onetap", "nps@example.com"},
		{"A <b> c", "", "nps@example.com", "A b c", "nps@example.com"},
		{"security@bank.example", "", "Onetap <nps@example.com>", "Onetap", "nps@example.com"},
		{"a\u202Eb", "", "nps@example.com", "ab", "nps@example.com"},
	} {
		got := From(survey.Campaign{Company: tt.company, Sender: tt.sender}, tt.deployment)
		a, err := stdmail.ParseAddress(got)
		if err != nil || a.Name != tt.name || a.Address != tt.address {
			t.Errorf("From(%q, %q, %q) = %q, read as %v, %v", tt.company, tt.sender, tt.deployment, got, a, err)
		}
	}
}
