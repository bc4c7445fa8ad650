package plot_test

import (
	"bytes"
	"fmt"
	"image/png"

	"github.com/auxrl/auxrl/viz/plot"
)

func Example() {
	series := []plot.Series{
		{Name: "without", Steps: []int{10_000, 20_000, 30_000}, Mean: []float64{0.1, 0.2, 0.5}, Lo: []float64{0, 0.1, 0.3}, Hi: []float64{0.2, 0.4, 0.7}},
		{Name: "with", Steps: []int{10_000, 20_000, 30_000}, Mean: []float64{0.2, 0.8, 0.9}, Lo: []float64{0.1, 0.7, 0.9}, Hi: []float64{0.3, 0.9, 1}},
	}
	o := plot.Default()
	o.Title = "Does it help?"
	file, err := plot.PNG(series, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	picture, err := png.DecodeConfig(bytes.NewReader(file))
	fmt.Println(picture.Width, picture.Height, err)
	// Output: 1520 920 <nil>
}
