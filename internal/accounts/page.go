package accounts

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"onetap/internal/seal"
	"onetap/internal/survey"
)

// node is a page: of level 0 with keys and what is kept under them, above with the pages below (child).
type node struct {
	level   int
	entries []entry // in the order of their keys
}

type entry struct {
	key   string
	value string
}

// child is a page below another, and the least key that may be on it; the first has whatever is less, too.
type child struct {
	from string
	page uint64
}

const (
	// nodeBytes is how many bytes of keys and values a page has before it is packed, to some half of it.
	nodeBytes = 7 << 10
	// itemRest is what a sealed item of the table has besides.
	itemRest = 160
	// mostBytes bounds what a page is unpacked to.
	mostBytes = 1 << 20
)

var errPage = errors.New("a page of accounts does not parse")

func (n node) children() ([]child, error) {
	all := make([]child, len(n.entries))
	for i, e := range n.entries {
		page, size := binary.Uvarint([]byte(e.value))
		if size <= 0 {
			return nil, errPage
		}
		all[i] = child{e.key, page}
	}
	return all, nil
}

func entriesOf(all []child) []entry {
	entries := make([]entry, len(all))
	for i, c := range all {
		entries[i] = entry{c.from, string(binary.AppendUvarint(nil, c.page))}
	}
	return entries
}

func (e entry) size() int { return len(e.key) + len(e.value) + 4 }

// packer packs pages.
type packer struct {
	flate *flate.Writer
	out   bytes.Buffer
	raw   []byte
}

// pack packs a page: of each key what it has in common with the one before, and the rest; all of it deflated, because names are repeated.
func (p *packer) pack(n node) ([]byte, error) {
	p.raw = append(p.raw[:0], byte(n.level))
	last := ""
	for _, e := range n.entries {
		common := 0
		for common < min(len(last), len(e.key)) && last[common] == e.key[common] {
			common++
		}
		p.raw = binary.AppendUvarint(p.raw, uint64(common))
		p.raw = appendText(p.raw, e.key[common:])
		p.raw = appendText(p.raw, e.value)
		last = e.key
	}
	p.out.Reset()
	if p.flate == nil {
		var err error
		if p.flate, err = flate.NewWriter(&p.out, flate.BestSpeed); err != nil {
			return nil, err
		}
	} else {
		p.flate.Reset(&p.out)
	}
	if _, err := p.flate.Write(p.raw); err != nil {
		return nil, err
	}
	if err := p.flate.Close(); err != nil {
		return nil, err
	}
	b := p.out.Bytes()
	return seal.Pad(b, (len(b)+itemRest)>>10<<10+1<<10-itemRest) // an item of whole KB, which it costs anyway
}

func unpack(b []byte) (n node, err error) {
	packed, err := seal.Unpad(b)
	if err != nil {
		return n, fmt.Errorf("%w: %w", errPage, err)
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), mostBytes))
	if err != nil || len(raw) == 0 {
		return n, errors.Join(errPage, err)
	}
	r := &reader{text: string(raw[1:])}
	n.level = int(raw[0])
	last := ""
	for len(r.text) > 0 && !r.broken {
		common := int(r.number())
		if common > len(last) {
			return n, errPage
		}
		e := entry{key: last[:common] + r.take(), value: r.take()}
		n.entries, last = append(n.entries, e), e.key
	}
	if r.broken {
		return n, errPage
	}
	return n, nil
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// reader reads numbers and texts until they break off.
type reader struct {
	text   string
	broken bool
}

func (r *reader) number() uint64 {
	v, shift := uint64(0), 0
	for i := range len(r.text) {
		c := r.text[i]
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			r.text = r.text[i+1:]
			return v
		}
		if shift += 7; shift > 63 {
			break
		}
	}
	r.text, r.broken = "", true
	return 0
}

func (r *reader) take() string {
	n := r.number()
	if n > uint64(len(r.text)) {
		r.text, r.broken = "", true
		return ""
	}
	text := r.text[:n]
	r.text = r.text[n:]
	return text
}

// open opens a page.
func open(ctx context.Context, o Opener, at seal.Place, sealed []byte) (node, error) {
	b, err := o.Open(ctx, seal.Contacts, at, sealed)
	if err != nil {
		return node{}, err
	}
	return unpack(b)
}

// forest reads pages of an audience's trees.
type forest struct {
	pages    Pages
	seal     Opener
	audience survey.Audience
	known    func(p survey.AccountPage) (node, bool) // pages above others that were read before; may be nil
	keep     func(p survey.AccountPage, n node)
}

// read reads pages, in their order.
func (f forest) read(ctx context.Context, generation string, numbers []uint64) ([]node, error) {
	nodes := make([]node, len(numbers))
	var missing []survey.AccountPage
	var of []int
	for i, number := range numbers {
		p := survey.AccountPage{Audience: f.audience, Generation: generation, Number: number}
		ok := false
		if f.known != nil {
			nodes[i], ok = f.known(p)
		}
		if !ok {
			missing, of = append(missing, p), append(of, i)
		}
	}
	if len(missing) == 0 {
		return nodes, nil
	}
	g, reading := errgroup.WithContext(ctx)
	g.SetLimit(readersAtOnce)
	for from := 0; from < len(missing); from += readTogether {
		part, of := missing[from:min(from+readTogether, len(missing))], of[from:]
		g.Go(func() error {
			sealed, err := f.pages.AccountPages(reading, part)
			if err != nil {
				return err
			}
			for k, p := range part {
				n, err := open(reading, f.seal, f.pages.AccountPlace(p), sealed[k])
				if err != nil {
					return err
				}
				if nodes[of[k]] = n; n.level > 0 && f.keep != nil {
					f.keep(p, n)
				}
			}
			return nil
		})
	}
	return nodes, g.Wait()
}
