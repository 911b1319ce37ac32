package dynamo

import (
	"fmt"
	"strings"
)

// token is one word of an expression. Its text is the source's; kind tells what it may be used for.
type token struct {
	kind       tokenKind
	text       string
	start, end int
}

type tokenKind byte

const (
	tokenEOF    tokenKind = iota
	tokenWord             // attribute name, function or keyword
	tokenName             // #name
	tokenValue            // :value
	tokenNumber           // list index
	tokenSymbol           // ( ) [ ] , . = <> < <= > >= + -
	tokenBad              // anything else
)

func isWordStart(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }
func isWordPart(c byte) bool  { return isWordStart(c) || c >= '0' && c <= '9' }

// lex cuts an expression into tokens; the last one is always tokenEOF.
func lex(src string) []token {
	tokens := make([]token, 0, len(src)/4+2)
	for i := 0; i < len(src); {
		c := src[i]
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			i++
			continue
		}
		start, kind := i, tokenSymbol
		switch {
		case isWordStart(c):
			kind = tokenWord
			i = skipWord(src, i+1)
		case c == '#' || c == ':':
			kind = tokenName
			if c == ':' {
				kind = tokenValue
			}
			i = skipWord(src, i+1)
			if i == start+1 {
				kind = tokenBad
			}
		case c >= '0' && c <= '9':
			kind = tokenNumber
			for i < len(src) && src[i] >= '0' && src[i] <= '9' {
				i++
			}
		case strings.HasPrefix(src[i:], "<>") || strings.HasPrefix(src[i:], "<=") || strings.HasPrefix(src[i:], ">="):
			i += 2
		case strings.IndexByte("()[],.=<>+-", c) >= 0:
			i++
		default:
			kind = tokenBad
			i++
			for i < len(src) && src[i] >= 0x80 { // the whole of a character that is not ASCII
				i++
			}
		}
		tokens = append(tokens, token{kind, src[start:i], start, i})
	}
	return append(tokens, token{tokenEOF, "<EOF>", len(src), len(src)})
}

func skipWord(src string, i int) int {
	for i < len(src) && isWordPart(src[i]) {
		i++
	}
	return i
}

// parser holds the state of parsing one expression; the first error sticks.
type parser struct {
	src    string
	tokens []token
	pos    int
	err    string
	parens bool // a condition or operand was in two pairs of parentheses
	stop   []string
}

func newParser(src string, keywords ...string) *parser {
	return &parser{src: src, tokens: lex(src), stop: keywords}
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) next() token {
	t := p.tokens[p.pos]
	if p.pos < len(p.tokens)-1 {
		p.pos++
	}
	return t
}

func (p *parser) symbol(s string) bool {
	if t := p.peek(); t.kind == tokenSymbol && t.text == s {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(s string) {
	if !p.symbol(s) {
		p.syntaxError()
	}
}

// keyword accepts one of this grammar's keywords, in any case.
func (p *parser) keyword(k string) bool {
	if t := p.peek(); t.kind == tokenWord && len(t.text) == len(k) && strings.EqualFold(t.text, k) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) isKeyword(word string) bool {
	for _, k := range p.stop {
		if len(k) == len(word) && strings.EqualFold(k, word) {
			return true
		}
	}
	return false
}

// syntaxError reports the token at hand with its neighbours, as DynamoDB does, and moves to the end.
func (p *parser) syntaxError() {
	if p.err == "" {
		t := p.peek()
		from, to := t.start, t.end
		if p.pos > 0 {
			from = p.tokens[p.pos-1].start
		}
		if p.pos+1 < len(p.tokens) {
			to = p.tokens[p.pos+1].end
		}
		p.err = fmt.Sprintf(`Syntax error; token: "%s", near: "%s"`, t.text, strings.TrimRight(p.src[from:to], " \t\r\n"))
	}
	p.pos = len(p.tokens) - 1
}
