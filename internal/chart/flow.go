package chart

import "strconv"

// Flow draws how people went from groups on the left to groups on the right: bars as tall as the groups, and between them bands as wide as who went. People
// of an empty class, drawn at the foot, are those who are missing on that side.
type Flow struct {
	Said
	Classes     []string // of the groups, from the top down
	Left, Right string   // written above the two sides
	Moves       []Move
}

// Move is so many people from one group to another, by their places among the classes.
type Move struct {
	From, To int
	Count    int64
}

// SVG draws it. A group of nobody has no bar.
func (f Flow) SVG() SVG {
	const head, high, gap, bar = 20.0, 200.0, 6.0, 22.0
	d := begin("flow", int(head+high+gap*float64(len(f.Classes))), f.Said)
	var sides [2][]int64
	sides[0], sides[1] = make([]int64, len(f.Classes)), make([]int64, len(f.Classes))
	total := int64(0)
	for _, m := range f.Moves {
		sides[0][m.From] += m.Count
		sides[1][m.To] += m.Count
		total += m.Count
	}
	d.text(0, 12, "start", "", f.Left)
	d.text(width, 12, "end", "", f.Right)
	if total == 0 {
		return d.end()
	}
	tall := func(n int64) float64 { return high * float64(n) / float64(total) }
	var tops [2][]float64
	for side, counts := range sides {
		y := head
		for i, n := range counts {
			tops[side] = append(tops[side], y)
			if n > 0 {
				d.rect(f.Classes[i], float64(side)*(width-bar), y, bar, max(tall(n), 1))
				y += tall(n) + gap
			}
		}
	}
	for _, m := range f.Moves {
		if m.Count == 0 {
			continue
		}
		h, a, b := tall(m.Count), tops[0][m.From], tops[1][m.To]
		tops[0][m.From] += h
		tops[1][m.To] += h
		const x1, x2 = bar + 2, width - bar - 2
		d.put(`<path class="flow %s" d="M%s %sC%s %s %s %s %s %sL%s %sC%s %s %s %s %s %sZ"/>`, f.Classes[m.To],
			px(x1), px(a), px(width/2), px(a), px(width/2), px(b), px(x2), px(b),
			px(x2), px(b+h), px(width/2), px(b+h), px(width/2), px(a+h), px(x1), px(a+h))
	}
	for side, counts := range sides {
		y := head
		for _, n := range counts {
			if n > 0 {
				if tall(n) > 13 {
					d.text([]float64{bar + 6, width - bar - 6}[side], y+tall(n)/2+4, []string{"start", "end"}[side], "over", strconv.FormatInt(n, 10))
				}
				y += tall(n) + gap
			}
		}
	}
	return d.end()
}
