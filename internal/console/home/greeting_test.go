package home

import "testing"

// A colleague is greeted as a letter would, and by no name where that is in doubt.
func TestGreetingOfColleagues(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Морозова Юлия Сергеевна": "Здравствуйте, Юлия Сергеевна", "Юлия Морозова": "Здравствуйте, Юлия", "юлия": "Здравствуйте, Юлия",
		"Морозова Ю. С.": "Здравствуйте", "yu.morozova@example.ru": "Здравствуйте", "": "Здравствуйте",
	} {
		if got := greeting("ru", name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := greeting("en", "SMITH, JOHN"); got != "Hello, John" {
		t.Error(got)
	}
}
