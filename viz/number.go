package viz

import (
	"math"
	"strconv"
)

// appendNumber appends v with about three digits that matter; sign asks for a plus sign too. What is not a number is a dash.
func appendNumber(b []byte, v float32, sign bool) []byte {
	x := float64(v)
	if math.IsNaN(x) {
		return append(b, "–"...)
	}
	if x < 0 {
		b = append(b, "−"...)
		x = -x
	} else if sign && x > 0 {
		b = append(b, '+')
	}
	if math.IsInf(x, 0) {
		return append(b, "∞"...)
	}
	switch {
	case x == 0:
		return append(b, '0')
	case x >= 1e6, x < 0.005:
		return strconv.AppendFloat(b, x, 'e', 1, 64)
	case x >= 1000:
		return strconv.AppendFloat(b, x, 'f', 0, 64)
	case x >= 100:
		return strconv.AppendFloat(b, x, 'f', 1, 64)
	}
	return strconv.AppendFloat(b, x, 'f', 2, 64)
}

// appendPercent appends a share, to the nearest percent.
func appendPercent(b []byte, p float32) []byte {
	if p != p {
		return append(b, "–"...)
	}
	return append(strconv.AppendInt(b, int64(math.Round(100*clamp(float64(p)))), 10), '%')
}

// clamp returns x within [0, 1]; 0 if it is not a number.
func clamp(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	return min(x, 1)
}
