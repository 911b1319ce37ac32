package ses

import (
	"cmp"
	"net/http"
	"strings"

	"golang.org/x/text/language"
	textmessage "golang.org/x/text/message"
)

// words of the inbox pages by language.
var words = map[string]map[string]string{
	"en": {
		"title": "Inbox", "search": "Search address or subject", "find": "Search", "show": "Show", "all": "All",
		"delivered": "Delivered", "undelivered": "Not delivered", "live": "Live", "empty": "Empty…", "sure": "Remove all messages? They cannot be brought back.",
		"yes": "Remove all", "nosubject": "no subject", "pages": "Pages", "newer": "Newer", "older": "Older",
		"nothing": "No messages yet", "hint": "Everything that is sent lands here; nothing leaves this machine.", "notfound": "Nothing found",
		"back": "All messages", "to": "To", "cc": "Copy", "bcc": "Blind copy", "from": "From", "replyto": "Replies to", "time": "Accepted", "tags": "Tags", "files": "Files",
		"views": "Views", "html": "HTML", "text": "Text", "headers": "Headers", "history": "Delivery", "source": "Source",
		"width": "Width", "both": "Both", "desktop": "Desktop", "phone": "Phone", "images": "Images", "imageson": "Images on", "imagesoff": "Images off",
		"notext": "This message has no plain text.", "nohtml": "This message has no HTML.", "planned": "not yet due", "unpublished": "not published: no configuration set wants it",
		"kind.other":        "Other",
		"outcome.delivered": "Delivered", "outcome.complained": "Complained", "outcome.bounced": "Bounced", "outcome.softbounced": "Soft bounce", "outcome.blocked": "Sender refused",
		"outcome.suppressed": "Suppressed", "outcome.rejected": "Rejected", "outcome.failed": "Not rendered",
		"missing": "There is no such message. It may have been removed.",
	},
	"ru": {
		"title": "Почта", "search": "Адрес или тема", "find": "Найти", "show": "Показать", "all": "Все",
		"delivered": "Доставлены", "undelivered": "Не доставлены", "live": "Обновлять", "empty": "Очистить…", "sure": "Удалить все письма? Вернуть их будет нельзя.",
		"yes": "Удалить все", "nosubject": "без темы", "pages": "Страницы", "newer": "Новее", "older": "Старее",
		"nothing": "Писем пока нет", "hint": "Всё отправленное приходит сюда; с этого компьютера ничего не уходит.", "notfound": "Ничего не найдено",
		"back": "Все письма", "to": "Кому", "cc": "Копия", "bcc": "Скрытая копия", "from": "От кого", "replyto": "Отвечать", "time": "Принято", "tags": "Метки", "files": "Файлы",
		"views": "Виды", "html": "HTML", "text": "Текст", "headers": "Заголовки", "history": "Доставка", "source": "Исходник",
		"width": "Ширина", "both": "Оба", "desktop": "Компьютер", "phone": "Телефон", "images": "Картинки", "imageson": "С картинками", "imagesoff": "Без картинок",
		"notext": "В этом письме нет простого текста.", "nohtml": "В этом письме нет HTML.", "planned": "ещё не наступило", "unpublished": "не опубликовано: набор настроек этого не просит",
		"kind.other":        "Прочее",
		"outcome.delivered": "Доставлено", "outcome.complained": "Жалоба", "outcome.bounced": "Отскок", "outcome.softbounced": "Мягкий отскок", "outcome.blocked": "Отказ отправителю",
		"outcome.suppressed": "В стоп-листе", "outcome.rejected": "Отклонено", "outcome.failed": "Не собрано",
		"missing": "Такого письма нет. Возможно, его удалили.",
	},
}

// Kind is a sort of message that the inbox tells from others, by its tags.
type Kind struct {
	Name   string            // value of the tag "kind"
	Tags   []string          // a message without that tag is of the first kind of which it has a tag named here
	Label  map[string]string // by language, en and ru; where there is none, the name is shown
	Colour string            // of its badge: blue, red or violet; "" is grey
}

// otherKind is what has neither a tag "kind" nor one by which a kind is known.
const otherKind = "other"

// kindOf names what sort of message it is, from its tags.
func (o *Options) kindOf(tags []header) string {
	has := map[string]bool{}
	for _, t := range tags {
		if strings.EqualFold(t.Name, "kind") {
			return lower(t.Value)
		}
		has[lower(t.Name)] = true
	}
	for _, k := range o.Kinds {
		for _, name := range k.Tags {
			if has[name] {
				return k.Name
			}
		}
	}
	return otherKind
}

// badge is how a kind is shown: its label in a language, and the colour.
func (o *Options) badge(kind, lang string) (label, colour string) {
	for _, k := range o.Kinds {
		if k.Name == kind {
			return cmp.Or(k.Label[lang], kind), k.Colour
		}
	}
	if kind == otherKind {
		return words[lang]["kind.other"], ""
	}
	return kind, ""
}

// title is what the inbox is called in a language.
func (o *Options) title(lang string) string { return cmp.Or(o.Title[lang], words[lang]["title"]) }

var languages = language.NewMatcher([]language.Tag{language.English, language.Russian})

// languageOf picks en or ru.
func languageOf(r *http.Request) string {
	_, i := language.MatchStrings(languages, r.Header.Get("Accept-Language"))
	return [...]string{"en", "ru"}[i]
}

// number writes a count with the language's separators.
func number(lang string, n uint64) string {
	return textmessage.NewPrinter(language.Make(lang)).Sprintf("%d", n)
}
