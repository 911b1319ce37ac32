package consoletest

import (
	"net/url"
	"regexp"
	"slices"

	"golang.org/x/net/html"
)

// Attribute is an attribute of an element; "" where there is none.
func Attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Filled is what a form sends as it stands: the fields' values, and of each list what is chosen, else the first.
func Filled(form *html.Node) url.Values {
	q := url.Values{}
	for n := range form.Descendants() {
		name := Attribute(n, "name")
		switch {
		case n.Type != html.ElementNode || name == "":
		case n.Data == "input" && !slices.Contains([]string{"checkbox", "radio", "submit"}, Attribute(n, "type")):
			q.Set(name, Attribute(n, "value"))
		case n.Data == "select":
			for o := range n.Descendants() {
				if chosen := slices.ContainsFunc(o.Attr, func(a html.Attribute) bool { return a.Key == "selected" }); o.Data == "option" && (chosen || !q.Has(name)) {
					q.Set(name, Attribute(o, "value"))
				}
			}
		}
	}
	return q
}

// PathParameter is a place in a route's pattern where an id stands.
var PathParameter = regexp.MustCompile(`\{[^}]+\}`)
