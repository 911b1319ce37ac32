package contacts

import (
	"strings"

	"onetap/internal/celltext"
)

// ours are words for those of the company's own side.
var ours = []string{"менеджер", "ответствен", "куратор", "manager", "owner", "responsible", "assigned", "createdby", "modifiedby", "кемсоздан", "кемизменен"}

// never are words of columns that are no address and no telephone whatever stands in them; about of those that mostly
// tell something of one.
var (
	never = []string{"optout", "optin", "optedout", "отказ", "отпис", "unsub", "bounce", "displayname", "consent", "согласие", "подписк", "blocked", "suppress"}
	about = []string{
		"subscri", "статус", "status", "дата", "date", "time", "type", "тип", "label", "метка", "ярлык", "domain", "домен", "hash", "хеш", "valid", "провер", "reason",
		"причина", "количество", "count", "source", "источник", "sent", "отправлен", "delivered", "opened", "clicked", "открыт", "quality",
	}
)

// candidate is taken out of keys before they are searched: "date" is in it.
var candidate = strings.NewReplacer("candidate", "", "customersentiment", "")

// mentionsEmail takes "E-mail для рассылки" for an address, and leaves "E-mail менеджера" and "E-mail 1 - Type" alone.
// holds says that addresses stand below.
func mentionsEmail(key string, holds bool) bool {
	key = candidate.Replace(key)
	return celltext.HasAny(key, "email", "емейл", "имейл", "емайл", "еmail", "электроннаяпочт", "электроннойпочт", "электроннуюпочт", "элпочт", "электрпочт", "эладрес") &&
		!celltext.HasAny(key, ours...) && !celltext.HasAny(key, never...) && (holds || !celltext.HasAny(key, about...))
}

// mentionsPhone takes "Phone 1 - Value" and "Другой телефон" for telephones.
func mentionsPhone(key string, holds bool) bool {
	key = candidate.Replace(key)
	return celltext.HasAny(key, "phone", "mobile", "телефон", "мобильн", "сотов") && !celltext.HasAny(key, ours...) && !celltext.HasAny(key, never...) && (holds || !celltext.HasAny(key, about...)) &&
		!celltext.HasAny(key, "phonetic", "fax", "факс", "sms", "смс", "country", "code", "код", "extension", "добавочн", "assistant", "помощник", "call", "звон", "emergency", "device", "модель", "model")
}

// mentionsOwner takes "Owner of the account" and "Закреплён за" for who is responsible.
func mentionsOwner(key string, _ bool) bool {
	return celltext.HasAny(key, "owner", "responsible", "assigned", "accountexec", "manager", "ответствен", "менеджер", "куратор", "закреплен") &&
		!celltext.HasAny(key, "phone", "mobile", "телефон", "мобильн", "role", "роль", "team", "отдел", "дата", "date")
}

// mentionsOptOut takes "Email Opt Out" and «Отказ от рассылки» for refusals of letters; of calls and short messages they
// are not.
func mentionsOptOut(key string) bool {
	return celltext.HasAny(key, "optout", "optedout", "unsubscribed", "unsubtime", "unsubscribetime", "donotemail", "donotmail", "donotbulkemail", "donotallowemail", "donotallowbulkemail", "noemail", "отказотрассыл", "отказотписем", "отказотemail", "отказотпочт",
		"отказотполучени", "отписан", "отписал", "датаотписки", "неписать", "неотправлять", "неприсылать", "нерассылать", "отписка", "отпискаот") &&
		!celltext.HasAny(key, "sms", "смс", "call", "phone", "звон", "телефон", "fax", "факс", "reason", "причина", "campaign", "title", "кампани")
}

// optedOut reads a cell under "Email Opt Out"; known is false for what says neither yes nor no.
func optedOut(text string) (yes, known bool) {
	switch key := strings.Trim(celltext.Fold(text), ". !"); key {
	case "":
		return false, strings.TrimSpace(text) == ""
	case "true", "yes", "y", "1", "t", "on", "x", "+", "v", "✓", "✔", "да", "д", "истина", "правда", "opted out", "opt out", "do not allow", "do not email", "opted-out", "unsubscribed", "отказ", "отказался", "отказалась",
		"отписан", "отписана", "отписался", "отписалась":
		return true, true
	case "false", "no", "n", "0", "f", "off", "-", "–", "—", "нет", "н", "ложь", "none", "null", "n/a", "opted in", "subscribed", "allow", "подписан", "подписана":
		return false, true
	}
	return true, celltext.IsDate(text)
}

// firstOfSeveral is the first of the values that Google Contacts puts into one cell.
func firstOfSeveral(cell string) string {
	first, _, _ := strings.Cut(cell, ":::")
	return first
}
