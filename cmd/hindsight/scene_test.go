package main

// firstWords is how the tests' incidents begin.
const firstWords = `Since 09:12 every checkout answers 500.

### Follow-ups
- [ ] Alert on the age of certificates
- [ ] Write a runbook for the payment gateway
`
