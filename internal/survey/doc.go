// Package survey is stage 1 of the cycle: who is asked, by which campaign, what was sent, what was answered, and who
// counts as a person.
//
// It does no I/O and knows neither DynamoDB nor HTTP: the clock, the randomness and the storage are passed in.
package survey
