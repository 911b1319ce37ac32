package loop

import (
	"regexp"
	"strings"
)

// Words that suggest what a comment is of use as. \b knows Latin letters alone, so a beginning of a word is what no letter precedes.
var (
	asks = begins(`подскажите`, `скажите,? пожалуйста`, `можно ли`, `есть ли`, `будет ли`, `как (мне|нам|я|мы) `, `когда (вы|будет|появится)`, `интересует,? `,
		`can (i|we|you) `, `could (i|we) `, `do you (have|offer|plan|support)`, `is (it|there) .*possible`, `how (do|can) (i|we) `, `when will `, `i wonder`, `please tell`)
	wishes = begins(`хотелось бы`, `хотел(а|ось|и)? бы`, `было бы`, `не могли бы`, `могли бы вы`, `предлага(ю|ем)`, `добавьте`, `сделайте`, `не хватает`, `почему бы`, `неплохо бы`, `лучше бы`, `жаль,? что нет`,
		`it would be (nice|great|good|helpful|useful)`, `would be (nice|great)`, `i wish`, `we wish`, `could you `, `you could `, `you should `, `please add`, `i('d| would) (like|love) to see`, `i suggest`, `we suggest`,
		`it('s| is) missing`, `why (not|don't you) `)
	buys = begins(`хо(чу|тим|тели бы|тел бы|тела бы) (заказать|купить|приобрести|подключить|докупить|расширить)`, `(пришлите|вышлите|отправьте|дайте).{0,40}[^\p{L}](предложение|прайс|смету|договор|счёт|счет)`, `сколько (это )?(будет )?сто(ит|ят|ить)`,
		`пора расшир`, `нужн(о|ы|а|ен) ещё`, `готовы (заказать|купить|подключить)`, `перезвоните`, `свяжитесь (со мной|с нами)`,
		`(want|like|ready) to (buy|order|purchase|upgrade|subscribe)`, `send (me|us).{0,40}[^\p{L}](quote|offer|price|proposal)`, `how much (does|is|would|do)`, `(please )?call (me|us) back`, `(please )?contact (me|us)`, `price list`)
)

// begins matches any of some patterns where a word begins.
func begins(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^\p{L}])(?:` + strings.Join(patterns, "|") + `)`)
}

// Suggested is what the words of a comment, in whatever language, suggest that it is of use as, in the order of ItemKinds. It is nobody's decision: a person confirms it.
func Suggested(words string) (kinds []ItemKind) {
	words = strings.ToLower(strings.ReplaceAll(words, "’", "'"))
	if wishes.MatchString(words) {
		kinds = append(kinds, ItemIdea)
	}
	if asks.MatchString(words) || asking(words) {
		kinds = append(kinds, ItemQuestion)
	}
	if buys.MatchString(words) {
		kinds = append(kinds, ItemLead)
	}
	return kinds
}

// asking reports whether a sentence ends with a question mark. What is no sentence, as "10?" or "???", asks nothing; neither does the mark in an address.
func asking(words string) bool {
	for before := range marks(words) {
		if len(strings.Fields(before)) >= 2 {
			return true
		}
	}
	return false
}

// marks yields what stands before each question mark at the end of a word, back to the end of the sentence before.
func marks(words string) func(func(string) bool) {
	return func(yield func(string) bool) {
		from := 0
		for i, c := range words {
			end := i + len(string(c))
			if !strings.ContainsRune(".!?\n", c) {
				continue
			}
			if rest := words[end:]; c == '?' && (rest == "" || strings.ContainsAny(rest[:1], " \n\t\r)!?\"»")) && !yield(words[from:i]) {
				return
			}
			if rest := words[end:]; rest == "" || strings.ContainsAny(rest[:1], " \n\t\r") {
				from = end
			}
		}
	}
}
