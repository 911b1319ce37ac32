package loop

import (
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// What words suggest, in both languages; much that has a question mark, or a wish in it by its letters alone, suggests nothing.
func TestSuggested(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"": "", "Всё отлично!": "", "Great service, thank you.": "", "10?": "", "???": "", "Всё хорошо???": "question",
		"См. https://example.ru/?a=1":                            "",
		"Хотелось бы доставку в выходные":                        "idea",
		"Было бы удобно видеть счёт на сайте.":                   "idea",
		"Не могли бы вы писать заранее?":                         "idea question",
		"Предлагаю добавить тёмную тему":                         "idea",
		"Работаете ли вы по субботам?":                           "question",
		"Подскажите, где посмотреть остатки":                     "question",
		"Можно ли платить картой":                                "question",
		"Хотим заказать ещё два станка":                          "lead",
		"Пришлите, пожалуйста, коммерческое предложение":         "lead",
		"Сколько стоит обслуживание второго склада?":             "question lead",
		"Нехотелось бывать":                                      "",
		"It would be nice to have a weekly report":               "idea",
		"Could you add dark mode?":                               "idea question",
		"I wish the app were faster.":                            "idea",
		"Do you have a mobile app?":                              "question",
		"When will the new store open":                           "question",
		"We are ready to order ten more":                         "lead",
		"Please send us a quote for 50 seats":                    "lead",
		"How much is the next plan?":                             "question lead",
		"Everything as it should be. You are good. Really good.": "",
		"I’d like to see more colours":                           "idea",
	} {
		var got []string
		for _, k := range Suggested(words) {
			got = append(got, string(k))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", words, got, want)
		}
	}
}

// An item is answered once: its email is begun before it is sent; refused it can be sent anew, and of one of which nobody knows only by somebody's wish. What is over
// stays over, and newcomers are not written to.
func TestItem(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	r := survey.Response{Campaign: "spring22", Contact: "abaaaaaaaaaaaaab", Audience: survey.Customers, Owner: "anna", Language: "ru", Score: 9, Verified: true}
	i, err := NewItem(r, ItemIdea, "boris", now)
	if err != nil || !i.Waits() {
		t.Fatal(err)
	}
	if c, shard, name, ok := ParseItemID(i.ID()); !ok || c != i.Campaign || shard != i.Shard || name != i.Name {
		t.Errorf("%s is %s %d %s", i.ID(), c, shard, name)
	}
	for _, id := range []string{"", "a", "spring22-aa-x", "spring22-99-x", "spring22-01-", "spring22-1-x"} {
		if _, _, _, ok := ParseItemID(id); ok {
			t.Errorf("%q is an item's", id)
		}
	}
	code := func(_ Item, err error) string {
		if p := apperr.As(err); p != nil {
			return p.Code
		}
		return ""
	}
	begun, err := i.Begin(" Thanks. ", false, now)
	if err != nil || begun.Said.Answer != "Thanks." {
		t.Fatal(err)
	}
	refused, changed := begun.Sent(false, "boris", now)
	sent, _ := begun.Sent(true, "boris", now)
	if !changed || !refused.Waits() || sent.State != ItemAnswered || sent.EndedBy != "boris" {
		t.Errorf("%+v, %+v", refused, sent)
	}
	lead, newcomer := i, i
	lead.Kind, newcomer.Recommended = ItemLead, true
	for name, c := range map[string]struct{ got, want string }{
		"twice":         {code(begun.Begin("x", false, now)), "item_twice"},
		"again":         {code(begun.Begin("x", true, now)), ""},
		"after refusal": {code(refused.Begin("x", false, now)), ""},
		"answered":      {code(sent.Begin("x", true, now)), "item_done"},
		"no words":      {code(i.Begin("  ", false, now)), "item_words"},
		"long":          {code(i.Begin(strings.Repeat("я", MaxTell+1), false, now)), "tell_long"},
		"newcomer":      {code(newcomer.Begin("x", false, now)), "item_newcomer"},
		"no note":       {code(i.Close(" ", "boris", now)), "item_note"},
		"close over":    {code(sent.Close("x", "boris", now)), "item_done"},
		"close":         {code(i.Close("x", "boris", now)), ""},
		"close unknown": {code(begun.Close("called them", "boris", now)), ""},
		"no lead":       {code(i.Became(Yes)), "item_customer"},
		"perhaps":       {code(lead.Became("perhaps")), "item_customer"},
		"customer":      {code(lead.Became(Yes)), ""},
		"kind":          {code(NewItem(r, "praise", "", now)), "item_kind"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	r.Audience = survey.Employees
	if _, err := NewItem(r, ItemIdea, "boris", now); !apperr.Is(err, "item_anonymous") {
		t.Errorf("an employee's answer: %v", err)
	}
	if _, changed := i.Sent(true, "boris", now); changed {
		t.Error("what was not begun was sent")
	}
	if !slices.Contains(ItemKinds, i.Kind) {
		t.Error(i.Kind)
	}
}
