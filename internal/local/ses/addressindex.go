package ses

import (
	"hash/maphash"
	"sync"
)

// addressIndex finds the messages to an address without reading all of them. It holds a short hash for each recipient in the
// order of acceptance (8 bytes a recipient) and catches up when it is asked, so that neither sending nor starting pays for it.
type addressIndex struct {
	mu     sync.Mutex
	hashes []uint32
	seqs   []uint32
	upTo   uint64 // the last number that it knows
}

var addressSeed = maphash.MakeSeed()

func hashAddress(bare string) uint32 { return uint32(maphash.String(addressSeed, lower(bare))) }

// find gives the numbers of messages that may be to the address, upwards from a number (exclusive); the caller checks them.
func (x *addressIndex) find(st *store, bare string, after uint64) ([]uint64, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.catchUp(st); err != nil {
		return nil, err
	}
	want := hashAddress(bare)
	var list []uint64
	for i, h := range x.hashes {
		if seq := uint64(x.seqs[i]); h == want && seq > after && (len(list) == 0 || list[len(list)-1] != seq) {
			list = append(list, seq)
		}
	}
	return list, nil
}

func (x *addressIndex) catchUp(st *store) error {
	const chunk = 5000 // messages a transaction
	for more := true; more; {
		var err error
		_, more, err = st.scan(x.upTo+1, false, chunk, func(r *record) bool {
			for _, p := range r.recipients {
				bare, _ := address(p.address)
				x.hashes = append(x.hashes, hashAddress(bare))
				x.seqs = append(x.seqs, uint32(r.seq))
			}
			x.upTo = r.seq
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// forget is called when the inbox was emptied.
func (x *addressIndex) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.hashes, x.seqs = nil, nil
}
