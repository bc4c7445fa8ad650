package stats_test

import (
	"fmt"

	"github.com/auxrl/auxrl/stats"
)

// Returns of five runs on each of two tasks, without an auxiliary task and with it, from the same seeds.
var (
	without = [][]float64{{0.61, 0.72, 0.05, 0.66, 0.70}, {0.40, 0.35, 0.52, 0.47, 0.02}}
	with    = [][]float64{{0.83, 0.91, 0.64, 0.90, 0.88}, {0.55, 0.41, 0.60, 0.58, 0.37}}
)

func Example() {
	c, err := stats.Default().ComparePaired(with, without, stats.IQM)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("with           %.2f [%.2f, %.2f]\n", c.X.Value, c.X.Lo, c.X.Hi)
	fmt.Printf("without        %.2f [%.2f, %.2f]\n", c.Y.Value, c.Y.Lo, c.Y.Hi)
	fmt.Printf("difference     %.2f [%.2f, %.2f]\n", c.Difference.Value, c.Difference.Lo, c.Difference.Hi)
	fmt.Printf("P(with better) %.2f [%.2f, %.2f]\n", c.Improvement.Value, c.Improvement.Lo, c.Improvement.Hi)
	// Output:
	// with           0.68 [0.58, 0.74]
	// without        0.50 [0.27, 0.58]
	// difference     0.18 [0.14, 0.32]
	// P(with better) 0.84 [0.76, 1.00]
}

func ExampleBootstrap_CompareTimes() {
	// Steps to a return of 0.9. A run that is not Reached had used up its budget.
	x := [][]stats.Time{{{40_000, true}, {55_000, true}, {38_000, true}, {90_000, true}, {47_000, true}, {61_000, true}}}
	y := [][]stats.Time{{{80_000, true}, {100_000, false}, {42_000, true}, {100_000, false}, {95_000, true}, {70_000, true}}}
	c, err := stats.Default().CompareTimes(x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("reached: %.0f %% and %.0f %%\n", 100*c.ReachedX, 100*c.ReachedY)
	fmt.Printf("difference within %d steps: %.0f [%.0f, %.0f]\n", c.Horizons[0], c.Difference.Value, c.Difference.Lo, c.Difference.Hi)
	fmt.Printf("p = %.3f\n", c.P)
	// Output:
	// reached: 100 % and 67 %
	// difference within 100000 steps: -26000 [-40000, -12500]
	// p = 0.031
}
