package survey

import "testing"

func TestPhoneKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"+7 916 123-45-67":                "+79161234567",
		"8 (916) 123-45-67":               "+79161234567",
		"7 916 123 45 67":                 "+79161234567",
		"89161234567":                     "+79161234567",
		"007 916 123 45 67":               "+79161234567",
		"+46 70 000 00 01":                "+46700000001",
		"0046 70 000 00 01":               "+46700000001",
		"+81 3 1234 5678":                 "+81312345678", // eleven digits with an 8, and not Russian
		"(212) 555-0123":                  "2125550123",
		"212.555.0123":                    "2125550123",
		"+1 212 555 0123":                 "+12125550123",
		"+372 600 0001":                   "+3726000001",
		"":                                "",
		"123-45-67":                       "", // of which town?
		"8 (495) 123-45-67 доб. 12":       "",
		"+7 916 123-45-67, +7 916 765432": "",
		"123456/789012":                   "",
		"+7+9161234567":                   "",
		"+123":                            "",
		"77777777777":                     "",
		"+1234567890123456":               "",
		"звонить":                         "",
	} {
		if got := PhoneKey(text); got != want {
			t.Errorf("%q is compared as %q, want %q", text, got, want)
		}
	}
}

func TestCustomerKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"12345": "12345", " 12345.0 ": "12345", "00012": "00012", "K-17a": "k-17a", "К  12": "к 12", "1.05": "1.05", ".0": ".0",
		"": "", "-": "", "NULL": "", "0": "", "#N/A": "",
	} {
		if got := CustomerKey(text); got != want {
			t.Errorf("%q is compared as %q, want %q", text, got, want)
		}
	}
}

func TestMailbox(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ids           Identifiers
		own           ContactID
		id            ContactID
		mailbox, mail ContactID
	}{
		{Identifiers{Mail: "m", Customer: "c", Phone: "p"}, "m", "m", "", "m"},
		{Identifiers{Customer: "c", Phone: "p"}, "c", "c", NoMailbox, ""},
		{Identifiers{Phone: "p"}, "p", "p", NoMailbox, ""},
		{Identifiers{Mail: "m", Phone: "p"}, "m", "p", "m", "m"},
		{Identifiers{}, "", "x", NoMailbox, ""},
	} {
		box := c.ids.MailboxOf(c.id)
		if mail := (Contact{ID: c.id, Mailbox: box}).MailID(); c.ids.Own() != c.own || box != c.mailbox || mail != c.mail {
			t.Errorf("%+v: new as %q, letters of %q go to %q, which is %q", c.ids, c.ids.Own(), c.id, box, mail)
		}
	}
}
