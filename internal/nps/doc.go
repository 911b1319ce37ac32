// Package nps is the arithmetic of the Net Promoter Score: score, group, tally, interval. Standard library only, no I/O.
package nps
