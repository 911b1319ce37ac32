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
		{"A \"quoted\", name\r\nBcc: x@example.com", "", "nps@example.com", `A "quoted", name Bcc: x@example.com`, "nps@example.com"},
	} {
		got := From(survey.Campaign{Company: tt.company, Sender: tt.sender}, tt.deployment)
		a, err := stdmail.ParseAddress(got)
		if err != nil || a.Name != tt.name || a.Address != tt.address {
			t.Errorf("From(%q, %q, %q) = %q, read as %v, %v", tt.company, tt.sender, tt.deployment, got, a, err)
		}
	}
}
