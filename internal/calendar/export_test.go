package calendar

// Holiday and HolidaysOf are for tests of what package holidays says.
var (
	Holiday    = holiday
	HolidaysOf = holidaysOf
)
