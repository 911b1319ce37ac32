// Package contacts takes in the lists of people who can be asked: it reads a list part by part, tells what its columns
// hold, refuses rows by line and reports what is wrong with the rest; and it finds, counts and stops those who are on
// the lists. What a contact is, and who counts as one person, is package survey's.
package contacts
