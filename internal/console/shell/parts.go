package shell

import "github.com/a-h/templ"

// Option is one choice of a select, one radio button or one box to check.
type Option struct {
	Value, Label string
	Hint         string // what choosing it means, beside a radio button; "": nothing
	On           bool   // chosen
}

// Tab is an entry of the menu or of a page's tabs, or another link in a row of links.
type Tab struct {
	Href, Label string
	Here        bool // leads to the page that shows it
}

// Fact is one line of a list of facts.
type Fact struct {
	Label, Text string
	Link        string          // address that calls or writes to whom Text names; "": none
	Help        templ.Component // for who asks; nil: none
}
