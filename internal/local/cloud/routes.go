package cloud

import (
	"slices"
	"strings"

	"onetap/internal/local/cloud/template"
)

// route is one route of the HTTP API with its path cut into segments.
type route struct {
	template.Route
	fn       *function
	segments []segment
}

type segment struct {
	text string // literal text, or the parameter's name
	kind int    // literal, parameter or greedy
}

// Kinds of segments, the most particular first.
const (
	literal = iota
	parameter
	greedy
)

func newRoute(f *function, t template.Route) route {
	r := route{Route: t, fn: f}
	for part := range strings.SplitSeq(strings.TrimPrefix(t.Path, "/"), "/") {
		inner, isParameter := strings.CutPrefix(part, "{")
		inner = strings.TrimSuffix(inner, "}")
		switch name, isGreedy := strings.CutSuffix(inner, "+"); {
		case !isParameter:
			r.segments = append(r.segments, segment{part, literal})
		case isGreedy:
			r.segments = append(r.segments, segment{name, greedy})
		default:
			r.segments = append(r.segments, segment{inner, parameter})
		}
	}
	return r
}

// key is the route's name in events, for example "GET /r/{token}".
func (r route) key() string { return r.Method + " " + r.Path }

// sortRoutes puts routes into the order in which API Gateway prefers them: the most particular path first, and for one
// path the method before ANY.
func sortRoutes(routes []route) {
	slices.SortStableFunc(routes, func(a, b route) int {
		for i := range min(len(a.segments), len(b.segments)) {
			if d := a.segments[i].kind - b.segments[i].kind; d != 0 {
				return d
			}
		}
		if d := len(b.segments) - len(a.segments); d != 0 {
			return d
		}
		switch {
		case a.Method == b.Method:
			return 0
		case a.Method == "ANY":
			return 1
		case b.Method == "ANY":
			return -1
		}
		return 0
	})
}

// findRoute gives the route of a request and its path parameters. The path is decoded already.
func findRoute(routes []route, method, path string) (*route, map[string]string) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i := range routes {
		r := &routes[i]
		if r.Method != "ANY" && r.Method != method {
			continue
		}
		if parameters, ok := r.match(parts); ok {
			return r, parameters
		}
	}
	return nil, nil
}

func (r *route) match(parts []string) (map[string]string, bool) {
	var parameters map[string]string
	set := func(name, value string) {
		if parameters == nil {
			parameters = map[string]string{}
		}
		parameters[name] = value
	}
	for i, s := range r.segments {
		if i >= len(parts) {
			return nil, false
		}
		switch s.kind {
		case literal:
			if parts[i] != s.text {
				return nil, false
			}
		case parameter:
			if parts[i] == "" {
				return nil, false
			}
			set(s.text, parts[i])
		case greedy:
			rest := strings.Join(parts[i:], "/")
			if rest == "" {
				return nil, false
			}
			set(s.text, rest)
			return parameters, true
		}
	}
	return parameters, len(parts) == len(r.segments)
}
