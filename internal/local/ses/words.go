package ses

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
	textmessage "golang.org/x/text/message"
)

// Words says the texts of the inbox to whoever reads it. Without it they are English.
type Words interface {
	// Language is in what language a request is answered, as in an HTML lang attribute.
	Language(r *http.Request) string
	// Say is a text by its id, one of TextIDs; "kind." and the name of a kind is what its badge says. ok is false where there is none.
	Say(language, id string) (text string, ok bool)
	// Date writes a day, ShortDate one without its year.
	Date(language string, t time.Time) string
	ShortDate(language string, t time.Time) string
}

// english are the texts of the inbox where nobody has other words for them.
var english = map[string]string{
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
}

// TextIDs lists the ids of the texts.
func TextIDs() []string { return slices.Sorted(maps.Keys(english)) }

type plain struct{}

func (plain) Language(*http.Request) string { return "en" }

func (plain) Say(_, id string) (string, bool) {
	text, ok := english[id]
	return text, ok
}

func (plain) Date(_ string, t time.Time) string      { return t.Format("2 Jan 2006") }
func (plain) ShortDate(_ string, t time.Time) string { return t.Format("2 Jan") }

func (o *Options) words() Words {
	if o.Words == nil {
		return plain{}
	}
	return o.Words
}

// say is a text in a language, else in English.
func (o *Options) say(language, id string) string {
	if text, ok := o.words().Say(language, id); ok {
		return text
	}
	return english[id]
}

// texts are all of a language.
func (o *Options) texts(language string) map[string]string {
	all := make(map[string]string, len(english))
	for id := range english {
		all[id] = o.say(language, id)
	}
	return all
}

// Kind is a sort of message that the inbox tells from others, by its tags.
type Kind struct {
	Name   string   // value of the tag "kind"; Words say it as "kind." and this, else it is shown as it is
	Tags   []string // a message without that tag is of the first kind of which it has a tag named here
	Colour string   // of its badge: blue, red or violet; "" is grey
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
func (o *Options) badge(kind, language string) (label, colour string) {
	for _, k := range o.Kinds {
		if k.Name == kind {
			colour = k.Colour
		}
	}
	return cmp.Or(o.say(language, "kind."+kind), kind), colour
}

// number writes a count with the language's separators.
func number(lang string, n uint64) string {
	return textmessage.NewPrinter(language.Make(lang)).Sprintf("%d", n)
}
