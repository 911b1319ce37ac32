package survey

import "testing"

func TestAccount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attrs map[string]string
		want  string
	}{
		{nil, ""},
		{map[string]string{"Contract": "12"}, ""},
		{map[string]string{"Компания": " ООО «Ромашка» "}, "ООО «Ромашка»"},
		{map[string]string{"Account Name": "Example Ltd", "Company": "Example"}, "Example Ltd"},
		{map[string]string{"Company name": " ", "Employer": "Example"}, "Example"},
		{map[string]string{"Клиент": "ООО «Ромашка»"}, "ООО «Ромашка»"},
		{map[string]string{"Company size": "40"}, ""},
	} {
		if got := (Contact{Attrs: c.attrs}).AccountName(); got != c.want {
			t.Errorf("%v: %q, want %q", c.attrs, got, c.want)
		}
	}
}

func TestDial(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]string{
		"": "", "ask the office": "", "12": "", "+7 (495) 123-45-67": "tel:+74951234567", "8 800 555-35-35": "tel:88005553535",
		"+7 495 123-45-67 доб. 12": "tel:+74951234567", "(495) 123-45-67 ext 3": "tel:4951234567", "+46 70 000 00 00; +46 70 000 00 01": "tel:+46700000000",
		"тел. +7 495 123-45-67": "tel:+74951234567", "1+2345678": "", "12345678901234567": "",
	} {
		if got := (Person{Phone: phone}).Dial(); got != want {
			t.Errorf("%q: %q, want %q", phone, got, want)
		}
	}
}
