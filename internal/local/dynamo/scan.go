package dynamo

import (
	"encoding/binary"
	"strconv"
)

func scan(q *request) ([]byte, *APIError) {
	rd, err := q.newReading("ProjectionExpression", "FilterExpression")
	if err != nil {
		return nil, err
	}
	if err := rd.find(); err != nil {
		return nil, err
	}
	rd.in.backward = false
	if err := rd.setSegment(); err != nil {
		return nil, err
	}
	return q.run(rd)
}

// setSegment limits a scan to its segment and sets where it starts.
func (rd *reading) setSegment() *APIError {
	in := rd.in
	from, to := 0, slots
	switch {
	case in.segment != nil && *in.segment < 0:
		return constraint(strconv.Itoa(*in.segment), "segment", "Member must have value greater than or equal to 0")
	case in.total != nil && *in.total < 1:
		return constraint(strconv.Itoa(*in.total), "totalSegments", "Member must have value greater than or equal to 1")
	case in.total != nil && *in.total > 1000000:
		return constraint(strconv.Itoa(*in.total), "totalSegments", "Member must have value less than or equal to 1000000")
	case in.segment != nil && in.total == nil:
		return invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case in.total != nil && in.segment == nil:
		return invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case in.total != nil && *in.segment >= *in.total:
		return invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d", *in.segment, *in.total)
	case in.total != nil:
		from, to = slots**in.segment / *in.total, slots*(*in.segment+1) / *in.total
	}
	rd.from = binary.BigEndian.AppendUint16(nil, uint16(from))
	if to < slots {
		rd.to = binary.BigEndian.AppendUint16(nil, uint16(to))
	}
	if from == to {
		rd.to = rd.from
	}
	if !in.hasStart {
		return nil
	}
	key, err := rd.startKey()
	if err != nil {
		return err
	}
	if !rd.inRange(key) {
		return invalid("The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: %d Segment: %d", *in.total, *in.segment)
	}
	rd.start = key
	return nil
}
