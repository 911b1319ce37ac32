package contacts_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/store"
	"onetap/internal/survey"
)

var (
	givenNames = strings.Fields("Анна Мария Елена Ольга Наталья Ирина Светлана Татьяна Екатерина Юлия Александр Сергей Дмитрий Андрей Алексей Максим Иван " +
		"Михаил Николай Павел Виктор Олег Роман Артём Пётр Emma Olivia Sophia James William Lucas Henry")
	patronymics = strings.Fields("Иванович Петрович Сергеевич Андреевич Алексеевич Николаевич Михайлович Олегович")
	surnames    = strings.Fields("Иванов Петров Кузнецов Смирнов Попов Васильев Соколов Михайлов Новиков Фёдоров Морозов Волков Лебедев Зайцев Павлов " +
		"Smith Jones Taylor Brown Wilson Johnson Miller Davis")
	syllables = strings.Fields("ба ве ги до жу за ки ло ме ну пе ра со ту фи хо че ша щу эн ян ор ест ум")
	cities    = strings.Fields("Москва Казань Самара Томск Пермь Омск Тула London Leeds")
)

// person makes up the n-th of many people: four in five have a common surname, one in five one that some ten people have.
func person(r *rand.Rand, n int) survey.Contact {
	name := givenNames[r.IntN(len(givenNames))]
	surname := surnames[r.IntN(len(surnames))]
	if r.IntN(5) == 0 {
		surname = rareSurname(r.IntN(20_000))
	}
	c := survey.Contact{
		Audience: survey.Customers, Owner: fmt.Sprintf("owner%02d", r.IntN(40)), Team: fmt.Sprintf("Team %d", r.IntN(8)), Location: cities[r.IntN(len(cities))],
		Product: "Сервис", Tier: "A", Language: "ru", Value: "1 200 000 ₽", Attrs: map[string]string{"Комментарий": "звонить после обеда"},
	}
	c.Person = survey.Person{
		Name: surname + " " + name + " " + patronymics[r.IntN(len(patronymics))], Email: fmt.Sprintf("person%d@company%d.example.ru", n, n%3000),
		Phone: fmt.Sprintf("+7 9%02d %03d-%02d-%02d", r.IntN(100), r.IntN(1000), r.IntN(100), r.IntN(100)), Customer: fmt.Sprintf("C%07d", n),
	}
	return c
}

func rareSurname(n int) string {
	s := ""
	for range 3 {
		s += syllables[n%len(syllables)]
		n /= len(syllables)
	}
	return strings.ToUpper(s[:2]) + s[2:] + "ский"
}

// manyPeople fills the table with so many customers and returns the telephones of some of them.
func manyPeople(t testing.TB, l *contacts.Lists, s *store.Store, n int) (telephones []string) {
	t.Helper()
	r := rand.New(rand.NewPCG(12, 12))
	for from := 0; from < n; from += 5000 {
		all := make([]survey.Contact, min(5000, n-from))
		for i := range all {
			c := person(r, from+i)
			c.ID = l.Keys.ContactID(c.Audience, c.Person.Email)
			c.Created, c.Updated = noon, noon
			all[i] = c
		}
		if err := s.PutContacts(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		telephones = append(telephones, all[0].Person.Phone, all[len(all)/2].Person.Phone)
	}
	return telephones
}

// BenchmarkSearch is how long a search over everybody takes, as the median and what 99 of 100 stay under, and how much of a processor's time
// it uses up, the table's included.
func BenchmarkSearch(b *testing.B) {
	for _, size := range []int{20_000, 200_000, 1_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			if size > 20_000 && testing.Short() {
				b.Skip("many contacts")
			}
			l, s := newLists(b)
			telephones := manyPeople(b, l, s, size)
			began, busy := time.Now(), processorTime(b)
			keeper(l, s).mustRun(b)
			b.Logf("the index of %d contacts was made in %v, %v of a processor", size, time.Since(began), processorTime(b)-busy)
			for _, kind := range []struct {
				name string
				word func(*rand.Rand) string
			}{
				{"first name", func(r *rand.Rand) string { return givenNames[r.IntN(len(givenNames))] }},
				{"rare surname", func(r *rand.Rand) string { return rareSurname(r.IntN(20_000)) }},
				{"both names", func(r *rand.Rand) string {
					return givenNames[r.IntN(len(givenNames))] + " " + surnames[r.IntN(len(surnames))]
				}},
				{"telephone", func(r *rand.Rand) string { t := telephones[r.IntN(len(telephones))]; return t[len(t)-9:] }},
				{"nobody", func(r *rand.Rand) string { return "щщъ" }},
			} {
				b.Run(strings.ReplaceAll(kind.name, " ", "-"), func(b *testing.B) {
					r := rand.New(rand.NewPCG(1, 2))
					var took []time.Duration
					busy := processorTime(b)
					for b.Loop() {
						began := time.Now()
						if _, err := l.Everywhere(b.Context(), authz.Who{Token: "test"}, kind.word(r)); err != nil {
							b.Fatal(err)
						}
						took = append(took, time.Since(began))
					}
					busy = processorTime(b) - busy
					slices.Sort(took)
					ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
					b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
					b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
					b.ReportMetric(ms(busy)/float64(len(took)), "cpu-ms/op")
				})
			}
		})
	}
}

// processorTime is what this process has used of all processors.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
