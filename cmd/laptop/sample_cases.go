package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"onetap/internal/loop"
)

// done is what the sample's owners have done about a case, as their tools would tell the API.
type done []map[string]any

// work has the cases of the open wave in every state: as many are untouched, taken, put off, spoken about and resolved as a week brings.
func (w *workspace) work(ctx context.Context, cases []loop.Case) error {
	slices.SortFunc(cases, func(a, b loop.Case) int {
		return cmp.Or(cmp.Compare(a.Latest, b.Latest), cmp.Compare(a.Contact, b.Contact))
	})
	inTwoDays := time.Now().UTC().AddDate(0, 0, 2).Truncate(time.Hour).Format(time.RFC3339)
	for i, c := range cases {
		for _, change := range doneTo(i, w.about[c.Contact], c.Language, inTwoDays) {
			if c.Owner != "" {
				change["by"] = c.Owner
			}
			if err := w.company.Call(ctx, "PATCH", "/cases/"+c.ID(), change, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// daysAgo is how long ago the i-th case was opened for what was done about it: untouched ones are late, or of today.
func daysAgo(i int) int {
	return [8]int{4, 1, 5, 1, 2, 0, 4, 3}[i%8]
}

// doneTo is what was done to the i-th case, which is about a topic: of eight, two are open, of which one is late, one is taken, one to be called again, one spoken about,
// three resolved.
func doneTo(i int, about, language, inTwoDays string) done {
	say := func(of [2]string) string {
		if language == "ru" {
			return of[0]
		}
		return of[1]
	}
	f, ok := followed[about]
	if !ok {
		f = followed["people"]
	}
	switch i % 8 {
	case 1:
		return done{{"state": "acknowledged", "note": say([2]string{"Беру себе. Сначала узнаю у коллег, что было, потом позвоню.", "Mine. Finding out what happened before I ring."})}}
	case 2, 6, 7:
		outcome := f.outcome
		if i%16 == 7 {
			return done{
				{"state": "acknowledged"},
				{"state": "contacted", "note": say(f.heard)},
				{"state": "resolved", "cause": f.cause, "outcome": "lost", "note": say([2]string{"Решение уйти уже принято. Попросили позвонить через полгода.", "They had already decided to leave. Agreed to talk again in six months."})},
			}
		}
		return done{{"state": "acknowledged"}, {"state": "contacted", "note": say(f.heard)}, {"state": "resolved", "cause": f.cause, "outcome": outcome, "note": say(f.mended)}}
	case 3:
		return done{{"again": inTwoDays, "note": say([2]string{"Не дозвонились: на совещаниях до четверга. С секретарём договорились на потом.", "Voicemail twice. The assistant says to try again later this week."})}}
	case 4:
		return done{{"state": "acknowledged"}, {"state": "contacted", "note": say(f.heard)}}
	}
	return nil
}

// follow is how something that customers complain about was followed up: what was heard, and what came of it, in Russian and in English.
type follow struct {
	cause, outcome string
	heard, mended  [2]string
}

// followed is by what a comment is about.
var followed = map[string]follow{
	"delivery": {
		"speed", "kept",
		[2]string{"Поговорили двадцать минут. Машину ставили с дальнего склада, отсюда и сбои.", "Spoke for twenty minutes. We were sending the van from the far depot."},
		[2]string{"Закрепили ближний склад и водителя. Две поставки прошли как договаривались.", "Moved them to the near depot with a fixed driver. Two drops as agreed since."},
	},
	"invoices": {
		"documents", "kept",
		[2]string{"Документы уходили по старому адресу из договора. Нужна сверка за полгода.", "Paperwork went to an address they left a year ago. They want six months reconciled."},
		[2]string{"Адрес сменили, сверку подписали, со следующего месяца электронный обмен.", "Address changed, statement agreed, electronic invoices from next month."},
	},
	"manager": {
		"communication", "recovered",
		[2]string{"Сменился менеджер, и его не представили. Извинились.", "New account manager, never introduced. Apologised."},
		[2]string{"Познакомили с новым менеджером и с тем, кто его подменяет.", "Introduced the new manager and a deputy on a call."},
	},
	"support": {
		"communication", "kept",
		[2]string{"Заявку закрыли автоматически. Клиент прислал номера, подняли переписку.", "The ticket was closed by a rule. They sent the numbers, we pulled the thread."},
		[2]string{"Ведёт один инженер до конца; вопрос решён, клиент подтвердил.", "One engineer owns it now; fixed, and they confirmed."},
	},
	"price": {
		"price", "kept",
		[2]string{"Недовольны повышением и доплатами. Просят расчёт по строкам.", "Unhappy about the increase and the surcharges. They want it line by line."},
		[2]string{"Разобрали счёт по строкам, одну доплату вернули. Тариф остаётся.", "Went through the bill line by line, refunded one surcharge. The rate stays."},
	},
	"warehouse": {
		"quality", "upsold",
		[2]string{"Сверили пересчёт вместе: ошибка в маркировке двух паллет.", "Recounted together: two pallets were mislabelled."},
		[2]string{"Нашли, переклеили, теперь при приёмке делаем фото.", "Found and relabelled; we take photos on intake now."},
	},
	"equipment": {
		"quality", "kept",
		[2]string{"Оборудование стоит. Мастер был без детали, второй выезд не назначили.", "The line is down. The engineer came without the part and nobody rebooked."},
		[2]string{"Деталь поставили в тот же день, простой зачли.", "Part fitted the same day, downtime credited."},
	},
	"portal": {
		"quality", "kept",
		[2]string{"Показали на экране, где виснет. Передали разработчикам.", "They shared the screen; passed it to the developers."},
		[2]string{"Исправление выйдет в следующем месяце, пока отчёты шлём почтой.", "The fix ships next month; until then we email the reports."},
	},
	"people": {
		"expectations", "kept",
		[2]string{"Выслушали. Копилось давно, ждали простого звонка.", "Listened. It had been building up; a call was all they wanted."},
		[2]string{"Договорились созваниваться раз в месяц.", "Agreed on a call once a month."},
	},
}
