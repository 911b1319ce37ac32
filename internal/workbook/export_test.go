package workbook

// ReadPieces is Read with pieces of another size.
var ReadPieces = read
