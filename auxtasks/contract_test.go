package auxtasks_test

import (
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
)

// Every registered task keeps the contract.
func TestContract(t *testing.T) {
	for _, k := range auxtasks.Kinds() {
		if k.IsBonus {
			continue
		}
		t.Run(k.Name, func(t *testing.T) { tasktest.Run(t, k.Name, nil) })
	}
}
