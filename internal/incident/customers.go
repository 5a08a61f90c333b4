package incident

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// CustomersFile is where a repository keeps the list of customers' names, one
// in a line.
const CustomersFile = ".github/hindsight/customers.txt"

const (
	// longestCustomer is more characters than any name has: a line that is
	// longer is of another file.
	longestCustomer = 200
	// mostCustomers bounds what is remembered while a page is looked through.
	mostCustomers = 50_000
)

// CustomerNames are the names that a list holds, one in a line, where lines that
// begin with "#" are comments. A list that can't be meant is an error, or pages
// would go out unchecked. No error repeats a name.
func CustomerNames(list string) ([]string, error) {
	if !utf8.ValidString(list) || strings.ContainsRune(list, 0) {
		return nil, errors.New("it is no text in UTF-8: write one customer's name in a line")
	}
	var names []string
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(list, "\ufeff")) {
		number++
		name := strings.TrimSpace(line)
		if name == "" || name[0] == '#' {
			continue
		}
		if utf8.RuneCountInString(name) > longestCustomer {
			return nil, fmt.Errorf("line %d has more than %d characters: write one customer's name in a line", number, longestCustomer)
		}
		names = append(names, name)
	}
	switch {
	case len(names) == 0:
		return nil, errors.New("it lists nobody: write one customer's name in a line")
	case len(names) > mostCustomers:
		return nil, fmt.Errorf("it lists more than %d names: leave out those that no page will hold", mostCustomers)
	}
	return names, nil
}
