package survey

import "encoding/json"

// ItemKey is the key of a stored item that counts. Only the store makes one and looks into it.
type ItemKey struct{ Partition, Sort string }

// ItemChange is what happened to an item that counts.
type ItemChange struct {
	Item   ItemKey
	Now    Countable
	Before Countable // nil at the item's first change
}

// CountedItem is an item that counts, with the marker beside it.
type CountedItem struct {
	Item    ItemKey
	Content Countable
	Mark    json.RawMessage // nil: none
}

// ItemCount is what is to be written when an item is counted: its marker moves with the figures.
type ItemCount struct {
	Item   ItemKey         // what is counted
	Was    json.RawMessage // the marker as believed or read; nil: none
	Now    json.RawMessage // the marker afterwards
	Deltas Deltas          // what that changes
}
