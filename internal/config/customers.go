package config

import (
	"fmt"

	"hindsight/internal/incident"
)

const customersLimit = 1 << 20 // bytes

// ReadCustomers are the names that a file lists (see [incident.CustomerNames]).
// No error repeats a name.
func ReadCustomers(file string) ([]string, error) {
	data, err := readFile(file, customersLimit)
	if err != nil {
		return nil, err
	}
	names, err := incident.CustomerNames(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s can't be used: %w", file, err)
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
