package dynamo

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// checkFile finds a data file that was cut short, which bbolt would only notice by a fault when it reads the missing
// part. The places are those of bbolt's meta pages, the first two of the file: 16 bytes of page header, then magic,
// version, page size, flags (4 bytes each), root and its sequence, freelist, number of pages, transaction (8 each).
func checkFile(path string) error {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("opening the data file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return fmt.Errorf("opening the data file: %s is not a file", path)
	}
	if info.Size() == 0 {
		return nil
	}
	const magic, version = 0xED0CDAED, 2
	var pages, pageSize, newest uint64
	offset := int64(0)
	for range 2 {
		var b [80]byte
		if _, err := f.ReadAt(b[:], offset); err != nil && err != io.EOF {
			return fmt.Errorf("reading the data file: %w", err)
		}
		le := binary.LittleEndian
		meta := b[16:]
		if le.Uint32(meta) == magic && le.Uint32(meta[4:]) == version {
			pageSize = uint64(le.Uint32(meta[8:]))
			if txid := le.Uint64(meta[48:]); txid >= newest {
				newest, pages = txid, le.Uint64(meta[40:])
			}
		}
		offset = int64(max(pageSize, uint64(os.Getpagesize())))
	}
	if uint64(info.Size()) < pages*pageSize {
		return fmt.Errorf("data file %s is broken (%d of its %d bytes are missing); move it away to start afresh",
			path, pages*pageSize-uint64(info.Size()), pages*pageSize)
	}
	return nil
}
