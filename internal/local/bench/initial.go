package bench

import (
	"cmp"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Init is what happens in a function's process before its main, as GODEBUG=inittrace=1 tells it.
type Init struct {
	Took     time.Duration // of all packages' initialisation
	Packages []PackageInit // the slowest first
}

// PackageInit is one package's part.
type PackageInit struct {
	Name string
	Took time.Duration
}

var initLine = regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock`)

// InitOf starts a function's binary with no environment, in which it ends as soon as main looks for its table.
func InitOf(binary string) (Init, error) {
	run := exec.Command(binary)
	run.Env = []string{"GODEBUG=inittrace=1"}
	out, err := run.CombinedOutput()
	if err == nil {
		return Init{}, fmt.Errorf("%s runs without a table", binary)
	}
	var i Init
	for _, m := range initLine.FindAllSubmatch(out, -1) {
		ms, err := strconv.ParseFloat(string(m[2]), 64)
		if err != nil {
			return i, fmt.Errorf("trace of %s: %w", binary, err)
		}
		took := time.Duration(ms * float64(time.Millisecond))
		i.Took += took
		i.Packages = append(i.Packages, PackageInit{string(m[1]), took})
	}
	if len(i.Packages) == 0 {
		return i, fmt.Errorf("%s wrote no trace: %s", binary, out)
	}
	slices.SortFunc(i.Packages, func(a, b PackageInit) int { return cmp.Compare(b.Took, a.Took) })
	return i, nil
}

// Slowest names up to n packages with their milliseconds.
func (i Init) Slowest(n int) string {
	text := ""
	for k, p := range i.Packages[:min(n, len(i.Packages))] {
		if k > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s %.2f", p.Name, ms(p.Took))
	}
	return text
}

// initFigure measures it some times; the parts named are those of the median.
func initFigure(binary string, times int) (Figure, error) {
	var all []Init
	var took []time.Duration
	for range times {
		i, err := InitOf(binary)
		if err != nil {
			return Figure{}, err
		}
		all, took = append(all, i), append(took, i.Took)
	}
	slices.SortFunc(all, func(a, b Init) int { return cmp.Compare(a.Took, b.Took) })
	middle := all[(len(all)-1)/2]
	return spread("respond: initialising its packages, before main", atMost(15), "starts", "median", took).
		remark("%d packages; the slowest, in ms: %s.", len(middle.Packages), middle.Slowest(6)), nil
}
