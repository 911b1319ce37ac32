// Package org keeps what a company says of itself: its staff and their roles. It reads lists of staff with the reader of
// package contacts.
package org
