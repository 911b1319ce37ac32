package names

import (
	"regexp"
	"sync"
	"unicode/utf8"
)

// hiding is what Mask compares with. It is made when the first text is masked: a function that masks none carries none of it.
type hiding struct {
	mailbox, page, nick, number, house, grouped, short *regexp.Regexp
	forms                                              map[string]bool // what the cases of given names have in common
	everyday, months, places                           map[string]bool
}

var (
	hidingOnce sync.Once
	hides      hiding
)

func hider() *hiding {
	hidingOnce.Do(hides.load)
	return &hides
}

func (h *hiding) load() {
	h.mailbox = regexp.MustCompile(`[\pL\pN._%+\-]+\s?(@|\(at\)|\[at\]|\(собака\))\s?[\pL\pN\-]+(\.[\pL\pN\-]+)+`)
	h.page = regexp.MustCompile(`(?i)(https?://|www\.)[^\s,;]+|\b(t\.me|vk\.com|wa\.me|ok\.ru|instagram\.com|facebook\.com|linkedin\.com)/[^\s,;]+`)
	h.nick = regexp.MustCompile(`@[\pL\pN_]{3,}`)
	h.number = regexp.MustCompile(`\+?\(?\d[\d()\s.\-–‑\x{00a0}]{4,}\d`)
	h.house = regexp.MustCompile(`(?i)(?P<before>^|[^\pL])(ул|улица|улице|улицы|пр-т|проспект|проспекте|переулок|переулке|шоссе|бульвар|бульваре|набережная|набережной)\.?\s+(\pL[\pL\-]*\.?,?\s+){1,3}(д\.?\s*|дом\s+|доме\s+)?\d+[а-я]?(,?\s*(кв\.?|квартира|квартире)\s*\d+)?|\b\d{1,5}\s+((?-i:\p{Lu})\pL+\s+){1,2}(street|st|avenue|ave|road|rd|lane|drive)\b\.?`)
	h.grouped = regexp.MustCompile(`^\d{1,3}([\s\x{00a0}.]\d{3})+$|^\d{1,2}\.\d{1,2}\.\d{4}([\s\-–]+\d{1,2}\.\d{1,2}\.\d{4})?$|^\d{4}-\d{2}-\d{2}$`) // sums and dates
	h.short = regexp.MustCompile(`^\d{3}[\-–‑ ]\d{2}[\-–‑ ]\d{2}$|^\d{3}[\-–‑]\d{4}$`)
	h.everyday, h.months, h.places = set(everyday, " "), set(months, " "), set(places, " ")
	h.forms = make(map[string]bool, 3*len(lex().given))
	for w := range lex().given {
		for _, stem := range stems(w) {
			if utf8.RuneCountInString(stem) > 2 || stem == w {
				h.forms[stem] = true
			}
		}
		if r := []rune(w); len(r) == 3 && (r[2] == 'а' || r[2] == 'я') && !h.everyday[string(r[:2])] { // Оля: what is left is in too many words
			for _, e := range []string{"ы", "и", "е", "у", "ю", "ой", "ей"} {
				h.forms[string(r[:2])+e] = true
			}
		}
	}
}

// everyday are names that are words too: where a sentence begins, and in small letters, they are taken for words.
const everyday = "вер надежд любов слав роман роз лил мир марк свет кост лев лен май ма злат рад люд дан зор ян гор тих ром ал ад ник ин ал пол полин дар бел " +
	"тем вас люб любую вера надежда любовь слава роза мира света люди лето мало хоть рано тема темы том тома тим мила мило рит руслан зар яр вит виль гле сам сав кир агат алм алмаз рубин " +
	"will mark may bill rose grace hope jack art rich joy faith dawn summer amber max frank grant miles pat sue ray dale chase drew guy jean sunny chance long young price " +
	"an ana ali al in ho so mine mary rob bob dan don gene dean dick harry penny ruby crystal holly ivy iris lily daisy violet olive pearl heather ginger angel christian " +
	"tony cliff wade glen reed lane page rex earl duke noble major queen king sky star storm precious destiny early"

const months = "april may june august"

// places end as surnames do.
const places = "ростов киров саратов псков тамбов азов чехов королев серпухов дмитров львов харьков краков кемеров иванов пушкин домодедов шереметьев внуков московск ленинградск невск российск " +
	"русск советск петербургск петровск тверск арбатск краснопресненск английск немецк китайск европейск американск турецк французск"
