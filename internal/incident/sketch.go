package incident

// Sketch is a short summary of an item's words by which similar ones are
// known: 16 hexadecimal digits, "" for an item without letters.
type Sketch string
