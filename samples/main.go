// Command samples writes the sample lists beside it: customers as a Russian accounting system and an English CRM export
// them, faults included, some of the latter as a workbook of Excel, the staff that looks after them, and employees to be asked.
// Everybody in them is invented. It always writes the same.
package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
)

//go:generate go run .

func main() {
	if err := write("."); err != nil {
		log.Fatal(err)
	}
}

// write makes the lists in a folder.
func write(folder string) error {
	ru, err := russian(rand.New(rand.NewPCG(2026, 1)))
	if err != nil {
		return err
	}
	en := english(rand.New(rand.NewPCG(2026, 2)))
	book, err := asWorkbook(en)
	if err != nil {
		return err
	}
	lists := map[string][]byte{
		"customers-ru.csv": ru,
		"customers-en.csv": en,
		"customers.xlsx":   book,
		"staff.csv":        []byte(staff),
		"employees.csv":    employees(rand.New(rand.NewPCG(2026, 3))),
	}
	for name, content := range lists {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return fmt.Errorf("write sample: %w", err)
		}
	}
	return nil
}

// staff has four teams with a manager and two owners each, an executive, one for marketing, an analyst and an administrator.
const staff = `id,name,email,role,team,manager,language,phone
voronin,Михаил Воронин,m.voronin@example.ru,executive,,,ru,+7 999 000-10-01
orlova,Вера Орлова,v.orlova@example.ru,manager,Корпоративные клиенты,voronin,ru,+7 999 000-10-02
sokolova,Елена Соколова,e.sokolova@example.ru,owner,Корпоративные клиенты,orlova,ru,+7 999 000-10-03
gromov,Андрей Громов,a.gromov@example.ru,owner,Корпоративные клиенты,orlova,ru,+7 999 000-10-04
zaytsev,Павел Зайцев,p.zaytsev@example.ru,manager,Малый бизнес,voronin,ru,+7 999 000-10-05
belova,Ирина Белова,i.belova@example.ru,owner,Малый бизнес,zaytsev,ru,+7 999 000-10-06
lapin,Дмитрий Лапин,d.lapin@example.ru,owner,Малый бизнес,zaytsev,ru,+7 999 000-10-07
brooks,Daniel Brooks,daniel.brooks@example.com,manager,Enterprise,voronin,en,+1 202 555 0101
carter,Emily Carter,emily.carter@example.com,owner,Enterprise,brooks,en,+1 202 555 0102
novak,Jan Novak,jan.novak@example.com,owner,Enterprise,brooks,en,+1 202 555 0103
hughes,Grace Hughes,grace.hughes@example.com,manager,Retail,voronin,en,+1 202 555 0104
reed,Olivia Reed,olivia.reed@example.com,owner,Retail,hughes,en,+1 202 555 0105
khan,Samir Khan,samir.khan@example.com,owner,Retail,hughes,en,+1 202 555 0106
klimova,Анна Климова,a.klimova@example.ru,marketing,,voronin,ru,+7 999 000-10-08
morozova,Юлия Морозова,y.morozova@example.ru,analyst,,voronin,ru,+7 999 000-10-10
tikhonov,Сергей Тихонов,s.tikhonov@example.ru,administrator,,voronin,ru,+7 999 000-10-09
`

// addresses gives every person an address of their own.
type addresses map[string]bool

func (a addresses) of(local, label, domain string) string {
	unique := local
	for n := 2; a[unique]; n++ {
		unique = fmt.Sprint(local, n)
	}
	a[unique] = true
	if label != "" {
		unique += "+" + label
	}
	return unique + "@" + domain
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// tier and value go together: few large customers, many small ones.
func tierAndValue(r *rand.Rand, unit int) (tier string, value int) {
	switch n := r.IntN(10); {
	case n == 0:
		return "A", (40 + r.IntN(160)) * 100 * unit
	case n < 4:
		return "B", (60 + r.IntN(240)) * 10 * unit
	}
	return "C", (20 + r.IntN(380)) * unit
}

// grouped writes a whole number with a separator between thousands.
func grouped(n int, separator string) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s%s%03d", grouped(n/1000, separator), separator, n%1000)
}
