package names

import (
	"strings"
	"testing"
)

// Whoever is named in a text is hidden, in whatever case and spelling; other words stay.
func TestMask(t *testing.T) {
	t.Parallel()
	m := NewMask("Снегирёва Ольга Петровна", "Anna Smith", "J. Ли", "Сергей Тихонов")
	writer := Person{Name: "Комарова Мария Алексеевна", Email: "m.k@example.ru", Phone: "+7 916 123-45-67", Customer: "K-77120"}
	for said, want := range map[string]string{
		"Снегирёва молодец":                       "••• молодец",
		"С Снегирёвой трудно, Снегиревой!":        "С ••• трудно, •••!",
		"Спросите Ольгу Петровну.":                "Спросите ••• •••.",
		"о Снегирёвых":                            "о •••",
		"Smith's plan; ask Anna, not annals":      "•••'s plan; ask •••, not annals",
		"Спасибо Сергею и Тихонову, без Сергея":   "Спасибо ••• и •••, без •••",
		"спасибо тихонову":                        "спасибо •••",
		"Премия и смены":                          "Премия и смены",
		"":                                        "",
		"Пишет комарова мария":                    "Пишет ••• •••",
		"Марии и Комаровой не помогли":            "••• и ••• не помогли",
		"Пишите на m.k@example.ru и masha@ya.ru.": "Пишите на ••• и •••.",
		"Звоните 8 (916) 123-45-67":               "Звоните •••",
		"мой номер 1234567":                       "мой номер •••",
		"Телефон 495 765-43-21, 765-43-21":        "Телефон •••, •••",
		"+49 30 901820 и 89031112233":             "••• и •••",
		"Заплатил 1 200 000 ₽ 20.11.2026, 15 000": "Заплатил 1 200 000 ₽ 20.11.2026, 15 000",
		"Договор K-77120":                         "Договор •••",
		"@masha_k, t.me/masha, https://vk.com/x":  "•••, •••, •••",
		"Живу на ул. Ленина, д. 5, кв. 12":        "Живу на •••",
		"near 12 Baker Street, five stars":        "near •••, five stars",
		"Тренер Вера и Льва с Юлей":               "Тренер ••• и ••• с •••",
		"Вера в людей. Люди, Роман, Света":        "Вера в людей. Люди, •••, •••",
		"Вчера Мария Алексеевна Снежная помогла":  "Вчера ••• ••• ••• помогла",
		"М. А. Петрухина, Журавлёв И.П.":          "М. А. •••, ••• И.П.",
		"администратор Журавлёва и г-н Белый":     "администратор ••• и г-н Белый",
		"Ask Mr Brown, John Doe, not in May":      "Ask Mr •••, ••• •••, not in May",
		"Will you call? Mark says no":             "Will you call? Mark says no",
		"ВСЁ ПЛОХО, АННА НЕ ПЕРЕЗВОНИЛА":          "ВСЁ ПЛОХО, ••• НЕ ПЕРЕЗВОНИЛА",
		"Отлично! Основная проблема — в Ростове":  "Отлично! Основная проблема — в Ростове",
		"Готов ждать. Тем не менее. Любую, да":    "Готов ждать. Тем не менее. Любую, да",
		"на Московском проспекте и в Саратове":    "на Московском проспекте и в Саратове",
		"Ма\u00adрия Кома\u200bрова":              "••• •••",
	} {
		if got := m.Hide(said, writer); got != want {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
	if got := (Mask{}).Hide("Спросите Снегирёву", Person{Name: "ООО Клиент 5"}); got != "Спросите •••" {
		t.Errorf("without anybody known: %q", got)
	}
	if got := (Mask{}).Hide("клиент доволен", Person{Name: "ООО Клиент 5"}); got != "клиент доволен" {
		t.Errorf("a company's name hides words: %q", got)
	}
}

// Whatever is written, hiding twice hides no more, and no address of a letter is left.
func FuzzMask(f *testing.F) {
	f.Add("Мария, a@example.com, +7 916 123-45-67")
	f.Add("М. А. Ли. @x •••")
	f.Fuzz(func(t *testing.T, said string) {
		m := NewMask("Anna Smith")
		once := m.Hide(said, Person{Name: "Мария", Email: "a@example.com"})
		if strings.Contains(strings.ToLower(once), "a@example.com") {
			t.Errorf("%q is %q", said, once)
		}
	})
}
