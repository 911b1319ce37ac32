package cost

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Print writes the bill: a line for each thing that AWS counts, then what the parts of a campaign come to.
func (r Result) Print(w io.Writer) error {
	size := r.Sizes
	fmt.Fprintf(w, "A campaign of %d contacts: %d answer, %d alerts, scanners open all 12 links of %d letters. Scaled to 1,000,000 invitations;\nSES takes %.0f a second.\n\n",
		size.Contacts, r.Answers, r.Alerts, size.Contacts*3/10, size.PaceRate)
	if err := r.lines(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if err := r.parts(w); err != nil {
		return err
	}
	if err := r.printBesides(w); err != nil {
		return err
	}
	t := r.Totals(measured...)
	fmt.Fprintf(w, "\nWorst case, every answer a stream batch of its own: $%.2f instead of $%.2f. Apart from scanners: $%.2f.\n",
		r.Totals(Worst...).System, t.System, t.System-r.Totals(Scanning).System)
	if idle := r.Phase(Idle); idle.Weight > 0 {
		t := r.Totals(Idle)
		fmt.Fprintf(w, "A month in which nobody does anything: $%.2f for the schedules, and the fixed prices of docs/benchmarks.md.\n", t.System+t.Alerts)
	}
	sent := 0.0
	for _, l := range r.Lines(measured...) {
		if l.What == BytesOut {
			sent += l.Quantity / 1e9
		}
	}
	fmt.Fprintf(w, "Pages: %.1f GB to the internet, of the 100 GB that are free each month; beyond them $%.2f.\n", sent, sent*gigabyteOut)
	fmt.Fprintf(w, "SES's own price for the emails: $%.0f à la carte, $%.0f with Essentials.\n", Scale*message, Scale*essentials)
	_, err := fmt.Fprintln(w, t)
	return err
}

func (r Result) lines(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "\tthe run\tfor 1,000,000\tof each invitation\t$\t")
	lines := r.Lines(measured...)
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Compare(a.Of, b.Of) })
	for _, l := range lines {
		fmt.Fprintf(tw, "%s %s\t%s\t%s\t%.4f\t%.3f\t\n", strings.TrimSuffix(l.Of, "Function"), l.What, number(l.Run), number(l.Quantity), l.Quantity/Scale, l.Dollars)
	}
	return tw.Flush()
}

// parts are the phases, one a line, and by service.
func (r Result) parts(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "\tHTTP API\tLambda\twrites\treads\tlogs\twithout email\talerts\t")
	row := func(name string, phases ...string) {
		var http, lambda, writes, reads, logs float64
		for _, l := range r.Lines(phases...) {
			if slices.Contains(alerting, l.Of) {
				continue
			}
			switch l.What {
			case HTTPRequests:
				http += l.Dollars
			case Requests, GBSeconds:
				lambda += l.Dollars
			case WriteUnits:
				writes += l.Dollars
			case ReadUnits:
				reads += l.Dollars
			case LogBytes:
				logs += l.Dollars
			}
		}
		t := r.Totals(phases...)
		fmt.Fprintf(tw, "%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", name, http, lambda, writes, reads, logs, t.System, t.Alerts)
	}
	for _, name := range measured {
		row(name, name)
	}
	row("sum", measured...)
	row(Trickle+" instead of "+Burst, Trickle)
	return tw.Flush()
}

// number is a quantity with its thousands apart.
func number(f float64) string {
	if f < 100 {
		return fmt.Sprintf("%.3g", f)
	}
	s := fmt.Sprintf("%.0f", f)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
