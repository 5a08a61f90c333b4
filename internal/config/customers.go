package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"hindsight/internal/incident"
)

const (
	customersLimit = 1 << 20 // bytes
	// longestCustomer is more characters than any name has: a line that is
	// longer is of another file.
	longestCustomer = 200
)

// ReadCustomers are the names that a file lists, one in a line, where comments
// begin with "#". A list that can't be meant is an error, or pages would go out
// unchecked; no error repeats a name.
func ReadCustomers(file string) ([]string, error) {
	data, err := readFile(file, customersLimit)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(data) || strings.ContainsRune(string(data), 0) {
		return nil, fmt.Errorf("%s is no text in UTF-8: write one customer's name in a line", file)
	}
	names := incident.CustomerNames(string(data))
	if len(names) == 0 {
		return nil, fmt.Errorf("%s lists nobody: write one customer's name in a line", file)
	}
	for i, name := range names {
		if utf8.RuneCountInString(name) > longestCustomer {
			return nil, fmt.Errorf("name %d in %s has more than %d characters: write one customer's name in a line", i+1, file, longestCustomer)
		}
	}
	return names, nil
}

func customers(file string) ([]string, error) {
	if file == "" {
		return nil, nil
	}
	names, err := ReadCustomers(file)
	if err != nil {
		return nil, &SettingError{Variable: "HINDSIGHT_CUSTOMERS_FILE", Problem: "names a list that can't be used", Err: err}
	}
	return names, nil
}
