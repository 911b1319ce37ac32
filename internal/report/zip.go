package report

import (
	"encoding/binary"
	"hash/crc32"
)

// entry is one file in the archive that XLSX is, as far as it is written (APPNOTE.TXT of PKWARE, 4.3).
type entry struct {
	Name   string `json:"name"`
	Offset int64  `json:"offset"` // of its local header
	Sum    uint32 `json:"sum"`    // CRC-32 of the content so far
	Packed int64  `json:"packed"` // bytes in the archive
	Size   int64  `json:"size"`   // bytes of the content
}

const (
	zipVersion   = 20
	zipStreamed  = 1<<3 | 1<<11 // sizes follow the content; names are UTF-8
	zipDeflate   = 8
	zipDay       = 0x21 // 1 January 1980: nothing but the rows makes two files differ
	zip64Missing = 0xFFFFFFFF
)

// header is the local header of an entry whose sizes are not known yet.
func (e entry) header() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x04034b50)
	b = e.common(b, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(e.Name)))
	b = binary.LittleEndian.AppendUint16(b, 0)
	return append(b, e.Name...)
}

func (e entry) common(b []byte, sum, packed, size uint32) []byte {
	for _, v := range []uint16{zipVersion, zipStreamed, zipDeflate, 0, zipDay} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	for _, v := range []uint32{sum, packed, size} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// descriptor follows the content.
func (e entry) descriptor() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x08074b50)
	for _, v := range []uint32{e.Sum, uint32(e.Packed), uint32(e.Size)} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// central is the entry in the archive's directory.
func (e entry) central() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x02014b50)
	b = binary.LittleEndian.AppendUint16(b, zipVersion)
	b = e.common(b, e.Sum, uint32(e.Packed), uint32(e.Size))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(e.Name)))
	for range 4 { // extra, comment, disk, internal attributes
		b = binary.LittleEndian.AppendUint16(b, 0)
	}
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(e.Offset))
	return append(b, e.Name...)
}

// directory closes an archive of entries whose directory begins at an offset.
func directory(entries []entry, at int64) []byte {
	var b []byte
	for _, e := range entries {
		b = append(b, e.central()...)
	}
	size := len(b)
	b = binary.LittleEndian.AppendUint32(b, 0x06054b50)
	for _, v := range []uint16{0, 0, uint16(len(entries)), uint16(len(entries))} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, uint32(at))
	return binary.LittleEndian.AppendUint16(b, 0)
}

// note adds content to what is known of an entry.
func (e *entry) note(content []byte, packed int) {
	e.Sum = crc32.Update(e.Sum, crc32.IEEETable, content)
	e.Size += int64(len(content))
	e.Packed += int64(packed)
}
