package ses

import (
	"net/http"

	"golang.org/x/text/language"
	textmessage "golang.org/x/text/message"
)

// words of the inbox pages by language.
var words = map[string]map[string]string{
	"en": {
		"brand": "Onetap inbox", "search": "Search address or subject", "find": "Search", "show": "Show", "all": "All",
		"delivered": "Delivered", "undelivered": "Not delivered", "live": "Live", "empty": "Empty…", "sure": "Remove all messages? They cannot be brought back.",
		"yes": "Remove all", "nosubject": "no subject", "pages": "Pages", "newer": "Newer", "older": "Older",
		"nothing": "No messages yet", "hint": "Everything that is sent lands here; nothing leaves this machine.", "notfound": "Nothing found",
		"back": "All messages", "to": "To", "cc": "Copy", "bcc": "Blind copy", "from": "From", "replyto": "Replies to", "time": "Accepted", "tags": "Tags", "files": "Files",
		"views": "Views", "html": "HTML", "text": "Text", "headers": "Headers", "history": "Delivery", "source": "Source",
		"width": "Width", "both": "Both", "desktop": "Desktop", "phone": "Phone", "images": "Images", "imageson": "Images on", "imagesoff": "Images off",
		"notext": "This message has no plain text.", "nohtml": "This message has no HTML.", "planned": "not yet due", "unpublished": "not published: no configuration set wants it",
		"kind.survey": "Survey", "kind.reminder": "Reminder", "kind.alert": "Alert", "kind.escalation": "Escalation", "kind.digest": "Digest", "kind.test": "Test", "kind.other": "Other",
		"outcome.delivered": "Delivered", "outcome.complained": "Complained", "outcome.bounced": "Bounced", "outcome.softbounced": "Soft bounce", "outcome.blocked": "Sender refused",
		"outcome.suppressed": "Suppressed", "outcome.rejected": "Rejected", "outcome.failed": "Not rendered",
		"missing": "There is no such message. It may have been removed.",
	},
	"ru": {
		"brand": "Почта Onetap", "search": "Адрес или тема", "find": "Найти", "show": "Показать", "all": "Все",
		"delivered": "Доставлены", "undelivered": "Не доставлены", "live": "Обновлять", "empty": "Очистить…", "sure": "Удалить все письма? Вернуть их будет нельзя.",
		"yes": "Удалить все", "nosubject": "без темы", "pages": "Страницы", "newer": "Новее", "older": "Старее",
		"nothing": "Писем пока нет", "hint": "Всё отправленное приходит сюда; с этого компьютера ничего не уходит.", "notfound": "Ничего не найдено",
		"back": "Все письма", "to": "Кому", "cc": "Копия", "bcc": "Скрытая копия", "from": "От кого", "replyto": "Отвечать", "time": "Принято", "tags": "Метки", "files": "Файлы",
		"views": "Виды", "html": "HTML", "text": "Текст", "headers": "Заголовки", "history": "Доставка", "source": "Исходник",
		"width": "Ширина", "both": "Оба", "desktop": "Компьютер", "phone": "Телефон", "images": "Картинки", "imageson": "С картинками", "imagesoff": "Без картинок",
		"notext": "В этом письме нет простого текста.", "nohtml": "В этом письме нет HTML.", "planned": "ещё не наступило", "unpublished": "не опубликовано: набор настроек этого не просит",
		"kind.survey": "Опрос", "kind.reminder": "Напоминание", "kind.alert": "Сигнал", "kind.escalation": "Эскалация", "kind.digest": "Сводка", "kind.test": "Проба", "kind.other": "Прочее",
		"outcome.delivered": "Доставлено", "outcome.complained": "Жалоба", "outcome.bounced": "Отскок", "outcome.softbounced": "Мягкий отскок", "outcome.blocked": "Отказ отправителю",
		"outcome.suppressed": "В стоп-листе", "outcome.rejected": "Отклонено", "outcome.failed": "Не собрано",
		"missing": "Такого письма нет. Возможно, его удалили.",
	},
}

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
