package main

import (
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
)

// The example runs, and its images are what their labels say.
func TestVision(t *testing.T) {
	set := stripes(16, 8, 8, 3)
	for i, label := range set.Labels {
		image := set.Images[i*8*8*3 : (i+1)*8*8*3]
		for y := range 8 {
			for x := range 8 {
				first := image[3*x] // of the column
				if label == 1 {
					first = image[3*8*y] // of the row
				}
				if image[3*(8*y+x)] != first {
					t.Fatalf("image %d with label %d is not striped that way", i, label)
				}
			}
		}
	}
	main()
	if _, err := auxtasks.Lookup("stripes"); err != nil {
		t.Error(err)
	}
}
