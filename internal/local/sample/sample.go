// Package sample invents what the laptop's company has lived through before the first start: customers with accounts of several contacts,
// six waves of answers with what was said in them, and how those will answer who are asked once more. It is made from a seed and does
// no I/O; everybody in it is invented, and writes from example.com or example.ru.
//
// There is one true story in it. Deliveries in Yekaterinburg came late from the third wave on, were mended after the fourth, and the score
// there followed. Everything else moves by chance alone: each answer is its person's own level and a little luck.
package sample

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Seed is the one that the laptop takes: with it chance moves nothing that the story does not.
const Seed = 2027

// Waves is how many were held elsewhere before Onetap, a quarter of a year apart, the last of them a quarter before the open one.
const Waves = 6

// City is where deliveries came late, in the waves Late, counted from 0.
const City = "Екатеринбург"

// Late says by how much the story moves each wave's answers of City; the last is the open wave's.
var Late = [Waves + 1]float64{0, 0, -1.7, -1.9, -0.1, 0, 0}

// Customer is somebody who may be asked.
type Customer struct {
	Email, Language, City, Product, Tier, Team string
}

// Answer is what somebody said in a wave.
type Answer struct {
	Wave      int // from 0; Waves is the open one
	At        time.Time
	Who       Customer
	Score     int
	Why, Wish string // "": none
	About     string // one of names; "people" where nothing is said
}

// World is what was invented.
type World struct {
	Lists   []List   // of the customers that the samples do not have
	Answers []Answer // of the past waves, the earliest first
	Names   [Waves + 1]string

	random  *rand.Rand
	wording *rand.Rand // of what is said: how much of it is drawn depends on the month
	people  map[string]*person
	talk    map[string]*talk
	opened  time.Time
}

// person is a customer with how they answer.
type person struct {
	Customer
	level       float64 // of their scores
	willing     float64 // chance that they answer a wave
	first, last int     // waves in which they were customers and had not fallen silent
}

// How people differ, how one person's scores do, and how many of those who were asked answer.
const (
	middle     = 8.45
	differ     = 1.45
	luck       = 1.05
	upset      = 0.04 // of answers that one bad day has made far worse
	formerOnes = 260  // customers of earlier waves who are no longer on any list
)

// Invent makes a world whose open wave began at opened, of the customers that the samples have and of further ones.
func Invent(seed uint64, known []Customer, opened time.Time) *World {
	w := &World{random: rand.New(rand.NewPCG(seed, 13)), wording: rand.New(rand.NewPCG(seed, 14)), people: map[string]*person{}, opened: opened.UTC()}
	w.talk = map[string]*talk{"ru": newTalk(russian), "en": newTalk(english)}
	for k := range w.Names {
		at := w.began(k)
		w.Names[k] = fmt.Sprintf("NPS %d Q%d", at.Year(), (int(at.Month())+2)/3)
	}
	var all []*person
	for _, c := range known {
		all = append(all, w.settle(c, false))
	}
	for _, c := range w.customers() {
		all = append(all, w.settle(c, false))
	}
	for _, c := range w.former() {
		all = append(all, w.settle(c, true))
	}
	for wave := range Waves {
		for _, i := range w.random.Perm(len(all)) {
			if p := all[i]; wave >= p.first && wave <= p.last && w.random.Float64() < p.willing {
				w.Answers = append(w.Answers, w.answer(p, wave))
			}
		}
	}
	return w
}

// began is when a wave's letters went out: as many quarters before the open one, on a day that every month has.
func (w *World) began(wave int) time.Time {
	at := time.Date(w.opened.Year(), w.opened.Month(), min(w.opened.Day(), 28), w.opened.Hour(), 0, 0, 0, time.UTC)
	return at.AddDate(0, -3*(Waves-wave), 0)
}

// settle decides how somebody answers: what they are like, since when they are asked, and whether they fall silent.
func (w *World) settle(c Customer, former bool) *person {
	r := w.random
	p := &person{Customer: c, level: middle + differ*r.NormFloat64(), willing: 0.42 + 0.56*r.Float64(), last: Waves}
	if r.Float64() < 0.1 {
		p.willing = 0.04 // hardly ever
	}
	if r.Float64() < 0.3 {
		p.first = 1 + r.IntN(Waves-1)
	}
	if r.Float64() < 0.15 {
		p.last = p.first + r.IntN(Waves-p.first)
	}
	if former {
		p.first, p.last = 0, 1+r.IntN(3)
	}
	w.people[c.Email] = p
	return p
}

// answer is what somebody says in a wave, on one of its fourteen days, most of them early.
func (w *World) answer(p *person, wave int) Answer {
	r := w.random
	a := Answer{Wave: wave, Who: p.Customer, Score: w.score(p, wave), At: w.began(wave)}
	day := min(int(r.ExpFloat64()*3.5), 13)
	a.At = time.Date(a.At.Year(), a.At.Month(), a.At.Day()+day, 5+r.IntN(14), r.IntN(60), r.IntN(60), 0, time.UTC)
	a.Why, a.Wish, a.About = w.words(p, wave, a.Score, a.At)
	return a
}

func (w *World) score(p *person, wave int) int {
	v := p.level + luck*w.random.NormFloat64()
	if p.City == City {
		v += Late[wave]
	}
	if w.random.Float64() < upset {
		v -= 2 + 5*w.random.Float64()
	}
	return max(0, min(10, int(v+0.5)))
}

// Reply is what somebody says who is asked in the open wave, about half of them; ok is false for who does not answer, and for strangers.
// Each call goes on with the same luck: ask about each once, in an order that is always the same.
func (w *World) Reply(email string) (a Answer, ok bool) {
	p, ok := w.people[email]
	if !ok || p == nil || p.last < Waves || w.random.Float64() > 0.25+0.5*p.willing {
		return a, false
	}
	a = Answer{Wave: Waves, Who: p.Customer, Score: w.score(p, Waves)}
	a.Why, a.Wish, a.About = w.words(p, Waves, a.Score, w.opened)
	return a, true
}
